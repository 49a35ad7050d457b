/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mark.h"

#include <errno.h>
#include <sys/stat.h>

void
mark_set(int file, bool marked)
{
	mode_t mode = S_IRUSR | S_IWUSR;
	int saved = errno;

	(void)fchmod(file, marked ? mode | S_IXUSR : mode);
	errno = saved;
}

bool
mark_is_set(int file)
{
	struct stat info;
	int saved = errno;
	bool marked = fstat(file, &info) == 0 && (info.st_mode & S_IXUSR) != 0;

	errno = saved;
	return marked;
}
