/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Card, reader and service go, come back and are reset, at each exchange of each call and around
 * it: what the call answers, what the next one does. The ledger of the card has the last word.
 */

#include <stdio.h>

#include "../common/clock.h"
#include "jobs.h"
#include "reader/transaction.h"

#define LINGER_MS 80

/* What comes of it, as bits, since it is not the same at each exchange. */
enum {
	FINE = 0x01,  /* CKR_OK as ever */
	GONE = 0x02,  /* CKR_DEVICE_REMOVED, then CKR_SESSION_HANDLE_INVALID */
	EMPTY = 0x04, /* CKR_TOKEN_NOT_PRESENT */
	LATE = 0x08,  /* CKR_OK, and the next call says CKR_DEVICE_REMOVED */
	ERROR = 0x10, /* CKR_DEVICE_ERROR, the session as before */
	LOST = 0x20,  /* CKR_DEVICE_ERROR, nobody logged in any more */
	REFUSED =
	    0x40, /* CKR_USER_NOT_LOGGED_IN (C_Login: CKR_OPERATION_NOT_INITIALIZED), the same */
	LOGOUT = 0x80,	 /* CKR_OK, nobody logged in any more */
	BUSY = 0x100,	 /* CKR_FUNCTION_FAILED, the session as before */
	SURPRISE = 0x200 /* anything else */
};

static unsigned
outcome(const struct job *job, CK_RV rv, enum next next)
{
	bool out = job->before == NEXT_USER && next == NEXT_PUBLIC;

	if (rv == CKR_OK && next == job->after)
		return FINE;
	if (rv == CKR_OK && next == NEXT_REMOVED)
		return LATE;
	if (rv == CKR_OK && job->after == NEXT_USER && next == NEXT_PUBLIC)
		return LOGOUT;
	if (rv == CKR_DEVICE_REMOVED && next == NEXT_INVALID)
		return GONE;
	if (rv == CKR_TOKEN_NOT_PRESENT && next == NEXT_NONE)
		return EMPTY;
	if (rv == CKR_DEVICE_ERROR && next == job->before)
		return ERROR;
	if (rv == CKR_FUNCTION_FAILED && next == job->before)
		return BUSY;
	if (rv == CKR_DEVICE_ERROR && out)
		return LOST;
	if (rv == CKR_OPERATION_NOT_INITIALIZED && job->kind == KIND_LOGIN && out)
		return REFUSED;
	return rv == CKR_USER_NOT_LOGGED_IN && next == NEXT_PUBLIC ? REFUSED : SURPRISE;
}

/* When it happens. */
enum when {
	WHEN_SELECT, /* in the first exchange of a transaction, which selects the application */
	WHEN_EXCHANGE,
	WHEN_LOOK, /* while the reader is looked at, or the connection */
	WHEN_OPEN, /* while the card is connected, or its transaction begins */
	WHEN_DONE, /* while the transaction ends, or the connection */
	WHENS,
};

typedef const unsigned table[WHENS][KINDS];

/* The card is another one than before, or none, and the service tells. */
static table gone = {
    [WHEN_SELECT] = {FINE, EMPTY, GONE, GONE, GONE, GONE, 0, 0, 0, 0},
    [WHEN_EXCHANGE] = {FINE, EMPTY, GONE, GONE, GONE, GONE, GONE, 0, 0, 0},
    [WHEN_LOOK] = {FINE, EMPTY, GONE, GONE, GONE, GONE | LATE, GONE | LATE, GONE | LATE,
	GONE | FINE, FINE},
    [WHEN_OPEN] = {FINE, EMPTY, GONE, GONE, GONE, GONE, GONE, 0, 0, 0},
    [WHEN_DONE] = {FINE, FINE | LATE | EMPTY, GONE | LATE, LATE, LATE, LATE, LATE, LATE, FINE,
	FINE},
};

/* The same, but a card is there as soon as somebody looks. */
static table exchanged = {
    [WHEN_SELECT] = {FINE, EMPTY, GONE, GONE, GONE, GONE, 0, 0, 0, 0},
    [WHEN_EXCHANGE] = {FINE, EMPTY, GONE, GONE, GONE, GONE, GONE, 0, 0, 0},
    [WHEN_LOOK] = {FINE, EMPTY | FINE, GONE, GONE, GONE, GONE | LATE, GONE | LATE, GONE | LATE,
	GONE | FINE, FINE},
    [WHEN_OPEN] = {FINE, EMPTY, GONE, GONE, GONE, GONE, GONE, 0, 0, 0},
    [WHEN_DONE] = {FINE, FINE | LATE | EMPTY, GONE | LATE, LATE, LATE, LATE, LATE, LATE, FINE,
	FINE},
};

