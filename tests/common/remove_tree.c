/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <ftw.h>
#include <stdio.h>

static int
remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
	return remove(path);
}

int
remove_tree(const char *path)
{
	return nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
