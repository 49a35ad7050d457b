/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/mechanism.h"

#include "reader/settings.h"
#include "token/rv.h"

#define KEY_BITS 2048
#define PSS_SALT 32

/* The card signs (CKF_HW); verifying is done in software. */
#define SIGNING (CKF_HW | CKF_SIGN | CKF_VERIFY)

#define PKCS1(mechanism, name, size)                                                               \
	{                                                                                          \
		.type = mechanism, .flags = SIGNING, .hash = name, .hash_size = size,              \
		.form = JPKI_SIGN_PKCS1, .digest_info = true                                       \
	}
#define DIGEST(mechanism, name, size)                                                              \
	{                                                                                          \
		.type = mechanism, .flags = CKF_DIGEST, .hash = name, .hash_size = size            \
	}

static const struct mechanism mechanisms[] = {
    {.type = CKM_RSA_PKCS,
	.flags = SIGNING,
	.form = JPKI_SIGN_PKCS1,
	.min_data = 1,
	.max_data = JPKI_SIGN_DATA_MAX},
    PKCS1(CKM_SHA1_RSA_PKCS, "SHA1", 20),
    PKCS1(CKM_SHA224_RSA_PKCS, "SHA224", 28),
    PKCS1(CKM_SHA256_RSA_PKCS, "SHA256", 32),
    PKCS1(CKM_SHA384_RSA_PKCS, "SHA384", 48),
    PKCS1(CKM_SHA512_RSA_PKCS, "SHA512", 64),
    {.type = CKM_RSA_PKCS_PSS,
	.flags = SIGNING,
	.form = JPKI_SIGN_PSS_SHA256,
	.pss = true,
	.min_data = 32,
	.max_data = 32},
    {.type = CKM_SHA256_RSA_PKCS_PSS,
	.flags = SIGNING,
	.hash = "SHA256",
	.hash_size = 32,
	.form = JPKI_SIGN_PSS_SHA256,
	.pss = true},
    /* how the keys were made (CKA_KEY_GEN_MECHANISM); it cannot be used */
    {.type = CKM_RSA_PKCS_KEY_PAIR_GEN},
    DIGEST(CKM_SHA_1, "SHA1", 20),
    DIGEST(CKM_SHA224, "SHA224", 28),
    DIGEST(CKM_SHA256, "SHA256", 32),
    DIGEST(CKM_SHA384, "SHA384", 48),
    DIGEST(CKM_SHA512, "SHA512", 64),
};

const struct mechanism *
mechanism_at(size_t i)
{
	return i < sizeof(mechanisms) / sizeof(mechanisms[0]) ? &mechanisms[i] : NULL;
}

const struct mechanism *
mechanism_find(CK_MECHANISM_TYPE type)
{
	const struct mechanism *m;

	for (size_t i = 0; (m = mechanism_at(i)) != NULL; i++)
		if (m->type == type)
			return m;
	return NULL;
}

/* Are these the only parameters that the card supports (F-PSS)? */
static bool
pss_parameters_fit(const CK_MECHANISM *given)
{
	const CK_RSA_PKCS_PSS_PARAMS *pss = given->pParameter;

	return pss != NULL && given->ulParameterLen == sizeof(*pss) && pss->hashAlg == CKM_SHA256 &&
	       pss->mgf == CKG_MGF1_SHA256 && pss->sLen == PSS_SALT;
}

CK_RV
mechanism_check(const CK_MECHANISM *given, CK_FLAGS use, const struct mechanism **row)
{
	const struct mechanism *m = mechanism_find(given->mechanism);

	if (m == NULL || (m->flags & use) == 0)
		return rv_because(CKR_MECHANISM_INVALID,
		    "mechanism 0x%lX is not one that this can do", given->mechanism);
	if (m->pss && !pss_parameters_fit(given))
		return rv_because(CKR_MECHANISM_PARAM_INVALID,
		    "the card does RSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of %d bytes "
		    "alone",
		    PSS_SALT);
	if (!m->pss && given->ulParameterLen != 0)
		return rv_because(CKR_MECHANISM_PARAM_INVALID, "mechanism 0x%lX has no parameters",
		    given->mechanism);
	*row = m;
	return CKR_OK;
}

CK_RV
mechanism_without_pss(void)
{
	return rv_because(CKR_MECHANISM_INVALID, "no RSA-PSS: %s",
	    settings_now.pss == PSS_OFF ? "the setting pss is off"
					: "cards of this model have refused it");
}

void
mechanism_info(const struct mechanism *mechanism, CK_MECHANISM_INFO *info)
{
	CK_ULONG bits = (mechanism->flags & CKF_DIGEST) != 0 ? 0 : KEY_BITS;

	info->ulMinKeySize = info->ulMaxKeySize = bits;
	info->flags = mechanism->flags;
}
