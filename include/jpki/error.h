/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_ERROR_H
#define JPKI_ERROR_H

/*
 * Errors. Every function that can fail returns JPKI_OK (0) or one of these; none sets errno. The
 * card's status words are translated to them in src/card/status.c, the codes of the PC/SC service
 * in src/pcsc/error.c.
 */
enum jpki_error {
	JPKI_OK = 0,

	/* the caller */
	JPKI_ERR_ARGUMENT = -1,	 /* an argument is out of its documented range */
	JPKI_ERR_MEMORY = -2,	 /* out of memory, or of memory that can be locked */
	JPKI_ERR_BUFFER = -3,	 /* the caller's buffer is too small */
	JPKI_ERR_RUNNING = -4,	 /* the library has been started already */
	JPKI_ERR_STOPPED = -5,	 /* the library has not been started in this process */
	JPKI_ERR_ENDING = -6,	 /* the program is ending, and parts that are needed are gone */
	JPKI_ERR_LOGGED_IN = -7, /* there is a login already */

	/* the way to the card */
	JPKI_ERR_NO_SERVICE = -10, /* the PC/SC service does not run or went away */
	JPKI_ERR_NO_READER = -11,  /* no reader of that name, or it was unplugged */
	JPKI_ERR_NO_CARD = -12,	   /* no card in the reader, or it was taken out */
	JPKI_ERR_RESET = -13,	   /* the card lost its state: reset or powered down by others */
	JPKI_ERR_BUSY = -14,	   /* another program holds the card exclusively */
	JPKI_ERR_TIMEOUT = -15,	   /* nothing happened in the time given */
	JPKI_ERR_CANCELLED = -16,  /* a wait was ended by cancel */
	JPKI_ERR_IO = -17,	   /* reader and card do not understand each other */
	JPKI_ERR_HELD = -18, /* another program's transaction has not ended in the time given */
	JPKI_ERR_NOT_ALLOWED = -19, /* the PC/SC service refuses this user (polkit) */
	JPKI_ERR_MUTE = -20,	    /* the card does not answer to power */

	/* the card */
	JPKI_ERR_NOT_JPKI = -30,     /* no JPKI application on the card */
	JPKI_ERR_NOT_FOUND = -31,    /* no such file on the card */
	JPKI_ERR_NOT_VERIFIED = -32, /* the PIN is needed first (6982) */
	JPKI_ERR_PIN_WRONG = -33,    /* the card compared the PIN and refused it (63Cx) */
	JPKI_ERR_PIN_BLOCKED = -34,  /* no tries left (63C0, 6983, 6984) */
	JPKI_ERR_UNSUPPORTED = -35,  /* the card does not know this form of the command */
	JPKI_ERR_LENGTH = -36,	     /* the card refused the length of the data */
	JPKI_ERR_DATA = -37,	     /* what the card answered makes no sense */
	JPKI_ERR_STATUS = -38,	     /* any other status word */
	JPKI_ERR_NO_KEY = -39,	     /* the card has no such key, or it was not asked for */

	/* a PIN, before any card has seen it */
	JPKI_ERR_PIN_LENGTH = -50,    /* too short or too long */
	JPKI_ERR_PIN_CHARACTER = -51, /* a character that such a PIN cannot have */
	JPKI_ERR_PIN_REFUSED = -52,   /* this card has refused it before, and nothing has changed */
	JPKI_ERR_LAST_TRY = -55,      /* one try is left, and is to be spared */
	JPKI_ERR_NEW_PIN_LENGTH = -53, /* the new PIN is too short or too long */
	JPKI_ERR_NEW_PIN_CHARACTER =
	    -54, /* the new PIN: as above, or a password lacks a letter or a digit */

	/* the cache folder */
	JPKI_ERR_NO_FOLDER = -60, /* no home is set, or the program has more rights than its user */
	JPKI_ERR_FOLDER = -61,	  /* it is not this user's own, or cannot be opened */
	JPKI_ERR_NOT_REMOVED = -62, /* a file in it could not be removed */
};

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * What an error means, in English, for the person at the screen: one line without a full stop.
 * Never NULL; an unknown number gives a text that says so. The string is constant. Any thread, at
 * any time.
 */
const char *jpki_strerror(int error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
