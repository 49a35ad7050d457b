/* SPDX-License-Identifier: BSD-2-Clause */
/* The CAs that are believed: those of JPKI, known by their fingerprints (card-facts: X.509), and
 * those that a person has named. The certificates of the first are not here: they come from the
 * card, or in a signature, where anybody may have put them, and are looked at by known_cas_offer().
 */
#ifndef JPKI_TOOL_KNOWN_CA_H
#define JPKI_TOOL_KNOWN_CA_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/x509.h>

#include "verb.h"

/* The options that known_cas_load() looks at. */
#define KNOWN_CA_OPTIONS OPTION_CA, OPTION_CA_DIR

/* CAs that are believed, all of them. Begin with {0}. */
struct known_cas {
	X509 **rows;
	size_t count;
};

/* What a CA of JPKI is called, for _(), if the certificate is the one of it, bit by bit; else NULL.
 */
const char *known_ca_name(const X509 *certificate);

/* Believe what --ca and --ca-dir name. STATUS_DONE, or what is wrong was told. To be freed. */
int known_cas_load(const struct words *words, struct known_cas *cas);

/* Believe this one; copied. */
void known_cas_add(struct known_cas *cas, const X509 *certificate);

/* A certificate that came from anywhere: it is taken if it is known by its fingerprint. Whether it
 * is believed now. */
bool known_cas_offer(struct known_cas *cas, const X509 *certificate);

void known_cas_free(struct known_cas *cas);

#endif
