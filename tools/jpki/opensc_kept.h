/* SPDX-License-Identifier: BSD-2-Clause */
/* What opensc.c has taken out of files, byte for byte: a file of JSON of the person's own, which is
 * there only while it holds something. */
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
	const char *taken; /* what was taken out: a part, or the whole file; NULL: there was none */
	size_t at;	   /* where the part was */
	const char *made;  /* the whole file since, NULL for a part */
	int folders;	   /* that were made for it */
};

/* 0 or -1 (told). To be freed in any case. */
int kept_read(struct kept *kept);
void kept_free(struct kept *kept);

size_t kept_count(const struct kept *kept);
/* Whether row i is a sound one; its texts are those of the file. */
bool kept_get(const struct kept *kept, size_t i, struct kept_row *row);
/* 0, or -1 (told): it cannot be kept. */
int kept_add(struct kept *kept, const struct kept_row *row);
void kept_drop(struct kept *kept, size_t i);

/* Write it, or remove the file if nothing is in it. 0 or -1 (told). */
int kept_write(struct kept *kept);

#endif
