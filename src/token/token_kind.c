/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/token_kind.h"

static const struct token_kind token_kinds[JPKI_ROLES] = {
    [JPKI_AUTHENTICATION] =
	{
	    .token_labels =
		{[LABELS_EN] = "JPKI User Authentication", [LABELS_JA] = "利用者証明用(数字4桁)"},
	    .slot_name = "User Authentication",
	    .key_label = "User Authentication",
	    .ca_label = "User Authentication CA",
	    .key_id = 0x01,
	    .ca_id = 0x03,
	    .always_authenticate = false,
	},
    [JPKI_SIGNATURE] =
	{
	    .token_labels =
		{[LABELS_EN] = "JPKI Digital Signature", [LABELS_JA] = "署名用(英数字6-16文字)"},
	    .slot_name = "Digital Signature",
	    .key_label = "Digital Signature",
	    .ca_label = "Digital Signature CA",
	    .key_id = 0x02,
	    .ca_id = 0x04,
	    .always_authenticate = true,
	},
};

const struct token_kind *
token_kind_of(enum jpki_role role)
{
	return &token_kinds[role];
}
