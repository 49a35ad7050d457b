/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of pkcs11.txt, in which a database of NSS keeps its list of modules.
 *
 * A module is a stanza: lines "key=value", up to an empty line. NSS (lib/util/utilmod.c) takes
 * "library", "name", "parameters" and "NSS", skips lines that begin with "#", and reads a value
 * that begins with a quote up to the next one, with backslashes; any other value is the rest of the
 * line as it is. It reads lines of at most 2046 bytes.
 *
 * NSS has functions to edit the file (NSSUTIL_DoModuleDBFunction), which are not used here: they
 * write in place or over a fixed name beside the file, do not look whether writing worked, remove
 * the file before they put the new one there (with a symbolic link), take a module whose name only
 * begins with the wanted one, and drop a last stanza that no empty line follows. */
#ifndef JPKI_TOOL_NSS_TEXT_H
#define JPKI_TOOL_NSS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The longest path that fits into NSS's lines. */
#define NSS_PATH_MAX 2000

struct nss_module {
	size_t begin, end;		   /* where the stanza's lines are in the text */
	char *library, *name;		   /* NULL where there is none */
	size_t library_begin, library_end; /* where its value is, with its quotes */
};

struct nss_modules {
	struct nss_module *rows;
	size_t count;
};

/* The modules in a text, in its order; to be freed. */
void nss_modules_read(struct nss_modules *modules, const char *text);
void nss_modules_free(struct nss_modules *modules);

/* Whether NSS can hold such a path in its file. */
bool nss_path_fits(const char *library);

/* Each of these gives a new text, to be freed, that differs from the old one in the one module. */

/* With a module more. nss_text_without() gives the old text again, byte for byte. */
char *nss_text_with(const char *text, const char *library, const char *name);
/* With another file for a module that has one. */
char *nss_text_moved(const char *text, const struct nss_module *module, const char *library);
/* Without a module. Comments in its stanza stay. */
char *nss_text_without(const char *text, const struct nss_module *module);

/* Without a module and all that is in its stanza, which is *stanza (to be freed) from *at on. */
char *nss_text_cut(const char *text, const struct nss_module *module, char **stanza, size_t *at);
/* With such a stanza again: where it was, if that is between two others now, so that a text that
 * has not changed since is the old one byte for byte. */
char *nss_text_put_back(const char *text, const char *stanza, size_t at);

/* A new file: NSS's own module alone, and a comment that says who made it, with a note (a line) to
 * find again. To be freed. */
char *nss_text_new(const char *note);
/* The note, to be freed, if a text is such a file and nothing more; else NULL. */
char *nss_text_note(const char *text);

#endif
