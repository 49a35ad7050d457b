/* SPDX-License-Identifier: BSD-2-Clause */

/* What libpcsclite does not tell of the service (pcscd). */

#include "card/pcscd.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_MS 500

/* As libpcsclite finds it. */
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

static bool
hangs_up(const struct sockaddr_un *address)
{
	struct pollfd wait = {.events = POLLIN};
	bool hung_up = false;

	wait.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (wait.fd < 0)
		return false;
	if (connect(wait.fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
		hung_up = poll(&wait, 1, PATIENCE_MS) == 1 && (wait.revents & POLLHUP) != 0;
	(void)close(wait.fd);
	return hung_up;
}

/* One that ends hangs up too, but not a second time. */
bool
pcscd_hangs_up(void)
{
	struct sockaddr_un address = {0};

	return find_socket(&address) && hangs_up(&address) && hangs_up(&address);
}
