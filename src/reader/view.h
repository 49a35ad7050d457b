/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_VIEW_H
#define READER_VIEW_H

#include "reader/readers.h"

/* Views of readers (struct reader_view), for callers that must not wait. */

/* Publish a view of the reader for callers that do not wait, and release the reader's lock. */
void view_unlock(struct reader *reader);

/* Which parts of a view have to be up to date. */
enum view_part {
	VIEW_STATE, /* is there a card, which has been asked what it is? */
	VIEW_TRIES, /* ... and the tries left of the key */
};

/*
 * A view of a reader. If no other call holds the reader's lock, it is brought up to date first,
 * which may ask the card; otherwise it is the one published last. Takes the lock itself.
 */
void view_refresh(
    struct reader *reader, enum jpki_role role, enum view_part what, struct reader_view *view);

/*
 * The view published last, if another call holds the reader's lock. False if no other call holds
 * it: then *view is not set, and the caller now holds the lock.
 */
bool view_last(struct reader *reader, struct reader_view *view);

/*
 * Is the card of the view still in the reader? Asks the PC/SC service, and does not wait for calls
 * that use the card.
 */
bool view_is_current(const struct reader *reader, const struct reader_view *view);

/*
 * Take the lock of a reader if it has to be polled again (presence_update). False, without the
 * lock, if it was polled a moment ago, or another call holds the lock: that call has polled it.
 */
bool view_lock_stale(struct reader *reader);

#endif
