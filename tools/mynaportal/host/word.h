/* SPDX-License-Identifier: BSD-2-Clause */
/* What has become of a request, in one word of a fixed list, which the extension knows: nothing of
 * a person is in it. */
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

/* As it is sent: "cancelled" and so on; "ok" of what is done. */
const char *word_text(enum word word);

/* For --ask: the exit status (exit_status.h). */
int word_status(enum word word);

/* Of an error of libjpki, JPKI_OK too. */
enum word word_of_error(int error);

#endif
