/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/role.h"

static const struct role roles[JPKI_ROLES] = {
    [JPKI_AUTHENTICATION] =
	{
	    .token_label = "JPKI User Authentication",
	    .slot_name = "User Authentication",
	    .key_label = "User Authentication",
	    .ca_label = "User Authentication CA",
	    .key_id = 0x01,
	    .ca_id = 0x03,
	    .always_authenticate = false,
	},
    [JPKI_SIGNATURE] =
	{
	    .token_label = "JPKI Digital Signature",
	    .slot_name = "Digital Signature",
	    .key_label = "Digital Signature",
	    .ca_label = "Digital Signature CA",
	    .key_id = 0x02,
	    .ca_id = 0x04,
	    .always_authenticate = true,
	},
};

const struct role *
role_row(enum jpki_role role)
{
	return &roles[role];
}
