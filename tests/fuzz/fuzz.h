/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* What all targets share: how they start, taking an input apart, saying what is broken. */

/*
 * The two functions that libFuzzer or replay.c calls. The first has the module find no settings of
 * the machine that it runs on, nothing kept and no log, stops the clock (common/clock.h), so that
 * an input does the same each time, and has the target prepare itself.
 */
int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* What a target is: what it does once, before all inputs, and what it does with one. */
struct fuzz_input;
void fuzz_prepare(void);
void fuzz_try(struct fuzz_input *input);

/* Have the next C_Initialize put all lines of a log together, for nobody, or none. */
void fuzz_log(bool on);

/* What must hold whatever the input: a finding if it does not. */
#define fuzz_check(condition)                                                                      \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* The rest of an input. */
struct fuzz_input {
	const uint8_t *at;
	size_t left;
};

/* The next byte, or the next two, most significant first; 0 where the input has ended. */
uint8_t fuzz_byte(struct fuzz_input *input);
uint16_t fuzz_word(struct fuzz_input *input);

/* The next `wanted` bytes or as many as there are; *length tells how many. */
const uint8_t *fuzz_bytes(struct fuzz_input *input, size_t wanted, size_t *length);

/*
 * Memory of exactly that size, so that the sanitizer sees the first byte beyond it; filled with
 * a copy of `bytes` if it is not NULL. The caller frees it.
 */
void *fuzz_memory(const void *bytes, size_t length);

#endif
