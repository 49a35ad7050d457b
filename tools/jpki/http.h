/* SPDX-License-Identifier: BSD-2-Clause */
/* Ask a server that somebody names, who may answer anything, forever, or not at all. */
#ifndef JPKI_TOOL_HTTP_H
#define JPKI_TOOL_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/bio.h>

enum http_result {
	HTTP_OK,
	HTTP_UNREACHABLE, /* nobody is there */
	HTTP_TOO_LATE,	  /* the time was up */
	HTTP_TOO_LONG,
	HTTP_REFUSED, /* it answers that it will not: who asks is not let in */
	HTTP_FAILING, /* it answers that it cannot now */
	HTTP_STRANGE, /* it answers something else than was asked for */
};

struct http_question {
	const char *url;	   /* http_is_address() */
	const char *type, *answer; /* what is sent and wanted, as "application/ocsp-request" */
	size_t most;		   /* bytes of the whole answer */
	int seconds;		   /* for all of it */
};

/* Whether it is an address that can be asked: http, and nothing but printable ASCII. */
bool http_is_address(const char *url);

/* POST it; the answer, DER, is the caller's if HTTP_OK. */
enum http_result http_post(const struct http_question *question, BIO *request, BIO **answer);

#endif
