/* SPDX-License-Identifier: BSD-2-Clause */
#include <jpki/error.h>

#include <stddef.h>

static const struct {
	enum jpki_error error;
	const char *text;
} texts[] = {
    {JPKI_OK, "no error"},
    {JPKI_ERR_ARGUMENT, "invalid argument"},
    {JPKI_ERR_MEMORY, "out of memory"},
    {JPKI_ERR_BUFFER, "buffer too small"},
    {JPKI_ERR_NO_SERVICE, "the PC/SC service (pcscd) does not run"},
    {JPKI_ERR_NO_READER, "the card reader is not there"},
    {JPKI_ERR_NO_CARD, "no card in the reader"},
    {JPKI_ERR_RESET, "the card was reset by another program"},
    {JPKI_ERR_BUSY, "another program holds the card exclusively"},
    {JPKI_ERR_TIMEOUT, "nothing happened in the time given"},
    {JPKI_ERR_CANCELLED, "the wait was cancelled"},
    {JPKI_ERR_IO, "the reader and the card do not understand each other"},
    {JPKI_ERR_HELD, "another program is using the card and does not let go of it"},
    {JPKI_ERR_NOT_ALLOWED, "the PC/SC service refuses this user (polkit)"},
    {JPKI_ERR_MUTE, "the card does not answer; is it the right way up?"},
    {JPKI_ERR_NOT_JPKI, "the card has no JPKI application"},
    {JPKI_ERR_NOT_FOUND, "no such file on the card"},
    {JPKI_ERR_NOT_VERIFIED, "the PIN is needed first"},
    {JPKI_ERR_PIN_WRONG, "wrong PIN"},
    {JPKI_ERR_PIN_BLOCKED, "the PIN is blocked"},
    {JPKI_ERR_UNSUPPORTED, "the card does not know this command"},
    {JPKI_ERR_LENGTH, "the card refused the length of the data"},
    {JPKI_ERR_DATA, "the card's answer makes no sense"},
    {JPKI_ERR_STATUS, "the card answered with an unexpected status"},
    {JPKI_ERR_PIN_LENGTH, "the PIN is too short or too long"},
    {JPKI_ERR_PIN_CHARACTER, "the PIN has a character that it cannot have"},
};

const char *
jpki_strerror(int error)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if ((int)texts[i].error == error)
			return texts[i].text;
	return "unknown error";
}
