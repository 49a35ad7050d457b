/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_QUIRK_TABLE_H
#define VCARD_QUIRK_TABLE_H

#include "layout.h"

/*
 * The values of quirks, each list with the default first. Values that the code compares with have a
 * constant and a name here; values that are numbers (a status word, a length) are only names in
 * QUIRK_TABLE.
 */
#define NO_YES_VALUES(VALUE)                                                                       \
	VALUE(QUIRK_NO, "no")                                                                      \
	VALUE(QUIRK_YES, "yes")

#define COUNT_VALUES(VALUE)                                                                        \
	VALUE(COUNT_TRIES, "63cx")                                                                 \
	VALUE(COUNT_OK, "9000")

#define WRONG_PIN_VALUES(VALUE)                                                                    \
	VALUE(WRONG_PIN_FORGETS, "forgets")                                                        \
	VALUE(WRONG_PIN_KEEPS, "keeps")

#define PIN_LENGTH_VALUES(VALUE)                                                                   \
	VALUE(PIN_LENGTH_COUNTS, "counts")                                                         \
	VALUE(PIN_LENGTH_REFUSED, "6700")

#define CERTIFICATE_VALUES(VALUE)                                                                  \
	VALUE(CERTIFICATE_PRESENT, "present")                                                      \
	VALUE(CERTIFICATE_ABSENT, "absent")                                                        \
	VALUE(CERTIFICATE_CLAIMED, "claimed")                                                      \
	VALUE(CERTIFICATE_EMPTY, "empty")                                                          \
	VALUE(CERTIFICATE_NOT_DER, "not-der")                                                      \
	VALUE(CERTIFICATE_LENGTH_HUGE, "length-huge")                                              \
	VALUE(CERTIFICATE_LENGTH_LONGER, "length-longer")                                          \
	VALUE(CERTIFICATE_LENGTH_SHORTER, "length-shorter")                                        \
	VALUE(CERTIFICATE_LARGE, "large")                                                          \
	VALUE(CERTIFICATE_LENGTH_INDEFINITE, "length-indefinite")                                  \
	VALUE(CERTIFICATE_LENGTH_4_BYTES, "length-4-bytes")                                        \
	VALUE(CERTIFICATE_LENGTH_8192, "length-8192")                                              \
	VALUE(CERTIFICATE_LENGTH_8193, "length-8193")                                              \
	VALUE(CERTIFICATE_NOT_A_CERTIFICATE, "not-a-certificate")                                  \
	VALUE(CERTIFICATE_OTHER_KEY, "other-key")                                                  \
	VALUE(CERTIFICATE_RSA_1024, "rsa-1024")                                                    \
	VALUE(CERTIFICATE_RSA_4096, "rsa-4096")                                                    \
	VALUE(CERTIFICATE_EC, "ec")

#define PRESENCE_VALUES(VALUE)                                                                     \
	VALUE(PRESENCE_PRESENT, "present")                                                         \
	VALUE(PRESENCE_MISSING, "missing")                                                         \
	VALUE(PRESENCE_SHORT, "short")                                                             \
	VALUE(PRESENCE_NONE, "none")

#define LABEL_VALUES(VALUE)                                                                        \
	VALUE(LABEL_CARD, "card")                                                                  \
	VALUE(LABEL_ANDROID, "android")                                                            \
	VALUE(LABEL_IPHONE, "iphone")                                                              \
	VALUE(LABEL_RESIDENT, "resident")

#define TOKEN_INFO_VALUES(VALUE)                                                                   \
	VALUE(TOKEN_INFO_SANE, "sane")                                                             \
	VALUE(TOKEN_INFO_BINARY, "binary")                                                         \
	VALUE(TOKEN_INFO_BLANK, "blank")                                                           \
	VALUE(TOKEN_INFO_SHORT, "short")                                                           \
	VALUE(TOKEN_INFO_MISSING, "missing")

