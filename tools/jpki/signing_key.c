/* SPDX-License-Identifier: BSD-2-Clause */
#include "signing_key.h"
#include "cades.h"
#include "message.h"
#include "state.h"
#include "text.h"
#include "trouble.h"

int
signing_key_find(const struct words *words, enum jpki_role role, struct signing_key *key)
{
	unsigned left, maximum;
	int status;

	*key = (struct signing_key){0};
	status = found_card(words, &key->found);
	if (status == STATUS_DONE && (key->found.keys & JPKI_ROLE(role)) == 0)
		status = trouble_tell(JPKI_ERR_NO_KEY);
	if (status == STATUS_DONE)
		status = unlock_prepare(words, &key->found, role, &key->unlock);
	if (status == STATUS_DONE)
		status = unlock_check(&key->unlock, &left, &maximum);
	return status;
}

/* Tell that the certificate is not valid now: a signature would be worthless. */
static int
tell_period(const struct signing_key *key)
{
	char *period = facts_period_text(&key->own);

	/* TRANSLATORS: how the period stands, as "expired". */
	complain(_("The certificate cannot be used today: %s."), period);
	advise("%s", _("Nothing was signed. The town office issues certificates."));
	text_free(&period);
	return STATUS_FAILED;
}

static int
read_certificates(struct signing_key *key)
{
	uint64_t card = key->found.card;
	enum jpki_role role = key->unlock.role;
	int rv = state_read_certificate(card, role, JPKI_CERTIFICATE, &key->own);

	if (rv != JPKI_OK)
		return trouble_tell_pin(card, role, rv, JPKI_TRY_KEPT);
	if (key->own.period == PERIOD_OVER || key->own.period == PERIOD_NOT_YET)
		return tell_period(key);
	/* without the CA certificate the signature is made all the same: who checks it must know
	 * the CA anyway */
	if (state_read_certificate(card, role, JPKI_CA_CERTIFICATE, &key->issuer) != JPKI_OK)
		key->issuer = (struct facts){0};
	return STATUS_DONE;
}

/* Tell that the certificate, with personal data, becomes part of the signature, as the official
 * client does. */
static void
tell_what_goes_along(enum jpki_role role)
{
	if (role == JPKI_SIGNATURE)
		advise("%s", _("Your name, address, date of birth and sex go into the signature, "
			       "with\nyour certificate: whoever gets it can read them."));
}

int
signing_key_open(struct signing_key *key)
{
	int status;

	tell_what_goes_along(key->unlock.role);
	status = unlock(&key->unlock);
	return status == STATUS_DONE ? read_certificates(key) : status;
}

static int
sign_with_card(void *to, const uint8_t *info, uint8_t *signature, size_t length)
{
	struct signing_key *key = to;
	enum jpki_role role = key->unlock.role;

	if (length != JPKI_SIGNATURE_SIZE)
		return JPKI_ERR_ARGUMENT;
	if (key->secret == NULL)
		return jpki_sign(
		    key->found.card, role, JPKI_SIGN_PKCS1, info, CADES_DIGEST_INFO, signature);
	return jpki_sign_with_pin(key->found.card, role, key->secret->bytes, key->secret->length,
	    JPKI_SIGN_PKCS1, info, CADES_DIGEST_INFO, signature, &key->spent);
}

int
signing_key_sign(struct signing_key *key, const uint8_t *digest, uint8_t **der, size_t *length)
{
	return cades_make(key->own.certificate, key->issuer.certificate, digest, sign_with_card,
	    key, der, length);
}

int
signing_key_tell(const struct signing_key *key, int rv)
{
	return trouble_tell_pin(key->found.card, key->unlock.role, rv, JPKI_TRY_KEPT);
}

int
signing_key_ask_for_one(struct signing_key *key)
{
	int status = unlock_ask(&key->unlock, &key->secret);

	if (status != STATUS_DONE)
		return status;
	key->spent = JPKI_TRY_KEPT;
	signing_key_lock(key);
	return STATUS_DONE;
}

int
signing_key_end_one(struct signing_key *key, int rv)
{
	jpki_secret_free(&key->secret);
	return rv == JPKI_OK ? STATUS_DONE
			     : trouble_tell_pin(key->found.card, key->unlock.role, rv, key->spent);
}

void
signing_key_lock(struct signing_key *key)
{
	(void)jpki_logout(key->found.card, key->unlock.role);
}

void
signing_key_close(struct signing_key *key)
{
	jpki_secret_free(&key->secret);
	facts_free(&key->own);
	facts_free(&key->issuer);
	jpki_stop();
}
