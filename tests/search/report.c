/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "token/rv.h"

struct report *report;
bool report_tells;

bool
report_prepare(void)
{
	void *memory =
	    mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	report = memory != MAP_FAILED ? memory : NULL;
	return report != NULL;
}

void
tell(const char *format, ...)
{
	va_list arguments;

	if (!report_tells)
		return;
	printf("#   ");
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	fflush(stdout);
}

void
report_answer(const char *function, CK_RV rv)
{
	struct statistics *s = &report->statistics;
	size_t i;

	tell("  %s = %s", function, rv_name(rv));
	s->calls++;
	for (i = 0; i < CODES_MAX; i++) {
		if (s->codes[i].count > 0 && s->codes[i].rv != rv)
			continue;
		s->codes[i].rv = rv;
		s->codes[i].count++;
		break;
	}
}

void
violate(enum check check, const char *format, ...)
{
	va_list arguments;

	report->check = check;
	va_start(arguments, format);
	vsnprintf(report->text, sizeof(report->text), format, arguments);
	va_end(arguments);
	tell("  CHECK %d FAILS: %s", check, report->text);
	_exit(1);
}

void
report_statistics(double seconds)
{
	const struct statistics *s = &report->statistics;

	printf("# %" PRIu64 " steps in %" PRIu64 " sequences, %.1f s, %.0f steps/s\n", s->steps,
	    s->sequences, seconds, seconds > 0 ? (double)s->steps / seconds : 0);
	printf("# %" PRIu64 " logins, %" PRIu64 " logins for one signature, %" PRIu64
	       " signatures, %" PRIu64 " PIN changes, %" PRIu64 " times the attributes, %" PRIu64
	       " PINs sent\n",
	    s->logins, s->context_logins, s->signatures, s->pin_changes, s->attributes,
	    s->verifies);
	printf("# %" PRIu64 " events by others (%" PRIu64 " resets and power cuts), %" PRIu64
	       " faults\n",
	    s->events, s->resets, s->faults);
	printf("# %" PRIu64 " logins of other programs, %" PRIu64 " signatures, %" PRIu64
	       " of them killed\n",
	    s->others_logins, s->others_signatures, s->kills);
	printf("# %" PRIu64 " calls:", s->calls);
	for (size_t i = 0; i < CODES_MAX && s->codes[i].count > 0; i++)
		printf(" %s %" PRIu64, rv_name(s->codes[i].rv), s->codes[i].count);
	printf("\n");
}