#define SIGN_FORMS_VALUES(VALUE)                                                                   \
	VALUE(SIGN_FORMS_ALL, "all")                                                               \
	VALUE(SIGN_FORMS_PKCS1, "pkcs1")

#define SIGNATURE_VALUES(VALUE)                                                                    \
	VALUE(SIGNATURE_RIGHT, "right")                                                            \
	VALUE(SIGNATURE_DAMAGED, "damaged")                                                        \
	VALUE(SIGNATURE_OTHER_KEY, "other-key")                                                    \
	VALUE(SIGNATURE_SHORT, "short")

#define CHAINING_VALUES(VALUE)                                                                     \
	VALUE(CHAINING_NO, "no")                                                                   \
	VALUE(CHAINING_ALL, "all")                                                                 \
	VALUE(CHAINING_HALF, "half")

#define WRONG_LE_VALUES(VALUE)                                                                     \
	VALUE(WRONG_LE_SHORT, "short")                                                             \
	VALUE(WRONG_LE_EXACT, "6cxx")                                                              \
	VALUE(WRONG_LE_REFUSED, "6700")

#define END_OF_FILE_VALUES(VALUE)                                                                  \
	VALUE(END_OF_FILE_OK, "9000")                                                              \
	VALUE(END_OF_FILE_WARNING, "6282")

#define APPLICATION_VALUES(VALUE)                                                                  \
	VALUE(APPLICATION_PRESENT, "present")                                                      \
	VALUE(APPLICATION_ABSENT, "absent")                                                        \
	VALUE(APPLICATION_FOREIGN, "foreign")

#define ATR_VALUES(VALUE)                                                                          \
	VALUE(ATR_CONTACT, "contact")                                                              \
	VALUE(ATR_CONTACT_2, "contact-2")                                                          \
	VALUE(ATR_CONTACT_3, "contact-3")                                                          \
	VALUE(ATR_CONTACTLESS, "contactless")                                                      \
	VALUE(ATR_CONTACTLESS_2, "contactless-2")

#define ATTRIBUTES_VALUES(VALUE)                                                                   \
	VALUE(ATTRIBUTES_PRESENT, "present")                                                       \
	VALUE(ATTRIBUTES_ABSENT, "absent")                                                         \
	VALUE(ATTRIBUTES_EMPTY, "empty")                                                           \
	VALUE(ATTRIBUTES_GARBLED, "garbled")                                                       \
	VALUE(ATTRIBUTES_LENGTH_LONGER, "length-longer")                                           \
	VALUE(ATTRIBUTES_LENGTH_SHORTER, "length-shorter")                                         \
	VALUE(ATTRIBUTES_NO_NAME, "no-name")                                                       \
	VALUE(ATTRIBUTES_LARGE, "large")                                                           \
	VALUE(ATTRIBUTES_INDEFINITE, "indefinite")

#define MANUFACTURE_NUMBER_VALUES(VALUE)                                                           \
	VALUE(MANUFACTURE_NUMBER_PRESENT, "present")                                               \
	VALUE(MANUFACTURE_NUMBER_ABSENT, "absent")                                                 \
	VALUE(MANUFACTURE_NUMBER_NO_RECORD, "no-record")                                           \
	VALUE(MANUFACTURE_NUMBER_SHORT, "short")                                                   \
	VALUE(MANUFACTURE_NUMBER_GARBLED, "garbled")

#define EXTENDED_VALUES(VALUE)                                                                     \
	VALUE(EXTENDED_NO, "no")                                                                   \
	VALUE(EXTENDED_YES, "yes")                                                                 \
	VALUE(EXTENDED_SHORT, "short")                                                             \
	VALUE(EXTENDED_CHOKES, "chokes")

