/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/process.h"

#include <stdatomic.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A page whose first word is 1 while the process is marked; NULL before the first mark. */
static _Atomic(atomic_int *) page;
/*
 * If the kernel cannot clear the page in a child (before 4.14), the mark is the process's number;
 * else 0.
 */
static atomic_int number;

bool
process_mark(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	atomic_int *new;

	if (atomic_load(&page) == NULL) {
		new = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (new == MAP_FAILED)
			return false;
		if (madvise(new, size, MADV_WIPEONFORK) != 0)
			atomic_store(&number, getpid());
		atomic_store(&page, new);
	}
	if (atomic_load(&number) != 0)
		atomic_store(&number, getpid());
	atomic_store(atomic_load(&page), 1);
	return true;
}

bool
process_is_marked(void)
{
	atomic_int *mark = atomic_load(&page);

	if (mark == NULL || atomic_load(mark) != 1)
		return false;
	return atomic_load(&number) == 0 || atomic_load(&number) == getpid();
}

void
process_program(char *name, size_t size)
{
	static const char gone[] =
	    " (deleted)"; /* the program's file was replaced since it was started */
	char path[PATH_MAX + sizeof(gone)];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	const char *file;

	name[0] = '\0';
	if (length < 0)
		return;
	path[length] = '\0';
	if ((size_t)length >= sizeof(gone) && strcmp(path + length - (sizeof(gone) - 1), gone) == 0)
		path[(size_t)length - (sizeof(gone) - 1)] = '\0';
	file = strrchr(path, '/');
	file = file != NULL ? file + 1 : path;
	if (strlen(file) < size)
		strcpy(name, file);
}
