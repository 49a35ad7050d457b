/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_STATE_H
#define VCARD_STATE_H

#include "vcard.h"

/*
 * Load PINs, counters and serial number from the folder, or make new ones; save them. Both return
 * 0, or -1 with *error set.
 */
int state_load(struct vcard *card, const struct vcard_options *options, struct vcard_error *error);
int state_save(const struct vcard *card, struct vcard_error *error);

#endif
