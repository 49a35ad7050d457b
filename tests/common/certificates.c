/* SPDX-License-Identifier: BSD-2-Clause */
#include "certificates.h"

X509 *
role_certificate(const struct vcard_pki *pki, enum jpki_role role, enum jpki_certificate which)
{
	static const enum vcard_certificate certificates[JPKI_ROLES][JPKI_CERTIFICATES] = {
	    {VCARD_CERTIFICATE_AUTHENTICATION, VCARD_CERTIFICATE_AUTHENTICATION_CA},
	    {VCARD_CERTIFICATE_SIGNATURE, VCARD_CERTIFICATE_SIGNATURE_CA},
	};

	return vcard_pki_certificate(pki, certificates[role][which]);
}
