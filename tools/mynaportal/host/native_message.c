/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "native_message.h"
#include "text.h"

/* ---------------------------------------------------------------- reading */

static size_t
smaller(size_t one, size_t other)
{
	return one < other ? one : other;
}

static size_t
take_header(struct message_input *input, const uint8_t *bytes, size_t count)
{
	size_t taken = smaller(count, MESSAGE_HEADER_SIZE - input->header_length);
	uint32_t length;

	memcpy(input->header + input->header_length, bytes, taken);
	input->header_length += taken;
	if (input->header_length == MESSAGE_HEADER_SIZE) {
		memcpy(&length, input->header, sizeof(length));
		input->length = length;
	}
	return taken;
}

static size_t
take_text(struct message_input *input, const uint8_t *bytes, size_t count)
{
	size_t taken = smaller(count, input->length - input->filled);

	if (input->text == NULL)
		input->text = memory_new(input->length + 1);
	memcpy(input->text + input->filled, bytes, taken);
	input->filled += taken;
	return taken;
}

enum message_state
message_take(struct message_input *input, const uint8_t *bytes, size_t count, size_t *taken)
{
	*taken = 0;
	if (input->header_length < MESSAGE_HEADER_SIZE)
		*taken = take_header(input, bytes, count);
	if (input->header_length < MESSAGE_HEADER_SIZE)
		return MESSAGE_PART;
	if (input->length > MESSAGE_READ_MAX)
		return MESSAGE_LONG;
	*taken += take_text(input, bytes + *taken, count - *taken);
	return input->filled == input->length ? MESSAGE_WHOLE : MESSAGE_PART;
}

bool
message_is_begun(const struct message_input *input)
{
	return input->header_length > 0;
}

void
message_next(struct message_input *input)
{
	if (input->text != NULL)
		explicit_bzero(input->text, input->filled);
	free(input->text);
	*input = (struct message_input){0};
}

/* ---------------------------------------------------------------- writing */

/* Wait until some can be written: a pipe that is ready takes PIPE_BUF bytes without blocking. */
static bool
can_write(int file, int ending)
{
	struct pollfd files[] = {{.fd = file, .events = POLLOUT}, {.fd = ending, .events = POLLIN}};

	while (poll(files, 2, -1) == -1)
		if (errno != EINTR)
			return false;
	return files[1].revents == 0 && files[0].revents == POLLOUT;
}

static bool
write_all(int file, int ending, const char *bytes, size_t count)
{
	while (count > 0) {
		ssize_t written = -1;

		if (can_write(file, ending))
			written = write(file, bytes, smaller(count, PIPE_BUF));
		if (written < 0)
			return false;
		bytes += written;
		count -= (size_t)written;
	}
	return true;
}

bool
message_write(int file, int ending, const char *text, size_t length)
{
	uint32_t header = (uint32_t)length;

	return length <= MESSAGE_WRITE_MAX &&
	       write_all(file, ending, (const char *)&header, sizeof(header)) &&
	       write_all(file, ending, text, length);
}
