/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/x509v3.h>

#include "rules.h"

static const struct row {
	const char *oid;
	enum policy policy;
} policies[] = {
    {"1.2.392.200149.8.5.1.3.30", POLICY_AUTHENTICATION},
    {"1.2.392.200149.8.5.1.1.20", POLICY_SIGNATURE},
    {"1.2.392.200149.8.5.1.0.20", POLICY_SIGNATURE_TEST},
};

static enum policy
policy_of_object(const ASN1_OBJECT *object)
{
	char oid[80];

	if (OBJ_obj2txt(oid, sizeof(oid), object, 1) > 0)
		for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
			if (strcmp(policies[i].oid, oid) == 0)
				return policies[i].policy;
	return POLICY_OTHER;
}

enum policy
policy_of(const X509 *certificate)
{
	CERTIFICATEPOLICIES *list =
	    X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);
	enum policy policy = POLICY_OTHER;

	if (sk_POLICYINFO_num(list) == 1)
		policy = policy_of_object(sk_POLICYINFO_value(list, 0)->policyid);
	CERTIFICATEPOLICIES_free(list);
	return policy;
}

bool
policy_role(enum policy policy, enum jpki_role *role)
{
	if (policy == POLICY_OTHER)
		return false;
	*role = policy == POLICY_AUTHENTICATION ? JPKI_AUTHENTICATION : JPKI_SIGNATURE;
	return true;
}

bool
rules_usage_fits(X509 *certificate, enum jpki_role role)
{
	uint32_t wanted = role == JPKI_SIGNATURE ? KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION
						 : KU_DIGITAL_SIGNATURE;

	/* without the extension all bits are set */
	return X509_get_key_usage(certificate) == wanted;
}

/* Extended key usages that include the use of a card's key: those of RFC 5280, 4.2.1.12 and RFC
 * 9336, and vendors' own ones. */
static const struct purpose {
	const char *oid;
	unsigned roles;
} purposes[] = {
    {"2.5.29.37.0", JPKI_ALL_ROLES},				/* any */
    {"1.3.6.1.5.5.7.3.2", JPKI_ROLE(JPKI_AUTHENTICATION)},	/* client's authentication */
    {"1.3.6.1.4.1.311.20.2.2", JPKI_ROLE(JPKI_AUTHENTICATION)}, /* smart card logon */
    {"1.3.6.1.5.5.7.3.4", JPKI_ALL_ROLES},			/* email protection */
    {"1.3.6.1.5.5.7.3.36", JPKI_ROLE(JPKI_SIGNATURE)},		/* signing of documents */
    {"1.3.6.1.4.1.311.10.3.12", JPKI_ROLE(JPKI_SIGNATURE)},	/* Microsoft's name of that */
    {"1.2.840.113583.1.1.5", JPKI_ROLE(JPKI_SIGNATURE)},	/* Adobe's */
};

static bool
is_purpose_of(const ASN1_OBJECT *object, enum jpki_role role)
{
	char oid[80];

	if (OBJ_obj2txt(oid, sizeof(oid), object, 1) > 0)
		for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++)
			if (strcmp(purposes[i].oid, oid) == 0)
				return (purposes[i].roles & JPKI_ROLE(role)) != 0;
	return false;
}

bool
rules_purpose_fits(const X509 *certificate, enum jpki_role role)
{
	int critical;
	EXTENDED_KEY_USAGE *list =
	    X509_get_ext_d2i(certificate, NID_ext_key_usage, &critical, NULL);
	bool fits = critical == 0 || critical == -1; /* -1: no such extension */

	for (int i = 0; i < sk_ASN1_OBJECT_num(list) && !fits; i++)
		fits = is_purpose_of(sk_ASN1_OBJECT_value(list, i), role);
	EXTENDED_KEY_USAGE_free(list);
	return fits;
}
