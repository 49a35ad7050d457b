/* SPDX-License-Identifier: BSD-2-Clause */
/* Which extension a browser has started us for: its words in argv (MDN, "Native messaging";
 * Chromium, "Native messaging"). */
#ifndef JPKI_PORTAL_CALLER_H
#define JPKI_PORTAL_CALLER_H

enum caller {
	CALLER_NONE,  /* it was no browser */
	CALLER_OURS,  /* it tells the origin that the browser has given it */
	CALLER_OTHER, /* one that passes on what a page says, and does not tell which page */
};

/* Firefox gives the path of our manifest and the extension's id, Chromium its origin and, at times,
 * an option. */
enum caller caller_of(int argc, char **argv);

#endif
