/* SPDX-License-Identifier: BSD-2-Clause */
/* What a certificate has to say to be one of JPKI's for a use (card-facts: X.509). That it says so
 * counts only together with the CA that has signed it (chain.h). */
#ifndef JPKI_TOOL_RULES_H
#define JPKI_TOOL_RULES_H

#include <stdbool.h>

#include <openssl/x509.h>

#include <jpki/jpki.h>

/* The policy that a certificate was issued under. */
enum policy {
	POLICY_OTHER, /* none, or none that is known, or several */
	POLICY_AUTHENTICATION,
	POLICY_SIGNATURE,
	POLICY_SIGNATURE_TEST, /* of test cards */
};

enum policy policy_of(const X509 *certificate);

/* Which key it is the policy of; false for POLICY_OTHER. */
bool policy_role(enum policy policy, enum jpki_role *role);

/* Whether its key usage is exactly that of a key: digitalSignature, and for signatures also
 * nonRepudiation. */
bool rules_usage_fits(X509 *certificate, enum jpki_role role);

/* Whether an extendedKeyUsage that is critical, if there is one, allows what that key is for; of a
 * CA's, that it issues such certificates. */
bool rules_purpose_fits(const X509 *certificate, enum jpki_role role);

#endif
