/* SPDX-License-Identifier: BSD-2-Clause */
/* The result of a request, as one word of a fixed list, which the extension knows. It contains
 * nothing personal. */
#ifndef JPKI_PORTAL_WORD_H
#define JPKI_PORTAL_WORD_H

enum word {
	WORD_DONE,
	WORD_CANCELLED,
	WORD_BUSY, /* another request is under way */
	WORD_NO_SERVICE,
	WORD_NOT_ALLOWED,
	WORD_NO_READER,
	WORD_NO_CARD,
	WORD_MUTE,
	WORD_OTHER_CARD,
	WORD_SEVERAL_CARDS,
	WORD_NO_KEY,
	WORD_NO_ATTRIBUTES,
	WORD_PIN_BLOCKED,
	WORD_CARD_REMOVED,
	WORD_CARD_HELD,
	WORD_CARD_ERROR,
	WORD_NOT_UNDERSTOOD,
	WORD_REFUSED_ORIGIN,
	WORD_REFUSED_DIGEST,
	WORD_REFUSED_PIN,
	WORD_NO_PINENTRY,
	WORD_INTERNAL,
	WORDS,
};

/* The word as it is sent: "cancelled" and so on; "ok" for WORD_DONE. */
const char *word_text(enum word word);

/* The exit status for it, with --ask (exit_status.h). */
int word_status(enum word word);

/* The word for an error of libjpki, or JPKI_OK. */
enum word word_of_error(int error);

#endif
