/* SPDX-License-Identifier: BSD-2-Clause */
/* Files in text form (PEM, RFC 7468). Nobody is ever asked for a passphrase: what is read here is
 * not secret, and a forged file must not ask for one in our name. */
#ifndef JPKI_TOOL_PEM_H
#define JPKI_TOOL_PEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A callback for OpenSSL, which would ask the person itself without one: there is no passphrase. */
int pem_no_passphrase(char *room, int size, int writing, void *data);

/* The DER of the first signature; the caller frees it with OPENSSL_free(). NULL if there is none.
 * *beside is the number of bytes before, within and after it that do not belong to it and that
 * OpenSSL ignores; 0 if they are all blank. */
unsigned char *pem_read_signature(
    const uint8_t *bytes, size_t length, size_t *size, uint64_t *beside);

/* Whether the text is only white space. */
bool pem_is_blank(const char *bytes, size_t length);

#endif
