/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Eight threads that do what comes to their minds, while others wait for events and pull cards.
 * Each answer is held against those that the call may give at that moment, and each signature is
 * checked. Made for ThreadSanitizer (tests/run threads).
 *
 *	JPKI_STRESS_SECONDS  how long it takes in all; 3
 *	JPKI_STRESS_SEED     what the threads choose by; printed, another one each time
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>

#include <jpki/card.h>

#include "scheme.h"

#define WORKERS 8
#define SESSIONS 3 /* that a worker has at a time, at most */
#define SLOTS 4
#define DEFAULT_SECONDS 3
#define ROUND_MS 1000
#define LONG_WINDOW_MS 3600000
/* No call takes that long: then something is stuck. */
#define STUCK_SECONDS 20

/* ------------------------------------------------------------ what happens around here */

enum weather {
	PEACE,	/* logged in, and nobody logs out: everything must work */
	RIVALS, /* threads log out, cancel and close what others use */
	STORM,	/* and cards are pulled and put back */
	WEATHERS,
};
static const char *const weather_names[WEATHERS] = {"peace", "rivals", "storm"};

static enum weather weather;
static atomic_bool over, hand_over;
static uint64_t seed;
static unsigned round_number;
static bool late_reader; /* the second reader comes when the round has begun */

/*
 * Something that threads do at times, and that others notice. What has begun is counted before
 * and what has ended after it: it may have touched whatever lasted from a look at `ended` to a
 * look at `begun` unless the two are the same.
 */
struct disturbance {
	atomic_uint begun, ended;
};
static struct disturbance hand, closings[SLOTS];

static unsigned
calm_at(struct disturbance *what)
{
	return atomic_load(&what->ended);
}

static bool
disturbed_since(struct disturbance *what, unsigned calm)
{
	return atomic_load(&what->begun) != calm;
}

struct totals {
	atomic_ulong calls, signatures, verified, certificates, logins, hands, events;
	atomic_ulong pins, key_uses; /* what the cards have seen */
};
static struct totals totals;

static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15; /* splitmix64 */

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static unsigned
below(uint64_t *state, unsigned limit)
{
	return (unsigned)(next_random(state) % limit);
}

static void
sleep_us(long us)
{
	const struct timespec time = {us / 1000000, us % 1000000 * 1000};

	nanosleep(&time, NULL);
}

/* The people whose cards there are: two in the first reader by turns, one in the second. */
#define PEOPLE 2
#define NOBODY (-1)
static struct vcard *cards[PEOPLE], *second_card;
static struct vcard *in_first; /* the hand's, while there is one */

static X509 *
certificate_of_person(int person, enum jpki_role role)
{
	return vcard_pki_certificate(
	    vcard_pki(cards[person]), role == JPKI_AUTHENTICATION ? VCARD_CERTIFICATE_AUTHENTICATION
								  : VCARD_CERTIFICATE_SIGNATURE);
}

/* ------------------------------------------------------------------- calls and answers */

enum answer {
	OK = 1 << 0,
	NO_SESSION = 1 << 1,
	GONE = 1 << 2,
	FAILED = 1 << 3,
	NO_TOKEN = 1 << 4,
	NO_LOGIN = 1 << 5,
	LOGGED_IN = 1 << 6,
	NO_KEY = 1 << 7,
	NO_OBJECT = 1 << 8,
	ACTIVE = 1 << 9,
	IDLE = 1 << 10,
	INVALID = 1 << 11,
	NO_SLOT = 1 << 12,
};

