/* SPDX-License-Identifier: BSD-2-Clause */
/* Who has signed something, and is that valid? Each signer of a CMS signature, point by point. */
#ifndef JPKI_TOOL_SIGNER_H
#define JPKI_TOOL_SIGNER_H

#include <stdbool.h>
#include <time.h>

#include <jansson.h>
#include <openssl/cms.h>

#include <jpki/jpki.h>

#include "facts.h"
#include "known_ca.h"

enum signer_state {
	SIGNER_UNSEEN, /* not checked, because another point is wrong */
	SIGNER_OK,
	SIGNER_WRONG,
	SIGNER_UNKNOWN, /* unknown: it cannot be found out here */
};

enum signer_point {
	SIGNER_SIGNATURE,
	SIGNER_CERTIFICATE, /* it is the one that the signature names */
	SIGNER_ISSUER,
	SIGNER_PERIOD,
	SIGNER_USAGE,
	SIGNER_POLICY,
	SIGNER_POINTS,
};

struct signer {
	struct facts facts; /* certificate NULL: it is missing */
	struct {
		enum signer_state state;
		char *why; /* may be NULL */
	} point[SIGNER_POINTS];
	bool says_time;
	time_t time; /* when it was signed, according to the signer */
	int unsigned_attributes;
};

/* All signers of a signature. */
struct signers {
	struct signer *list;
	int count;
};

/* Check all signers. `chain` has hashed the content (CMS_dataInit()). CAs in the signature are
 * offered to `cas`. Certificates must be for the key `role`. The caller frees *signers. */
void signers_check(struct signers *signers, CMS_ContentInfo *cms, BIO *chain, struct known_cas *cas,
    enum jpki_role role);
/* Whether the hash that a signer has used is safe: SHA-256 or longer. */
bool signer_has_good_hash(CMS_SignerInfo *info);

void signers_free(struct signers *signers);

/* SIGNER_OK only if there is a signer and all points of all signers are; SIGNER_WRONG if any is
 * wrong. */
enum signer_state signers_state(const struct signers *signers);

/* The state as a word: "valid", "not-valid" or "unknown"; and as an exit status. */
const char *signer_state_word(enum signer_state state);
int signer_state_status(enum signer_state state);

/* Print rows for people on standard output; make a list for programs. */
void signers_print(const struct signers *signers);
json_t *signers_to_json(const struct signers *signers);

#endif
