/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "answer.h"
#include "attributes.h"

static void
add(json_t *answer, const char *name, const char *text)
{
	json_object_set_new(answer, name, answer_hex(text, strlen(text)));
}

int
attributes_do(uint64_t card, struct jpki_secret **pin, enum jpki_try *spent, json_t *answer)
{
	struct jpki_attributes attributes;
	int rv = jpki_attributes(card, (*pin)->bytes, (*pin)->length, &attributes, spent);

	jpki_secret_free(pin);
	if (rv == JPKI_OK) {
		add(answer, "name", attributes.name);
		add(answer, "address", attributes.address);
		add(answer, "birthday", attributes.birth_date);
		add(answer, "sex", attributes.sex);
	}
	explicit_bzero(&attributes, sizeof(attributes));
	return rv;
}
