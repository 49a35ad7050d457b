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

	/* all bits are set where there is no such extension */
	return X509_get_key_usage(certificate) == wanted;
}
