/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "vpcd.h"

enum control {
	CONTROL_OFF = 0,
	CONTROL_ON = 1,
	CONTROL_RESET = 2,
	CONTROL_ATR = 4,
};

static int
connect_one(const struct addrinfo *address)
{
	int one = 1;
	int fd =
	    socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);

	if (fd < 0)
		return -1;
	if (connect(fd, address->ai_addr, address->ai_addrlen) == 0 &&
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0)
		return fd;
	one = errno;
	close(fd);
	errno = one;
	return -1;
}

int
vpcd_connect(struct vpcd *vpcd, const char *host, const char *port, struct vcard_error *error)
{
	const struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *list = NULL;
	int code = getaddrinfo(host, port, &wanted, &list);

	vpcd->socket = -1;
	vpcd->length = 0;
	vpcd->asked = false;
	errno = 0;
	if (code != 0)
		return fail(error, "%s port %s: %s", host, port, gai_strerror(code));
	for (const struct addrinfo *a = list; a != NULL && vpcd->socket < 0; a = a->ai_next)
		vpcd->socket = connect_one(a);
	freeaddrinfo(list);
	if (vpcd->socket < 0)
		return fail(error, "%s port %s: %s", host, port, strerror(errno));
	return 0;
}

void
vpcd_disconnect(struct vpcd *vpcd)
{
	if (vpcd->socket >= 0)
		close(vpcd->socket);
	vpcd->socket = -1;
	vpcd->length = 0;
	vpcd->asked = false;
}

/* Send length and body at once; otherwise the kernel delays the second (Nagle's algorithm). */
static int
send_message(int fd, const uint8_t *body, size_t length)
{
	uint8_t message[2 + VCARD_RESPONSE_MAX];
	size_t sent = 0;

	message[0] = (uint8_t)(length >> 8);
	message[1] = (uint8_t)length;
	memcpy(message + 2, body, length);
	while (sent < length + 2) {
		ssize_t n = send(fd, message + sent, length + 2 - sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		sent += (size_t)n;
	}
	return 0;
}

static int
handle_control(struct vpcd *vpcd, struct vcard *card, uint8_t control)
{
	uint8_t atr[VCARD_ATR_MAX];
	size_t length;

	switch (control) {
	case CONTROL_OFF:
		vcard_power_off(card);
		return 0;
	case CONTROL_ON:
		vcard_power_on(card);
		return 0;
	case CONTROL_RESET:
		vcard_warm_reset(card);
		return 0;
	case CONTROL_ATR:
		vpcd->asked = true;
		length = vcard_atr(card, atr);
		return send_message(vpcd->socket, atr, length);
	default:
		return -1;
	}
}

static int
handle_command(
    const struct vpcd *vpcd, struct vcard *card, const uint8_t *command, size_t length, bool *gone)
{
	uint8_t response[VCARD_RESPONSE_MAX];
	size_t response_length;
	enum vcard_answer answer =
	    vcard_exchange(card, command, length, response, &response_length);

	if (answer == VCARD_GONE) {
		*gone = true;
		return -1;
	}
	/* vpcd would wait for ever after an empty message; a closed connection is an error to it */
	if (response_length == 0)
		return -1;
	return send_message(vpcd->socket, response, response_length);
}

/* Handle all complete messages in the buffer. */
static int
handle_messages(struct vpcd *vpcd, struct vcard *card, bool *gone)
{
	size_t at = 0;
	int result = 0;

	while (result == 0 && vpcd->length - at >= 2) {
		const uint8_t *message = vpcd->buffer + at;
		size_t length = (size_t)message[0] << 8 | message[1];

		if (vpcd->length - at < 2 + length)
			break;
		if (length == 1)
			result = handle_control(vpcd, card, message[2]);
		else
			result = handle_command(vpcd, card, message + 2, length, gone);
		at += 2 + length;
	}
	memmove(vpcd->buffer, vpcd->buffer + at, vpcd->length - at);
	vpcd->length -= at;
	return result;
}

int
vpcd_serve(struct vpcd *vpcd, struct vcard *card, bool *gone)
{
	int one = 1;
	ssize_t n;

	*gone = false;
	n = recv(vpcd->socket, vpcd->buffer + vpcd->length, sizeof(vpcd->buffer) - vpcd->length,
	    MSG_DONTWAIT);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0)
		return -1;
	/* the kernel resets this option after each read; without it an exchange takes 40 ms more */
	setsockopt(vpcd->socket, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
	vpcd->length += (size_t)n;
	return handle_messages(vpcd, card, gone);
}
