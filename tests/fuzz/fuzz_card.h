/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FUZZ_CARD_H
#define FUZZ_CARD_H

#include <stddef.h>
#include <stdint.h>

/* For make_seeds.c: the scripts, and somebody who watches the exchanges. */

extern const char *const card_scripts[];
extern const size_t card_script_count;

typedef void card_watch(
    const uint8_t *command, size_t length, const uint8_t *answer, size_t answer_length);
extern card_watch *card_watcher;

#endif
