/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_PKCS11_STRESS_H
#define TESTS_PKCS11_STRESS_H

/* What the threads of test_stress.c share. */

#include <pthread.h>
#include <stdatomic.h>

#include "../common/scheme.h"

#define WORKERS 8
#define SESSIONS 3 /* that a worker has at a time, at most */
#define SLOTS 4

/* ------------------------------------------------------------ what happens around here */

enum weather {
	PEACE,	/* logged in, and nobody logs out: everything must work */
	RIVALS, /* threads log out, cancel and close what others use */
	STORM,	/* and cards are pulled and put back */
	WEATHERS,
};
extern const char *const weather_names[WEATHERS];

extern enum weather weather;
extern atomic_bool over;
extern bool late_reader; /* the second reader comes when the round has begun */

/*
 * Something that threads do at times, and that others notice. What has begun is counted before
 * and what has ended after it: it may have touched whatever lasted from a look at `ended` to a
 * look at `begun` unless the two are the same.
 */
struct disturbance {
	atomic_uint begun, ended;
};
extern struct disturbance hand, closings[SLOTS];

unsigned calm_at(struct disturbance *what);
bool disturbed_since(struct disturbance *what, unsigned calm);

struct totals {
	atomic_ulong calls, signatures, verified, certificates, logins, hands, events;
	atomic_ulong pins, key_uses; /* what the cards have seen */
};
extern struct totals totals;

/* A random number, and one below a limit. */
uint64_t next_random(uint64_t *state);
unsigned below(uint64_t *state, unsigned limit);
void sleep_us(long us);

/* The people whose cards there are: two in the first reader by turns, one in the second. */
#define PEOPLE 2
#define NOBODY (-1)
extern struct vcard *cards[PEOPLE], *second_card;

/* ------------------------------------------------------------------- calls and answers */

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
extern struct worker workers[WORKERS + 2];
#define MAIN (&workers[WORKERS])
#define WAITER (&workers[WORKERS + 1])

/* How often an answer was wrong. The first ones are printed. */
extern atomic_uint failures;
void complain(const struct worker *worker, const char *what, unsigned long number);
void expect(const struct worker *worker, bool truth, const char *what);

const char *call_name(enum call call);
/* Before a call. */
void start(struct worker *worker, enum call call);
/* After it; `held` is NULL for a call without a session. */
CK_RV judge(struct worker *worker, struct held *held, CK_RV rv);
/* A call, and the judgement on its answer, which is its value. */
#define DO(worker, call, held, expression) (start(worker, call), judge(worker, held, expression))

/* ---------------------------------------------------------------------------- threads */

/* Until it is over; gets its struct worker. */
void *work(void *context);
/* Until the module is finalized. */
void *wait_for_events(void *context);

/* Pulls cards and the like until hand_over; gets a uint64_t to choose by. */
void *use_the_hand(void *context);
extern atomic_bool hand_over;
/* Everything is in its place, and has just been put there. */
void tidy_up(void);

#endif
