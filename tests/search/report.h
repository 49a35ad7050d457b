/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEARCH_REPORT_H
#define SEARCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "token/cryptoki.h"

/* What must hold; the numbers are those of README.md here. */
enum check {
	CHECK_NONE,
	CHECK_GIVEN,	   /* 1: what is sent was given, and could be right */
	CHECK_TWICE,	   /* 2: one PIN given is one PIN sent */
	CHECK_APPLICATION, /* 3: to the application whose PIN it is alone */
	CHECK_TRIES,	   /* 4: tries fall by wrong PINs given, none is spent at zero */
	CHECK_SIGNING,	   /* 5: who is logged in can sign, who is not cannot */
	CHECK_LOCKED,	   /* 6: nothing stays unlocked */
	CHECK_SIGNATURE,   /* 7: a signature is right */
	CHECK_LOGIN,	   /* 8: a login comes from a right PIN alone */
	CHECK_ALIVE,	   /* 9: neither crash nor hang */
	CHECK_CODE,	   /* 10: an answer that the function may give */
	CHECK_SHARED,	   /* 11: nobody is logged out by another's end */
	CHECKS,
};

#define CODES_MAX 64

struct statistics {
	uint64_t steps, sequences, calls;
	struct {
		CK_RV rv;
		uint64_t count;
	} codes[CODES_MAX];
	uint64_t logins, context_logins, signatures, verifies, pin_changes, attributes;
	uint64_t resets, faults, events;
	uint64_t others_logins, others_signatures, kills; /* of programs that take part */
};

/* What a child process says: in memory shared with its parent. */
struct report {
	uint64_t sequence; /* under way, counted from 0 */
	size_t step;	   /* in it */
	enum check check;
	char text[256];
	struct statistics statistics;
};
extern struct report *report;

/* Are readable lines wanted of what happens? */
extern bool report_tells;

/* Make *report. */
bool report_prepare(void);

/* A line about what happens now. */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A function answered. */
void report_answer(const char *function, CK_RV rv);

/* A check has failed: ends the process. */
_Noreturn void violate(enum check check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* As comments of TAP. */
void report_statistics(double seconds);

#endif
