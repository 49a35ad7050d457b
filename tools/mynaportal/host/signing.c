/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "signing.h"
#include "text.h"

/* How long the key stays open for so many signatures, in seconds: a card takes about one for each.
 */
#define OPEN_AT_LEAST 10u
#define OPEN_FOR_EACH 3u

struct signing {
	uint64_t card;
	enum jpki_role role;
	const struct request *request;
	uint8_t (*signatures)[JPKI_SIGNATURE_SIZE];
	uint8_t certificate[JPKI_CERTIFICATE_MAX];
	size_t certificate_size;
};

static int
sign_all(struct signing *signing)
{
	const struct request *request = signing->request;
	int rv = JPKI_OK;

	for (size_t i = 0; i < request->count && rv == JPKI_OK; i++)
		rv = jpki_sign(signing->card, signing->role, JPKI_SIGN_PKCS1,
		    request->digests[i].info, DIGEST_INFO_SIZE, signing->signatures[i]);
	return rv;
}

/* One document needs no longer than the login lasts. */
static int
stay_open(const struct signing *signing)
{
	size_t count = signing->request->count;

	return count == 1 ? JPKI_OK
			  : jpki_stay_open(signing->card, signing->role,
				OPEN_AT_LEAST + OPEN_FOR_EACH * (unsigned)count);
}

/* The certificate of the key for signatures can be read in a login alone. */
static int
use_login(struct signing *signing)
{
	int rv = stay_open(signing);

	signing->certificate_size = sizeof(signing->certificate);
	if (rv == JPKI_OK)
		rv = sign_all(signing);
	if (rv == JPKI_OK)
		rv = jpki_certificate(signing->card, signing->role, JPKI_CERTIFICATE,
		    signing->certificate, &signing->certificate_size);
	return rv;
}

static json_t *
signatures_json(const struct signing *signing)
{
	json_t *list = json_array();

	for (size_t i = 0; i < signing->request->count; i++)
		json_array_append_new(
		    list, answer_base64(signing->signatures[i], JPKI_SIGNATURE_SIZE));
	return list;
}

static void
add_to_answer(const struct signing *signing, json_t *answer)
{
	json_object_set_new(answer, "signature",
	    signing->role == JPKI_SIGNATURE
		? signatures_json(signing)
		: answer_base64(signing->signatures[0], JPKI_SIGNATURE_SIZE));
	json_object_set_new(answer, "certificate",
	    answer_base64_unpadded(signing->certificate, signing->certificate_size));
}

static int
log_in(const struct signing *signing, struct jpki_secret **pin, enum jpki_try *spent)
{
	int rv = jpki_login(signing->card, signing->role, (*pin)->bytes, (*pin)->length, spent);

	jpki_secret_free(pin);
	return rv;
}

/* What cannot be locked is not given: the process ends then, and with it what is open. */
static int
use_pin(struct signing *signing, struct jpki_secret **pin, enum jpki_try *spent)
{
	int rv = log_in(signing, pin, spent), locked;

	if (rv != JPKI_OK)
		return rv;
	rv = use_login(signing);
	locked = jpki_logout(signing->card, signing->role);
	return rv == JPKI_OK ? locked : rv;
}

int
signing_do(uint64_t card, const struct request *request, struct jpki_secret **pin,
    enum jpki_try *spent, json_t *answer)
{
	struct signing signing = {
	    .card = card,
	    .role = request->kind == REQUEST_SIGN ? JPKI_SIGNATURE : JPKI_AUTHENTICATION,
	    .request = request,
	    .signatures = memory_new(request->count * JPKI_SIGNATURE_SIZE),
	};
	int rv = use_pin(&signing, pin, spent);

	if (rv == JPKI_OK)
		add_to_answer(&signing, answer);
	explicit_bzero(signing.certificate, sizeof(signing.certificate));
	free(signing.signatures);
	return rv;
}
