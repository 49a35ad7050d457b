/* SPDX-License-Identifier: BSD-2-Clause */
/* The contents of a certificate, for people (F-PERSON). Whoever signed it: nothing is checked
 * here. */
#ifndef JPKI_TOOL_FACTS_H
#define JPKI_TOOL_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <openssl/types.h>

#include "day.h"

/* Renewal is possible from so many months before the end (F-RENEWAL). */
#define FACTS_RENEWAL_MONTHS 3

/* The state of a period at a day. */
enum period {
	PERIOD_NOT_YET,
	PERIOD_RUNS,
	PERIOD_RENEW, /* it runs, but three months or less are left */
	PERIOD_OVER,
};

/* All texts are cleaned for display, or NULL if the certificate does not have them. */
struct facts {
	X509 *certificate;
	time_t from, until; /* `until` is the last second */
	struct day last_day;
	long days_left; /* from today, in Japan; negative when it is over */
	enum period period;
	char *subject, *issuer, *serial, *fingerprint;
	/* The person, in a signature certificate. */
	char *name, *address, *birth_date, *sex; /* the last two in the form for display */
	char *birth_date_iso;			 /* for scripts, like the next one */
	const char *sex_word;
	bool names_substituted, address_substituted;
	char *name_map, *address_map; /* a digit for each character: 0 is the character itself */
	struct day birthday;	      /* year 0: unknown */
};

/* Parse a certificate, DER. False if it is not one. The caller frees *facts. */
bool facts_read(struct facts *facts, const uint8_t *der, size_t length);
void facts_free(struct facts *facts);

/* The state of the period in words, such as "valid, 41 days left"; the caller frees it. */
char *facts_period_text(const struct facts *facts);
/* The state as a word, for scripts. */
const char *facts_period_word(enum period period);

#endif
