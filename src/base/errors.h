/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one table of errors: a row for each number of include/jpki/error.h, where a new error begins.
 *
 *	ERROR(name, word, code, sentence)
 *
 * name: the constant in error.h. A constant without a row does not compile (-Wswitch in
 * error.c), nor does a row without a constant.
 *
 * word: who reports the error, for the log:
 *
 *	CALLER  the program that uses this has asked for what it cannot have
 *	SYSTEM  memory, folders, a process that ends
 *	WAY     the way to the card: the PC/SC service, the reader, waiting for either
 *	CARD    the card has said so, or its answer was judged so
 *	PIN     a PIN that was not sent to the card: no try was spent
 *
 * code: the CKR_ code of PKCS#11. Only src/token/rv.c uses it, the layers below do not expand it. A
 * few calls return a more exact code (rv_of_as).
 *
 * sentence: for a person, one line without a full stop. What jpki and the portal host say beyond
 * that is in tools/jpki/trouble.c and tools/mynaportal/host/word.c.
 *
 * A file that includes this defines ERROR before, and undefines it after.
 */
ERROR(JPKI_OK, SYSTEM, CKR_OK, "no error")

ERROR(JPKI_ERR_ARGUMENT, CALLER, CKR_GENERAL_ERROR,
    "the program has asked for something that cannot be")
ERROR(JPKI_ERR_MEMORY, SYSTEM, CKR_HOST_MEMORY, "there is not enough memory")
ERROR(JPKI_ERR_BUFFER, CALLER, CKR_BUFFER_TOO_SMALL,
    "the answer is longer than the program has room for")
ERROR(JPKI_ERR_RUNNING, CALLER, CKR_CRYPTOKI_ALREADY_INITIALIZED,
    "the library has been started already")
ERROR(JPKI_ERR_STOPPED, CALLER, CKR_CRYPTOKI_NOT_INITIALIZED, "the library has not been started")
ERROR(JPKI_ERR_ENDING, SYSTEM, CKR_GENERAL_ERROR, "the program is ending")
ERROR(JPKI_ERR_LOGGED_IN, CALLER, CKR_USER_ALREADY_LOGGED_IN, "there is a login already")

ERROR(JPKI_ERR_NO_SERVICE, WAY, CKR_DEVICE_REMOVED, "the smart card service (pcscd) does not run")
ERROR(JPKI_ERR_NO_READER, WAY, CKR_DEVICE_REMOVED,
    "there is no such card reader, or it was unplugged")
ERROR(JPKI_ERR_NO_CARD, WAY, CKR_DEVICE_REMOVED,
    "the card is not in the reader any more, or there was none")
ERROR(JPKI_ERR_RESET, WAY, CKR_DEVICE_ERROR, "another program has reset the card")
ERROR(JPKI_ERR_BUSY, WAY, CKR_FUNCTION_FAILED, "another program holds the card exclusively")
ERROR(JPKI_ERR_TIMEOUT, WAY, CKR_DEVICE_ERROR, "nothing has happened in the time given")
ERROR(JPKI_ERR_CANCELLED, CALLER, CKR_FUNCTION_CANCELED, "it was cancelled")
ERROR(JPKI_ERR_IO, WAY, CKR_DEVICE_ERROR, "the reader and the card do not understand each other")
ERROR(JPKI_ERR_HELD, WAY, CKR_DEVICE_ERROR,
    "another program is using the card and does not let go of it")
ERROR(JPKI_ERR_NOT_ALLOWED, WAY, CKR_FUNCTION_FAILED, "this user may not use card readers (polkit)")
ERROR(JPKI_ERR_MUTE, WAY, CKR_DEVICE_ERROR, "the card does not answer; is it the right way up?")

ERROR(JPKI_ERR_NOT_JPKI, CARD, CKR_DEVICE_ERROR, "this card has no application for JPKI")
ERROR(JPKI_ERR_NOT_FOUND, CARD, CKR_DEVICE_ERROR, "what was looked for is not on the card")
ERROR(JPKI_ERR_NOT_VERIFIED, CARD, CKR_USER_NOT_LOGGED_IN, "the PIN is needed first")
ERROR(JPKI_ERR_PIN_WRONG, CARD, CKR_PIN_INCORRECT, "the PIN is wrong")
ERROR(JPKI_ERR_PIN_BLOCKED, CARD, CKR_PIN_LOCKED,
    "the PIN is blocked: too many wrong ones were given")
ERROR(JPKI_ERR_UNSUPPORTED, CARD, CKR_DEVICE_ERROR, "this card does not know this command")
ERROR(JPKI_ERR_LENGTH, CARD, CKR_DEVICE_ERROR, "the card has refused the length of the data")
ERROR(JPKI_ERR_DATA, CARD, CKR_DEVICE_ERROR, "the card's answer makes no sense")
ERROR(JPKI_ERR_STATUS, CARD, CKR_DEVICE_ERROR,
    "the card has answered with an error that is not expected here")
ERROR(JPKI_ERR_NO_KEY, CARD, CKR_TOKEN_NOT_PRESENT, "the card has no such key")

ERROR(JPKI_ERR_PIN_LENGTH, PIN, CKR_PIN_LEN_RANGE, "the PIN is too short or too long")
ERROR(JPKI_ERR_PIN_CHARACTER, PIN, CKR_PIN_INVALID,
    "the PIN has a character that such a PIN cannot have")
ERROR(JPKI_ERR_PIN_REFUSED, PIN, CKR_PIN_INCORRECT,
    "this PIN was found wrong before, and was not sent to the card again")
/* only libjpki's callers ask for it */
ERROR(JPKI_ERR_LAST_TRY, PIN, CKR_FUNCTION_FAILED, "only one try is left, so the PIN was not sent")
ERROR(JPKI_ERR_NEW_PIN_LENGTH, PIN, CKR_PIN_LEN_RANGE, "the new PIN is too short or too long")
ERROR(JPKI_ERR_NEW_PIN_CHARACTER, PIN, CKR_PIN_INVALID,
    "the new PIN has a character that it cannot have, or lacks a letter or a digit")

ERROR(JPKI_ERR_NO_FOLDER, SYSTEM, CKR_GENERAL_ERROR, "there is no home folder to keep anything in")
ERROR(JPKI_ERR_FOLDER, SYSTEM, CKR_GENERAL_ERROR,
    "the folder of what is kept of cards is not this user's own, or closed")
ERROR(JPKI_ERR_NOT_REMOVED, SYSTEM, CKR_GENERAL_ERROR, "what is kept of cards could not be removed")
