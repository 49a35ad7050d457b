/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_PUBLIC_KEY_H
#define VCARD_PUBLIC_KEY_H

#include <openssl/evp.h>

enum certificate_form {
	FORM_RIGHT,
	FORM_LARGE, /* valid, of nearly 8 kB */
	FORM_OTHER_KEY,
	FORM_RSA_1024,
	FORM_RSA_4096,
	FORM_EC,
};

/*
 * Make a public key without a private key, the same one at each call. Returns NULL on failure; the
 * caller owns it.
 */
EVP_PKEY *public_key_make(enum certificate_form form);

#endif
