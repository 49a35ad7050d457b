/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"

#include <stddef.h>

#include <jpki/error.h>

#define CALLER "the program"
#define SYSTEM "the system"
#define WAY "the way to the card"
#define CARD "the card"
#define PIN "not sent to the card"

const char *
error_name(int error)
{
	switch ((enum jpki_error)error) {
#define ERROR(name, word, code, sentence)                                                          \
	case name:                                                                                 \
		return #name;
#include "base/errors.h"
#undef ERROR
	}
	return "no number of jpki/error.h";
}

static const struct row {
	int error;
	const char *word, *sentence;
} rows[] = {
#define ERROR(name, word, code, sentence) {name, word, sentence},
#include "base/errors.h"
#undef ERROR
};

/* NULL: there is no such number. */
static const struct row *
row_of(int error)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].error == error)
			return &rows[i];
	return NULL;
}

const char *
error_word(int error)
{
	const struct row *row = row_of(error);

	return row != NULL ? row->word : "unknown";
}

const char *
jpki_strerror(int error)
{
	const struct row *row = row_of(error);

	return row != NULL ? row->sentence : "unknown error";
}
