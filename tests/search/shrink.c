/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "run.h"

/* A hang is one after so many seconds; and so many attempts are enough. */
#define SECONDS 5
#define ATTEMPTS_MAX 4000

static unsigned attempts;

static bool
still_fails(const struct sequence *sequence, enum check check)
{
	return attempts++ < ATTEMPTS_MAX && sequence->count > 0 &&
	       run_one(sequence, false, SECONDS).check == check;
}

static void
cut(struct sequence *sequence, size_t from, size_t count)
{
	memmove(&sequence->steps[from], &sequence->steps[from + count],
	    (sequence->count - from - count) * sizeof(sequence->steps[0]));
	sequence->count -= count;
}

/* Parts of that size, from the end on, where they are not needed. */
static bool
cut_parts(struct sequence *sequence, enum check check, size_t size)
{
	bool progress = false;

	for (size_t end = sequence->count; end >= size; end -= size) {
		struct sequence shorter = *sequence;

		cut(&shorter, end - size, size);
		if (!still_fails(&shorter, check))
			continue;
		*sequence = shorter;
		progress = true;
	}
	return progress;
}

static bool
simplify_argument(struct sequence *sequence, enum check check, uint16_t *argument)
{
	uint16_t before = *argument, candidates[4] = {0, 1, before / 16 % 16, before % 256};

	for (size_t i = 0; i < 4; i++) {
		if (candidates[i] >= before)
			continue;
		*argument = candidates[i];
		if (still_fails(sequence, check))
			return true;
		*argument = before;
	}
	return false;
}

void
shrink(struct sequence *sequence, enum check check)
{
	bool progress = true;

	attempts = 0;
	while (progress) {
		progress = false;
		for (size_t size = sequence->count / 2; size > 0; size /= 2)
			progress = cut_parts(sequence, check, size) || progress;
	}
	for (size_t i = 0; i < sequence->count; i++)
		for (size_t j = 0; j < STEP_ARGUMENTS; j++)
			(void)simplify_argument(sequence, check, &sequence->steps[i].arguments[j]);
	while (cut_parts(sequence, check, 1))
		continue;
}
