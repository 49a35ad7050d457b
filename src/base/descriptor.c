/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct descriptor
descriptor_keep(int number)
{
	struct stat info;

	if (number < 0 || fstat(number, &info) != 0)
		return NO_DESCRIPTOR;
	return (struct descriptor){number, info.st_dev, info.st_ino};
}

bool
descriptor_is_ours(const struct descriptor *descriptor)
{
	struct stat info;

	return descriptor->number >= 0 && fstat(descriptor->number, &info) == 0 &&
	       info.st_dev == descriptor->device && info.st_ino == descriptor->inode;
}

void
descriptor_close(struct descriptor *descriptor)
{
	if (descriptor_is_ours(descriptor))
		(void)close(descriptor->number);
	*descriptor = NO_DESCRIPTOR;
}

void
descriptor_unlock(int number)
{
	struct flock whole = {.l_type = F_UNLCK, .l_whence = SEEK_SET};

	if (number < 0)
		return;
	(void)fcntl(number, F_OFD_SETLK, &whole);
	(void)close(number);
}
