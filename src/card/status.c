/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/status.h"

#include <stddef.h>

#include <jpki/error.h>

#include "base/error.h"
#include "base/log.h"

static const struct {
	uint16_t sw;
	int error;
} meanings[] = {
    {SW_OK, JPKI_OK},
    {0x6700, JPKI_ERR_LENGTH},
    {0x6982, JPKI_ERR_NOT_VERIFIED},
    {0x6985, JPKI_ERR_LENGTH}, /* data of the wrong length (F-SIGN-REFUSED) */
    {0x6A81, JPKI_ERR_UNSUPPORTED},
    {0x6A82, JPKI_ERR_NOT_FOUND},
    {0x6A83, JPKI_ERR_NOT_FOUND}, /* a record */
    {0x6A86, JPKI_ERR_UNSUPPORTED},
    {0x6A88, JPKI_ERR_NOT_FOUND},
    {0x6B00, JPKI_ERR_UNSUPPORTED}, /* wrong P1 P2; file.c handles the end of a file */
    {0x6D00, JPKI_ERR_UNSUPPORTED},
    {0x6E00, JPKI_ERR_UNSUPPORTED},
};

bool
status_tries(uint16_t sw, unsigned *tries)
{
	if ((sw & 0xFFF0) != 0x63C0)
		return false;
	*tries = sw & 0x000F;
	return true;
}

int
status_error(uint16_t sw)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].sw == sw)
			return meanings[i].error;
	log_line(LOG_INFO, "status word %04X (%s)", sw, error_name(JPKI_ERR_STATUS));
	return JPKI_ERR_STATUS;
}

int
status_pin_error(uint16_t sw)
{
	unsigned tries;

	if (status_tries(sw, &tries))
		return tries == 0 ? JPKI_ERR_PIN_BLOCKED : JPKI_ERR_PIN_WRONG;
	return sw == 0x6983 || sw == 0x6984 ? JPKI_ERR_PIN_BLOCKED : status_error(sw);
}

bool
status_is_from_card(int error)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].error == error)
			return error != JPKI_OK;
	return error == JPKI_ERR_STATUS || error == JPKI_ERR_NOT_JPKI ||
	       error == JPKI_ERR_PIN_WRONG || error == JPKI_ERR_PIN_BLOCKED;
}
