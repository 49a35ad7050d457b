/* SPDX-License-Identifier: BSD-2-Clause */
/* A PDF with room for a signature, made by pdfsig (poppler-utils). pdfsig signs with a key that is
 * made only for that, in a private NSS database, and then destroyed; its signature is replaced
 * later. So no other program gets the PIN, which pdfsig accepts only on its command line, where
 * everybody can read it. */
#ifndef JPKI_TOOL_PDF_ROOM_H
#define JPKI_TOOL_PDF_ROOM_H

#include <openssl/types.h>

struct pdf_room {
	EVP_PKEY *key;
	int file;   /* the PDF with room, which has no name */
	char *path; /* path by which it can be opened again; NULL: there is no file */
};

/* Check that the programs, and a place for their folder, are available. Returns an exit status;
 * what is missing was told. */
int pdf_room_check(const char *document);

/* Make the key, which takes a moment. */
void pdf_room_prepare(struct pdf_room *room);

/* The most seconds that pdf_room_make may take. */
#define PDF_ROOM_PATIENCE 120

/* Make the PDF; `name` is the signer's name in it. A signal that ends the program ends this too,
 * and leaves nothing behind. STATUS_DONE, or it was told. The caller frees *room in either case. */
int pdf_room_make(struct pdf_room *room, const char *document, const char *name);
void pdf_room_free(struct pdf_room *room);

#endif
