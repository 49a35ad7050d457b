/* SPDX-License-Identifier: BSD-2-Clause */
#include "sequence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps.h"

#define SHORTEST 40
#define LONGEST 400
/* Steps of this many kinds at most set the scene: quirks of cards, a second reader. */
#define SCENERY_MAX 4

/* SplitMix64 (Steele, Lea, Flood 2014): small, and any seed will do. */
static uint64_t
next(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
	z = (z ^ z >> 27) * 0x94D049BB133111EB;
	return z ^ z >> 31;
}

static void
add_step(struct sequence *sequence, uint64_t *state, size_t row)
{
	struct step *step = &sequence->steps[sequence->count++];
	uint64_t bits = next(state);

	step->row = (uint16_t)row;
	for (size_t i = 0; i < STEP_ARGUMENTS; i++, bits >>= 16)
		step->arguments[i] = (uint16_t)bits;
}

static size_t
choose_row(uint64_t *state, bool calm)
{
	uint64_t total = 0, at;
	size_t i;

	for (i = 0; i < steps_count; i++)
		total += calm ? steps[i].calm_weight : steps[i].weight;
	at = total > 0 ? next(state) % total : 0;
	for (i = 0; i < steps_count; i++) {
		unsigned weight = calm ? steps[i].calm_weight : steps[i].weight;

		if (at < weight)
			break;
		at -= weight;
	}
	return i;
}

void
sequence_make(struct sequence *sequence, uint64_t seed, uint64_t number)
{
	uint64_t state = seed * 0x2545F4914F6CDD1D ^ number;
	size_t length = SHORTEST + next(&state) % (LONGEST - SHORTEST + 1);
	bool calm = next(&state) % 3 == 0;
	size_t scenery = next(&state) % 5 < 2 ? 0 : next(&state) % (SCENERY_MAX + 1);

	sequence->count = 0;
	if (number % 2 == 0)
		add_step(sequence, &state, steps_linger());
	for (size_t i = 0; i < scenery; i++)
		add_step(sequence, &state, steps_scenery((unsigned)(next(&state) % 8)));
	while (sequence->count < length)
		add_step(sequence, &state, choose_row(&state, calm));
}

void
sequence_print(const struct sequence *sequence)
{
	for (size_t i = 0; i < sequence->count; i++) {
		const struct step *step = &sequence->steps[i];
		size_t last = STEP_ARGUMENTS;

		while (last > 0 && step->arguments[last - 1] == 0)
			last--;
		printf("%s%s", i > 0 ? " " : "", steps[step->row].name);
		for (size_t j = 0; j < last; j++)
			printf("%c%u", j == 0 ? ':' : '.', step->arguments[j]);
	}
}

static bool
parse_step(struct step *step, char *word)
{
	char *arguments = strchr(word, ':'), *end;
	size_t row;

	*step = (struct step){0};
	if (arguments != NULL)
		*arguments++ = '\0';
	for (row = 0; row < steps_count; row++)
		if (strcmp(steps[row].name, word) == 0)
			break;
	step->row = (uint16_t)row;
	for (size_t i = 0; arguments != NULL && i < STEP_ARGUMENTS; i++) {
		step->arguments[i] = (uint16_t)strtoul(arguments, &end, 10);
		arguments = *end == '.' ? end + 1 : NULL;
	}
	return row < steps_count;
}

bool
sequence_parse(struct sequence *sequence, const char *text)
{
	char *copy = strdup(text), *rest = copy, *word;
	bool well = copy != NULL;

	sequence->count = 0;
	while (well && (word = strtok_r(rest, " ", &rest)) != NULL)
		well = sequence->count < SEQUENCE_MAX &&
		       parse_step(&sequence->steps[sequence->count++], word);
	free(copy);
	return well && sequence->count > 0;
}
