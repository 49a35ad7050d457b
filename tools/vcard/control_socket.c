/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control_socket.h"
#include "fail.h"

static int
fill_address(struct sockaddr_un *address, const char *path, struct vcard_error *error)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address->sun_path))
		return fail(error,
		    "the path of the control socket has more than %zu bytes: %s; give a "
		    "shorter one with --control",
		    sizeof(address->sun_path) - 1, path);
	memcpy(address->sun_path, path, strlen(path));
	return 0;
}

static int
connect_to(const char *path, struct vcard_error *error)
{
	struct sockaddr_un address;
	int fd;

	if (fill_address(&address, path, error) != 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	fail(error, "nobody listens at %s (%s); is jpki-vcard running?", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Remove a socket that a dead program left behind; anything that is not a socket stays. */
static int
remove_stale(const char *path, struct vcard_error *error)
{
	struct stat info;
	int fd;

	if (lstat(path, &info) != 0)
		return 0;
	if (!S_ISSOCK(info.st_mode))
		return fail(error, "%s is in the way and is no socket", path);
	fd = connect_to(path, NULL);
	if (fd >= 0) {
		close(fd);
		return fail(error, "another virtual card listens at %s", path);
	}
	unlink(path);
	return 0;
}

static int
listen_at(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	mode_t mask;
	int result;

	if (fd < 0)
		return -1;
	mask = umask(0177);
	result = bind(fd, (const struct sockaddr *)address, sizeof(*address));
	umask(mask);
	if (result == 0 && listen(fd, CONTROL_CLIENTS) == 0)
		return fd;
	result = errno;
	close(fd);
	errno = result;
	return -1;
}

int
control_socket_open(struct control_socket *control, const char *path, struct vcard_error *error)
{
	struct sockaddr_un address;

	control->path = path;
	control->fd = -1;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		control->clients[i].fd = -1;
	if (fill_address(&address, path, error) != 0 || remove_stale(path, error) != 0)
		return -1;
	control->fd = listen_at(&address);
	if (control->fd < 0)
		return fail(error, "cannot listen at %s: %s", path, strerror(errno));
	return 0;
}

static void
drop_client(struct control_client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	client->length = 0;
}

void
control_socket_close(struct control_socket *control)
{
	if (control->fd < 0)
		return;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		drop_client(&control->clients[i]);
	close(control->fd);
	unlink(control->path);
	control->fd = -1;
}

nfds_t
control_socket_poll(const struct control_socket *control, struct pollfd *polls)
{
	polls[0] = (struct pollfd){.fd = control->fd, .events = POLLIN};
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		polls[1 + i] = (struct pollfd){.fd = control->clients[i].fd, .events = POLLIN};
	return CONTROL_CLIENTS + 1;
}

static void
accept_client(struct control_socket *control)
{
	int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC);

	for (size_t i = 0; fd >= 0 && i < CONTROL_CLIENTS; i++) {
		if (control->clients[i].fd >= 0)
			continue;
		control->clients[i].fd = fd;
		return;
	}
	if (fd >= 0)
		close(fd);
}

static int
send_text(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t n = send(fd, text, length, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		text += n;
		length -= (size_t)n;
	}
	return 0;
}

static int
answer_line(int fd, struct vcard *card, const struct vcard_front *front, const char *line)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	int result = -1;

	if (out == NULL)
		return -1;
	vcard_control(card, front, line, out);
	if (fclose(out) == 0)
		result = send_text(fd, text, length);
	free(text);
	return result;
}

/* Read from a client and answer its complete lines. Returns -1 if it must be disconnected. */
static int
serve_client(struct control_client *client, struct vcard *card, const struct vcard_front *front)
{
	ssize_t n = recv(client->fd, client->line + client->length,
	    sizeof(client->line) - client->length, MSG_DONTWAIT);
	char *end;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0)
		return -1;
	client->length += (size_t)n;
	while ((end = memchr(client->line, '\n', client->length)) != NULL) {
		size_t used = (size_t)(end - client->line) + 1;

		*end = '\0';
		if (answer_line(client->fd, card, front, client->line) != 0)
			return -1;
		client->length -= used;
		memmove(client->line, client->line + used, client->length);
	}
	return client->length == sizeof(client->line) ? -1 : 0;
}

void
control_socket_serve(struct control_socket *control, const struct pollfd *polls, nfds_t count,
    struct vcard *card, const struct vcard_front *front)
{
	for (nfds_t i = 1; i < count; i++) {
		struct control_client *client = &control->clients[i - 1];

		if (polls[i].revents != 0 && client->fd == polls[i].fd &&
		    serve_client(client, card, front) != 0)
			drop_client(client);
	}
	if (polls[0].revents != 0)
		accept_client(control);
}

static int
send_line(int fd, const char *line)
{
	if (send_text(fd, line, strlen(line)) != 0 || send_text(fd, "\n", 1) != 0)
		return -1;
	return shutdown(fd, SHUT_WR);
}

int
control_socket_ask(const char *path, const char *line, FILE *out, struct vcard_error *error)
{
	int fd = connect_to(path, error);
	FILE *in = fd >= 0 ? fdopen(fd, "r") : NULL;
	char text[CONTROL_LINE_MAX];
	int result = 1;

	if (in == NULL) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if (send_line(fd, line) != 0)
		result = fail(error, "%s: %s", path, strerror(errno));
	text[0] = '\0';
	while (result >= 0 && fgets(text, sizeof(text), in) != NULL)
		fputs(text, out);
	if (result >= 0 && text[0] == '\0')
		result = fail(error, "%s: the program ended without an answer", path);
	else if (result >= 0 && strcmp(text, "ok\n") == 0)
		result = 0;
	fclose(in);
	return result;
}
