/* SPDX-License-Identifier: BSD-2-Clause */
/* Who has signed something, and whether that is to be believed: each signer of a CMS signature,
 * point by point. */
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
	SIGNER_UNSEEN, /* it could not be looked at, because of another point that is wrong */
	SIGNER_OK,
	SIGNER_WRONG,
	SIGNER_UNKNOWN, /* it cannot be told here */
};

enum signer_point {
	SIGNER_SIGNATURE,
	SIGNER_CERTIFICATE, /* the signature names it, and it is that one */
	SIGNER_ISSUER,
	SIGNER_PERIOD,
	SIGNER_USAGE,
	SIGNER_POLICY,
	SIGNER_POINTS,
};

struct signer {
	struct facts facts; /* certificate NULL: it is not there */
	struct {
		enum signer_state state;
		char *why; /* may be NULL */
	} point[SIGNER_POINTS];
	bool says_time;
	time_t time; /* when it was signed, as the signer says */
	int unsigned_attributes;
};

/* All of a signature. */
struct signers {
	struct signer *list;
	int count;
};

/* Look at all of them. The chain has hashed what is signed (CMS_dataInit()). The CAs that come with
 * the signature are offered to `cas`. Certificates have to be those of this key. To be freed. */
void signers_check(struct signers *signers, CMS_ContentInfo *cms, BIO *chain, struct known_cas *cas,
    enum jpki_role role);
/* Whether the hash that a signer has used is safe: SHA-256 or more. */
bool signer_has_good_hash(CMS_SignerInfo *info);

void signers_free(struct signers *signers);

/* SIGNER_OK only if there is one and all points of all are; SIGNER_WRONG if any is wrong. */
enum signer_state signers_state(const struct signers *signers);

/* "valid", "not-valid" or "unknown"; and the exit status. */
const char *signer_state_word(enum signer_state state);
int signer_state_status(enum signer_state state);

/* For people: rows on standard output. For programs: a list. */
void signers_print(const struct signers *signers);
json_t *signers_to_json(const struct signers *signers);

#endif
