/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/trace.h"

#include <stdbool.h>
#include <stdio.h>

#include <jpki/error.h>

#include "base/log.h"

#define HEADER 4
#define INS_VERIFY 0x20
#define INS_CHANGE_REFERENCE_DATA 0x24
#define INS_SELECT 0xA4
#define INS_READ_BINARY 0xB0
/* The most that is shown in one line. */
#define SHOWN_MAX 16
#define HEX_SIZE (3 * SHOWN_MAX + 1)

/* " 00 A4 …", at most SHOWN_MAX bytes. */
static const char *
to_hex(const uint8_t *bytes, size_t length, char hex[HEX_SIZE])
{
	hex[0] = '\0';
	for (size_t i = 0; i < length && i < SHOWN_MAX; i++)
		snprintf(hex + 3 * i, 4, " %02X", bytes[i]);
	return hex;
}

/* Are the three bytes after the header an extended Le? Then there is no data. */
static bool
brings_only_le(const uint8_t *command, size_t length)
{
	return command[1] == INS_READ_BINARY && length == HEADER + 3 && command[HEADER] == 0;
}

void
trace_command(const uint8_t *command, size_t length)
{
	char header[HEX_SIZE], data[HEX_SIZE];

	if (!log_wanted(LOG_TRACE))
		return;
	to_hex(command, HEADER, header);
	if (length <= HEADER + 1 || command[1] == INS_SELECT || brings_only_le(command, length))
		log_line(
		    LOG_TRACE, ">%s%s", header, to_hex(command + HEADER, length - HEADER, data));
	else if (command[1] == INS_VERIFY || command[1] == INS_CHANGE_REFERENCE_DATA)
		log_line(LOG_TRACE, ">%s (a PIN, not shown)", header);
	else
		log_line(LOG_TRACE, ">%s (%u bytes, not shown)", header, command[HEADER]);
}

/* How many bytes to show of a file's beginning: a DER header, or all of EF 0008. */
static size_t
shown(const uint8_t *command, const uint8_t *data, size_t length)
{
	bool beginning = command[1] == INS_READ_BINARY && command[3] == 0 &&
			 (command[2] == 0 || (command[2] & 0x80) != 0);

	if (!beginning || length == 0)
		return 0;
	if (length <= 3)
		return length;
	return data[0] == 0x30 ? 4 : 1;
}

void
trace_answer(const uint8_t *command, int error, const uint8_t *answer, size_t length)
{
	char data[HEX_SIZE], sw[HEX_SIZE];
	size_t some;

	if (!log_wanted(LOG_TRACE))
		return;
	if (error != JPKI_OK) {
		log_line(LOG_TRACE, "< %s", jpki_strerror(error));
		return;
	}
	if (length < 2) {
		log_line(LOG_TRACE, "< %zu bytes, which are no answer", length);
		return;
	}
	length -= 2;
	some = shown(command, answer, length);
	to_hex(answer + length, 2, sw);
	if (length == 0)
		log_line(LOG_TRACE, "<%s", sw);
	else
		log_line(LOG_TRACE, "<%s (%zu bytes:%s%s)", sw, length, to_hex(answer, some, data),
		    some < length ? " ..." : "");
}
