/* SPDX-License-Identifier: BSD-2-Clause */

/* What each call may answer at that moment. */

#include "stress.h"

#include <time.h>

const char *const weather_names[WEATHERS] = {"peace", "rivals", "storm"};

enum weather weather;
atomic_bool over;
bool late_reader;
struct disturbance hand, closings[SLOTS];
struct totals totals;
struct worker workers[WORKERS + 2];
atomic_uint failures;

unsigned
calm_at(struct disturbance *what)
{
	return atomic_load(&what->ended);
}

bool
disturbed_since(struct disturbance *what, unsigned calm)
{
	return atomic_load(&what->begun) != calm;
}

uint64_t
next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15; /* splitmix64 */

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

unsigned
below(uint64_t *state, unsigned limit)
{
	return (unsigned)(next_random(state) % limit);
}

void
sleep_us(long us)
{
	const struct timespec time = {us / 1000000, us % 1000000 * 1000};

	nanosleep(&time, NULL);
}

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

	for (size_t i = 0; i < LENGTH_OF(table); i++)
		if (table[i].rv == rv)
			return table[i].answer;
	return 0;
}

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

void
complain(const struct worker *worker, const char *what, unsigned long number)
{
	if (atomic_fetch_add(&failures, 1) < 20)
		print_message("# thread %d, %s: %s 0x%lx\n", worker->number, weather_names[weather],
		    what, number);
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

void
start(struct worker *worker, enum call call)
{
	worker->calm_hand = calm_at(&hand);
	atomic_store(&worker->call, (int)call);
}

CK_RV
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

void
expect(const struct worker *worker, bool truth, const char *what)
{
	if (!truth)
		complain(worker, what, 0);
}

const char *
call_name(enum call call)
{
	return rules[call].name;
}
