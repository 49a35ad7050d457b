/* SPDX-License-Identifier: BSD-2-Clause */
#include <jpki/error.h>

#include <stddef.h>

static const struct {
	enum jpki_error error;
	const char *text;
} texts[] = {
    {JPKI_OK, "no error"},
    {JPKI_ERR_ARGUMENT, "the program has asked for something that cannot be"},
    {JPKI_ERR_MEMORY, "there is not enough memory"},
    {JPKI_ERR_BUFFER, "the answer is longer than the program has room for"},
    {JPKI_ERR_RUNNING, "the library has been started already"},
    {JPKI_ERR_STOPPED, "the library has not been started"},
    {JPKI_ERR_ENDING, "the program is ending"},
    {JPKI_ERR_LOGGED_IN, "there is a login already"},
    {JPKI_ERR_NO_SERVICE, "the smart card service (pcscd) does not run"},
    {JPKI_ERR_NO_READER, "there is no such card reader, or it was unplugged"},
    {JPKI_ERR_NO_CARD, "the card is not in the reader any more, or there was none"},
    {JPKI_ERR_RESET, "another program has reset the card"},
    {JPKI_ERR_BUSY, "another program holds the card exclusively"},
    {JPKI_ERR_TIMEOUT, "nothing has happened in the time given"},
    {JPKI_ERR_CANCELLED, "it was cancelled"},
    {JPKI_ERR_IO, "the reader and the card do not understand each other"},
    {JPKI_ERR_HELD, "another program is using the card and does not let go of it"},
    {JPKI_ERR_NOT_ALLOWED, "this user may not use card readers (polkit)"},
    {JPKI_ERR_MUTE, "the card does not answer; is it the right way up?"},
    {JPKI_ERR_NOT_JPKI, "this card has no application for JPKI"},
    {JPKI_ERR_NOT_FOUND, "what was looked for is not on the card"},
    {JPKI_ERR_NOT_VERIFIED, "the PIN is needed first"},
    {JPKI_ERR_PIN_WRONG, "the PIN is wrong"},
    {JPKI_ERR_PIN_BLOCKED, "the PIN is blocked: too many wrong ones were given"},
    {JPKI_ERR_UNSUPPORTED, "this card does not know this command"},
    {JPKI_ERR_LENGTH, "the card has refused the length of the data"},
    {JPKI_ERR_DATA, "the card's answer makes no sense"},
    {JPKI_ERR_STATUS, "the card has answered with an error that is not expected here"},
    {JPKI_ERR_NO_KEY, "the card has no such key"},
    {JPKI_ERR_PIN_LENGTH, "the PIN is too short or too long"},
    {JPKI_ERR_PIN_CHARACTER, "the PIN has a character that such a PIN cannot have"},
    {JPKI_ERR_LAST_TRY, "only one try is left, so the PIN was not sent"},
    {JPKI_ERR_PIN_REFUSED, "this PIN was found wrong before, and was not sent to the card again"},
    {JPKI_ERR_NEW_PIN_LENGTH, "the new PIN is too short or too long"},
    {JPKI_ERR_NEW_PIN_CHARACTER,
	"the new PIN has a character that it cannot have, or lacks a letter or a digit"},
    {JPKI_ERR_NO_FOLDER, "there is no home folder to keep anything in"},
    {JPKI_ERR_FOLDER, "the folder of what is kept of cards is not this user's own, or closed"},
    {JPKI_ERR_NOT_REMOVED, "what is kept of cards could not be removed"},
};

const char *
jpki_strerror(int error)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if ((int)texts[i].error == error)
			return texts[i].text;
	return "unknown error";
}
