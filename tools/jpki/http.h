/* SPDX-License-Identifier: BSD-2-Clause */
/* Ask a server that is not trusted: it may answer anything, for ever, or not at all. */
#ifndef JPKI_TOOL_HTTP_H
#define JPKI_TOOL_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/bio.h>

enum http_result {
	HTTP_OK,
	HTTP_UNREACHABLE, /* no connection */
	HTTP_TOO_LATE,	  /* the time was over */
	HTTP_TOO_LONG,
	HTTP_REFUSED, /* it refuses us (401, 403) */
	HTTP_FAILING, /* it cannot answer now (5xx, 429) */
	HTTP_STRANGE, /* any other answer */
};

struct http_question {
	const char *url;	   /* http_is_address() */
	const char *type, *answer; /* media types that are sent and expected, such as
				      "application/ocsp-request" */
	size_t most;		   /* the most bytes of the whole answer */
	int seconds;		   /* for the whole exchange */
};

/* Whether it is an address that can be used: http, and printable ASCII only. */
bool http_is_address(const char *url);

/* POST the request. With HTTP_OK the caller owns *answer, DER. */
enum http_result http_post(const struct http_question *question, BIO *request, BIO **answer);

#endif
