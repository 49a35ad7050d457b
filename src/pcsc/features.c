/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/features.h"

#include <reader.h>
#include <stdint.h>

#include <jpki/transport.h>

/* Usually there are some dozens of bytes. */
#define ANSWER_MAX 512

/* A list of rows: a byte of tag, a byte of length, the value. Only complete rows are read. */
struct rows {
	const uint8_t *at, *end;
};

/* The value of the first row with that tag and `length` bytes of value, or NULL. */
static const uint8_t *
find(struct rows rows, uint8_t tag, uint8_t length)
{
	while (rows.end - rows.at >= 2 && rows.end - rows.at - 2 >= rows.at[1]) {
		if (rows.at[0] == tag && rows.at[1] == length)
			return rows.at + 2;
		rows.at += 2 + rows.at[1];
	}
	return NULL;
}

static struct rows
ask(SCARDHANDLE card, DWORD question, uint8_t answer[ANSWER_MAX])
{
	DWORD length = 0;
	LONG code = SCardControl(card, question, NULL, 0, answer, ANSWER_MAX, &length);

	if (code != SCARD_S_SUCCESS || length > ANSWER_MAX)
		length = 0;
	return (struct rows){answer, answer + length};
}

/* Features have big-endian values (PC/SC part 10, 2.2), properties little-endian ones (2.6.14). */
static uint32_t
big_endian(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static uint32_t
little_endian(const uint8_t *bytes)
{
	return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 |
	       bytes[0];
}

size_t
features_longest(SCARDHANDLE card)
{
	uint8_t answer[ANSWER_MAX];
	const uint8_t *value;

	value =
	    find(ask(card, CM_IOCTL_GET_FEATURE_REQUEST, answer), FEATURE_GET_TLV_PROPERTIES, 4);
	if (value != NULL)
		value = find(ask(card, big_endian(value), answer),
		    PCSCv2_PART10_PROPERTY_dwMaxAPDUDataSize, 4);
	return value != NULL && little_endian(value) >= JPKI_LONG_DATA_MAX ? JPKI_LONG_DATA_MAX
									   : SHORT_DATA_MAX;
}
