/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of pkcs11.txt, the list of modules of an NSS database.
 *
 * A module is a stanza: lines "key=value", up to an empty line. NSS (lib/util/utilmod.c) reads
 * "library", "name", "parameters" and "NSS", and skips lines that begin with "#". A value in
 * quotes ends at the next quote and may contain backslashes; any other value is the rest of the
 * line. Lines have at most 2046 bytes.
 *
 * NSS's own functions to edit the file (NSSUTIL_DoModuleDBFunction) are not used: they write in
 * place or to a fixed name beside the file, do not check whether writing worked, remove the file
 * before they put the new one there (with a symbolic link), match a module whose name only begins
 * with the wanted one, and lose a last stanza without an empty line after it. */
#ifndef JPKI_TOOL_NSS_TEXT_H
#define JPKI_TOOL_NSS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The longest path that fits into NSS's lines. */
#define NSS_PATH_MAX 2000

struct nss_module {
	size_t begin, end;		   /* offsets of the stanza in the text */
	char *library, *name;		   /* NULL: none */
	size_t library_begin, library_end; /* offsets of its value, with the quotes */
};

struct nss_modules {
	struct nss_module *rows;
	size_t count;
};

/* Read the modules in a text, in their order; the caller frees them. */
void nss_modules_read(struct nss_modules *modules, const char *text);
void nss_modules_free(struct nss_modules *modules);

/* Whether such a path fits into NSS's file. */
bool nss_path_fits(const char *library);

/* Each of these returns a new text, which the caller frees, and which differs from the old one in
 * one module only. */

/* With one more module. nss_text_without() restores the old text, byte for byte. */
char *nss_text_with(const char *text, const char *library, const char *name);
/* With another library path in a module that has one. */
char *nss_text_moved(const char *text, const struct nss_module *module, const char *library);
/* Without a module. Comments in its stanza stay. */
char *nss_text_without(const char *text, const struct nss_module *module);

/* Without a module and its whole stanza, which becomes *stanza (the caller frees it) with its
 * offset *at. */
char *nss_text_cut(const char *text, const struct nss_module *module, char **stanza, size_t *at);
/* With such a stanza put back: at its old place if that is between two others now. So a text that
 * has not changed since becomes the old one, byte for byte. */
char *nss_text_put_back(const char *text, const char *stanza, size_t at);

/* A new file, with only NSS's own module, and a comment that says who made it and contains `note`
 * (one line). The caller frees it. */
char *nss_text_new(const char *note);
/* The note, if a text is such a file and nothing more; the caller frees it. Otherwise NULL. */
char *nss_text_note(const char *text);

#endif
