/* SPDX-License-Identifier: BSD-2-Clause */

/* What a thread does: its own sessions, signatures that it checks, and sessions of others. */

#include "stress.h"

#include <openssl/evp.h>

#include <jpki/card.h>

static X509 *
certificate_of_person(int person, enum jpki_role role)
{
	return role_certificate(vcard_pki(cards[person]), role, JPKI_CERTIFICATE);
}

static enum jpki_role
role_at(const struct held *held)
{
	return (enum jpki_role)(held->slot % JPKI_ROLES);
}

/* ------------------------------------------------------------- what a worker can do */

static void
open_one(struct worker *worker, struct held *held)
{
	CK_SESSION_HANDLE handle;
	CK_RV rv;

	held->slot = below(&worker->random, SLOTS);
	held->flags = CKF_SERIAL_SESSION | (below(&worker->random, 2) ? CKF_RW_SESSION : 0);
	held->person = NOBODY;
	held->calm_hand = calm_at(&hand);
	held->calm_closings = calm_at(&closings[held->slot]);
	atomic_store(&held->doomed, false);
	rv = DO(
	    worker, OPEN, NULL, p11->C_OpenSession(held->slot, held->flags, NULL, NULL, &handle));
	if (rv == CKR_OK)
		atomic_store(&held->handle, handle);
	else
		sleep_us(200); /* for a card to come */
}

static void
close_one(struct worker *worker, struct held *held)
{
	(void)DO(worker, CLOSE, held, p11->C_CloseSession(atomic_load(&held->handle)));
	atomic_store(&held->handle, CK_INVALID_HANDLE);
}

static void
close_all(struct worker *worker)
{
	CK_SLOT_ID slot = below(&worker->random, SLOTS);

	atomic_fetch_add(&closings[slot].begun, 1);
	(void)DO(worker, CLOSE_ALL, NULL, p11->C_CloseAllSessions(slot));
	atomic_fetch_add(&closings[slot].ended, 1);
}

static void
look_at_slots(struct worker *worker)
{
	CK_SLOT_ID slot = below(&worker->random, SLOTS), list[SLOTS];
	CK_MECHANISM_TYPE mechanisms[32];
	CK_ULONG count = SLOTS, mechanism_count = 32;
	CK_SLOT_INFO info;
	CK_TOKEN_INFO token;
	CK_BBOOL with_token = below(&worker->random, 2) ? CK_TRUE : CK_FALSE;

	if (DO(worker, SLOT_LIST, NULL, p11->C_GetSlotList(with_token, list, &count)) == CKR_OK)
		expect(worker,
		    count == SLOTS ||
			(count < SLOTS && weather == STORM && (with_token || late_reader)),
		    "number of slots");
	if (DO(worker, SLOT_INFO, NULL, p11->C_GetSlotInfo(slot, &info)) == CKR_OK)
		expect(worker, weather == STORM || (info.flags & CKF_TOKEN_PRESENT) != 0,
		    "token present");
	if (DO(worker, TOKEN_INFO, NULL, p11->C_GetTokenInfo(slot, &token)) == CKR_OK)
		expect(worker,
		    (token.flags & (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY |
				       CKF_USER_PIN_LOCKED)) == 0,
		    "tries are missing");
	if (DO(worker, MECHANISM_LIST, NULL,
		p11->C_GetMechanismList(slot, mechanisms, &mechanism_count)) == CKR_OK)
		expect(worker, mechanism_count == 13, "number of mechanisms");
}

static void
ask_session(struct worker *worker, struct held *held)
{
	CK_SESSION_INFO info;

	if (DO(worker, SESSION_INFO, held,
		p11->C_GetSessionInfo(atomic_load(&held->handle), &info)) != CKR_OK)
		return;
	expect(worker, info.slotID == held->slot && info.flags == held->flags, "session info");
	expect(worker,
	    weather > PEACE || info.state == CKS_RO_USER_FUNCTIONS ||
		info.state == CKS_RW_USER_FUNCTIONS,
	    "state of the session");
}

