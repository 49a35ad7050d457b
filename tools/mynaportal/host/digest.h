/* SPDX-License-Identifier: BSD-2-Clause */
/* The hashes that a page wants signed. */
#ifndef JPKI_PORTAL_DIGEST_H
#define JPKI_PORTAL_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

/* DigestInfo of a SHA-256 hash, DER (RFC 8017, 9.2): 19 fixed bytes, and the hash. */
#define DIGEST_PREFIX_SIZE 19
#define DIGEST_INFO_SIZE 51

extern const uint8_t digest_prefix[DIGEST_PREFIX_SIZE];

struct digest {
	uint8_t info[DIGEST_INFO_SIZE];
};

/* Take base64 (RFC 4648, 4, with padding, without blanks) of such a DigestInfo, or of a SHA-256
 * hash, which is put into one. False for anything else, because the card would sign any data
 * (F-SIGN). */
bool digest_read(const char *text, struct digest *digest);

#endif
