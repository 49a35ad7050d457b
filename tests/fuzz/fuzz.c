/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include <string.h>

#include "base/clock.h"

static uint64_t now = 1000000;

/* Linked in place of the one in src/base/clock.c. */
uint64_t
clock_now_ms(void)
{
	return now;
}

void
fuzz_pass_time(uint64_t ms)
{
	now += ms;
}

void
fuzz_start(void)
{
	(void)setenv("JPKI_CONFIG", "", 1);
	(void)setenv("XDG_CACHE_HOME", "/dev/null", 1);
	(void)setenv("JPKI_LOG_FILE", "/dev/null", 1);
	fuzz_log(false);
}

void
fuzz_log(bool on)
{
	(void)setenv("JPKI_LOG", on ? "trace" : "off", 1);
}

uint8_t
fuzz_byte(struct fuzz_input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

uint16_t
fuzz_word(struct fuzz_input *input)
{
	uint8_t high = fuzz_byte(input);

	return (uint16_t)(high << 8 | fuzz_byte(input));
}

const uint8_t *
fuzz_bytes(struct fuzz_input *input, size_t wanted, size_t *length)
{
	const uint8_t *bytes = input->at;

	*length = wanted < input->left ? wanted : input->left;
	input->at += *length;
	input->left -= *length;
	return bytes;
}

void *
fuzz_memory(const void *bytes, size_t length)
{
	void *memory = malloc(length);

	fuzz_check(memory != NULL || length == 0);
	if (length > 0 && bytes != NULL)
		memcpy(memory, bytes, length);
	else if (length > 0)
		memset(memory, 0xA5, length);
	return memory;
}
