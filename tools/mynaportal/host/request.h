/* SPDX-License-Identifier: BSD-2-Clause */
/* What is asked of us, and whether it may be: all that is judged before any card is touched. */
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
	REQUEST_CHECK,	    /* how things are, for the extension's own page */
};

/* The most documents that are signed with one password. */
#define REQUEST_DIGESTS_MAX 100
/* Bytes of a mode, with its NUL; longer ones are none. */
#define REQUEST_MODE_SIZE 8

struct request {
	enum request_kind kind;
	char mode[REQUEST_MODE_SIZE]; /* as it was asked, for the answer; "": it was not told */
	char *origin;		      /* NULL: the extension does not tell */
	struct digest *digests;	      /* those to be signed */
	size_t count, room;	      /* of them; for so many */
};

/* Judge what an extension has sent, JSON in UTF-8. Ours wraps a page's message, and tells the
 * origin; of another one the message is taken as it is, or as JSON within a text. WORD_DONE: it may
 * be done; else why not, and of the request only the mode counts. To be freed in any case. */
enum word request_read(
    enum caller caller, const char *text, size_t length, struct request *request);

/* The same for a message of a page with this origin. */
enum word request_read_of(
    const char *origin, const char *text, size_t length, struct request *request);

/* Nothing of it is left in memory. */
void request_free(struct request *request);

#endif
