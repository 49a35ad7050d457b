/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SECRET_H
#define JPKI_SECRET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Memory for a PIN, and for nothing else: pages of its own, kept out of core dumps, zeroed in a
 * forked child, wiped when freed. It is locked against swapping if the system allows that; if
 * RLIMIT_MEMLOCK forbids it, the memory is used all the same, so that people can still log in. A
 * program that reads a PIN should use such memory too: read(2) directly into `bytes`, not through
 * stdio, whose buffers nobody wipes.
 */
struct jpki_secret {
	size_t size;   /* bytes that fit */
	size_t length; /* bytes in use; the owner sets it */
#ifdef __cplusplus     /* which has no such arrays */
	uint8_t bytes[1];
#else
	uint8_t bytes[];
#endif
};

/* A zeroed secret with room for `size` bytes, or NULL. The caller owns it. Any thread, any time. */
struct jpki_secret *jpki_secret_new(size_t size);

/* Wipe and free; sets the pointer to NULL, accepts a pointer to NULL. Keeps errno. */
void jpki_secret_free(struct jpki_secret **secret);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