enum { NO_YES_VALUES(TABLE_CONSTANT) };
enum { COUNT_VALUES(TABLE_CONSTANT) };
enum { WRONG_PIN_VALUES(TABLE_CONSTANT) };
enum { PIN_LENGTH_VALUES(TABLE_CONSTANT) };
enum certificate_quirk { CERTIFICATE_VALUES(TABLE_CONSTANT) };
enum { PRESENCE_VALUES(TABLE_CONSTANT) };
enum { LABEL_VALUES(TABLE_CONSTANT) };
enum { TOKEN_INFO_VALUES(TABLE_CONSTANT) };
enum { SIGN_FORMS_VALUES(TABLE_CONSTANT) };
enum { SIGNATURE_VALUES(TABLE_CONSTANT) };
enum { CHAINING_VALUES(TABLE_CONSTANT) };
enum { WRONG_LE_VALUES(TABLE_CONSTANT) };
enum { END_OF_FILE_VALUES(TABLE_CONSTANT) };
enum { APPLICATION_VALUES(TABLE_CONSTANT) };
enum { ATR_VALUES(TABLE_CONSTANT) ATRS };
enum { ATTRIBUTES_VALUES(TABLE_CONSTANT) };
enum { MANUFACTURE_NUMBER_VALUES(TABLE_CONSTANT) };
enum { EXTENDED_VALUES(TABLE_CONSTANT) };

/* How QUIRK_TABLE gives the names of the values: those of a list above, or any strings. */
#define VALUES_OF(LIST) LIST(VALUE_NAME)
#define VALUE_NAME(constant, name) (name),
#define VALUES(...) __VA_ARGS__,
#define NAMES_OF_APPLICATIONS APPLICATION_TABLE(APPLICATION_NAME)
#define APPLICATION_NAME(constant, name, ...) (name),

