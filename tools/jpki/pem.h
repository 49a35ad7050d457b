/* SPDX-License-Identifier: BSD-2-Clause */
/* Files in the form of text (PEM, RFC 7468). Nobody is ever asked for a passphrase: what is read
 * here is never secret, and a forged file shall not ask for one in our name. */
#ifndef JPKI_TOOL_PEM_H
#define JPKI_TOOL_PEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For OpenSSL, which asks a person itself where it has none: there is no passphrase. */
int pem_no_passphrase(char *room, int size, int writing, void *data);

/* The DER of the first signature in it; to be freed with OPENSSL_free(). NULL: there is none.
 * `beside` gets how many bytes stand before it, within it and behind it that are no part of it, and
 * that OpenSSL passes over; not where all are blank. */
unsigned char *pem_read_signature(
    const uint8_t *bytes, size_t length, size_t *size, uint64_t *beside);

/* Whether there is nothing but white space. */
bool pem_is_blank(const char *bytes, size_t length);

#endif
