/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/http.h>
#include <openssl/x509v3.h>

#include "http.h"
#include "text.h"

/* Seconds to wait for a connection. */
#define CONNECT_PATIENCE 10

/* Seconds by which OpenSSL's time limit is longer than ours, because it counts whole seconds of
 * another clock: so ours ends first, and a timeout is recognised. */
#define MARGIN 2

/* Bytes of an answer up to its status (RFC 9112, 4). */
#define HEAD 12

/* An exchange under way. OpenSSL limits the length that an answer declares and how long it waits,
 * but not how many lines come before it, nor how slowly. */
struct limit {
	BIO_METHOD *method;
	size_t left;
	time_t deadline;
	bool connected, too_long, too_late;
	char first[HEAD + 1]; /* the beginning of what came: "HTTP/1.1 403" */
	size_t seen;
};

bool
http_is_address(const char *url)
{
	for (const char *at = url; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~')
			return false;
	return strncasecmp(url, "http://", 7) == 0;
}

static time_t
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static int
limited_read(BIO *bio, char *bytes, int size)
{
	struct limit *limit = BIO_get_data(bio);
	int length;

	BIO_clear_retry_flags(bio);
	limit->too_late = limit->too_late || seconds_now() >= limit->deadline;
	limit->too_long = limit->too_long || limit->left == 0;
	if (limit->too_late || limit->too_long)
		return -1;
	length = BIO_read(BIO_next(bio), bytes, size);
	BIO_copy_next_retry(bio);
	for (int i = 0; i < length && limit->seen < HEAD; i++)
		limit->first[limit->seen++] = bytes[i];
	if (length > 0)
		limit->left -= (size_t)length < limit->left ? (size_t)length : limit->left;
	return length;
}

static int
passed_write(BIO *bio, const char *bytes, int length)
{
	int written = BIO_write(BIO_next(bio), bytes, length);

	BIO_clear_retry_flags(bio);
	BIO_copy_next_retry(bio);
	return written;
}

static long
passed_control(BIO *bio, int command, long number, void *pointer)
{
	return BIO_next(bio) != NULL ? BIO_ctrl(BIO_next(bio), command, number, pointer) : 0;
}

static BIO_METHOD *
new_method(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_FILTER, "limit");

	if (method == NULL || BIO_meth_set_read(method, limited_read) != 1 ||
	    BIO_meth_set_write(method, passed_write) != 1 ||
	    BIO_meth_set_ctrl(method, passed_control) != 1)
		out_of_memory();
	return method;
}

/* Put the limit in front of a connection. */
static BIO *
put_limit(BIO *connection, struct limit *limit)
{
	BIO *filter = BIO_new(limit->method);

	if (filter == NULL)
		out_of_memory();
	BIO_set_data(filter, limit);
	BIO_set_init(filter, 1);
	return BIO_push(filter, connection);
}

/* Connect. Not by OpenSSL's HTTP functions, which try a port that refuses until the time is over.
 */
static BIO *
connect_to(const char *host, const char *port, struct limit *limit)
{
	BIO *bio = BIO_new_connect(host);
	time_t until = time(NULL) + CONNECT_PATIENCE;

	if (bio == NULL)
		out_of_memory();
	BIO_set_conn_port(bio, port);
	BIO_set_nbio(bio, 1);
	while (BIO_do_connect(bio) != 1) {
		limit->too_late = BIO_should_retry(bio) && BIO_wait(bio, until, 0) == 0;
		if (!BIO_should_retry(bio) || limit->too_late) {
			BIO_free_all(bio);
			return NULL;
		}
	}
	limit->connected = true;
	return bio;
}

/* The result by the server's status. Not by OpenSSL's errors, which differ between versions. */
static enum http_result
by_status(const struct limit *limit)
{
	const char *status = limit->first + 9;

	if (limit->seen != HEAD || strncmp(limit->first, "HTTP/", 5) != 0)
		return HTTP_STRANGE;
	if (strcmp(status, "401") == 0 || strcmp(status, "403") == 0)
		return HTTP_REFUSED;
	if (status[0] == '5' || strcmp(status, "429") == 0) /* too many requests */
		return HTTP_FAILING;
	return HTTP_STRANGE;
}

static enum http_result
why_not(const struct limit *limit)
{
	if (limit->too_late || seconds_now() >= limit->deadline)
		return HTTP_TOO_LATE;
	if (!limit->connected)
		return HTTP_UNREACHABLE;
	if (limit->too_long)
		return HTTP_TOO_LONG;
	return by_status(limit);
}

/* The header that names the host, which OpenSSL does not send by itself. */
static struct stack_st_CONF_VALUE *
headers_for(const char *host, const char *port)
{
	STACK_OF(CONF_VALUE) *headers = NULL;
	bool usual = strcmp(port, OSSL_HTTP_PORT) == 0;
	char *name = text_format(strchr(host, ':') != NULL ? "[%s]%s%s" : "%s%s%s", host,
	    usual ? "" : ":", usual ? "" : port);

	if (X509V3_add_value("Host", name, &headers) != 1)
		out_of_memory();
	text_free(&name);
	return headers;
}

/* The parts of an address. */
struct place {
	char *host, *port, *path;
};

static bool
take_apart(const char *url, struct place *place)
{
	int tls = 0;

	return OSSL_HTTP_parse_url(url, &tls, NULL, &place->host, &place->port, NULL, &place->path,
		   NULL, NULL) == 1 &&
	       tls == 0;
}

static void
drop_place(struct place *place)
{
	OPENSSL_free(place->host);
	OPENSSL_free(place->port);
	OPENSSL_free(place->path);
}

static BIO *
transfer(
    const struct http_question *question, const struct place *place, BIO *connection, BIO *request)
{
	STACK_OF(CONF_VALUE) *headers = headers_for(place->host, place->port);
	BIO *answer = OSSL_HTTP_transfer(NULL, NULL, NULL, place->path, 0, NULL, NULL, connection,
	    connection, NULL, NULL, 0, headers, question->type, request, question->answer, 1,
	    question->most, question->seconds + MARGIN, 0);

	sk_CONF_VALUE_pop_free(headers, X509V3_conf_free);
	return answer;
}

static BIO *
ask(const struct http_question *question, struct limit *limit, BIO *request)
{
	struct place place = {NULL, NULL, NULL};
	BIO *connection = NULL, *answer = NULL;

	if (take_apart(question->url, &place))
		connection = connect_to(place.host, place.port, limit);
	if (connection != NULL) {
		connection = put_limit(connection, limit);
		answer = transfer(question, &place, connection, request);
	}
	BIO_free_all(connection);
	drop_place(&place);
	return answer;
}

enum http_result
http_post(const struct http_question *question, BIO *request, BIO **answer)
{
	struct limit limit = {.method = new_method(),
	    .left = question->most,
	    .deadline = seconds_now() + question->seconds};
	/* otherwise a server that hangs up would end the program */
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
	enum http_result result = HTTP_OK;

	sigaction(SIGPIPE, &ignore, &before);
	ERR_clear_error();
	*answer = ask(question, &limit, request);
	sigaction(SIGPIPE, &before, NULL);
	if (*answer == NULL)
		result = why_not(&limit);
	BIO_meth_free(limit.method);
	ERR_clear_error();
	return result;
}
