/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings that jpki setup makes in the person's jpki.conf, each for a program alone: a section
 * like [signature soffice.bin] with one line, behind a comment by which it is found again. */
#ifndef JPKI_TOOL_OWN_SETTING_H
#define JPKI_TOOL_OWN_SETTING_H

#include <stdbool.h>

struct own_setting {
	const char *section;
	const char *program; /* the name of its file */
	const char *name;
	const char *value;
};

struct own_found {
	char *value; /* NULL: there is none */
	char *path;  /* of the file that says so */
	bool is_ours;
};

/* What the program has by the person's file, or else by that for all users: for it alone, or, if
 * `or_general`, for all programs. 0, or -1: a file cannot be read, which was told. To be freed in
 * any case. */
int own_setting_find(const struct own_setting *setting, bool or_general, struct own_found *found);
void own_found_free(struct own_found *found);

/* Make it, or give the one that is ours another value. 0, or -1 (told). *path: of the file, to be
 * freed. */
int own_setting_make(const struct own_setting *setting, char **path);

/* Remove it, whatever its value, if it is ours: 1; 0: there is none; -1 (told). *path as above. */
int own_setting_remove(const struct own_setting *setting, char **path);

#endif
