/* SPDX-License-Identifier: BSD-2-Clause */
/* The trusted CAs: those of JPKI, recognised by their fingerprints (F-CA-FINGERPRINTS), and those
 * that a person has named. The certificates of the former are not stored here: they come from the
 * card or a signature, where anybody may have put them, so known_cas_offer() checks them. */
#ifndef JPKI_TOOL_KNOWN_CA_H
#define JPKI_TOOL_KNOWN_CA_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/x509.h>

#include "verb.h"

/* The options that known_cas_load() reads. */
#define KNOWN_CA_OPTIONS OPTION_CA, OPTION_CA_DIR

/* The trusted CAs. Begin with {0}. */
struct known_cas {
	X509 **rows;
	size_t count;
};

/* The name of a JPKI CA, for _(), if the certificate is exactly that CA's; otherwise NULL. */
const char *known_ca_name(const X509 *certificate);

/* Trust the certificates of --ca and --ca-dir. STATUS_DONE, or it was told what is wrong. The
 * caller frees *cas. */
int known_cas_load(const struct words *words, struct known_cas *cas);

/* Trust this certificate, which is copied. */
void known_cas_add(struct known_cas *cas, const X509 *certificate);

/* Trust a certificate from anywhere, if its fingerprint is known. Returns whether it is trusted
 * now. */
bool known_cas_offer(struct known_cas *cas, const X509 *certificate);

void known_cas_free(struct known_cas *cas);

#endif
