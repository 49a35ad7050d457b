/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "signing.h"
#include "text.h"

/* How long the key stays unlocked, in seconds: at least, and for each signature. A card takes
 * about one second for each. */
#define OPEN_AT_LEAST 10u
#define OPEN_FOR_EACH 3u

struct signing {
	uint64_t card;
	enum jpki_role role;
	const struct request *request;
	uint8_t (*signatures)[JPKI_SIGNATURE_SIZE];
	size_t done;  /* number of signatures made */
	bool one_pin; /* each signature needs its own PIN */
	uint8_t certificate[JPKI_CERTIFICATE_MAX];
	size_t certificate_size; /* 0: not read yet */
};

struct signing *
signing_new(uint64_t card, const struct request *request)
{
	struct signing *signing = memory_new(sizeof(*signing));

	signing->card = card;
	signing->role = request->kind == REQUEST_SIGN ? JPKI_SIGNATURE : JPKI_AUTHENTICATION;
	signing->request = request;
	signing->signatures = memory_new(request->count * JPKI_SIGNATURE_SIZE);
	return signing;
}

void
signing_free(struct signing **signing)
{
	if (*signing == NULL)
		return;
	free((*signing)->signatures);
	explicit_bzero(*signing, sizeof(**signing));
	free(*signing);
	*signing = NULL;
}

/* ---------------------------------------------------------------- one PIN for all */

static int
sign_next(struct signing *signing)
{
	size_t next = signing->done;
	int rv = jpki_sign(signing->card, signing->role, JPKI_SIGN_PKCS1,
	    signing->request->digests[next].info, DIGEST_INFO_SIZE, signing->signatures[next]);

	if (rv == JPKI_OK)
		signing->done++;
	return rv;
}

static int
sign_all(struct signing *signing)
{
	int rv = JPKI_OK;

	signing->done = 0;
	while (rv == JPKI_OK && signing->done < signing->request->count)
		rv = sign_next(signing);
	return rv;
}

/* The certificate of the signature key can be read only during a login. */
static int
read_certificate(struct signing *signing)
{
	size_t size = sizeof(signing->certificate);
	int rv = jpki_certificate(
	    signing->card, signing->role, JPKI_CERTIFICATE, signing->certificate, &size);

	if (rv == JPKI_OK)
		signing->certificate_size = size;
	return rv;
}

/* Read the certificate first, while the login's transaction lasts, so that it takes one
 * transaction. */
static int
use_login(struct signing *signing)
{
	int rv = jpki_stay_open(signing->card, signing->role,
	    OPEN_AT_LEAST + OPEN_FOR_EACH * (unsigned)signing->request->count);

	signing->one_pin = rv == JPKI_ERR_NOT_VERIFIED;
	if (rv == JPKI_OK || signing->one_pin)
		rv = read_certificate(signing);
	return rv == JPKI_OK && !signing->one_pin ? sign_all(signing) : rv;
}

static int
log_in(const struct signing *signing, struct jpki_secret **pin, enum jpki_try *spent)
{
	int rv = jpki_login(signing->card, signing->role, (*pin)->bytes, (*pin)->length, spent);

	jpki_secret_free(pin);
	return rv;
}

/* If the card cannot be locked, the signatures are not returned: the process then ends, and the
 * guard locks the card. */
static int
use_pin_for_all(struct signing *signing, struct jpki_secret **pin, enum jpki_try *spent)
{
	int rv = log_in(signing, pin, spent), locked;

	if (rv != JPKI_OK)
		return rv;
	rv = use_login(signing);
	locked = jpki_logout(signing->card, signing->role);
	return rv == JPKI_OK ? locked : rv;
}

/* ---------------------------------------------------------------- one PIN for each */

static int
use_pin_for_one(struct signing *signing, struct jpki_secret **pin, enum jpki_try *spent)
{
	int rv = jpki_sign_with_pin(signing->card, signing->role, (*pin)->bytes, (*pin)->length,
	    JPKI_SIGN_PKCS1, signing->request->digests[signing->done].info, DIGEST_INFO_SIZE,
	    signing->signatures[signing->done], spent);

	jpki_secret_free(pin);
	if (rv == JPKI_OK)
		signing->done++;
	return rv;
}

/* ---------------------------------------------------------------- both */

int
signing_use_pin(struct signing *signing, struct jpki_secret **pin, enum jpki_try *spent)
{
	return signing->one_pin ? use_pin_for_one(signing, pin, spent)
				: use_pin_for_all(signing, pin, spent);
}

size_t
signing_next(const struct signing *signing)
{
	return signing->done < signing->request->count ? signing->done + 1 : 0;
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

void
signing_add(const struct signing *signing, json_t *answer)
{
	json_object_set_new(answer, "signature",
	    signing->role == JPKI_SIGNATURE
		? signatures_json(signing)
		: answer_base64(signing->signatures[0], JPKI_SIGNATURE_SIZE));
	json_object_set_new(answer, "certificate",
	    answer_base64_unpadded(signing->certificate, signing->certificate_size));
}
