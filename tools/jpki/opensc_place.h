/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_OPENSC_PLACE_H
#define JPKI_TOOL_OPENSC_PLACE_H

/* Where OpenSC's module may be. */
enum opensc_place {
	OPENSC_IN_DATABASE, /* a list of modules of NSS: Firefox, Thunderbird, Chromium */
	OPENSC_IN_P11_KIT,
	OPENSC_AT_LOGIN, /* registered in the databases at each login to a desktop */
};

#endif
