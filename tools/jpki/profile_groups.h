/* SPDX-License-Identifier: BSD-2-Clause */
/* Firefox's own profile manager: of the profiles in a group, profiles.ini has only the one that was
 * used last, with the group's StoreID; all are in "Profile Groups/STOREID.sqlite" beside it. */
#ifndef JPKI_TOOL_PROFILE_GROUPS_H
#define JPKI_TOOL_PROFILE_GROUPS_H

#include "profiles.h"

/* Add the profiles of the groups that the list names; the files are only read. 0, also if there is
 * no such file; -1: one cannot be read, which was told. */
int profile_groups_read(struct profiles *profiles, const char *folder);

#endif
