/* SPDX-License-Identifier: BSD-2-Clause */
#include "run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../common/slowness.h"
#include "model.h"
#include "programs.h"
#include "scene.h"
#include "steps.h"
#include "trouble.h"
#include "watch.h"

/* A sequence takes parts of a second; under a sanitizer some seconds. */
#define SEQUENCE_SECONDS 20

static void
run(const struct sequence *sequence)
{
	static const uint16_t zeros[STEP_ARGUMENTS];

	if (!scene_begin()) {
		fprintf(stderr, "no memory for the cards\n");
		_exit(2);
	}
	model_reset();
	watch_reset();
	programs_reset();
	trouble_clear();
	step_initialize(zeros);
	for (size_t i = 0; i < sequence->count; i++) {
		const struct step *step = &sequence->steps[i];

		report->step = i;
		report->statistics.steps++;
		tell("%zu. %s", i + 1, steps[step->row].name);
		steps[step->row].run(step->arguments);
	}
	step_calm_down(zeros);
	step_finalize(zeros);
	others_end();
	scene_end();
	report->statistics.sequences++;
}

static struct outcome
wait_for(pid_t child)
{
	struct outcome outcome = {.check = CHECK_ALIVE};
	int status = 0;

	if (child < 0 || waitpid(child, &status, 0) != child) {
		snprintf(outcome.text, sizeof(outcome.text), "no process could be made");
		return outcome;
	}
	outcome.sequence = report->sequence;
	outcome.step = report->step;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		outcome.check = CHECK_NONE;
	} else if (report->check != CHECK_NONE) {
		outcome.check = report->check;
		snprintf(outcome.text, sizeof(outcome.text), "%s", report->text);
	} else if (WIFSIGNALED(status)) {
		snprintf(outcome.text, sizeof(outcome.text), "%s",
		    WTERMSIG(status) == SIGALRM ? "it hangs" : strsignal(WTERMSIG(status)));
	} else {
		snprintf(outcome.text, sizeof(outcome.text), "it ended with status %d",
		    WEXITSTATUS(status));
	}
	return outcome;
}

static pid_t
start_child(void)
{
	report->check = CHECK_NONE;
	report->step = 0;
	fflush(stdout);
	return fork();
}

struct outcome
run_many(uint64_t seed, uint64_t first, uint64_t count)
{
	uint64_t until = report->statistics.steps + count;
	struct sequence sequence;
	pid_t child = start_child();

	if (child != 0)
		return wait_for(child);
	for (report->sequence = first; report->statistics.steps < until; report->sequence++) {
		alarm(SEQUENCE_SECONDS * slowness());
		sequence_make(&sequence, seed, report->sequence);
		run(&sequence);
	}
	_exit(0);
}

struct outcome
run_one(const struct sequence *sequence, bool tells, unsigned seconds)
{
	pid_t child = start_child();

	if (child != 0)
		return wait_for(child);
	alarm(seconds * slowness());
	report_tells = tells;
	if (!tells)
		(void)!freopen("/dev/null", "w", stderr); /* a sanitizer's, hundreds of times */
	run(sequence);
	_exit(0);
}
