/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_TRACE_H
#define CARD_TRACE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Exchanges with the card in the log (LOG_TRACE), for a report of a fault. It shows headers, what
 * is selected, lengths and status words, and of data read only the first bytes, which tell the kind
 * of file. It never shows a PIN or its length, data to sign, signatures or certificates.
 */

/* A command about to be sent. */
void trace_command(const uint8_t *command, size_t length);

/* What came of it: `error`, and if that is JPKI_OK the answer, status word last. */
void trace_answer(const uint8_t *command, int error, const uint8_t *answer, size_t length);

#endif
