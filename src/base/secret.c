/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/secret.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t
pages_for(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (sizeof(struct jpki_secret) + size + page - 1) / page * page;
}

struct jpki_secret *
jpki_secret_new(size_t size)
{
	struct jpki_secret *secret;
	size_t room = pages_for(size);
	int saved = errno;

	secret = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (secret != MAP_FAILED) {
		(void)mlock(secret, room);
		(void)madvise(secret, room, MADV_DONTDUMP);
		(void)madvise(secret, room, MADV_WIPEONFORK);
		secret->size = size;
	}
	errno = saved;
	return secret != MAP_FAILED ? secret : NULL;
}

void *
secret_share(size_t size)
{
	void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return NULL;
	(void)mlock(shared, size);
	(void)madvise(shared, size, MADV_DONTDUMP);
	return shared;
}

void
secret_unshare(void *shared, size_t size)
{
	explicit_bzero(shared, size);
	(void)munmap(shared, size);
}

void
jpki_secret_free(struct jpki_secret **secret)
{
	int number = errno;
	size_t room;

	if (*secret == NULL)
		return;
	room = pages_for((*secret)->size);
	explicit_bzero(*secret, room);
	(void)munmap(*secret, room);
	*secret = NULL;
	errno = number;
}
