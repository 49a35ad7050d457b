/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>

#include "safe_hash.h"

static int
nid_of(const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *name;

	X509_ALGOR_get0(&name, NULL, NULL, algorithm);
	return OBJ_obj2nid(name);
}

static bool
is_safe(int nid)
{
	return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
}

bool
safe_hash(const X509_ALGOR *hash)
{
	return is_safe(nid_of(hash));
}

/* RFC 4055, 3.1: the default is SHA-1. */
static bool
is_safe_pss(const X509_ALGOR *algorithm)
{
	const void *value = NULL;
	RSA_PSS_PARAMS *parameters = NULL;
	int type;
	bool is;

	X509_ALGOR_get0(NULL, &type, &value, algorithm);
	if (type == V_ASN1_SEQUENCE)
		parameters = ASN1_item_unpack(value, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
	is = parameters != NULL && parameters->hashAlgorithm != NULL &&
	     safe_hash(parameters->hashAlgorithm);
	RSA_PSS_PARAMS_free(parameters);
	ERR_clear_error();
	return is;
}

bool
safe_hash_of_signature(const X509_ALGOR *algorithm)
{
	int nid = nid_of(algorithm), hash;

	switch (nid) {
	case NID_rsassaPss:
		return is_safe_pss(algorithm);
	case NID_ED25519: /* they include a safe hash */
	case NID_ED448:
		return true;
	default:
		return OBJ_find_sigid_algs(nid, &hash, NULL) == 1 && is_safe(hash);
	}
}
