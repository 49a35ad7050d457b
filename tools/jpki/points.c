/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "columns.h"
#include "points.h"
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
points_add(struct points *points, const char *id, enum mark mark, char *text, char *remedy)
{
	points->rows = list_grow(points->rows, points->count, sizeof(*points->rows));
	points->rows[points->count++] = (struct point){id, mark, text, remedy};
	points->bad += mark == MARK_BAD;
}

void
points_free(struct points *points)
{
	for (size_t i = 0; i < points->count; i++) {
		text_free(&points->rows[i].text);
		text_free(&points->rows[i].remedy);
	}
	free(points->rows);
	*points = (struct points){0};
}

static bool
has_colours(void)
{
	const char *no = getenv("NO_COLOR");

	return (no == NULL || *no == '\0') && isatty(STDOUT_FILENO);
}

static void
print_one(const struct point *point, bool coloured)
{
	const char *colour = coloured ? marks[point->mark].colour : "";

	printf("%s%s%s", colour, marks[point->mark].sign, *colour != '\0' ? "\033[0m" : "");
	columns_rest(2, COLUMN, point->text);
	if (point->remedy != NULL)
		columns_row(COLUMN, COLUMN + 3, "->", point->remedy);
}

void
points_print(const struct points *points)
{
	bool coloured = has_colours();

	for (size_t i = 0; i < points->count; i++)
		print_one(&points->rows[i], coloured);
}

json_t *
points_json(const struct points *points)
{
	json_t *list = json_array();

	for (size_t i = 0; i < points->count; i++) {
		const struct point *point = &points->rows[i];
		json_t *one = json_pack("{s:s, s:s, s:s}", "id", point->id, "state",
		    marks[point->mark].word, "text", point->text);

		if (point->remedy != NULL)
			json_object_set_new(one, "remedy", json_string(point->remedy));
		json_array_append_new(list, one);
	}
	return list;
}
