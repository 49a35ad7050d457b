/* SPDX-License-Identifier: BSD-2-Clause */
/* The record of what opensc.c has removed from files, byte for byte: a JSON file of the person's
 * own, which exists only while it is not empty. */
#ifndef JPKI_TOOL_OPENSC_KEPT_H
#define JPKI_TOOL_OPENSC_KEPT_H

#include <jansson.h>
#include <stdbool.h>

#include "file.h"
#include "opensc_place.h"

struct kept {
	struct file file;
	json_t *root, *rows;
};

struct kept_row {
	enum opensc_place place;
	const char *file;
	const char *taken; /* what was removed: a part, or the whole file; NULL: nothing */
	size_t at;	   /* offset of the part */
	const char *made;  /* the new content of the whole file; NULL for a part */
	int folders;	   /* number of folders made for it */
};

/* Read the record. 0, or -1 after telling why. The caller frees it in either case. */
int kept_read(struct kept *kept);
void kept_free(struct kept *kept);

size_t kept_count(const struct kept *kept);
/* Get row i; its texts belong to *kept. False if the row is invalid. */
bool kept_get(const struct kept *kept, size_t i, struct kept_row *row);
/* Add a row. 0, or -1 after telling that it cannot be stored. */
int kept_add(struct kept *kept, const struct kept_row *row);
void kept_drop(struct kept *kept, size_t i);

/* Write the file, or remove it if there are no rows. 0, or -1 after telling why. */
int kept_write(struct kept *kept);

#endif
