/* SPDX-License-Identifier: BSD-2-Clause */
/* What a certificate says, for people (card-facts: X.509). Of one that is signed by whomever:
 * checking is another thing. */
#ifndef JPKI_TOOL_FACTS_H
#define JPKI_TOOL_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <openssl/types.h>

#include "day.h"

/* Renewal is possible from so many months before the end (card-facts: validity). */
#define FACTS_RENEWAL_MONTHS 3

/* How a period stands at a day. */
enum period {
	PERIOD_NOT_YET,
	PERIOD_RUNS,
	PERIOD_RENEW, /* it runs, and is to be renewed: three months or less are left */
	PERIOD_OVER,
};

/* All texts are clean, or NULL where the certificate does not say it. */
struct facts {
	X509 *certificate;
	time_t from, until; /* the last second of it */
	struct day last_day;
	long days_left; /* from today, in Japan; negative when it is over */
	enum period period;
	char *subject, *issuer, *serial, *fingerprint;
	/* The person, in a certificate for signatures. */
	char *name, *address, *birth_date, *sex; /* the last two as they are shown */
	char *birth_date_iso;			 /* for scripts, as the next one */
	const char *sex_word;
	bool names_substituted, address_substituted;
	char *name_map, *address_map; /* a digit for each character: 0 is the character itself */
	struct day birthday;	      /* year 0: unknown */
};

/* Take a certificate apart, DER. False if it is none. To be freed. */
bool facts_read(struct facts *facts, const uint8_t *der, size_t length);
void facts_free(struct facts *facts);

/* How the period stands, in words, as "valid, 41 days left"; to be freed. */
char *facts_period_text(const struct facts *facts);
/* A word for scripts. */
const char *facts_period_word(enum period period);

#endif
