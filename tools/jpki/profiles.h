/* SPDX-License-Identifier: BSD-2-Clause */
/* The profiles of a program of Mozilla's: profiles.ini and installs.ini in its folder, and for
 * Firefox the groups of profiles (profile_groups.h). */
#ifndef JPKI_TOOL_PROFILES_H
#define JPKI_TOOL_PROFILES_H

#include <stdbool.h>
#include <stddef.h>

struct profile {
	char *name;		      /* NULL if it has none */
	char *shown;		      /* the name that Firefox shows; NULL if it is in no group */
	char *store;		      /* the group that it is in; NULL: in none */
	char *folder;		      /* absolute */
	bool is_default, is_installs; /* the default one; one that an installation uses */
	bool is_unlisted;	      /* it is in a group's list alone */
};

struct profiles {
	struct profile *rows;
	size_t count;
};

/* Add what the texts of profiles.ini and installs.ini in the folder tell; lines that make no sense
 * are passed over, as the programs do. */
void profiles_add(struct profiles *profiles, const char *folder, const char *profiles_ini,
    const char *installs_ini);

/* Add one of a group, or what the group knows of one that is there. Takes the folder's text; the
 * name may be NULL. */
void profiles_add_to_group(
    struct profiles *profiles, char *folder, const char *shown, const char *store);

/* Add what the files in the folder tell. 0, also if there are none; -1: one cannot be read, which
 * was told. */
int profiles_read(struct profiles *profiles, const char *folder);

void profiles_free(struct profiles *profiles);

/* Whether it has this name. */
bool profiles_is_named(const struct profile *profile, const char *name);

/* Whether a program started without naming a profile would use this one: that of an installation;
 * if no installation has one, the default one; else the only one. With one, all of its group. */
bool profiles_is_used(const struct profiles *profiles, const struct profile *profile);

#endif
