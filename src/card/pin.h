/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_PIN_H
#define CARD_PIN_H

#include <jpki/pin.h>

#include "base/secret.h"

struct jpki_pin {
	enum jpki_role role; /* the credential whose rules it follows */
	struct jpki_secret *secret;
};

#endif