/*
 * The reader is back with the same card, before anybody has looked: the service counts events anew,
 * and nothing tells where there is no connection.
 */
static table unseen = {
    [WHEN_SELECT] = {FINE, EMPTY, GONE, GONE, GONE, GONE, 0, 0, 0, 0},
    [WHEN_EXCHANGE] = {FINE, EMPTY, GONE, GONE, GONE, GONE, GONE, 0, 0, 0},
    [WHEN_LOOK] = {FINE, EMPTY | FINE, GONE | FINE, GONE | FINE, GONE | FINE, GONE | FINE,
	GONE | FINE, FINE, FINE, FINE},
    [WHEN_OPEN] = {FINE, EMPTY | FINE, GONE | FINE, GONE | FINE, GONE | FINE, GONE | FINE, GONE, 0,
	0, 0},
    [WHEN_DONE] = {FINE, FINE, FINE, FINE, FINE, FINE, FINE, FINE, FINE, FINE},
};

/* Another program resets the card or cuts its power: found when the card is used the next time. */
static table reset = {
    [WHEN_SELECT] = {FINE, FINE, FINE, FINE, FINE, FINE, 0, 0, 0, 0},
    [WHEN_EXCHANGE] = {FINE, EMPTY | FINE, FINE, ERROR, ERROR | REFUSED, ERROR, ERROR | LOST, 0, 0,
	0},
    [WHEN_LOOK] = {FINE, EMPTY | FINE, FINE, ERROR | FINE, ERROR | REFUSED | FINE, ERROR | FINE,
	ERROR | LOST | REFUSED | FINE, FINE, FINE, FINE},
    [WHEN_OPEN] = {FINE, FINE, FINE, FINE, FINE, FINE, REFUSED, 0, 0, 0},
    [WHEN_DONE] = {FINE, FINE, FINE, FINE, FINE, FINE, FINE, FINE, FINE, FINE},
};

/* The command or its answer got lost: the card is begun with anew. */
static table answer = {
    [WHEN_SELECT] = {FINE, FINE, FINE, ERROR, ERROR, ERROR, 0, 0, 0, 0},
    [WHEN_EXCHANGE] = {FINE, FINE, FINE, ERROR, ERROR, ERROR, ERROR | LOST | FINE, 0, 0, 0},
};

/* In the middle of a command, without a word of the service's before the answer is missed. */
static table gone_at_once = {
    [WHEN_SELECT] = {FINE, EMPTY, GONE, GONE, GONE, GONE, 0, 0, 0, 0},
    [WHEN_EXCHANGE] = {FINE, EMPTY, GONE, GONE, GONE, GONE, GONE, 0, 0, 0},
};
static table powerless = {
    [WHEN_SELECT] = {FINE, FINE, FINE, FINE, FINE, FINE, 0, 0, 0, 0},
    [WHEN_EXCHANGE] = {FINE, FINE, FINE, FINE, ERROR | FINE, ERROR, ERROR | REFUSED, 0, 0, 0},
};

/* The way to the card fails at one step, and then works again. */
static table busy = {
    [WHEN_OPEN] = {FINE, EMPTY | FINE, FINE, BUSY, BUSY, BUSY, 0, 0, 0, 0},
};
static table not_begun = {
    [WHEN_OPEN] = {FINE, FINE, FINE, ERROR, ERROR, ERROR, ERROR | LOST, 0, 0, 0},
};
static table late = {
    [WHEN_OPEN] = {FINE, EMPTY | FINE, FINE, ERROR, ERROR, ERROR, ERROR, 0, 0, 0},
};
static table not_ended = {
    [WHEN_DONE] = {FINE, FINE, FINE, FINE, FINE, 0, FINE, 0, 0, 0},
};

static struct vcard *other;

/* What can happen to READER, its card and the service, in the form that inprocess_plan takes. */
static void
pull(void *context)
{
	(void)inprocess_eject(READER);
}

static void
pull_and_put_back(void *context)
{
	pull(context);
	(void)inprocess_insert(READER, card);
}

static void
unplug(void *context)
{
	(void)inprocess_remove_reader(READER);
}

static void
warm_reset(void *context)
{
	(void)inprocess_warm_reset(READER);
}

static void
cut_power(void *context)
{
	(void)inprocess_power_cut(READER);
}

