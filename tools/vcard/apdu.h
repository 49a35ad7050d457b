/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_APDU_H
#define VCARD_APDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* INS of the commands that faults can be counted from: they bring a PIN, or the data to sign. */
enum {
	INS_VERIFY = 0x20,
	INS_CHANGE = 0x24,
	INS_SIGN = 0x2a,
};

/* Bytes of data in a response, without the status word: as many as the longest EF has. */
#define DATA_MAX 16384
/* Bytes of data in the response to a short command, without the status word. */
#define SHORT_DATA_MAX 256

/* A command taken apart. `data` points into the command. */
struct apdu {
	uint8_t cla, ins, p1, p2;
	const uint8_t *data;
	size_t lc;
	size_t ne; /* bytes that the sender expects (Le), at most DATA_MAX; 0: none */
	bool extended;
};

struct answer {
	uint8_t data[DATA_MAX];
	size_t length;
};

/*
 * Take `command` apart. Returns false if the lengths in it contradict each other (status word
 * 6700).
 */
bool apdu_parse(struct apdu *apdu, const uint8_t *command, size_t length);

#endif
