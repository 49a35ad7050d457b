/* SPDX-License-Identifier: BSD-2-Clause */

/* Steps of an application: signing. */

#include <string.h>

#include "../common/pkcs11_calls.h"
#include "../common/signatures.h"
#include "call.h"
#include "checks.h"
#include "pins.h"
#include "scene.h"
#include "steps.h"
#include "token/rv.h"

#define HASH_SIZE 32

static const struct {
	CK_MECHANISM_TYPE type;
	const char *hash; /* NULL: the data is taken as it is */
	bool pss;
} schemes[] = {
    {CKM_SHA256_RSA_PKCS, "SHA256", false},
    {CKM_RSA_PKCS, NULL, false},
    {CKM_SHA256_RSA_PKCS_PSS, "SHA256", true},
    {CKM_RSA_PKCS_PSS, NULL, true},
    {CKM_SHA1_RSA_PKCS, "SHA1", false},
    {CKM_SHA512_RSA_PKCS, "SHA512", false},
};
#define SCHEMES (sizeof(schemes) / sizeof(schemes[0]))

static CK_BYTE message[SIGN_DATA] = "what is signed, or the beginning of it";

bool
signature_verifies(
    X509 *certificate, size_t scheme, const CK_BYTE *data, size_t length, const CK_BYTE *signature)
{
	return rsa_signature_verifies(X509_get0_pubkey(certificate), schemes[scheme].pss,
	    schemes[scheme].hash, data, length, signature);
}

static CK_RV
begin(struct model_session *session, size_t scheme, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM mechanism = pkcs11_mechanism(schemes[scheme].type);
	uint64_t at = scene_now();
	CK_RV rv;

	tell("session %lu, mechanism 0x%lX, key %lu", call_handle(session), mechanism.mechanism,
	    key);
	watch_begin("C_SignInit", call_reader(session));
	rv = C_SignInit(call_handle(session), &mechanism, key);
	model_answered(session, rv);
	if (rv == CKR_OK && session != NULL) {
		model_sign_begun(session, at);
		session->scheme = scheme;
		session->length = 0;
	}
	watch_end(rv);
	return rv;
}

/* After it the signature is over, but for a question about the length. */
static void
over(struct model_session *session, CK_RV rv)
{
	model_answered(session, rv);
	if (session != NULL && session->open && rv != CKR_BUFFER_TOO_SMALL)
		model_sign_ended(session);
}

static void
remember(struct model_session *session, const CK_BYTE *data, size_t length)
{
	if (session == NULL || session->length + length > SIGN_DATA)
		return;
	memcpy(session->data + session->length, data, length);
	session->length += length;
}

/* Was it begun or authenticated in time for certain, and is the key still open? */
static bool
takes_its_time(const struct model_session *session)
{
	const struct model_token *token;

	if (session == NULL || !session->open || !session->signing || !session->key_lasts ||
	    !model_calm(session))
		return false;
	token = model_token(session);
	return token->logged_in && !token->reset && scene_now() < session->kept_until &&
	       scene_cards[token->card].ours[JPKI_SIGNATURE];
}

/* C_Sign, or C_SignFinal if there is no data. */
static CK_RV
finish(struct model_session *session, CK_BYTE *data, CK_ULONG length)
{
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_ULONG size = sizeof(signature);
	bool kept = takes_its_time(session);
	CK_RV rv;

	tell("session %lu, %lu bytes", call_handle(session), length);
	watch_begin(data != NULL ? "C_Sign" : "C_SignFinal", call_reader(session));
	if (data != NULL)
		rv = C_Sign(call_handle(session), data, length, signature, &size);
	else
		rv = C_SignFinal(call_handle(session), signature, &size);
	if (rv == CKR_OK) {
		if (data != NULL)
			remember(session, data, length);
		checks_signature(session, signature, size);
	}
	if (rv == CKR_USER_NOT_LOGGED_IN && kept && watch.trouble == scene_trouble)
		violate(CHECK_SIGNING, "a signature may not take its time");
	over(session, rv);
	watch_end(rv);
	return rv;
}

static size_t
length_for(size_t scheme, unsigned number)
{
	if (schemes[scheme].pss && schemes[scheme].hash == NULL)
		return number % 16 == 15 ? 31 : HASH_SIZE;
	if (schemes[scheme].hash == NULL)
		return number % 16 == 15 ? 246 : 1 + number % 245;
	return number % 256;
}

void
step_sign_init(const uint16_t *a)
{
	struct model_session *session = model_session(a[0]);
	CK_OBJECT_HANDLE key = session == NULL ? 0 : session->key;

	if (session != NULL && a[2] % 4 != 3)
		key = call_find(session, CKO_PRIVATE_KEY);
	else if (a[2] % 16 == 15)
		key = a[2] / 16;
	(void)begin(session, a[1] % SCHEMES, key);
}

void
step_sign(const uint16_t *a)
{
	struct model_session *session = model_session(a[0]);
	size_t scheme = session == NULL ? 0 : session->scheme;

	(void)finish(session, message, length_for(scheme, a[1]));
}

