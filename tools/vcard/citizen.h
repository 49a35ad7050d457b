/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_CITIZEN_H
#define VCARD_CITIZEN_H

#include "vcard.h"

/* Who a certificate is for, all members set. */
struct citizen {
	char *name, *birth_date, *sex, *address, *name_map, *address_map, *prefecture, *town;
	char *ocsp_address; /* may be empty */
};

/*
 * The citizen of the folder (or the default) with the given changes; *changed tells
 * whether that differs from what the folder says. Written back.
 */
int citizen_load(struct citizen *citizen, const char *directory,
    const struct vcard_citizen *changes, bool *changed, struct vcard_error *error);
void citizen_free(struct citizen *citizen);

#endif
