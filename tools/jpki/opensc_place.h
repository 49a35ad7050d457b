/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_OPENSC_PLACE_H
#define JPKI_TOOL_OPENSC_PLACE_H

/* Where OpenSC's module may be. */
enum opensc_place {
	OPENSC_IN_DATABASE, /* a list of modules of NSS's: Firefox, Thunderbird, Chromium */
	OPENSC_IN_P11_KIT,
	OPENSC_AT_LOGIN, /* registered in databases again whenever the person logs in to a desktop
			  */
};

#endif
