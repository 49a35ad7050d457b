/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/status.h"

#include <stddef.h>

#include <jpki/error.h>

static const struct {
	uint16_t sw;
	int error;
} meanings[] = {
    {SW_OK, JPKI_OK},
    {0x6700, JPKI_ERR_LENGTH},
    {0x6982, JPKI_ERR_NOT_VERIFIED},
    {0x6985, JPKI_ERR_LENGTH}, /* what some cards say of data of the wrong length */
    {0x6A81, JPKI_ERR_UNSUPPORTED},
    {0x6A82, JPKI_ERR_NOT_FOUND},
    {0x6A83, JPKI_ERR_NOT_FOUND}, /* a record */
    {0x6A86, JPKI_ERR_UNSUPPORTED},
    {0x6A88, JPKI_ERR_NOT_FOUND},
    {0x6B00, JPKI_ERR_UNSUPPORTED}, /* wrong P1 P2; reading treats past the end itself */
    {0x6D00, JPKI_ERR_UNSUPPORTED},
    {0x6E00, JPKI_ERR_UNSUPPORTED},
};

bool
status_tries(uint16_t sw, unsigned *tries)
{
	if ((sw & 0xFFF0) != 0x63C0)
		return false;
	*tries = sw & 0x000F;
	return true;
}

int
status_error(uint16_t sw)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].sw == sw)
			return meanings[i].error;
	return JPKI_ERR_STATUS;
}

int
status_pin_error(uint16_t sw)
{
	unsigned tries;

	if (status_tries(sw, &tries))
		return tries == 0 ? JPKI_ERR_PIN_BLOCKED : JPKI_ERR_PIN_WRONG;
	return sw == 0x6983 || sw == 0x6984 ? JPKI_ERR_PIN_BLOCKED : status_error(sw);
}
