/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_EXAMINE_H
#define READER_EXAMINE_H

#include <jpki/examine.h>

#include "reader/login.h"

/*
 * Do the work of jpki_examine with the card in the reader. The PIN, unless it is NULL, is sent like
 * every other one (login.h). The caller holds the reader's lock.
 */
int examine_reader(struct reader *reader, enum jpki_role role, const struct given_pin *pin,
    void (*tell)(void *context, const struct jpki_observation *one), void *context);

#endif
