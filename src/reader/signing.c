/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/signing.h"

#include "base/error.h"
#include "base/log.h"
#include "card/credential.h"
#include "card/status.h"
#include "reader/cache.h"
#include "reader/contents.h"
#include "reader/rsa.h"
#include "reader/transaction.h"

/* A signature to make. */
struct work {
	struct reader *reader;
	enum jpki_role role;
	enum jpki_signature_form form;
	const uint8_t *value;
	size_t length;
	uint8_t *signature;
};

/* Send one signing command, and check that the right key has answered (F-KEY-WITHOUT-PIN). */
static int
attempt(const struct work *work)
{
	const struct certificate *certificate =
	    contents_public_key(&work->reader->keys[work->role]);
	enum verdict verdict;
	int rv;

	rv = jpki_card_sign(
	    work->reader->card, work->role, work->form, work->value, work->length, work->signature);
	if (rv != JPKI_OK)
		return rv;
	verdict = rsa_verify(certificate, work->form, work->value, work->length, work->signature);
	if (verdict == VERDICT_RIGHT)
		return JPKI_OK;
	/* a salt of 32 bytes is inferred (F-PSS-SALT); callers cannot use any other */
	if (verdict == VERDICT_WRONG && work->form == JPKI_SIGN_PSS_SHA256) {
		verdict = rsa_verify_other_salt(certificate, work->value, work->signature);
		if (verdict == VERDICT_RIGHT) {
			status_forget(work->reader->card); /* it was no word of the card */
			return JPKI_ERR_UNSUPPORTED;
		}
	}
	if (verdict == VERDICT_UNKNOWN)
		return JPKI_ERR_MEMORY;
	log_line(LOG_INFO, "the signature is not one of the certificate's key (%s)",
	    error_name(JPKI_ERR_DATA));
	return JPKI_ERR_DATA;
}

/*
 * Sign without SELECT, which may end the login on some cards (F-SELECT-CLEARS). If that fails,
 * another program may have selected another application: then select, and try again.
 */
static int
attempt_twice(const struct work *work)
{
	bool selected;
	int rv;

	rv = attempt(work);
	if (rv > JPKI_ERR_NOT_JPKI || transaction_still_selected(work->reader))
		return rv;
	rv = jpki_card_select(work->reader->card, &selected);
	if (rv == JPKI_OK && transaction_is_other_card(work->reader))
		return JPKI_ERR_NO_CARD; /* another card: its reader was unplugged meanwhile */
	return rv != JPKI_OK ? rv : attempt(work);
}

/*
 * If the card refuses PSS (F-PSS), ask a second time: the refusal is remembered for a long time,
 * and one answer may be wrong.
 */
static int
attempt_pss_again(const struct work *work)
{
	int rv = attempt_twice(work);

	return rv == JPKI_ERR_UNSUPPORTED && work->form == JPKI_SIGN_PSS_SHA256 ? attempt(work)
										: rv;
}

/* What the last answer to a signing command means for the key. */
static void
learn(const struct work *work, int result)
{
	struct key *key = &work->reader->keys[work->role];

	if (result == JPKI_ERR_NOT_VERIFIED) {
		/* the card has forgotten the PIN: end the login, and lock the card to be certain */
		lock_forget_login(work->reader, work->role);
		lock_release(work->reader, work->role);
	}
	if (result == JPKI_ERR_DATA) {
		key->doubtful = true;
		cache_drop(work->reader);
	}
	if (result == JPKI_ERR_UNSUPPORTED && work->form == JPKI_SIGN_PSS_SHA256) {
		key->pss_refused = true;
		cache_note_pss_refused(work->reader->info.model, work->role);
	}
}

/*
 * Make sure that the public key is known, to check the signature with. An error of reading it is
 * not an answer to the signing command, so it becomes JPKI_ERR_STATUS; but JPKI_ERR_NOT_VERIFIED
 * stays, if the certificate needs the PIN.
 */
static int
need_public_key(struct reader *reader, enum jpki_role role)
{
	const struct key *key = &reader->keys[role];
	int rv;

	if (contents_knows_public_key(reader, role))
		return JPKI_OK;
	rv = transaction_prove_selected(reader);
	if (rv == JPKI_OK)
		rv = contents_load_public_key(reader, role);
	if (rv == JPKI_OK || rv == JPKI_ERR_MEMORY || rv == JPKI_ERR_NOT_FOUND ||
	    transaction_way_failed(rv))
		return rv;
	if (rv == JPKI_ERR_NOT_VERIFIED && key->private_certificate)
		return rv;
	(void)status_tell(reader->card, rv, JPKI_ERR_STATUS);
	log_line(LOG_INFO, "the certificate that signatures are checked with: %s (%s, told as %s)",
	    jpki_strerror(rv), error_name(rv), error_name(JPKI_ERR_STATUS));
	return JPKI_ERR_STATUS;
}

int
signing_sign(struct reader *reader, enum jpki_role role, struct authorisation *authorisation,
    enum jpki_signature_form form, const uint8_t *value, size_t length,
    uint8_t signature[JPKI_SIGNATURE_SIZE])
{
	const struct work work = {reader, role, form, value, length, signature};
	const struct key *key = &reader->keys[role];
	int rv;

	if (!lock_authorises(reader, role, authorisation))
		return JPKI_ERR_NOT_VERIFIED;
	if (key->doubtful)
		rv = transaction_begin(reader, JPKI_BEGIN_SELECT, PATIENCE_PERSON);
	else if (!contents_knows_public_key(reader, role))
		rv = transaction_begin_signing(reader, PATIENCE_PERSON);
	else
		rv = transaction_begin(reader, JPKI_BEGIN_TRUST, PATIENCE_PERSON);
	if (rv != JPKI_OK)
		return rv;
	rv = key->unlocked == 0 ? JPKI_ERR_NOT_VERIFIED : need_public_key(reader, role);
	if (rv == JPKI_OK)
		rv = attempt_pss_again(&work);
	log_line(
	    LOG_INFO, "signature with JPKI %s: %s", credential_of(role)->name, jpki_strerror(rv));
	learn(&work, rv);
	/* within the transaction, so that no other program can use the key */
	if (authorisation->own_pin) {
		if (key->certificate_found)
			(void)transaction_read_private(reader);
		lock_end_signature(reader, role, authorisation);
	}
	return transaction_end_signing(reader, rv);
}
