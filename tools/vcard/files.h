/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_FILES_H
#define VCARD_FILES_H

#include "apdu.h"
#include "layout.h"

/* The EF with this identifier in the current application, or NULL. */
const struct file *file_find(const struct vcard *card, uint16_t id);
/*
 * The EF that P2 names (80: the current one, 80+n: short identifier n); it becomes the current one.
 * Returns NULL if there is none, with *sw set to the status word to answer.
 */
const struct file *file_of_p2(struct vcard *card, uint8_t p2, uint16_t *sw);
/*
 * The EF with this short identifier; it becomes the current one. Returns NULL if there is none,
 * with *sw set to the status word to answer.
 */
const struct file *file_of_short(struct vcard *card, uint8_t id, uint16_t *sw);
/*
 * Answer with the first `ne` of `length` bytes, or all if there are fewer, unless QUIRK_WRONG_LE or
 * QUIRK_END_OF_FILE says otherwise. Returns the status word.
 */
uint16_t give(const struct vcard *card, const uint8_t *bytes, size_t length, size_t ne,
    struct answer *answer);
uint16_t command_read_binary(struct vcard *card, const struct apdu *apdu, struct answer *answer);

#endif
