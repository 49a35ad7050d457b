/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include <string.h>

#include "../common/clock.h"

int
LLVMFuzzerInitialize(int *count, char ***arguments)
{
	(void)count;
	(void)arguments;
	(void)setenv("JPKI_CONFIG", "", 1);
	(void)setenv("XDG_CACHE_HOME", "/dev/null", 1);
	(void)setenv("JPKI_LOG_FILE", "/dev/null", 1);
	fuzz_log(false);
	clock_stop_at(1000000);
	fuzz_prepare();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct fuzz_input input = {bytes, length};

	fuzz_try(&input);
	return 0;
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
