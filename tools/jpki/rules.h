/* SPDX-License-Identifier: BSD-2-Clause */
/* What a certificate of JPKI for a use must contain (F-AUTHENTICATION-CERTIFICATE,
 * F-SIGNATURE-CERTIFICATE). It counts only together with the CA that has signed it (chain.h). */
#ifndef JPKI_TOOL_RULES_H
#define JPKI_TOOL_RULES_H

#include <stdbool.h>

#include <openssl/x509.h>

#include <jpki/jpki.h>

/* The policy that a certificate was issued under. */
enum policy {
	POLICY_OTHER, /* none, an unknown one, or several */
	POLICY_AUTHENTICATION,
	POLICY_SIGNATURE,
	POLICY_SIGNATURE_TEST, /* on test cards */
};

enum policy policy_of(const X509 *certificate);

/* The key to which the policy belongs; false for POLICY_OTHER. */
bool policy_role(enum policy policy, enum jpki_role *role);

/* Whether the key usage is exactly that of the key: digitalSignature, and for the signature key
 * also nonRepudiation. */
bool rules_usage_fits(X509 *certificate, enum jpki_role role);

/* Whether a critical extendedKeyUsage, if there is one, allows the use of that key; for a CA's
 * certificate, whether it may issue such certificates. */
bool rules_purpose_fits(const X509 *certificate, enum jpki_role role);

#endif
