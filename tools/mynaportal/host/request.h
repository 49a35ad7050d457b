/* SPDX-License-Identifier: BSD-2-Clause */
/* A request, and whether it is allowed: everything that is checked before any card is touched. */
#ifndef JPKI_PORTAL_REQUEST_H
#define JPKI_PORTAL_REQUEST_H

#include <stddef.h>

#include "caller.h"
#include "digest.h"
#include "word.h"

enum request_kind {
	REQUEST_LOG_IN,	    /* mode 01 */
	REQUEST_SIGN,	    /* 02 */
	REQUEST_ATTRIBUTES, /* 04 */
	REQUEST_END,	    /* 05 */
	REQUEST_CHECK,	    /* the check, for the extension's own page */
};

/* The most documents that are signed with one password. */
#define REQUEST_DIGESTS_MAX 100
/* Bytes of a mode, with its NUL; a longer one is ignored. */
#define REQUEST_MODE_SIZE 8

struct request {
	enum request_kind kind;
	char mode[REQUEST_MODE_SIZE]; /* as requested, for the answer; "": none was given */
	char *origin;		      /* NULL: the extension does not send it */
	struct digest *digests;	      /* the hashes to sign */
	size_t count, room;	      /* how many there are; for how many there is room */
};

/* Read and check a message of an extension, JSON in UTF-8. Our extension wraps a page's message
 * and adds the origin; of another one the message is taken as it is, or as JSON within a text.
 * WORD_DONE if the request is allowed; else the reason, and only request->mode is valid. The
 * caller frees the request in either case (request_free). */
enum word request_read(
    enum caller caller, const char *text, size_t length, struct request *request);

/* Read and check the message of a page with this origin. Returns what request_read returns. */
enum word request_read_of(
    const char *origin, const char *text, size_t length, struct request *request);

/* Wipe and free the contents of a request. */
void request_free(struct request *request);

#endif