static void
stop_service(void *context)
{
	inprocess_service(false);
}

static void
restart_service(void *context)
{
	stop_service(context);
	inprocess_service(true);
}

static void
pull_and_put_other(void *context)
{
	pull(context);
	(void)inprocess_insert(READER, other);
}

static void
replug(void *context)
{
	unplug(context);
	(void)inprocess_add_reader(READER);
	(void)inprocess_insert(READER, card);
}

/* The service counts anew: as often as before only if nobody was in a hurry (test_sign.c). */
static void
replug_with_other(void *context)
{
	unplug(context);
	(void)inprocess_add_reader(READER);
	(void)inprocess_insert(READER, other);
	pull_and_put_other(context);
}

/* In the middle of a command. */
static void
eject_itself(void *context)
{
	(void)vcard_fault_add(card, VCARD_FAULT_EJECT, 1, 0, NULL);
}

static void
lose_power(void *context)
{
	(void)vcard_fault_add(card, VCARD_FAULT_POWER_LOSS, 1, 0, NULL);
}

struct event {
	const char *name;
	void (*happen)(void *context);
	int error; /* of the exchange whose answer gets lost over it */
	table *expected;
	bool other;		  /* another person's card is there afterwards */
	bool missing;		  /* no card is there until it is put right */
	enum inprocess_call only; /* it happens there alone, with that error; else 0 */
};

/* clang-format off */
static struct event events[] = {
    {"pulled", pull, JPKI_ERR_NO_CARD, &gone, .missing = true},
    {"pulled, put back", pull_and_put_back, JPKI_ERR_NO_CARD, &exchanged, .other = false},
    {"pulled, another put in", pull_and_put_other, JPKI_ERR_NO_CARD, &exchanged, .other = true},
    {"unplugged", unplug, JPKI_ERR_NO_READER, &gone, .missing = true},
    {"unplugged, plugged in", replug, JPKI_ERR_NO_READER, &unseen, .other = false},
    {"plugged in with another", replug_with_other, JPKI_ERR_NO_READER, &exchanged, .other = true},
    {"service stopped", stop_service, JPKI_ERR_NO_SERVICE, &gone, .missing = true},
    {"service restarted", restart_service, JPKI_ERR_NO_SERVICE, &exchanged, .other = false},
    {"warm reset", warm_reset, JPKI_ERR_RESET, &reset, .other = false},
    {"power cut", cut_power, JPKI_ERR_RESET, &reset, .other = false},
    {"ejected by itself", eject_itself, JPKI_OK, &gone_at_once, .missing = true,
	.only = INPROCESS_TRANSMIT},
    {"power lost", lose_power, JPKI_OK, &powerless, .only = INPROCESS_TRANSMIT},
    {"answer lost", NULL, JPKI_ERR_IO, &answer, .only = INPROCESS_ANSWER},
    {"command not sent", NULL, JPKI_ERR_IO, &answer, .only = INPROCESS_TRANSMIT},
    {"card busy", NULL, JPKI_ERR_BUSY, &busy, .only = INPROCESS_OPEN},
    {"not begun", NULL, JPKI_ERR_IO, &not_begun, .only = INPROCESS_BEGIN},
    {"not begun in time", NULL, JPKI_ERR_TIMEOUT, &late, .only = INPROCESS_BEGIN},
    {"not ended", NULL, JPKI_ERR_IO, &not_ended, .only = INPROCESS_END},
};
/* clang-format on */

static const struct {
	enum inprocess_call call;
	enum when when;
} moments[] = {
    {INPROCESS_TRANSMIT, WHEN_EXCHANGE}, /* before the command */
    {INPROCESS_ANSWER, WHEN_EXCHANGE},	 /* after it, and before its answer */
    {INPROCESS_POLL, WHEN_LOOK},
    {INPROCESS_CHECK, WHEN_LOOK},
    {INPROCESS_OPEN, WHEN_OPEN},
    {INPROCESS_BEGIN, WHEN_OPEN},
    {INPROCESS_END, WHEN_DONE},
    {INPROCESS_CLOSE, WHEN_DONE},
};
#define MOMENTS LENGTH_OF(moments)

static char
step_of(const struct job *job, unsigned nth)
{
	size_t length = strlen(job->steps);

	return nth <= length ? job->steps[nth - 1] : job->steps[length - 1];
}

static enum when
when_of(const struct job *job, size_t moment, unsigned nth)
{
	bool exchange = moments[moment].when == WHEN_EXCHANGE;

	return exchange && step_of(job, nth) == 'S' ? WHEN_SELECT : moments[moment].when;
}