static void
ask_length(struct model_session *session, CK_BYTE *data, CK_BYTE *buffer)
{
	CK_ULONG size = 1;
	CK_RV rv;

	watch_begin(data != NULL ? "C_Sign" : "C_SignFinal", call_reader(session));
	if (data != NULL)
		rv = C_Sign(call_handle(session), data, HASH_SIZE, buffer, &size);
	else
		rv = C_SignFinal(call_handle(session), buffer, &size);
	if (rv == CKR_OK && buffer != NULL)
		violate(CHECK_SIGNATURE, "a signature of one byte");
	if (rv != CKR_OK)
		over(session, rv);
	watch_end(rv);
}

void
step_sign_length(const uint16_t *a)
{
	ask_length(model_session(a[0]), a[1] % 2 == 0 ? message : NULL, NULL);
}

void
step_sign_small(const uint16_t *a)
{
	CK_BYTE buffer[1];

	ask_length(model_session(a[0]), a[1] % 2 == 0 ? message : NULL, buffer);
}

void
step_sign_update(const uint16_t *a)
{
	struct model_session *session = model_session(a[0]);
	CK_ULONG length = a[1] % 64;
	CK_RV rv;

	if (session != NULL && session->length + length > SIGN_DATA)
		return;
	tell("session %lu, %lu bytes", call_handle(session), length);
	watch_begin("C_SignUpdate", call_reader(session));
	rv = C_SignUpdate(call_handle(session), message, length);
	if (rv == CKR_OK && session != NULL)
		remember(session, message, length);
	else
		over(session, rv);
	watch_end(rv);
}

void
step_sign_final(const uint16_t *a)
{
	(void)finish(model_session(a[0]), NULL, 0);
}

static void
cancel(struct model_session *session, bool by_init)
{
	CK_RV rv;

	tell("session %lu", call_handle(session));
	watch_begin(by_init ? "C_SignInit" : "C_SessionCancel", call_reader(session));
	rv = by_init ? C_SignInit(call_handle(session), NULL, 0)
		     : C_SessionCancel(call_handle(session), CKF_SIGN);
	over(session, rv);
	watch_end(rv);
}

void
step_sign_cancel(const uint16_t *a)
{
	cancel(model_session(a[0]), a[1] % 2 == 1);
}

static CK_RV
sign_whole(struct model_session *session, size_t scheme, unsigned length)
{
	CK_OBJECT_HANDLE key = call_find(session, CKO_PRIVATE_KEY);
	CK_RV rv = begin(session, scheme, key);

	return rv != CKR_OK ? rv : finish(session, message, length_for(scheme, length));
}

void
step_sign_whole(const uint16_t *a)
{
	struct model_session *session = model_open_session(a[0]);

	if (session != NULL)
		(void)sign_whole(session, a[1] % SCHEMES, a[2]);
}

/* A signature that there is no reason to refuse. */
static void
must_sign(struct model_session *session, size_t scheme, CK_OBJECT_HANDLE key, bool ask_pin)
{
	enum jpki_role role = model_role(session->slot);
	struct given pin;
	int card = scene_card_of(call_reader(session));
	CK_RV rv = begin(session, scheme, key);

	if (rv == CKR_OK && role == JPKI_SIGNATURE && ask_pin) {
		pins_right(&pin, card, role);
		rv = call_login_context(session, &pin);
	}
	if (rv == CKR_OK)
		rv = finish(session, message, HASH_SIZE);
	if (rv == CKR_DEVICE_ERROR && scene_certificate_doubted)
		scene_certificate_doubted = false;
	else if (rv != CKR_OK)
		violate(CHECK_SIGNING, "a session that is logged in cannot sign: %s", rv_name(rv));
}

/* Does the login last for certain, with a card that has tries left? */
static bool
surely_logged_in(const struct model_session *session)
{
	int card = scene_card_of(call_reader(session));

	return model_calm(session) && card >= 0 &&
	       vcard_pin_tries(scene_cards[card].vcard, (enum vcard_pin)model_role(session->slot)) >
		   0;
}

/*
 * Nobody is seen as logged in. With the signature key that may be for want of a PIN alone: then a
 * handle of before is still good, and a login for one signature.
 */
static void
vouch_for_nobody(struct model_session *session, size_t scheme, CK_OBJECT_HANDLE stale)
{
	if (!session->open)
		return;
	if (model_role(session->slot) == JPKI_SIGNATURE && model_token(session)->logged_in &&
	    session->key_of_login && surely_logged_in(session))
		must_sign(session, scheme, stale, true);
	else if (begin(session, scheme, stale) == CKR_OK)
		(void)finish(session, message, HASH_SIZE);
}

/* 5: what C_GetSessionInfo says is so. */
void
step_vouch(const uint16_t *a)
{
	struct model_session *session = model_open_session(a[0]);
	size_t scheme = a[1] % SCHEMES;

	if (session == NULL)
		return;
	if (schemes[scheme].pss && scene_pss_doubted)
		scheme = 0;
	cancel(session, false);
	if (!call_session_info(session)) {
		vouch_for_nobody(session, scheme, session->key);
		return;
	}
	if (!surely_logged_in(session)) {
		(void)sign_whole(session, scheme, a[2]);
		return;
	}
	/* what locked the card for the other token's sake has ended the window */
	must_sign(session, scheme, call_find(session, CKO_PRIVATE_KEY),
	    a[2] % 2 == 1 || !model_token(session)->window_sure ||
		scene_now() >= model_token(session)->window_until);
}