static unsigned
answer_of(CK_RV rv)
{
	static const struct {
		CK_RV rv;
		enum answer answer;
	} table[] = {
	    {CKR_OK, OK},
	    {CKR_SESSION_HANDLE_INVALID, NO_SESSION},
	    {CKR_DEVICE_REMOVED, GONE},
	    {CKR_DEVICE_ERROR, FAILED},
	    {CKR_TOKEN_NOT_PRESENT, NO_TOKEN},
	    {CKR_USER_NOT_LOGGED_IN, NO_LOGIN},
	    {CKR_USER_ALREADY_LOGGED_IN, LOGGED_IN},
	    {CKR_KEY_HANDLE_INVALID, NO_KEY},
	    {CKR_OBJECT_HANDLE_INVALID, NO_OBJECT},
	    {CKR_OPERATION_ACTIVE, ACTIVE},
	    {CKR_OPERATION_NOT_INITIALIZED, IDLE},
	    {CKR_SIGNATURE_INVALID, INVALID},
	    {CKR_SLOT_ID_INVALID, NO_SLOT},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].rv == rv)
			return table[i].answer;
	return 0;
}

enum call {
	IDLING,
	OPEN,
	CLOSE,
	CLOSE_ALL,
	SLOT_LIST,
	SLOT_INFO,
	TOKEN_INFO,
	MECHANISM_LIST,
	SESSION_INFO,
	LOGIN,
	CONTEXT_LOGIN,
	LOGOUT,
	FIND_INIT,
	FIND,
	FIND_FINAL,
	GET_ATTRIBUTE,
	DIGEST_INIT,
	DIGEST_UPDATE,
	DIGEST_FINAL,
	SIGN_INIT,
	SIGN_LENGTH,
	SIGN,
	SIGN_UPDATE,
	SIGN_FINAL,
	VERIFY_INIT,
	VERIFY,
	VERIFY_DAMAGED,
	CANCEL,
	WAIT,
	FINALIZE,
	INITIALIZE,
};

/*
 * What a call may answer: the worse the weather, the more. Besides, a session can always be gone
 * that others may have closed, or whose card may have gone.
 */
static const struct rule {
	const char *name;
	unsigned peace;
	unsigned rivals; /* also */
	unsigned storm;	 /* also, if the hand did something during the call */
	unsigned stale;	 /* also, if it has done anything: it tells what was seen last */
} rules[] = {
    [IDLING] = {"none", 0, 0, 0, 0},
    [OPEN] = {"C_OpenSession", OK, 0, NO_TOKEN, 0},
    [CLOSE] = {"C_CloseSession", OK, 0, 0, 0},
    [CLOSE_ALL] = {"C_CloseAllSessions", OK, 0, 0, 0},
    [SLOT_LIST] = {"C_GetSlotList", OK, 0, 0, 0},
    [SLOT_INFO] = {"C_GetSlotInfo", OK, 0, 0, 0},
    [TOKEN_INFO] = {"C_GetTokenInfo", OK, 0, 0, NO_TOKEN},
    [MECHANISM_LIST] = {"C_GetMechanismList", OK, 0, 0, NO_TOKEN},
    [SESSION_INFO] = {"C_GetSessionInfo", OK, 0, 0, 0},
    [LOGIN] = {"C_Login", LOGGED_IN, OK, FAILED, 0},
    [CONTEXT_LOGIN] = {"C_Login (context)", 0, OK | NO_LOGIN | IDLE, FAILED, 0},
    [LOGOUT] = {"C_Logout", 0, OK | NO_LOGIN, 0, 0},
    [FIND_INIT] = {"C_FindObjectsInit", OK, ACTIVE, 0, 0},
    [FIND] = {"C_FindObjects", OK, 0, 0, 0},
    [FIND_FINAL] = {"C_FindObjectsFinal", OK, 0, 0, 0},
    [GET_ATTRIBUTE] = {"C_GetAttributeValue", OK, NO_OBJECT, FAILED, 0},
    [DIGEST_INIT] = {"C_DigestInit", OK, 0, 0, 0},
    [DIGEST_UPDATE] = {"C_DigestUpdate", OK, 0, 0, 0},
    [DIGEST_FINAL] = {"C_DigestFinal", OK, 0, 0, 0},
    [SIGN_INIT] = {"C_SignInit", OK, NO_LOGIN | NO_KEY, 0, 0},
    [SIGN_LENGTH] = {"C_Sign (length)", OK, IDLE, 0, 0},
    [SIGN] = {"C_Sign", OK, NO_LOGIN | IDLE, FAILED, 0},
    [SIGN_UPDATE] = {"C_SignUpdate", OK, IDLE, 0, 0},
    [SIGN_FINAL] = {"C_SignFinal", OK, NO_LOGIN | IDLE, FAILED, 0},
    [VERIFY_INIT] = {"C_VerifyInit", OK, NO_KEY, 0, 0},
    [VERIFY] = {"C_Verify", OK, IDLE, FAILED, 0},
    [VERIFY_DAMAGED] = {"C_Verify (damaged)", INVALID, IDLE, FAILED, 0},
    [CANCEL] = {"C_SessionCancel", OK, 0, 0, 0},
    [WAIT] = {"C_WaitForSlotEvent", 0, 0, 0, OK},
    [FINALIZE] = {"C_Finalize", OK, 0, 0, 0},
    [INITIALIZE] = {"C_Initialize", OK, 0, 0, 0},
};

