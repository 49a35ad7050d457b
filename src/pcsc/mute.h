/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_MUTE_H
#define PCSC_MUTE_H

#include <stdbool.h>
#include <stdint.h>
#include <winscard.h>

/*
 * Readers with a mute card: one that does not answer to power, by the service's own words or
 * because the service has no answer to reset for it. A call of pcsc-lite that asks about such a
 * reader takes 0.4 s, and since version 2 all other calls of the process wait for it too. So the
 * answer is used for some seconds, and then a separate thread with a context of its own polls the
 * reader; less and less often while callers ask about a card that does answer, until something
 * changes here. Only such a poll shows that the card was taken out, because pcsc-lite does not end
 * a wait that does not name the reader. Has a lock of its own.
 */
struct mute;

/* NULL without memory. Freed by mute_free, which sets the pointer to NULL. */
struct mute *mute_new(void);
void mute_free(struct mute **mute);

/*
 * If the reader's card is known to be mute, the last event state (dwEventState) that pcsc-lite gave
 * for it; else 0: pcsc-lite may be asked. Starts a new poll if the last one is too old, and waits
 * for it a tenth of a second at most.
 */
DWORD mute_recall(struct mute *mute, const char *reader);

/* Is the card in the reader known to be mute? Does not ask pcsc-lite. */
bool mute_knows(struct mute *mute, const char *reader);

/* Note what pcsc-lite says of a reader now, mute or not. */
void mute_note(struct mute *mute, const SCARD_READERSTATE *state);

/* The card in this reader has answered: it is not mute. */
void mute_drop(struct mute *mute, const char *reader);

/* Forget all readers but these, in the form of SCardListReaders. */
void mute_keep(struct mute *mute, const char *list);

/* Forget all readers. */
void mute_forget(struct mute *mute);

/* How long the result of a poll is used at first, in ms; set by tests. */
extern uint64_t mute_good_for_ms;

#endif
