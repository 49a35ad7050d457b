/* SPDX-License-Identifier: BSD-2-Clause */
/* A PDF with room for a signature, as pdfsig (poppler-utils) makes it: pdfsig signs with a key that
 * is made for that alone and then forgotten, in a private database of NSS; that signature is
 * replaced later. So no other program gets the PIN, which pdfsig would take on its command line
 * only, where everybody can read it. */
#ifndef JPKI_TOOL_PDF_ROOM_H
#define JPKI_TOOL_PDF_ROOM_H

#include <signal.h>

#include <openssl/types.h>

struct pdf_room {
	EVP_PKEY *key;
	char *folder; /* a private one */
	char *path;   /* of the PDF with room, in that */
};

/* Whether the programs are there; else it was told. An exit status. */
int pdf_room_check(void);

/* Make the key, which takes a moment. */
void pdf_room_prepare(struct pdf_room *room);

/* Make the PDF; `name` is what it calls the signer. Signals are held meanwhile, `mask` is what they
 * were before. STATUS_DONE, or it was told. To be freed in any case. */
int pdf_room_make(
    struct pdf_room *room, const char *document, const char *name, const sigset_t *mask);
void pdf_room_free(struct pdf_room *room);

#endif