/* A session that a worker has opened. Others meddle with it. */
struct held {
	atomic_ulong handle; /* CK_INVALID_HANDLE: none */
	atomic_bool doomed;  /* another worker closes it */
	CK_SLOT_ID slot;
	CK_FLAGS flags;
	unsigned calm_hand, calm_closings; /* when it was opened */
	int person;			   /* whose card it is, as far as is known */
};

struct worker {
	pthread_t thread;
	int number;
	uint64_t random;
	struct held held[SESSIONS];
	struct held foreign; /* what it meddles with */
	unsigned calm_hand;  /* when the call began */
	atomic_int call;
	atomic_ulong calls;
};
/* And the main thread, and the one that waits for events. */
static struct worker workers[WORKERS + 2];
#define MAIN (&workers[WORKERS])
#define WAITER (&workers[WORKERS + 1])

static atomic_uint failures;

static void
complain(const struct worker *worker, const char *what, unsigned long number)
{
	if (atomic_fetch_add(&failures, 1) < 20)
		print_message("# thread %d, %s: %s 0x%lx\n", worker->number, weather_names[weather],
		    what, number);
}

static enum jpki_role
role_of(const struct held *held)
{
	return (enum jpki_role)(held->slot % JPKI_ROLES);
}

/* What can have become of a session meanwhile. */
static unsigned
session_answers(struct worker *worker, struct held *held)
{
	unsigned answers = 0;

	if (held == NULL)
		return 0;
	if (held == &worker->foreign) /* whose owner may have closed it, too */
		return weather == STORM ? NO_SESSION | GONE : NO_SESSION;
	if (disturbed_since(&hand, held->calm_hand))
		answers |= NO_SESSION | GONE;
	if (disturbed_since(&closings[held->slot], held->calm_closings) ||
	    atomic_load(&held->doomed))
		answers |= NO_SESSION;
	return answers;
}

/* Before a call. */
static void
start(struct worker *worker, enum call call)
{
	worker->calm_hand = calm_at(&hand);
	atomic_store(&worker->call, (int)call);
}

/* After it; `held` is NULL for a call without a session. */
static CK_RV
judge(struct worker *worker, struct held *held, CK_RV rv)
{
	enum call call = (enum call)atomic_load(&worker->call);
	const struct rule *rule = &rules[call];
	unsigned allowed = rule->peace | session_answers(worker, held);

	if (weather >= RIVALS)
		allowed |= rule->rivals;
	if (disturbed_since(&hand, worker->calm_hand))
		allowed |= rule->storm;
	if (disturbed_since(&hand, 0))
		allowed |= rule->stale;
	if (late_reader && held == NULL)
		allowed |= NO_SLOT;
	if ((answer_of(rv) & allowed) == 0)
		complain(worker, rule->name, rv);
	if (held != NULL && (rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_DEVICE_REMOVED))
		atomic_store(&held->handle, CK_INVALID_HANDLE);
	atomic_store(&worker->call, IDLING);
	atomic_fetch_add(&worker->calls, 1);
	atomic_fetch_add(&totals.calls, 1);
	return rv;
}

