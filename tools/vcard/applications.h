/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_APPLICATIONS_H
#define VCARD_APPLICATIONS_H

#include "internal.h"

extern const struct application applications[APPLICATIONS];

/* Of the current one, or "none". */
const char *application_name(const struct vcard *card);
/* Whole, or the first that begins with it; NULL: none. */
const struct application *application_find(
    const struct vcard *card, const uint8_t *aid, size_t length);
void application_select(struct vcard *card, const struct application *application);
/* The state after power came, according to the quirk. */
void application_preselect(struct vcard *card);

#endif
