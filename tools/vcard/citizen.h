/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_CITIZEN_H
#define VCARD_CITIZEN_H

#include "vcard.h"

/* The person that a certificate names. All members are set. */
struct citizen {
	char *name, *birth_date, *sex, *address, *name_map, *address_map, *prefecture, *town;
	char *ocsp_address; /* may be empty */
};

/*
 * Load the citizen of the folder (NULL: the default), apply `changes` (may be NULL), and write the
 * result back to the folder. *changed: it differs from what the folder said. Returns 0, or -1 with
 * *error set. Release with citizen_free.
 */
int citizen_load(struct citizen *citizen, const char *directory,
    const struct vcard_citizen *changes, bool *changed, struct vcard_error *error);
void citizen_free(struct citizen *citizen);

#endif