/* The one object of a class, or CK_INVALID_HANDLE. */
static CK_OBJECT_HANDLE
find_it(struct worker *worker, struct held *held, CK_OBJECT_CLASS class)
{
	CK_ULONG user = CK_CERTIFICATE_CATEGORY_TOKEN_USER, count = 0;
	CK_ATTRIBUTE template[] = {
	    {CKA_CLASS, &class, sizeof(class)},
	    {CKA_CERTIFICATE_CATEGORY, &user, sizeof(user)},
	};
	CK_SESSION_HANDLE session = atomic_load(&held->handle);
	CK_OBJECT_HANDLE found[2] = {0};

	if (DO(worker, FIND_INIT, held,
		p11->C_FindObjectsInit(session, template, class == CKO_CERTIFICATE ? 2 : 1)) !=
	    CKR_OK)
		return CK_INVALID_HANDLE;
	if (DO(worker, FIND, held, p11->C_FindObjects(session, found, 2, &count)) != CKR_OK)
		return CK_INVALID_HANDLE;
	expect(worker, weather == PEACE ? count == 1 : count <= 1, "number of objects found");
	if (DO(worker, FIND_FINAL, held, p11->C_FindObjectsFinal(session)) != CKR_OK)
		return CK_INVALID_HANDLE;
	return found[0];
}

/* A session has one card for life. */
static void
note_person(struct worker *worker, struct held *held, int person)
{
	if (held->slot >= JPKI_ROLES)
		expect(worker, person == 0, "nobody has put that card in there");
	expect(worker, held->person == NOBODY || held->person == person,
	    "the card of a session is another one");
	held->person = person;
}

static bool
is_certificate_of(int person, enum jpki_role role, const CK_BYTE *value, CK_ULONG length)
{
	unsigned char *der = NULL;
	int size = i2d_X509(certificate_of_person(person, role), &der);
	bool same = size > 0 && (CK_ULONG)size == length && memcmp(der, value, length) == 0;

	OPENSSL_free(der);
	return same;
}

static void
read_certificate(struct worker *worker, struct held *held)
{
	CK_OBJECT_HANDLE object = find_it(worker, held, CKO_CERTIFICATE);
	CK_BYTE value[VALUE_ROOM];
	CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof(value)};

	if (object == CK_INVALID_HANDLE || DO(worker, GET_ATTRIBUTE, held,
					       p11->C_GetAttributeValue(atomic_load(&held->handle),
						   object, &attribute, 1)) != CKR_OK)
		return;
	atomic_fetch_add(&totals.certificates, 1);
	for (int person = 0; person < PEOPLE; person++)
		if (is_certificate_of(person, role_at(held), value, attribute.ulValueLen)) {
			note_person(worker, held, person);
			return;
		}
	complain(worker, "nobody's certificate", attribute.ulValueLen);
}

static CK_RV
give_pin(struct worker *worker, struct held *held, enum call call, CK_USER_TYPE type)
{
	CK_RV rv = DO(worker, call, held,
	    pkcs11_login(
		pkcs11_list(p11), atomic_load(&held->handle), type, pin_of(role_at(held))));

	if (rv == CKR_OK)
		atomic_fetch_add(&totals.logins, 1);
	return rv;
}

static void
log_in(struct worker *worker, struct held *held)
{
	(void)give_pin(worker, held, LOGIN, CKU_USER);
}

static void
log_out(struct worker *worker, struct held *held)
{
	(void)DO(worker, LOGOUT, held, p11->C_Logout(atomic_load(&held->handle)));
}

static void
digest(struct worker *worker, struct held *held)
{
	CK_SESSION_HANDLE session = atomic_load(&held->handle);
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
	CK_BYTE data[200], made[HASH_SIZE], right[EVP_MAX_MD_SIZE];
	CK_ULONG length = sizeof(made), cut = below(&worker->random, sizeof(data));

	memset(data, (int)below(&worker->random, 256), sizeof(data));
	if (DO(worker, DIGEST_INIT, held, p11->C_DigestInit(session, &mechanism)) != CKR_OK ||
	    DO(worker, DIGEST_UPDATE, held, p11->C_DigestUpdate(session, data, cut)) != CKR_OK ||
	    DO(worker, DIGEST_UPDATE, held,
		p11->C_DigestUpdate(session, data + cut, sizeof(data) - cut)) != CKR_OK ||
	    DO(worker, DIGEST_FINAL, held, p11->C_DigestFinal(session, made, &length)) != CKR_OK)
		return;
	expect(worker,
	    EVP_Digest(data, sizeof(data), right, NULL, EVP_sha256(), NULL) == 1 &&
		memcmp(made, right, sizeof(made)) == 0,
	    "wrong digest");
}

/* ------------------------------------------------------------------------- signatures */

