/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "columns.h"
#include "diagnosis.h"
#include "text.h"

/* Where texts begin. */
#define COLUMN 4

static const struct {
	const char *sign, *colour, *word;
} marks[] = {
    [MARK_GOOD] = {"OK", "\033[32m", "ok"},
    [MARK_NEUTRAL] = {"--", "", "none"},
    [MARK_BAD] = {"!!", "\033[31m", "bad"},
};

void
diagnosis_add(struct diagnosis *diagnosis, const char *id, enum mark mark, char *text, char *remedy)
{
	diagnosis->rows = list_grow(diagnosis->rows, diagnosis->count, sizeof(*diagnosis->rows));
	diagnosis->rows[diagnosis->count++] = (struct finding){id, mark, text, remedy};
	diagnosis->bad += mark == MARK_BAD;
}

void
diagnosis_free(struct diagnosis *diagnosis)
{
	for (size_t i = 0; i < diagnosis->count; i++) {
		text_free(&diagnosis->rows[i].text);
		text_free(&diagnosis->rows[i].remedy);
	}
	free(diagnosis->rows);
	*diagnosis = (struct diagnosis){0};
}

static bool
has_colours(void)
{
	const char *no = getenv("NO_COLOR");

	return (no == NULL || *no == '\0') && isatty(STDOUT_FILENO);
}

static void
print_one(const struct finding *finding, bool coloured)
{
	const char *colour = coloured ? marks[finding->mark].colour : "";

	printf("%s%s%s", colour, marks[finding->mark].sign, *colour != '\0' ? "\033[0m" : "");
	columns_rest(2, COLUMN, finding->text);
	if (finding->remedy != NULL)
		columns_row(COLUMN, COLUMN + 3, "->", finding->remedy);
}

void
diagnosis_print(const struct diagnosis *diagnosis)
{
	bool coloured = has_colours();

	for (size_t i = 0; i < diagnosis->count; i++)
		print_one(&diagnosis->rows[i], coloured);
}

json_t *
diagnosis_json(const struct diagnosis *diagnosis)
{
	json_t *list = json_array();

	for (size_t i = 0; i < diagnosis->count; i++) {
		const struct finding *finding = &diagnosis->rows[i];
		json_t *one = json_pack("{s:s, s:s, s:s}", "id", finding->id, "state",
		    marks[finding->mark].word, "text", finding->text);

		if (finding->remedy != NULL)
			json_object_set_new(one, "remedy", json_string(finding->remedy));
		json_array_append_new(list, one);
	}
	return list;
}
