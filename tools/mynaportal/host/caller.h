/* SPDX-License-Identifier: BSD-2-Clause */
/* Which extension has started this program, by the browser's arguments (MDN, "Native messaging";
 * Chromium, "Native messaging"). */
#ifndef JPKI_PORTAL_CALLER_H
#define JPKI_PORTAL_CALLER_H

enum caller {
	CALLER_NONE, /* not started by a browser */
	CALLER_OURS, /* our extension, which reports the page's origin as it has it from the browser
		      */
	CALLER_OTHER, /* another one (the official), which passes on a page's message without its
			 origin */
};

/* The caller for these arguments. Firefox gives the path of our manifest and the extension's id;
 * Chromium gives the extension's origin, and sometimes an option. */
enum caller caller_of(int argc, char **argv);

#endif
