/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include <openssl/crypto.h>

#include "support.h"

uint8_t answer[VCARD_RESPONSE_MAX];
size_t answer_length;
static struct vcard_pki *pki;

int
make_pki(void **state)
{
	struct vcard_error error;

	return vcard_pki_open(&pki, NULL, NULL, &error);
}

int
drop_pki(void **state)
{
	vcard_pki_free(&pki);
	return 0;
}

struct vcard_pki *
test_pki(void)
{
	return pki;
}

int
make_card(void **state)
{
	struct vcard_options options = {.pki = pki};
	struct vcard_error error;
	struct vcard *card;

	if (vcard_new(&card, &options, &error) != 0)
		return -1;
	vcard_power_on(card);
	vcard_ledger_mark(card);
	*state = card;
	return 0;
}

int
drop_card(void **state)
{
	struct vcard *card = *state;

	vcard_free(&card);
	return 0;
}

unsigned
send_command(struct vcard *card, const char *hex)
{
	unsigned char command[512];
	size_t length;

	assert_int_equal(OPENSSL_hexstr2buf_ex(command, sizeof(command), &length, hex, '\0'), 1);
	assert_int_equal(
	    vcard_exchange(card, command, length, answer, &answer_length), VCARD_ANSWERED);
	assert_true(answer_length >= 2);
	answer_length -= 2;
	return (unsigned)answer[answer_length] << 8 | answer[answer_length + 1];
}

void
select_jpki(struct vcard *card)
{
	assert_status(card, SELECT_JPKI, 0x9000);
}

void
verify(struct vcard *card, const char *command)
{
	select_jpki(card);
	assert_status(card, command, 0x9000);
}

void
set_quirk(struct vcard *card, const char *name, const char *value)
{
	struct vcard_error error;

	if (vcard_quirk_set(card, name, value, &error) != 0)
		fail_msg("%s", error.text);
}

size_t
read_file(struct vcard *card, unsigned sfi, uint8_t content[16384])
{
	char command[32];
	size_t length = 0;

	snprintf(command, sizeof(command), "00B0%02X0000", 0x80 | sfi);
	while (send_command(card, command) == 0x9000) {
		memcpy(content + length, answer, answer_length);
		length += answer_length;
		snprintf(command, sizeof(command), "00B0%04X00", (unsigned)length);
	}
	return length;
}

char *
make_folder(void)
{
	char *path = strdup("/tmp/vcard-test-XXXXXX");

	assert_non_null(path);
	assert_non_null(mkdtemp(path));
	return path;
}

void
drop_folder(char *path)
{
	assert_int_equal(remove_tree(path), 0);
	free(path);
}