struct job {
	const struct scheme *scheme;
	CK_MECHANISM mechanism;
	CK_BYTE data[JPKI_SIGN_DATA_MAX];
	CK_ULONG length;
	CK_BYTE signature[SIGNATURE_SIZE];
};

static void
make_job(struct worker *worker, struct job *job)
{
	job->scheme = &schemes[below(&worker->random, SCHEMES)];
	job->mechanism = pkcs11_mechanism(job->scheme->type);
	job->length =
	    job->scheme == raw_pss ? HASH_SIZE : 1 + below(&worker->random, sizeof(job->data));
	for (CK_ULONG i = 0; i < job->length; i++)
		job->data[i] = (CK_BYTE)next_random(&worker->random);
}

static CK_RV
sign_at_once(struct worker *worker, struct held *held, struct job *job)
{
	CK_SESSION_HANDLE session = atomic_load(&held->handle);
	CK_ULONG length = 0;
	CK_RV rv = CKR_OK;

	if (below(&worker->random, 3) == 0) {
		rv = DO(worker, SIGN_LENGTH, held,
		    p11->C_Sign(session, job->data, job->length, NULL, &length));
		expect(worker, rv != CKR_OK || length == SIGNATURE_SIZE, "length of a signature");
	}
	length = sizeof(job->signature);
	return rv != CKR_OK
		   ? rv
		   : DO(worker, SIGN, held,
			 p11->C_Sign(session, job->data, job->length, job->signature, &length));
}

static CK_RV
sign_in_parts(struct worker *worker, struct held *held, struct job *job)
{
	CK_SESSION_HANDLE session = atomic_load(&held->handle);
	CK_ULONG length = sizeof(job->signature), part;
	CK_RV rv = CKR_OK;

	for (CK_ULONG done = 0; done < job->length && rv == CKR_OK; done += part) {
		part = 1 + below(&worker->random, (unsigned)(job->length - done));
		rv = DO(
		    worker, SIGN_UPDATE, held, p11->C_SignUpdate(session, job->data + done, part));
	}
	return rv != CKR_OK ? rv
			    : DO(worker, SIGN_FINAL, held,
				  p11->C_SignFinal(session, job->signature, &length));
}

static void
check_signature(struct worker *worker, struct held *held, const struct job *job)
{
	for (int person = 0; person < PEOPLE; person++)
		if (signature_verifies(job->scheme, certificate_of_person(person, role_at(held)),
			job->data, job->length, job->signature)) {
			atomic_fetch_add(&totals.signatures, 1);
			note_person(worker, held, person);
			return;
		}
	complain(worker, "nobody's signature", job->scheme->type);
}

/* The module's own opinion, of what it has made or of something a little different. */
static void
verify(struct worker *worker, struct held *held, struct job *job)
{
	CK_OBJECT_HANDLE key = find_it(worker, held, CKO_PUBLIC_KEY);
	bool damaged = below(&worker->random, 2) != 0;
	CK_SESSION_HANDLE session = atomic_load(&held->handle);

	if (key == CK_INVALID_HANDLE ||
	    DO(worker, VERIFY_INIT, held, p11->C_VerifyInit(session, &job->mechanism, key)) !=
		CKR_OK)
		return;
	if (damaged)
		job->data[below(&worker->random, (unsigned)job->length)] ^= 1;
	(void)DO(worker, damaged ? VERIFY_DAMAGED : VERIFY, held,
	    p11->C_Verify(session, job->data, job->length, job->signature, SIGNATURE_SIZE));
	atomic_fetch_add(&totals.verified, 1);
}

static void
sign(struct worker *worker, struct held *held)
{
	CK_OBJECT_HANDLE key;
	struct job job;
	CK_RV rv;

	if (below(&worker->random, 2))
		log_in(worker, held);
	key = find_it(worker, held, CKO_PRIVATE_KEY);
	if (key == CK_INVALID_HANDLE)
		return;
	make_job(worker, &job);
	if (DO(worker, SIGN_INIT, held,
		p11->C_SignInit(atomic_load(&held->handle), &job.mechanism, key)) != CKR_OK)
		return;
	if (weather > PEACE && role_at(held) == JPKI_SIGNATURE && below(&worker->random, 4) > 0)
		(void)give_pin(worker, held, CONTEXT_LOGIN, CKU_CONTEXT_SPECIFIC);
	if (atomic_load(&held->handle) == CK_INVALID_HANDLE)
		return;
	if (below(&worker->random, 8) == 0) {
		(void)DO(worker, CANCEL, held,
		    p11->C_SessionCancel(atomic_load(&held->handle), CKF_SIGN));
		return;
	}
	rv = below(&worker->random, 2) ? sign_at_once(worker, held, &job)
				       : sign_in_parts(worker, held, &job);
	if (rv != CKR_OK)
		return;
	check_signature(worker, held, &job);
	verify(worker, held, &job);
}

