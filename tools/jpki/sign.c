/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki sign: signatures of files, by a key of the card. */
#include <limits.h>
#include <string.h>

#include <openssl/x509.h>

#include "cades.h"
#include "document.h"
#include "message.h"
#include "names.h"
#include "state.h"
#include "text.h"
#include "trouble.h"
#include "unlock.h"

struct signing {
	struct unlock unlock;
	struct documents documents;
	size_t done;		    /* documents that are signed */
	size_t since;		    /* of these, since the last login */
	struct facts own;	    /* certificate of the key */
	struct facts issuer;	    /* certificate NULL: the card does not tell */
	struct jpki_secret *secret; /* for the next signature alone */
	enum jpki_try spent;
};

static int
sign_with_card(void *key, const uint8_t *info, uint8_t *signature, size_t length)
{
	struct signing *signing = key;
	uint64_t card = signing->unlock.found->card;
	struct jpki_secret *secret = signing->secret;

	if (length != JPKI_SIGNATURE_SIZE)
		return JPKI_ERR_ARGUMENT;
	if (secret == NULL)
		return jpki_sign(card, signing->unlock.role, JPKI_SIGN_PKCS1, info,
		    CADES_DIGEST_INFO, signature);
	return jpki_sign_with_pin(card, signing->unlock.role, secret->bytes, secret->length,
	    JPKI_SIGN_PKCS1, info, CADES_DIGEST_INFO, signature, &signing->spent);
}

static int
sign_next(struct signing *signing)
{
	struct document *document = &signing->documents.list[signing->done];
	int rv = cades_make(signing->own.certificate, signing->issuer.certificate, document->digest,
	    sign_with_card, signing, &document->signature, &document->signature_length);

	if (rv == JPKI_OK) {
		signing->done++;
		signing->since++;
	}
	return rv;
}

/* Where a PIN is good for one signature only (settings: window = 0). */
static int
sign_next_with_pin(struct signing *signing)
{
	int rv, status = unlock_ask(&signing->unlock, &signing->secret);

	if (status != STATUS_DONE)
		return status;
	signing->spent = JPKI_TRY_KEPT;
	(void)jpki_logout(signing->unlock.found->card, signing->unlock.role);
	rv = sign_next(signing);
	signing->since = 0;
	jpki_secret_free(&signing->secret);
	return rv == JPKI_OK ? STATUS_DONE
			     : trouble_tell_pin(signing->unlock.found->card, signing->unlock.role,
				   rv, signing->spent);
}

/* The key has closed: the time that a login is good for has passed, or the card was reset. It is
 * opened again only with a PIN that is given again. */
static int
open_again(struct signing *signing)
{
	advise(_("%zu of %zu files are signed. The card has locked its key again and wants the PIN "
		 "once more."),
	    signing->done, signing->documents.count);
	if (signing->since == 0)
		return sign_next_with_pin(signing);
	signing->since = 0;
	(void)jpki_logout(signing->unlock.found->card, signing->unlock.role);
	return unlock(&signing->unlock);
}

static int
sign_all(struct signing *signing)
{
	int status = STATUS_DONE;

	while (signing->done < signing->documents.count && status == STATUS_DONE) {
		int rv = sign_next(signing);

		if (rv == JPKI_ERR_NOT_VERIFIED)
			status = open_again(signing);
		else if (rv != JPKI_OK)
			status = trouble_tell(rv);
	}
	if (status != STATUS_DONE)
		advise("%s", _("Nothing was written."));
	return status;
}

static int
read_certificates(struct signing *signing)
{
	uint64_t card = signing->unlock.found->card;
	enum jpki_role role = signing->unlock.role;
	int rv = state_read_certificate(card, role, JPKI_CERTIFICATE, &signing->own);

	if (rv != JPKI_OK)
		return trouble_tell(rv);
	/* one that the card does not have is not missed: a checker has to know it anyway */
	if (state_read_certificate(card, role, JPKI_CA_CERTIFICATE, &signing->issuer) != JPKI_OK)
		signing->issuer = (struct facts){0};
	return STATUS_DONE;
}

/* As the official client does: it is in the signature, for whoever gets that. */
static void
tell_what_goes_along(enum jpki_role role)
{
	if (role == JPKI_SIGNATURE)
		advise("%s", _("Your name, address, date of birth and sex go into the signature, "
			       "with\nyour certificate: whoever gets it can read them."));
}

static int
sign_opened(struct signing *signing)
{
	int status = unlock(&signing->unlock);

	if (status != STATUS_DONE)
		return status;
	status = read_certificates(signing);
	if (status == STATUS_DONE)
		status = sign_all(signing);
	(void)jpki_logout(signing->unlock.found->card, signing->unlock.role);
	return status;
}

/* The files are read before the PIN is asked for: the time that it is good for is short. */
static int
sign_documents(const struct words *words, struct signing *signing)
{
	struct found found;
	enum jpki_role role = verb_has(words, OPTION_AUTH) ? JPKI_AUTHENTICATION : JPKI_SIGNATURE;
	unsigned left, maximum;
	int status = found_card(words, &found);

	if (status == STATUS_DONE && (found.keys & JPKI_ROLE(role)) == 0)
		status = trouble_tell(JPKI_ERR_NO_KEY);
	if (status == STATUS_DONE)
		status = unlock_prepare(words, &found, role, &signing->unlock);
	if (status == STATUS_DONE)
		status = unlock_check(&signing->unlock, &left, &maximum);
	if (status == STATUS_DONE)
		status = documents_digest(&signing->documents);
	if (status != STATUS_DONE)
		return status;
	tell_what_goes_along(role);
	status = sign_opened(signing);
	return status == STATUS_DONE ? documents_write(&signing->documents) : status;
}

static int
run(const struct words *words)
{
	const char *output = words->value[OPTION_OUTPUT];
	struct signing signing = {
	    .documents = {.detached = verb_has(words, OPTION_DETACHED),
		.force = verb_has(words, OPTION_FORCE)},
	};
	int status;

	if (words->count == 0)
		return verb_misused(words, "%s", _("a file is missing"));
	if (output != NULL && words->count > 1)
		return verb_misused(words, "%s", _("--output is for one file alone"));
	/* with the certificate, which says who a person is and where he lives */
	signing.documents.mode = verb_has(words, OPTION_AUTH) ? 0666 : 0600;
	status = documents_find(&signing.documents, words->word, (size_t)words->count, output);
	if (status == STATUS_DONE)
		status = sign_documents(words, &signing);
	jpki_stop();
	facts_free(&signing.own);
	facts_free(&signing.issuer);
	documents_free(&signing.documents);
	return status;
}

static const enum option_id options[] = {OPTION_DETACHED, OPTION_OUTPUT, OPTION_FORCE, OPTION_AUTH,
    UNLOCK_OPTIONS, OPTION_READER, OPTION_NONE};

const struct verb verb_sign = {
    .name = "sign",
    .summary = N_("sign files"),
    .usage = N_("FILE... [OPTION]..."),
    .about =
	N_("Signs files with the key for digital signature: each FILE becomes FILE.p7m, that\n"
	   "holds it and its signature, or with --detached FILE.p7s, the signature alone. The\n"
	   "password is asked for once. The signature is CMS (CAdES-BES), and holds your\n"
	   "certificate: name, address, date of birth and sex."),
    .options = options,
    .words_max = INT_MAX,
    .run = run,
};
