/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_APPLICATIONS_H
#define VCARD_APPLICATIONS_H

#include "layout.h"

extern const struct application applications[APPLICATIONS];

/* The name of the card's current application, or "none". */
const char *application_name(const struct vcard *card);
/*
 * The application whose AID these bytes are, or else the first whose AID begins with them; NULL if
 * there is none.
 */
const struct application *application_find(
    const struct vcard *card, const uint8_t *aid, size_t length);
void application_select(struct vcard *card, const struct application *application);
/* Select the application that is current after power-on, as QUIRK_PRESELECTED says. */
void application_preselect(struct vcard *card);

#endif
