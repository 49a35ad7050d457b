/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings that jpki setup makes in the person's jpki.conf, each for one program: a section such
 * as [signature soffice.bin] with one line, after a comment by which it is recognised. */
#ifndef JPKI_TOOL_OWN_SETTING_H
#define JPKI_TOOL_OWN_SETTING_H

#include <stdbool.h>

struct own_setting {
	const char *section;
	const char *program; /* the name of the program's file */
	const char *name;
	const char *value;
};

struct own_found {
	char *value; /* NULL: there is none */
	char *path;  /* of the file that contains it */
	bool is_ours;
};

/* Find the setting for this program in the person's file, otherwise in that for all users; with
 * `or_general` also one for all programs. 0, or -1 after telling that a file cannot be read. The
 * caller frees *found in either case. */
int own_setting_find(const struct own_setting *setting, bool or_general, struct own_found *found);
void own_found_free(struct own_found *found);

/* Make the setting, or change the value of ours. 0, or -1 after telling why. *path is the path of
 * the file; the caller frees it. */
int own_setting_make(const struct own_setting *setting, char **path);

/* Remove the setting if it is ours, whatever its value. 1 if removed, 0 if there is none, -1 after
 * telling why. *path is the path of the file; the caller frees it. */
int own_setting_remove(const struct own_setting *setting, char **path);

#endif