/* For as long as the card is missing: nothing works, nothing hangs, nobody is asked in vain. */
static void
assert_missing(const struct job *job)
{
	CK_SESSION_HANDLE session;
	unsigned before = exchanges();

	assert_false(token_present(job->role));
	assert_rv(pkcs11_open_session(pkcs11_list(p11), slot_of(job->role), 0, &session),
	    CKR_TOKEN_NOT_PRESENT);
	assert_int_equal(exchanges(), before);
	inprocess_service(true);
	(void)inprocess_add_reader(READER);
	(void)inprocess_insert(READER, card);
}

/* False if the call ended before the nth occasion. */
static bool
run(const struct event *event, const struct job *job, size_t moment, unsigned nth, unsigned *came)
{
	enum inprocess_call call = moments[moment].call;
	enum next next;
	CK_RV rv;

	prepare_job(job);
	clock_stop();
	other = card_of_another_person();
	inprocess_plan(call, nth,
	    call == INPROCESS_ANSWER || call == event->only ? event->error : JPKI_OK, event->happen,
	    NULL);
	rv = do_job(job);
	inprocess_plan(call, 0, JPKI_OK, NULL, NULL);
	if (inprocess_calls(call) < nth)
		return false;
	next = next_call();
	*came = outcome(job, rv, next);
	assert_locked_without(next, job);
	assert_no_harm(card, 1);
	assert_no_harm(other, 0);
	if (event->missing)
		assert_missing(job);
	assert_works(event->other ? other : card, job->role);
	return true;
}

/* Where a connection is kept, a moment is another one of the call: any that the table has will do.
 */
static unsigned
allowed(const struct event *event, enum when when, enum kind kind)
{
	unsigned any = FINE;

	if (transaction_linger_ms == 0)
		return (*event->expected)[when][kind];
	for (int other_when = 0; other_when < WHENS; other_when++)
		any |= (*event->expected)[other_when][kind];
	return any;
}

/* All occasions of a kind; which outcomes there were is noted in `seen`. */
static void
run_all(
    const struct event *event, const struct job *job, size_t moment, unsigned seen[WHENS][KINDS])
{
	unsigned came;

	for (unsigned nth = 1; run(event, job, moment, nth, &came); nth++) {
		enum when when = when_of(job, moment, nth);

		if ((came & allowed(event, when, job->kind)) == 0)
			fail_msg("%s: %s, moment %zu, occasion %u: 0x%x", event->name, job->name,
			    moment, nth, came);
		seen[when][job->kind] |= came;
	}
}

/* Each outcome in the table has been seen: it says no more than what is true. */
static void
assert_as_in_table(const struct event *event, unsigned seen[WHENS][KINDS])
{
	for (int when = 0; when < WHENS; when++)
		for (int kind = 0; kind < KINDS; kind++)
			if (seen[when][kind] != (*event->expected)[when][kind])
				fail_msg("%s: when %d, kind %d: only 0x%x", event->name, when, kind,
				    seen[when][kind]);
}

static void
at_every_occasion(void **state)
{
	const struct event *event = *state;
	unsigned seen[WHENS][KINDS] = {0};

	for (size_t i = 0; i < job_count; i++)
		for (size_t moment = 0; moment < MOMENTS; moment++)
			if (event->only == 0 || event->only == moments[moment].call)
				run_all(event, &jobs[i], moment, seen);
	if (transaction_linger_ms == 0)
		assert_as_in_table(event, seen);
}

/* As in the product, with a clock that stands still: a connection is kept from call to call. */
static void
at_every_occasion_with_kept_connections(void **state)
{
	transaction_linger_ms = LINGER_MS;
	at_every_occasion(state);
}

static int
drop_all(void **state)
{
	transaction_linger_ms = 0;
	return tear_down(state);
}

#define EVENTS LENGTH_OF(events)

int
main(void)
{
	static char names[EVENTS][64];
	struct CMUnitTest tests[2 * EVENTS];

	/* a set-up before that would be of no use: each run makes its own */
	for (size_t i = 0; i < EVENTS; i++) {
		snprintf(names[i], sizeof(names[i]), "%s, connection kept", events[i].name);
		tests[i] = (struct CMUnitTest){
		    events[i].name, at_every_occasion, NULL, drop_all, &events[i]};
		tests[EVENTS + i] = (struct CMUnitTest){
		    names[i], at_every_occasion_with_kept_connections, NULL, drop_all, &events[i]};
	}
	return RUN(tests);
}
