/* SPDX-License-Identifier: BSD-2-Clause */
/* The frames of native messaging: four bytes of length, in the machine's order, and JSON (MDN,
 * "Native messaging", App side). */
#ifndef JPKI_PORTAL_NATIVE_MESSAGE_H
#define JPKI_PORTAL_NATIVE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_HEADER_SIZE 4

/* Bytes of the longest message that is read: a browser passes on up to 4 GB. */
#define MESSAGE_READ_MAX (5u << 20)
/* And of one to a browser, which takes no more. */
#define MESSAGE_WRITE_MAX (1u << 20)

/* What has been read of a message. Begins as zeros. */
struct message_input {
	uint8_t header[MESSAGE_HEADER_SIZE];
	size_t header_length;
	char *text; /* a NUL stands behind it */
	size_t length, filled;
};

enum message_state {
	MESSAGE_PART,  /* all was taken, and more is to come */
	MESSAGE_WHOLE, /* text and length are there, until message_next() */
	MESSAGE_LONG,  /* too long: what follows cannot be understood */
};

/* Take bytes, no more than belong to the message; *taken is how many. */
enum message_state message_take(
    struct message_input *input, const uint8_t *bytes, size_t count, size_t *taken);

/* Is it in the middle of one? */
bool message_is_begun(const struct message_input *input);

/* Forget it, and begin the next one. */
void message_next(struct message_input *input);

/* Write a frame. Waits for whoever is to read it, but not when `ending`, a descriptor, can be read.
 * False: it could not be written, and nothing more can. */
bool message_write(int file, int ending, const char *text, size_t length);

#endif
