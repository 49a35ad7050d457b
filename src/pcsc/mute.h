/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_MUTE_H
#define PCSC_MUTE_H

#include <jpki/transport.h>

/*
 * pcsc-lite keeps whoever asks about a reader with a card that does not answer to power for 0.4 s,
 * and since version 2 everybody else too. So what it said of such a reader is good for a second.
 */

/* What it said of the reader lately, or 0: it is to be asked. */
uint32_t mute_recall(struct jpki_service *service, const char *reader);

/* What it says now. */
void mute_note(struct jpki_service *service, const struct jpki_reader_state *state);

/* Something has happened: all are to be asked. */
void mute_forget(struct jpki_service *service);

#endif
