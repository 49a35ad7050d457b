/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "message.h"
#include "names.h"

static const struct {
	const char *word, *key, *within, *pin;
} keys[JPKI_ROLES] = {
    [JPKI_AUTHENTICATION] = {"auth", N_("User authentication"), N_("user authentication"),
	N_("PIN for user authentication (4 digits)")},
    [JPKI_SIGNATURE] = {"sign", N_("Digital signature"), N_("digital signature"),
	N_("password for digital signature (6 to 16 letters and digits)")},
};

static const struct {
	const char *word, *name;
} cards[] = {
    [JPKI_HOLDS_NO_READER] = {"no-reader", N_("the reader is unplugged")},
    [JPKI_HOLDS_NOTHING] = {"nothing", N_("no card")},
    [JPKI_HOLDS_MUTE] = {"mute", N_("a card that does not answer")},
    [JPKI_HOLDS_UNKNOWN] = {"unknown", N_("a card that cannot be asked now")},
    [JPKI_HOLDS_OTHER] = {"other", N_("another card, not a My Number card")},
    [JPKI_HOLDS_CARD] = {"card", N_("My Number card")},
    [JPKI_HOLDS_RESIDENT] = {"resident", N_("resident card (Juki card)")},
    [JPKI_HOLDS_ANDROID] = {"android", N_("certificates on an Android phone")},
    [JPKI_HOLDS_IPHONE] = {"iphone", N_("certificates on an iPhone")},
    [JPKI_HOLDS_NEW_KIND] = {"new-kind", N_("a card with JPKI, of a kind not known yet")},
};

const char *
name_of_key(enum jpki_role role)
{
	return _(keys[role].key);
}

const char *
name_of_key_within(enum jpki_role role)
{
	return _(keys[role].within);
}

const char *
name_of_pin(enum jpki_role role)
{
	return _(keys[role].pin);
}

const char *
name_of_pins(unsigned roles)
{
	if (roles == JPKI_ALL_ROLES)
		return _("PIN for user authentication (4 digits) and the password for digital "
			 "signature (6 to 16 letters and digits)");
	return name_of_pin(
	    roles == JPKI_ROLE(JPKI_SIGNATURE) ? JPKI_SIGNATURE : JPKI_AUTHENTICATION);
}

const char *
name_of_holds(enum jpki_holds holds)
{
	return _(cards[holds].name);
}

const char *
word_of_key(enum jpki_role role)
{
	return keys[role].word;
}

const char *
word_of_holds(enum jpki_holds holds)
{
	return cards[holds].word;
}

bool
holds_keys(enum jpki_holds holds)
{
	return holds == JPKI_HOLDS_CARD || holds == JPKI_HOLDS_ANDROID ||
	       holds == JPKI_HOLDS_IPHONE || holds == JPKI_HOLDS_NEW_KIND;
}

bool
key_of_word(const char *word, enum jpki_role *role)
{
	for (int i = 0; i < JPKI_ROLES; i++)
		if (strcmp(word, keys[i].word) == 0) {
			*role = (enum jpki_role)i;
			return true;
		}
	return false;
}
