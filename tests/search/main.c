/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The search: long random sequences of all that can happen, each call checked. Settings:
 *
 * JPKI_SEARCH_SEED=N    this seed alone, not the usual ones; "fresh": one that nobody has tried
 *
 * JPKI_SEARCH_STEPS=N   so many steps
 *
 * JPKI_SEARCH_REPLAY=S  the one sequence S, told step by step
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/rand.h>

#include "run.h"
#include "scene.h"

/* Ten to fifty thousand a second; some five thousand under a sanitizer. */
#ifdef __SANITIZE_ADDRESS__
#define STEPS 150000
#else
#define STEPS 500000
#endif
#define SEEDS 5
/* In one process. */
#define BATCH 5000

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
explain(struct sequence *sequence, const struct outcome *outcome)
{
	size_t length = sequence->count;
	struct outcome again;

	shrink(sequence, outcome->check);
	printf("# check %d failed: %s\n# %zu of %zu steps are needed:\n", outcome->check,
	    outcome->text, sequence->count, length);
	again = run_one(sequence, true, 10);
	printf("# check %d: %s\n# JPKI_SEARCH_REPLAY=\"", again.check, again.text);
	sequence_print(sequence);
	printf("\"\n");
}

static bool
search(uint64_t seed, uint64_t count)
{
	uint64_t until = report->statistics.steps + count, first = 0;
	struct sequence sequence;
	struct outcome outcome;

	printf("# seed %" PRIu64 "\n", seed);
	while (report->statistics.steps < until) {
		uint64_t left = until - report->statistics.steps;

		outcome = run_many(seed, first, left < BATCH ? left : BATCH);
		if (outcome.check != CHECK_NONE) {
			printf("# seed %" PRIu64 ", sequence %" PRIu64 ", step %zu\n", seed,
			    outcome.sequence, outcome.step + 1);
			sequence_make(&sequence, seed, outcome.sequence);
			explain(&sequence, &outcome);
			return false;
		}
		first = outcome.sequence;
	}
	return true;
}

static bool
search_all(void)
{
	const char *seed = getenv("JPKI_SEARCH_SEED"), *text = getenv("JPKI_SEARCH_STEPS");
	uint64_t count = text != NULL ? strtoull(text, NULL, 10) : STEPS;
	uint32_t fresh = 0;

	if (seed != NULL && strcmp(seed, "fresh") == 0)
		return RAND_bytes((unsigned char *)&fresh, sizeof(fresh)) == 1 &&
		       search(fresh, count);
	if (seed != NULL)
		return search(strtoull(seed, NULL, 10), count);
	for (uint64_t i = 1; i <= SEEDS; i++)
		if (!search(i, count / SEEDS))
			return false;
	return true;
}

static bool
replay(const char *text)
{
	struct sequence sequence;
	struct outcome outcome;

	if (!sequence_parse(&sequence, text)) {
		printf("# this is no sequence\n");
		return false;
	}
	outcome = run_one(&sequence, true, 60);
	printf("# check %d: %s\n", outcome.check, outcome.text);
	return outcome.check == CHECK_NONE;
}

int
main(void)
{
	const char *text = getenv("JPKI_SEARCH_REPLAY");
	double began;
	bool well;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..1\n");
	if (!report_prepare() || !scene_prepare()) {
		printf("Bail out! no memory\n");
		return 1;
	}
	began = seconds();
	well = text != NULL ? replay(text) : search_all();
	report_statistics(seconds() - began);
	printf("%sok 1 - no sequence costs a card\n", well ? "" : "not ");
	return well ? 0 : 1;
}
