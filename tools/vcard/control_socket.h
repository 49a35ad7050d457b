/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_CONTROL_SOCKET_H
#define VCARD_CONTROL_SOCKET_H

#include <poll.h>

#include "vcard.h"

/* The most clients at a time. */
#define CONTROL_CLIENTS 8
/* The longest line in bytes, including its newline. */
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
 * Listen at `path` (mode 0600), which must stay valid. A socket there that no program listens at is
 * replaced. Returns 0, or -1 with *error set.
 */
int control_socket_open(
    struct control_socket *control, const char *path, struct vcard_error *error);

/* Close it and remove the file. May be called when not open. */
void control_socket_close(struct control_socket *control);

/* Write the descriptors to poll into `polls`; returns how many, at most CONTROL_CLIENTS + 1. */
nfds_t control_socket_poll(const struct control_socket *control, struct pollfd *polls);

/* Read what clients have sent, and answer each complete line. */
void control_socket_serve(struct control_socket *control, const struct pollfd *polls, nfds_t count,
    struct vcard *card, const struct vcard_front *front);

/*
 * The client's side: send one line to the socket at `path` and copy the answer to `out`. Returns 0
 * if the answer ends with "ok", 1 if it does not, -1 with *error set if there was no answer.
 */
int control_socket_ask(const char *path, const char *line, FILE *out, struct vcard_error *error);

#endif
