/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_CONTROL_SOCKET_H
#define VCARD_CONTROL_SOCKET_H

#include <poll.h>

#include "vcard.h"

/* Who can talk to the control socket at a time. */
#define CONTROL_CLIENTS 8
/* The longest line, its end included. */
#define CONTROL_LINE_MAX 1024

struct control_client {
	int fd; /* -1: free */
	size_t length;
	char line[CONTROL_LINE_MAX];
};

struct control_socket {
	const char *path;
	int fd; /* -1: not open */
	struct control_client clients[CONTROL_CLIENTS];
};

/*
 * Listen at `path` (0600), which must stay valid. A socket that nobody listens at is
 * replaced. -1: *error says why.
 */
int control_socket_open(
    struct control_socket *control, const char *path, struct vcard_error *error);

/* Close it and remove the file. May be called when not open. */
void control_socket_close(struct control_socket *control);

/* Fill in what to poll for; returns how many, at most CONTROL_CLIENTS + 1. */
nfds_t control_socket_poll(const struct control_socket *control, struct pollfd *polls);

/* Take what has come in, and answer whole lines. */
void control_socket_serve(struct control_socket *control, const struct pollfd *polls, nfds_t count,
    struct vcard *card, const struct vcard_front *front);

/*
 * The other side: send one line to the socket at `path` and copy the answer to `out`.
 * 0: the answer ends with "ok"; 1: it does not; -1: *error says why nobody answered.
 */
int control_socket_ask(const char *path, const char *line, FILE *out, struct vcard_error *error);

#endif