/* A call, and the judgement on its answer, which is its value. */
#define DO(worker, call, held, expression) (start(worker, call), judge(worker, held, expression))

static void
expect(const struct worker *worker, bool truth, const char *what)
{
	if (!truth)
		complain(worker, what, 0);
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
		if (is_certificate_of(person, role_of(held), value, attribute.ulValueLen)) {
			note_person(worker, held, person);
			return;
		}
	complain(worker, "nobody's certificate", attribute.ulValueLen);
}

static CK_RV
give_pin(struct worker *worker, struct held *held, enum call call, CK_USER_TYPE type)
{
	const char *pin = pin_of(role_of(held));
	CK_BYTE typed[VCARD_PIN_MAX];
	CK_RV rv;

	memcpy(typed, pin, strlen(pin));
	rv = DO(
	    worker, call, held, p11->C_Login(atomic_load(&held->handle), type, typed, strlen(pin)));
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
	CK_RSA_PKCS_PSS_PARAMS pss;
	CK_MECHANISM mechanism;
	CK_BYTE data[JPKI_SIGN_DATA_MAX];
	CK_ULONG length;
	CK_BYTE signature[SIGNATURE_SIZE];
};

static void
make_job(struct worker *worker, struct job *job)
{
	job->scheme = &schemes[below(&worker->random, SCHEMES)];
	job->pss = (CK_RSA_PKCS_PSS_PARAMS){CKM_SHA256, CKG_MGF1_SHA256, HASH_SIZE};
	job->mechanism = (CK_MECHANISM){job->scheme->type, NULL, 0};
	if (job->scheme->pss) {
		job->mechanism.pParameter = &job->pss;
		job->mechanism.ulParameterLen = sizeof(job->pss);
	}
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
		if (signature_verifies(job->scheme, certificate_of_person(person, role_of(held)),
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
	if (weather > PEACE && role_of(held) == JPKI_SIGNATURE && below(&worker->random, 4) > 0)
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
#define SESSION_STEPS (sizeof(session_steps) / sizeof(session_steps[0]))

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

static void *
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

static void *
wait_for_events(void *context)
{
	CK_SLOT_ID slot = SLOTS;
	CK_RV rv;

	(void)context;
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

/* ---------------------------------------------------------------- the hand, and others */

static void
pull_first(uint64_t *random)
{
	in_first = cards[below(random, 3) == 0];
	(void)inprocess_eject(READER);
	sleep_us(below(random, 3000));
	(void)inprocess_insert(READER, in_first);
}

static unsigned second_pulls; /* how often its card has been out */

static void
pull_second(uint64_t *random)
{
	second_pulls++;
	(void)inprocess_eject(READER_2);
	sleep_us(below(random, 3000));
	(void)inprocess_insert(READER_2, second_card);
}

static void
unplug_second(uint64_t *random)
{
	(void)inprocess_remove_reader(READER_2);
	sleep_us(below(random, 3000));
	(void)inprocess_add_reader(READER_2);
	(void)inprocess_insert(READER_2, second_card);
	/* the service counts anew: as often as before, and nobody could tell until the card is used
	 */
	second_pulls++;
	for (unsigned i = 0; i < second_pulls; i++) {
		(void)inprocess_eject(READER_2);
		(void)inprocess_insert(READER_2, second_card);
	}
}

/* Rarely, since who waits for events then pauses for a second. */
static void
restart_service(uint64_t *random)
{
	if (below(random, 12) > 0)
		return;
	inprocess_service(false);
	sleep_us(below(random, 3000));
	inprocess_service(true);
}

static void
cut_power(uint64_t *random)
{
	(void)inprocess_power_cut(below(random, 2) ? READER : READER_2);
}

static void
meddle_with_card(uint64_t *random, bool first)
{
	const char *reader = first ? READER : READER_2;

	switch (below(random, 3)) {
	case 0:
		(void)inprocess_warm_reset(reader);
		break;
	case 1:
		(void)inprocess_power_cut(reader);
		break;
	default:
		(void)vcard_select_other(first ? in_first : second_card, NULL, 0, NULL);
	}
}

/* Another program, which takes its turn as programs do. */
static void
other_program(uint64_t *random)
{
	bool first = below(random, 2) == 0;
	struct jpki_connection *connection = NULL;
	struct jpki_service *service = NULL;

	if (jpki_transport.start(&service) != JPKI_OK)
		return;
	if (jpki_transport.open(service, first ? READER : READER_2, -1, &connection) == JPKI_OK &&
	    jpki_transport.begin(connection, -1) == JPKI_OK) {
		meddle_with_card(random, first);
		(void)jpki_transport.end(connection);
	}
	(void)jpki_transport.close(&connection, below(random, 4) == 0, -1);
	jpki_transport.stop(&service);
}

static void
act(void (*action)(uint64_t *), uint64_t *random)
{
	atomic_fetch_add(&hand.begun, 1);
	action(random);
	atomic_fetch_add(&hand.ended, 1);
	atomic_fetch_add(&totals.hands, 1);
}

static void *
use_the_hand(void *context)
{
	static void (*const actions[])(uint64_t *) = {pull_first, pull_first, pull_first,
	    pull_second, unplug_second, restart_service, cut_power, other_program, other_program,
	    other_program};
	uint64_t *random = context;

	if (late_reader)
		act(unplug_second, random);
	while (!atomic_load(&hand_over)) {
		unsigned before = exchanges(), patience = below(random, 40);

		/* let something happen in between, but now and then next to nothing */
		for (unsigned i = 0; i < 50 && exchanges() - before < patience; i++)
			sleep_us(200);
		act(actions[below(random, sizeof(actions) / sizeof(actions[0]))], random);
	}
	return NULL;
}

/* Everything is in its place, and has just been put there. */
static void
tidy_up(void)
{
	inprocess_service(true);
	reinsert();
	in_first = card;
	(void)inprocess_add_reader(READER_2);
	(void)inprocess_eject(READER_2);
	assert_int_equal(inprocess_insert(READER_2, second_card), 0);
}

/* --------------------------------------------------------------------------- watchdog */

static atomic_bool watched;
static pthread_t watchdog;
static unsigned long seen[WORKERS + 2];
static unsigned stuck[WORKERS + 2];

/* Say where each thread is, and end: nobody will ever join them. */
static void
give_up(void)
{
	fprintf(stderr,
	    "# stuck in %s, round %u, JPKI_STRESS_SEED=%llu; "
	    "%d is the main thread, %d waits for events\n",
	    weather_names[weather], round_number, (unsigned long long)seed, MAIN->number,
	    WAITER->number);
	for (int i = 0; i < WORKERS + 2; i++)
		fprintf(stderr, "# thread %d: %s for %u s, after %lu calls\n", i,
		    rules[atomic_load(&workers[i].call)].name, stuck[i], seen[i]);
	fflush(NULL);
	abort();
}

/* The waiter may wait for ever; everybody else comes out of a call again. */
static void
look_at_thread(int i)
{
	unsigned long calls = atomic_load(&workers[i].calls);
	bool busy = atomic_load(&workers[i].call) != IDLING;

	stuck[i] = busy && calls == seen[i] ? stuck[i] + 1 : 0;
	seen[i] = calls;
}

/* A thread, not alarm(): a handler could run in whoever is stuck, and print little there. */
static void *
watch(void *context)
{
	(void)context;
	while (atomic_load(&watched)) {
		for (int i = 0; i < 10 && atomic_load(&watched); i++)
			sleep_us(100000);
		for (int i = 0; i < WORKERS + 2; i++)
			look_at_thread(i);
		for (int i = 0; i < WORKERS + 1; i++)
			if (stuck[i] >= STUCK_SECONDS)
				give_up();
	}
	return NULL;
}

/* ----------------------------------------------------------------------------- rounds */

static void
create(pthread_t *thread, void *(*run)(void *), void *context)
{
	assert_int_equal(pthread_create(thread, NULL, run, context), 0);
}

static void
join(pthread_t thread)
{
	assert_int_equal(pthread_join(thread, NULL), 0);
}

/* In peace somebody keeps the tokens logged in. */
static void
keep_logged_in(CK_SESSION_HANDLE keepers[SLOTS])
{
	for (CK_SLOT_ID slot = 0; slot < SLOTS; slot++) {
		assert_ok(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &keepers[slot]));
		assert_ok(login_with(keepers[slot], pin_of((enum jpki_role)(slot % JPKI_ROLES))));
	}
}

static pthread_t hand_thread;
static uint64_t hand_random;
static bool waiter_runs;

/* In every other pair of rounds cards are slower, so that more happens during an exchange. */
static void
set_speed(void)
{
	const struct vcard_delays delays = {.exchange = round_number % 4 >= 2 ? 300 : 0};

	for (int person = 0; person < PEOPLE; person++)
		vcard_delays_set(cards[person], &delays);
	vcard_delays_set(second_card, &delays);
}

static void
start_threads(void)
{
	memset(&hand, 0, sizeof(hand));
	atomic_store(&over, false);
	atomic_store(&hand_over, false);
	for (int i = 0; i < WORKERS + 2; i++) {
		workers[i].number = i;
		workers[i].random = seed ^ (uint64_t)round_number << 32 ^ (uint64_t)i << 8;
	}
	for (int i = 0; i < WORKERS; i++)
		create(&workers[i].thread, work, &workers[i]);
	create(&WAITER->thread, wait_for_events, NULL);
	waiter_runs = true;
	hand_random = seed + round_number;
	if (weather == STORM)
		create(&hand_thread, use_the_hand, &hand_random);
}

static void
stop_workers(void)
{
	atomic_store(&over, true);
	for (int i = 0; i < WORKERS; i++)
		join(workers[i].thread);
}

static void
stop_hand(void)
{
	atomic_store(&hand_over, true);
	if (weather == STORM)
		join(hand_thread);
}

/* Nobody waits any longer once the module is finalized. */
static void
finalize(void)
{
	(void)DO(MAIN, FINALIZE, NULL, p11->C_Finalize(NULL));
	if (waiter_runs)
		join(WAITER->thread);
	waiter_runs = false;
}

static void
assert_no_sessions(void)
{
	for (CK_SLOT_ID slot = 0; slot < SLOTS; slot++) {
		CK_TOKEN_INFO info;

		assert_ok(p11->C_GetTokenInfo(slot, &info));
		assert_int_equal(info.ulSessionCount, 0);
		assert_int_equal(info.ulRwSessionCount, 0);
	}
}

/* All sessions have been closed, and everything works as if nothing had happened. */
static void
assert_recovered(void)
{
	assert_no_sessions();
	set_window(LONG_WINDOW_MS);
	for (int role = 0; role < JPKI_ROLES; role++)
		assert_signs(open_user_session(role), role, sha256_pkcs1);
}

static void
one_round(uint64_t window, unsigned ms)
{
	CK_SESSION_HANDLE keepers[SLOTS] = {0};
	bool stop_in_storm = weather == STORM && round_number % 2 == 0;

	set_window(window);
	set_speed();
	if (weather == PEACE)
		keep_logged_in(keepers);
	start_threads();
	sleep_us(1000L * ms);
	stop_workers();
	if (weather == PEACE)
		for (CK_SLOT_ID slot = 0; slot < SLOTS; slot++)
			(void)p11->C_CloseSession(keepers[slot]);
	if (!stop_in_storm) {
		stop_hand();
		if (weather == STORM)
			tidy_up();
		assert_recovered();
	}
	finalize();
	if (stop_in_storm)
		stop_hand();
}

#define SIGNATURE_PIN_FILE 0x001B
#define SIGNATURE_KEY_FILE 0x001A

/*
 * Each PIN that the card has seen was right. Where each signature needs its own, it has had one:
 * no thread signs with the PIN that another has given for its signature.
 */
static void
check_ledger(struct vcard *one, bool each_needs_pin)
{
	size_t count = vcard_ledger_entries(one, NULL, 0);
	struct vcard_entry *entries = calloc(count + 1, sizeof(*entries));
	bool unlocked = false;

	assert_non_null(entries);
	assert_int_equal(vcard_ledger_entries(one, entries, count), count);
	for (size_t i = 0; i < count; i++) {
		bool key = entries[i].ef == SIGNATURE_KEY_FILE;

		if (entries[i].event == VCARD_EVENT_VERIFY) {
			expect(MAIN, entries[i].sw == 0x9000, "PIN refused");
			unlocked |= entries[i].ef == SIGNATURE_PIN_FILE;
			atomic_fetch_add(&totals.pins, 1);
		} else if (entries[i].event == VCARD_EVENT_SIGN && key && entries[i].sw == 0x9000) {
			expect(MAIN, unlocked || !each_needs_pin, "signature without its PIN");
			unlocked = false;
			atomic_fetch_add(&totals.key_uses, 1);
		}
	}
	free(entries);
	vcard_ledger_mark(one);
}

static void
check_card(struct vcard *one, bool each_needs_pin)
{
	check_ledger(one, each_needs_pin);
	for (int role = 0; role < JPKI_ROLES; role++) {
		enum vcard_pin pin = card_pin_of((enum jpki_role)role);

		expect(MAIN, !vcard_pin_verified(one, pin), "card left unlocked");
		expect(MAIN, vcard_pin_tries(one, pin) == vcard_pin_tries_max(pin), "try spent");
	}
}

/* Begin anew, in some rounds of a storm with one reader only. */
static void
initialize(void)
{
	late_reader = false;
	(void)DO(MAIN, INITIALIZE, NULL, p11->C_Initialize(NULL));
	assert_no_sessions();
	if (weather != STORM || round_number % 4 != 1)
		return;
	assert_ok(p11->C_Finalize(NULL));
	late_reader = true;
	assert_int_equal(inprocess_remove_reader(READER_2), 0);
	(void)DO(MAIN, INITIALIZE, NULL, p11->C_Initialize(NULL));
}

static unsigned
seconds_in_all(void)
{
	const char *text = getenv("JPKI_STRESS_SECONDS");

	return text != NULL ? (unsigned)strtoul(text, NULL, 10) : DEFAULT_SECONDS;
}

static void
choose_seed(void)
{
	const char *text = getenv("JPKI_STRESS_SEED");

	seed = text != NULL ? strtoull(text, NULL, 10)
			    : (uint64_t)time(NULL) * 1000 + (uint64_t)getpid() % 1000;
	print_message("# JPKI_STRESS_SEED=%llu\n", (unsigned long long)seed);
	fflush(stdout);
}

static void
prepare(enum weather how)
{
	weather = how;
	round_number = 0;
	atomic_store(&failures, 0);
	memset(&totals, 0, sizeof(totals));
	choose_seed();
	cards[0] = card;
	cards[1] = card_of_another_person();
	second_card = another_card(SERIAL_2);
	assert_ok(p11->C_Finalize(NULL));
	tidy_up();
	initialize();
}

static void
report(void)
{
	print_message("# %s: %u rounds, %lu calls, %lu signatures (%lu of the signature key), "
		      "%lu verifications, %lu certificates, %lu logins (%lu PINs), "
		      "%lu acts of the hand, %lu events\n",
	    weather_names[weather], round_number, atomic_load(&totals.calls),
	    atomic_load(&totals.signatures), atomic_load(&totals.key_uses),
	    atomic_load(&totals.verified), atomic_load(&totals.certificates),
	    atomic_load(&totals.logins), atomic_load(&totals.pins), atomic_load(&totals.hands),
	    atomic_load(&totals.events));
	assert_true(atomic_load(&totals.signatures) > 0);
	assert_true(atomic_load(&totals.key_uses) > 0);
	assert_int_equal(atomic_load(&failures), 0);
}

/* `share`: of the time, in sixths. */
static void
stress(enum weather how, unsigned share)
{
	static const uint64_t windows[] = {LONG_WINDOW_MS, 0, 20};
	unsigned count = how == PEACE ? 1 : 3, budget = seconds_in_all() * 1000 * share / 6;
	unsigned rounds = budget / ROUND_MS > count ? budget / ROUND_MS : count;

	prepare(how);
	while (round_number < rounds) {
		uint64_t signature_window = windows[round_number % count];

		one_round(signature_window, budget / rounds);
		for (int person = 0; person < PEOPLE; person++)
			check_card(cards[person], signature_window == 0);
		check_card(second_card, signature_window == 0);
		round_number++;
		tidy_up();
		initialize();
	}
	report();
}

static void
in_peace_everything_works(void **state)
{
	(void)state;
	stress(PEACE, 1);
}

static void
threads_undo_what_others_do(void **state)
{
	(void)state;
	stress(RIVALS, 2);
}

static void
cards_are_pulled_and_put_back(void **state)
{
	(void)state;
	stress(STORM, 3);
}

/* A card that nobody has asked yet what it is takes its time to tell. */
#define FIRST_LOOK_US 20000

static void *
open_session_somewhere(void *context)
{
	CK_SESSION_HANDLE session;

	*(CK_RV *)context = p11->C_OpenSession(
	    slot_of(JPKI_AUTHENTICATION), CKF_SERIAL_SESSION, NULL, NULL, &session);
	return NULL;
}

/* Who asks for the token while another thread is finding out that it is one. */
static void
assert_token_is_found_meanwhile(void)
{
	const struct vcard_delays slow = {.exchange = FIRST_LOOK_US}, none = {0};
	struct deadline deadline = {0};
	CK_TOKEN_INFO info;
	pthread_t thread;
	CK_RV opened, rv;

	vcard_delays_set(card, &slow);
	forget_exchanges();
	create(&thread, open_session_somewhere, &opened);
	while (exchanges() == 0)
		wait_a_moment(&deadline);
	rv = p11->C_GetTokenInfo(slot_of(JPKI_AUTHENTICATION), &info);
	join(thread);
	vcard_delays_set(card, &none);
	assert_ok(opened);
	assert_ok(rv);
}

static void
tokens_are_there_for_all_threads_at_once(void **state)
{
	(void)state;
	assert_token_is_found_meanwhile();
}

/* The thread that waits for events has seen the card come, but asked it nothing. */
static void
new_tokens_are_there_for_all_threads_at_once(void **state)
{
	CK_SLOT_ID slot;

	(void)state;
	assert_true(token_present(JPKI_AUTHENTICATION));
	reinsert();
	assert_ok(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL));
	assert_token_is_found_meanwhile();
}

static int
make_watched_world(void **state)
{
	if (make_world(state) != 0)
		return -1;
	atomic_store(&watched, true);
	return pthread_create(&watchdog, NULL, watch, NULL);
}

/* Whatever became of the test: no thread of it is left. */
static int
drop_watched_world(void **state)
{
	atomic_store(&over, true);
	finalize();
	atomic_store(&watched, false);
	(void)pthread_join(watchdog, NULL);
	return drop_world(state);
}

#define STRESS_TEST(test)                                                                          \
	cmocka_unit_test_setup_teardown(test, make_watched_world, drop_watched_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(tokens_are_there_for_all_threads_at_once),
	    TEST(new_tokens_are_there_for_all_threads_at_once),
	    STRESS_TEST(in_peace_everything_works),
	    STRESS_TEST(threads_undo_what_others_do),
	    STRESS_TEST(cards_are_pulled_and_put_back),
	};

	return RUN(tests);
}
