/* SPDX-License-Identifier: BSD-2-Clause */
/* A PDF with room for a signature, as pdfsig (poppler-utils) makes it: pdfsig signs with a key that
 * is made for that alone and then forgotten, in a private database of NSS; that signature is
 * replaced later. So no other program gets the PIN, which pdfsig would take on its command line
 * only, where everybody can read it. */
#ifndef JPKI_TOOL_PDF_ROOM_H
#define JPKI_TOOL_PDF_ROOM_H

#include <openssl/types.h>

struct pdf_room {
	EVP_PKEY *key;
	int file;   /* the PDF with room, which has no name */
	char *path; /* how it can be opened again; NULL: there is none */
};

/* Whether the programs and a place for their folder are there; else it was told. An exit status. */
int pdf_room_check(const char *document);

/* Make the key, which takes a moment. */
void pdf_room_prepare(struct pdf_room *room);

/* The most seconds that it may take. */
#define PDF_ROOM_PATIENCE 120

/* Make the PDF; `name` is what it calls the signer. A signal that ends us ends all of it, and
 * leaves nothing behind. STATUS_DONE, or it was told. To be freed in any case. */
int pdf_room_make(struct pdf_room *room, const char *document, const char *name);
void pdf_room_free(struct pdf_room *room);

#endif
