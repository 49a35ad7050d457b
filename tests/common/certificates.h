/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_COMMON_CERTIFICATES_H
#define TESTS_COMMON_CERTIFICATES_H

#include <jpki/types.h>

#include "vcard.h"

/* The certificate that the cards of a PKI have for that role, which the PKI keeps. */
X509 *role_certificate(
    const struct vcard_pki *pki, enum jpki_role role, enum jpki_certificate which);

#endif
