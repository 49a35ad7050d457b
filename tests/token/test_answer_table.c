/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The card answers one exchange of a call in another way than it should: what the call answers,
 * in which state the session is, and that the next one works.
 */

#include "jobs.h"

/*
 * What comes of it:
 * w  the call works as ever
 * f  it fails: CKR_DEVICE_ERROR, or CKR_TOKEN_NOT_PRESENT without a session, which stays as it was
 * h  the same, and there is no token until the card is put in again: it has said so
 * p  the card wants a PIN for the file: the object is one for users, CKR_OBJECT_HANDLE_INVALID
 * e  w or f: there may be another way to ask, or the last byte of the data happens to be 61 or 6C
 * C_GetSlotList, C_GetSlotInfo and C_FindObjectsInit never fail over an answer.
 */
#define STEPS "SIPHTsRVECXQtphr" /* jobs.h; s: selecting in a session */

struct bad_answer {
	const char *name;
	enum {
		ONCE,	 /* `fault` */
		FOREVER, /* until the end of the call: the status word, and that again */
		HONEST	 /* from then on, and the data can be had: `quirk` */
	} how;
	enum vcard_fault fault;
	uint16_t sw;
	const char *quirk, *value;
	const char *outcomes; /* a letter for each of STEPS */
};

/* clang-format off */
static const struct bad_answer answers[] = {
	/*                                                                     SIPHTsRVECXQtphr */
	{"garbage", ONCE, VCARD_FAULT_GARBAGE, 0, NULL, NULL,                 "fwwwwfffffwwwwwf"},
	{"empty", ONCE, VCARD_FAULT_EMPTY, 0, NULL, NULL,                     "ffwfwffffffwfwwf"},
	{"truncated", ONCE, VCARD_FAULT_TRUNCATED, 0, NULL, NULL,             "fwwewfefffewfwwe"},
	{"overlong", ONCE, VCARD_FAULT_OVERLONG, 0, NULL, NULL,               "ffwfwffffffwfwwf"},
	{"0000", ONCE, VCARD_FAULT_SW, 0x0000, NULL, NULL,                    "fwwwwfffffwwwwwf"},
	{"6F00", ONCE, VCARD_FAULT_SW, 0x6f00, NULL, NULL,                    "wwwwwwffffwwwwwf"},
	{"6982", ONCE, VCARD_FAULT_SW, 0x6982, NULL, NULL,                    "fwwwwfpfffwwwwwf"},
	{"6A82", ONCE, VCARD_FAULT_SW, 0x6a82, NULL, NULL,                    "hwwwwfffffwwwwwf"},
	{"6D00", ONCE, VCARD_FAULT_SW, 0x6d00, NULL, NULL,                    "hwwwwfffffwwwwwf"},
	{"9000 and nothing", ONCE, VCARD_FAULT_SW, 0x9000, NULL, NULL,        "wwwwweeewwfwwwwe"},
	{"6581", ONCE, VCARD_FAULT_SW, 0x6581, NULL, NULL,                    "fwwwwfffffwwwwwf"},
	{"done, but 6581", ONCE, VCARD_FAULT_SW_AFTER, 0x6581, NULL, NULL,    "fwwwwfffffwwwwwf"},
	{"6100 and nothing", ONCE, VCARD_FAULT_SW, 0x6100, NULL, NULL,        "hwwwwfffffwwwwwf"},
	{"6110 and nothing", ONCE, VCARD_FAULT_SW, 0x6110, NULL, NULL,        "hwwwwfffffwwwwwf"},
	{"6C10 and nothing", ONCE, VCARD_FAULT_SW, 0x6c10, NULL, NULL,        "fwwwwfwfffwwwwww"},
	{"6C10 and data", ONCE, VCARD_FAULT_SW_DATA, 0x6c10, NULL, NULL,      "fwwwwfwfffwwwwww"},
	{"61xx", HONEST, 0, 0, "chaining", "all",                             "wwwwwwwwwwwwwwww"},
	{"61xx, half", HONEST, 0, 0, "chaining", "half",                      "wwwwwwwwwwwwwwww"},
	{"6Cxx", HONEST, 0, 0, "wrong-le", "6cxx",                            "wwwwwwwwwwwwwwww"},
	{"61xx for ever", FOREVER, VCARD_FAULT_SW, 0x6110, NULL, NULL,        "ffefwffffffwfwff"},
	{"6Cxx for ever", FOREVER, VCARD_FAULT_SW, 0x6c10, NULL, NULL,        "ffefwffffffwfwff"},
};
/* clang-format on */

/* No card keeps a call for longer, whatever it answers: in exchanges. */
#define EXCHANGES_MAX 50

static unsigned rounds;

