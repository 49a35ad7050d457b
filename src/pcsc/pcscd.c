/* SPDX-License-Identifier: BSD-2-Clause */

/* What libpcsclite does not tell about the service (pcscd). */

#include "pcsc/pcscd.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/checksum.h"

#define PATIENCE_MS 500
/*
 * A service that neither answers nor hangs up costs PATIENCE_MS each time, so it is not asked again
 * for this long, in ms.
 */
#define PAUSE_MS 10000
static atomic_uint_least64_t paused_until;

/* Find the socket in the way that libpcsclite does. */
static bool
find_socket(struct sockaddr_un *address)
{
	const char *path = secure_getenv("PCSCLITE_CSOCK_NAME");

	if (path == NULL)
		path = "/run/pcscd/pcscd.comm";
	if (strlen(path) >= sizeof(address->sun_path))
		return false;
	address->sun_family = AF_UNIX;
	strcpy(address->sun_path, path);
	return true;
}

enum reception {
	ABSENT,
	OPEN,
	HUNG_UP,
};

static enum reception
reception(const struct sockaddr_un *address)
{
	struct pollfd wait = {.events = POLLIN};
	enum reception found = ABSENT;
	bool answered;

	wait.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (wait.fd < 0)
		return ABSENT;
	if (connect(wait.fd, (const struct sockaddr *)address, sizeof(*address)) == 0) {
		answered = poll(&wait, 1, PATIENCE_MS) == 1;
		found = answered && (wait.revents & POLLHUP) != 0 ? HUNG_UP : OPEN;
	}
	(void)close(wait.fd);
	return found;
}

/* A service that is ending hangs up too, but not a second time. */
bool
pcscd_hangs_up(void)
{
	struct sockaddr_un address = {0};
	enum reception found;

	if (clock_now_ms() < atomic_load(&paused_until) || !find_socket(&address))
		return false;
	found = reception(&address);
	if (found == HUNG_UP)
		found = reception(&address);
	if (found == OPEN)
		atomic_store(&paused_until, clock_now_ms() + PAUSE_MS);
	return found == HUNG_UP;
}

int
pcscd_next_number(void)
{
	int number = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (number >= 0)
		(void)close(number);
	return number;
}

struct descriptor
pcscd_socket(int number)
{
	struct sockaddr_un service = {0}, peer = {0};
	socklen_t length = sizeof(peer);

	if (number < 0 || !find_socket(&service) ||
	    getpeername(number, (struct sockaddr *)&peer, &length) != 0 ||
	    peer.sun_family != AF_UNIX || length > sizeof(peer) ||
	    strncmp(peer.sun_path, service.sun_path, sizeof(peer.sun_path)) != 0)
		return NO_DESCRIPTOR;
	return descriptor_keep(number);
}

uint64_t
pcscd_insertion(const char *reader, uint32_t events)
{
	struct sockaddr_un address = {0};
	uint64_t sum = CHECKSUM_START, socket_file[2] = {0};
	struct stat info;

	if (find_socket(&address) && stat(address.sun_path, &info) == 0) {
		socket_file[0] = info.st_dev;
		socket_file[1] = info.st_ino;
	}
	sum = checksum_add(sum, address.sun_path, strlen(address.sun_path));
	sum = checksum_add(sum, socket_file, sizeof(socket_file));
	sum = checksum_add(sum, reader, strlen(reader));
	sum = checksum_add(sum, &events, sizeof(events));
	return sum != 0 ? sum : 1;
}
