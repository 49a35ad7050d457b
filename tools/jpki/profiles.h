/* SPDX-License-Identifier: BSD-2-Clause */
/* The profiles of a Mozilla program: from profiles.ini and installs.ini in its folder, and for
 * Firefox the groups of profiles (profile_groups.h). */
#ifndef JPKI_TOOL_PROFILES_H
#define JPKI_TOOL_PROFILES_H

#include <stdbool.h>
#include <stddef.h>

struct profile {
	char *name;		      /* NULL: none */
	char *shown;		      /* the name that Firefox shows; NULL: in no group */
	char *store;		      /* the group that it belongs to; NULL: none */
	char *folder;		      /* absolute */
	bool is_default, is_installs; /* the default one; one that an installation uses */
	bool is_unlisted;	      /* only a group's list has it */
};

struct profiles {
	struct profile *rows;
	size_t count;
};

/* Add the profiles in the texts of profiles.ini and installs.ini of a folder. Invalid lines are
 * skipped, as the programs do. */
void profiles_add(struct profiles *profiles, const char *folder, const char *profiles_ini,
    const char *installs_ini);

/* Add a profile of a group, or add the group's data to a known one. Takes over `folder`; `shown`
 * may be NULL. */
void profiles_add_to_group(
    struct profiles *profiles, char *folder, const char *shown, const char *store);

/* Add the profiles in the files of a folder. 0, also if there are none; -1 after telling that one
 * cannot be read. */
int profiles_read(struct profiles *profiles, const char *folder);

void profiles_free(struct profiles *profiles);

/* Whether the profile has this name. */
bool profiles_is_named(const struct profile *profile, const char *name);

/* Whether a program that is started without a profile's name would use this one: that of an
 * installation; if no installation has one, the default one; otherwise the only one. All profiles
 * of its group count too. */
bool profiles_is_used(const struct profiles *profiles, const struct profile *profile);

#endif