/* The same length twice is not asked for again: another one each time. */
static void
answer_so_again(void *context)
{
	const struct bad_answer *answer = context;
	uint16_t sw = (uint16_t)(answer->sw + (++rounds & 1));

	vcard_faults_clear(card);
	(void)vcard_fault_add(card, answer->fault, 1, sw, NULL);
	inprocess_plan(INPROCESS_TRANSMIT, 1, JPKI_OK, answer_so_again, context);
}

static void
become_so(void *context)
{
	const struct bad_answer *answer = context;

	(void)vcard_quirk_set(card, answer->quirk, answer->value, NULL);
}

static void
arrange(struct bad_answer *answer, unsigned nth)
{
	switch (answer->how) {
	case ONCE:
		assert_int_equal(vcard_fault_add(card, answer->fault, nth, answer->sw, NULL), 0);
		break;
	case FOREVER:
		inprocess_plan(INPROCESS_TRANSMIT, nth, JPKI_OK, answer_so_again, answer);
		break;
	case HONEST:
		inprocess_plan(INPROCESS_TRANSMIT, nth, JPKI_OK, become_so, answer);
		break;
	}
}

static void
put_right(void)
{
	inprocess_plan(INPROCESS_TRANSMIT, 0, JPKI_OK, NULL, NULL);
	vcard_faults_clear(card);
	vcard_quirks_reset(card);
}

static bool
in_session(const struct job *job)
{
	return job->before != NEXT_NONE;
}

/* What the table says. */
static char
expected(const struct bad_answer *answer, const struct job *job, unsigned nth)
{
	size_t length = strlen(job->steps);
	char step = job->steps[nth <= length ? nth - 1 : length - 1], outcome;

	if (step == 'S' && in_session(job))
		step = 's';
	outcome = answer->outcomes[strchr(STEPS, step) - STEPS];
	if (outcome == 'p' && job->kind != KIND_READ)
		return 'f';
	return outcome;
}

static bool
never_fails(const struct job *job)
{
	return job->kind == KIND_LIST || job->kind == KIND_SEARCH;
}

static bool
is_right(char outcome, const struct job *job, CK_RV rv, enum next next)
{
	bool works = rv == CKR_OK && next == job->after;
	bool fails = rv == (in_session(job) ? CKR_DEVICE_ERROR : CKR_TOKEN_NOT_PRESENT) &&
		     next == job->before;

	switch (outcome) {
	case 'w':
		return works;
	case 'f':
	case 'h':
		return never_fails(job) ? works : fails;
	case 'p':
		return rv == CKR_OBJECT_HANDLE_INVALID && next == job->before;
	case 'e':
		return works || (fails && !never_fails(job));
	default:
		return false;
	}
}

/* A failure of the memory passes; what says that a file is not there is believed. */
static bool
passes(const struct bad_answer *answer)
{
	return answer->sw == 0x6f00 || answer->sw == 0x6581;
}

/* Are there tokens now, and whose? */
static void
assert_hidden(char outcome, const struct job *job, const struct bad_answer *answer)
{
	CK_TOKEN_INFO info;

	if (outcome == 'h' && !in_session(job))
		assert_false(token_present(job->role));
	if (outcome == 'h')
		reinsert();
	for (int role = 0; role < JPKI_ROLES; role++) {
		assert_true(token_present(role));
		assert_ok(p11->C_GetTokenInfo(slot_of(role), &info));
		if (passes(answer))
			assert_padded(info.serialNumber, SERIAL);
	}
}

/* False if the call ended before. */
static bool
run(struct bad_answer *answer, const struct job *job, unsigned nth)
{
	enum next next;
	char outcome;
	CK_RV rv;

	prepare_job(job);
	arrange(answer, nth);
	rv = do_job(job);
	if (!reached(nth))
		return false;
	assert_in_range(exchanges(), nth, EXCHANGES_MAX);
	put_right();
	next = next_call();
	outcome = expected(answer, job, nth);
	if (!is_right(outcome, job, rv, next))
		fail_msg(
		    "%s: %s, exchange %u: 0x%lx, then %d", answer->name, job->name, nth, rv, next);
	assert_locked_without(next, job);
	assert_no_harm(card, 1);
	assert_hidden(outcome, job, answer);
	assert_works(card, job->role);
	return true;
}

static void
at_every_exchange(void **state)
{
	struct bad_answer *answer = *state;
	unsigned nth;

	for (size_t i = 0; i < job_count; i++)
		for (nth = 1; run(answer, &jobs[i], nth); nth++)
			continue;
}

#define ANSWERS LENGTH_OF(answers)

int
main(void)
{
	static struct bad_answer copies[ANSWERS];
	struct CMUnitTest tests[ANSWERS];

	memcpy(copies, answers, sizeof(copies));
	for (size_t i = 0; i < ANSWERS; i++)
		tests[i] = (struct CMUnitTest){
		    answers[i].name, at_every_exchange, NULL, tear_down, &copies[i]};
	return RUN(tests);
}