/* The quirks: each with its name, a line of help, and the names of its values. */
#define QUIRK_TABLE(QUIRK)                                                                         \
	QUIRK(QUIRK_BLOCKED_VERIFY, "blocked-verify", "answer to a PIN that is blocked already",   \
	    VALUES("6984", "6983", "63c0"))                                                        \
	QUIRK(QUIRK_BLOCKED_COUNT, "blocked-count",                                                \
	    "answer to VERIFY without a PIN when it is blocked", VALUES("63c0", "6983", "6984"))   \
	QUIRK(QUIRK_VERIFIED_COUNT, "verified-count",                                              \
	    "answer to VERIFY without a PIN while it is verified", VALUES_OF(COUNT_VALUES))        \
	QUIRK(QUIRK_SELECT_CLEARS, "select-clears",                                                \
	    "selecting an application forgets its verified PINs", VALUES_OF(NO_YES_VALUES))        \
	QUIRK(QUIRK_RESET_CLEARS, "reset-clears", "a warm reset forgets all verified PINs",        \
	    VALUES_OF(NO_YES_VALUES))                                                              \
	QUIRK(QUIRK_WRONG_PIN, "wrong-pin",                                                        \
	    "a wrong PIN makes the card forget that it was verified before, or not",               \
	    VALUES_OF(WRONG_PIN_VALUES))                                                           \
	QUIRK(QUIRK_PIN_LENGTH, "pin-length",                                                      \
	    "a PIN of impossible length spends a try, or is refused",                              \
	    VALUES_OF(PIN_LENGTH_VALUES))                                                          \
	QUIRK(QUIRK_SIGNATURE_CERTIFICATE, "signature-certificate",                                \
	    "EF 0001: absent (0008 says so), claimed (0008 says present), or malformed",           \
	    VALUES_OF(CERTIFICATE_VALUES))                                                         \
	QUIRK(QUIRK_AUTHENTICATION_CERTIFICATE, "authentication-certificate", "EF 000A: the same", \
	    VALUES_OF(CERTIFICATE_VALUES))                                                         \
	QUIRK(QUIRK_CA_CERTIFICATES, "ca-certificates", "EF 0002 and 000B: the same",              \
	    VALUES_OF(CERTIFICATE_VALUES))                                                         \
	QUIRK(QUIRK_PRESENCE, "presence",                                                          \
	    "EF 0008: as it is, none, one byte, or no certificate in it",                          \
	    VALUES_OF(PRESENCE_VALUES))                                                            \
	QUIRK(QUIRK_LABEL, "label",                                                                \
	    "which kind of token it says it is; android hides EF 000A behind the PIN",             \
	    VALUES_OF(LABEL_VALUES))                                                               \
	QUIRK(QUIRK_TOKEN_INFO, "token-info", "EF 0006: text, no text, FF, 40 bytes, or none",     \
	    VALUES_OF(TOKEN_INFO_VALUES))                                                          \
	QUIRK(QUIRK_FIRST_COMMAND, "first-command",                                                \
	    "answer to the first command after power came", VALUES("normal", "6f00"))              \
	QUIRK(QUIRK_SHORT_IDENTIFIERS, "short-identifiers",                                        \
	    "answer to short EF identifiers if the card does not know them",                       \
	    VALUES("known", "6a86", "6b00", "6a82", "6982", "6985", "6986", "6a80"))               \
	QUIRK(QUIRK_READ_LIMIT, "read-limit", "the most bytes that one READ BINARY gives",         \
	    VALUES("none", "128", "100"))                                                          \
	QUIRK(QUIRK_SIGN_FORMS, "sign-forms", "all of P1 = 00, 02 to 05, or 00 alone",             \
	    VALUES_OF(SIGN_FORMS_VALUES))                                                          \
	QUIRK(QUIRK_SIGN_LENGTH, "sign-length", "answer to signing data of a wrong length",        \
	    VALUES("6985", "6700"))                                                                \
	QUIRK(QUIRK_SIGNATURE, "signature", "what comes back from signing",                        \
	    VALUES_OF(SIGNATURE_VALUES))                                                           \
	QUIRK(QUIRK_PSS_SALT, "pss-salt", "bytes of salt in a PSS signature",                      \
	    VALUES("32", "0", "20", "222"))                                                        \
	QUIRK(QUIRK_CHAINING, "chaining", "61xx: for all data, or for what exceeds 128 bytes",     \
	    VALUES_OF(CHAINING_VALUES))                                                            \
	QUIRK(QUIRK_WRONG_LE, "wrong-le",                                                          \
	    "answer to an Le of more bytes than there are; 6700: to READ BINARY of more than 128", \
	    VALUES_OF(WRONG_LE_VALUES))                                                            \
	QUIRK(QUIRK_END_OF_FILE, "end-of-file",                                                    \
	    "status of a read that runs over the end of the file", VALUES_OF(END_OF_FILE_VALUES))  \
	QUIRK(QUIRK_APPLICATION, "application",                                                    \
	    "no JPKI application, or no Japanese application at all",                              \
	    VALUES_OF(APPLICATION_VALUES))                                                         \
	QUIRK(QUIRK_PRESELECTED, "preselected", "which application is selected when power comes",  \
	    VALUES("none") NAMES_OF_APPLICATIONS)                                                  \
	QUIRK(QUIRK_ATR, "atr", "which of the observed answers to reset", VALUES_OF(ATR_VALUES))   \
	QUIRK(QUIRK_ATTRIBUTES, "attributes",                                                      \
	    "EF 0002 of the input aid: absent (no such application), or malformed",                \
	    VALUES_OF(ATTRIBUTES_VALUES))                                                          \
	QUIRK(QUIRK_MANUFACTURE_NUMBER, "manufacture-number",                                      \
	    "the common application: absent, or its record is, or is malformed",                   \
	    VALUES_OF(MANUFACTURE_NUMBER_VALUES))                                                  \
	QUIRK(QUIRK_EXTENDED, "extended",                                                          \
	    "READ BINARY with extended length: 6700, as asked, 256 bytes, or no answer",           \
	    VALUES_OF(EXTENDED_VALUES))

#define QUIRK_CONSTANT(constant, ...) constant,
enum quirk { QUIRK_TABLE(QUIRK_CONSTANT) QUIRKS };

#endif