/* ------------------------------------------------------------------------- meddling */

static void
search_foreign(struct worker *worker, CK_SESSION_HANDLE session)
{
	CK_OBJECT_HANDLE found[OBJECTS_ROOM];
	CK_ULONG count;

	if (DO(worker, FIND_INIT, &worker->foreign, p11->C_FindObjectsInit(session, NULL, 0)) ==
		CKR_OK &&
	    DO(worker, FIND, &worker->foreign,
		p11->C_FindObjects(session, found, OBJECTS_ROOM, &count)) == CKR_OK)
		(void)DO(worker, FIND_FINAL, &worker->foreign, p11->C_FindObjectsFinal(session));
}

/* Use, or close, a session of another worker. */
static void
meddle(struct worker *worker)
{
	struct worker *other = &workers[below(&worker->random, WORKERS)];
	struct held *theirs = &other->held[below(&worker->random, SESSIONS)];
	struct held *foreign = &worker->foreign;
	CK_SESSION_HANDLE session = atomic_load(&theirs->handle);
	CK_SESSION_INFO info;

	if (other == worker || session == CK_INVALID_HANDLE)
		return;
	switch (below(&worker->random, 6)) {
	case 0:
		atomic_store(&theirs->doomed, true);
		(void)DO(worker, CLOSE, foreign, p11->C_CloseSession(session));
		break;
	case 1:
		(void)DO(worker, LOGOUT, foreign, p11->C_Logout(session));
		break;
	case 2:
		(void)DO(worker, CANCEL, foreign, p11->C_SessionCancel(session, CKF_SIGN));
		break;
	case 3:
		(void)DO(worker, SESSION_INFO, foreign, p11->C_GetSessionInfo(session, &info));
		break;
	default:
		search_foreign(worker, session);
	}
}

/* -------------------------------------------------------------------------- threads */

static void (*const session_steps[])(struct worker *, struct held *) = {sign, sign, sign, sign,
    read_certificate, read_certificate, log_in, digest, ask_session,
    /* not in peace: */
    close_one, log_out};
#define PEACEFUL_STEPS 9
#define SESSION_STEPS LENGTH_OF(session_steps)

static void
step(struct worker *worker)
{
	struct held *held = &worker->held[below(&worker->random, SESSIONS)];
	unsigned what = below(&worker->random, 100);
	unsigned steps = weather == PEACE ? PEACEFUL_STEPS : SESSION_STEPS;

	if (what < 12)
		look_at_slots(worker);
	else if (what < 20 && weather > PEACE)
		meddle(worker);
	else if (what < 21 && weather > PEACE)
		close_all(worker);
	else if (atomic_load(&held->handle) == CK_INVALID_HANDLE)
		open_one(worker, held);
	else if (what < 26)
		close_one(worker, held);
	else
		session_steps[below(&worker->random, steps)](worker, held);
}

void *
work(void *context)
{
	struct worker *worker = context;

	while (!atomic_load(&over))
		step(worker);
	for (int i = 0; i < SESSIONS; i++)
		if (atomic_load(&worker->held[i].handle) != CK_INVALID_HANDLE)
			close_one(worker, &worker->held[i]);
	return NULL;
}

void *
wait_for_events(void *context)
{
	CK_SLOT_ID slot = SLOTS;
	CK_RV rv;

	for (;;) {
		start(WAITER, WAIT);
		rv = p11->C_WaitForSlotEvent(0, &slot, NULL);
		if (rv == CKR_CRYPTOKI_NOT_INITIALIZED)
			break;
		(void)judge(WAITER, NULL, rv);
		expect(WAITER, slot < SLOTS, "slot of an event");
		atomic_fetch_add(&totals.events, 1);
	}
	expect(WAITER, atomic_load(&over), "the wait ended too soon");
	atomic_store(&WAITER->call, IDLING);
	return NULL;
}
