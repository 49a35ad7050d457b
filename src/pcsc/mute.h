/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_MUTE_H
#define PCSC_MUTE_H

#include <stdbool.h>
#include <stdint.h>
#include <winscard.h>

/*
 * Readers with a card that does not answer to power, whether the service says so or has only no
 * answer to reset of it. pcsc-lite keeps whoever asks about one of them for 0.4 s, whatever else he
 * asks about, and since version 2 everybody else of the process too. So what it said is good for
 * some seconds, and then a thread of its own asks, in a context of its own; more and more seldom
 * while others ask about a card that answers, until there is news of this one. Nothing but such a
 * look tells that the card was taken out: pcsc-lite wakes nobody for a reader that he has not
 * named. Has a lock of its own.
 */
struct mute;

/* NULL: no memory. To be given back by mute_free, which sets the pointer to NULL. */
struct mute *mute_new(void);
void mute_free(struct mute **mute);

/*
 * What pcsc-lite said of the reader, or 0: it is not known to be mute, and may be asked about.
 * Waits only as long as it takes a reader to say that it is mute no more.
 */
DWORD mute_recall(struct mute *mute, const char *reader);

/* Whether it is known to be mute. */
bool mute_knows(struct mute *mute, const char *reader);

/* What pcsc-lite says of a reader now, mute or not. */
void mute_note(struct mute *mute, const SCARD_READERSTATE *said);

/* The card in this one has answered. */
void mute_drop(struct mute *mute, const char *reader);

/* These readers there are, as SCardListReaders has them. */
void mute_keep(struct mute *mute, const char *list);

/* All of it may be otherwise by now. */
void mute_forget(struct mute *mute);

/* For how long it is good at first, in ms. */
extern uint64_t mute_good_for_ms;

#endif
