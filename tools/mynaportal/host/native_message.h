/* SPDX-License-Identifier: BSD-2-Clause */
/* The frames of native messaging: four bytes of length in the machine's byte order, then JSON
 * (MDN, "Native messaging", App side). */
#ifndef JPKI_PORTAL_NATIVE_MESSAGE_H
#define JPKI_PORTAL_NATIVE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_HEADER_SIZE 4

/* Bytes of the longest message that is read: a browser passes on up to 4 GB. */
#define MESSAGE_READ_MAX (5u << 20)
/* Bytes of the longest message that a browser accepts. */
#define MESSAGE_WRITE_MAX (1u << 20)

/* A message that is being read. Begins as all zero. */
struct message_input {
	uint8_t header[MESSAGE_HEADER_SIZE];
	size_t header_length;
	char *text; /* followed by a NUL */
	size_t length, filled;
};

enum message_state {
	MESSAGE_PART,  /* all bytes were taken, and the message is not complete */
	MESSAGE_WHOLE, /* complete: `text` and `length` are valid until message_next() */
	MESSAGE_LONG,  /* too long: nothing after it can be read */
};

/* Take `count` bytes at most, but none of the next message; *taken is how many. */
enum message_state message_take(
    struct message_input *input, const uint8_t *bytes, size_t count, size_t *taken);

/* Has a part of a message been read? */
bool message_is_begun(const struct message_input *input);

/* Wipe and free the message, and begin the next one. */
void message_next(struct message_input *input);

/* Write a frame. Waits for the reader, but not once the descriptor `ending` can be read. False if
 * the frame could not be written completely: then no other can be. */
bool message_write(int file, int ending, const char *text, size_t length);

#endif
