/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_FILES_H
#define VCARD_FILES_H

#include "apdu.h"
#include "internal.h"

/* An EF of the current application, or NULL. */
const struct file *file_find(const struct vcard *card, uint16_t id);
/*
 * The EF that P2 (80: the current one, 80+n: short identifier n) names, which becomes the
 * current one. *sw says what was wrong if it is NULL.
 */
const struct file *file_of_p2(struct vcard *card, uint8_t p2, uint16_t *sw);
/* The EF of a short identifier, which becomes the current one; as above. */
const struct file *file_of_short(struct vcard *card, uint8_t id, uint16_t *sw);
/* Answer with so many of these bytes as are wanted; what there is besides is the quirks'. */
uint16_t give(const struct vcard *card, const uint8_t *bytes, size_t length, size_t ne,
    struct answer *answer);
uint16_t command_read_binary(struct vcard *card, const struct apdu *apdu, struct answer *answer);

#endif
