/* SPDX-License-Identifier: BSD-2-Clause */
/* Firefox's profile manager: profiles.ini lists only the profile of a group that was used last,
 * with the group's StoreID; all of them are in "Profile Groups/STOREID.sqlite" beside it. */
#ifndef JPKI_TOOL_PROFILE_GROUPS_H
#define JPKI_TOOL_PROFILE_GROUPS_H

#include "profiles.h"

/* Add the profiles of the groups in the list; the files are only read. 0, also if there is no such
 * file; -1 after telling that one cannot be read. */
int profile_groups_read(struct profiles *profiles, const char *folder);

#endif
