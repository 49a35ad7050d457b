/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

struct report *report;
bool report_tells;

static const struct {
	CK_RV rv;
	const char *name;
} names[] = {
    {CKR_OK, "OK"},
    {CKR_SLOT_ID_INVALID, "SLOT_ID_INVALID"},
    {CKR_GENERAL_ERROR, "GENERAL_ERROR"},
    {CKR_FUNCTION_FAILED, "FUNCTION_FAILED"},
    {CKR_FUNCTION_CANCELED, "FUNCTION_CANCELED"},
    {CKR_ARGUMENTS_BAD, "ARGUMENTS_BAD"},
    {CKR_NO_EVENT, "NO_EVENT"},
    {CKR_DATA_LEN_RANGE, "DATA_LEN_RANGE"},
    {CKR_DEVICE_ERROR, "DEVICE_ERROR"},
    {CKR_DEVICE_REMOVED, "DEVICE_REMOVED"},
    {CKR_KEY_HANDLE_INVALID, "KEY_HANDLE_INVALID"},
    {CKR_MECHANISM_INVALID, "MECHANISM_INVALID"},
    {CKR_OBJECT_HANDLE_INVALID, "OBJECT_HANDLE_INVALID"},
    {CKR_OPERATION_ACTIVE, "OPERATION_ACTIVE"},
    {CKR_OPERATION_NOT_INITIALIZED, "OPERATION_NOT_INITIALIZED"},
    {CKR_PIN_INCORRECT, "PIN_INCORRECT"},
    {CKR_PIN_INVALID, "PIN_INVALID"},
    {CKR_PIN_LEN_RANGE, "PIN_LEN_RANGE"},
    {CKR_PIN_LOCKED, "PIN_LOCKED"},
    {CKR_SESSION_HANDLE_INVALID, "SESSION_HANDLE_INVALID"},
    {CKR_SESSION_READ_ONLY, "SESSION_READ_ONLY"},
    {CKR_TOKEN_NOT_PRESENT, "TOKEN_NOT_PRESENT"},
    {CKR_USER_ALREADY_LOGGED_IN, "USER_ALREADY_LOGGED_IN"},
    {CKR_USER_NOT_LOGGED_IN, "USER_NOT_LOGGED_IN"},
    {CKR_BUFFER_TOO_SMALL, "BUFFER_TOO_SMALL"},
    {CKR_CRYPTOKI_NOT_INITIALIZED, "CRYPTOKI_NOT_INITIALIZED"},
    {CKR_CRYPTOKI_ALREADY_INITIALIZED, "CRYPTOKI_ALREADY_INITIALIZED"},
    {CKR_FUNCTION_NOT_SUPPORTED, "FUNCTION_NOT_SUPPORTED"},
    {CKR_SIGNATURE_INVALID, "SIGNATURE_INVALID"},
};

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

const char *
report_code(CK_RV rv)
{
	static char number[24];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].rv == rv)
			return names[i].name;
	snprintf(number, sizeof(number), "0x%08lX", rv);
	return number;
}

void
report_answer(const char *function, CK_RV rv)
{
	struct statistics *s = &report->statistics;
	size_t i;

	tell("  %s = %s", function, report_code(rv));
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
		printf(" %s %" PRIu64, report_code(s->codes[i].rv), s->codes[i].count);
	printf("\n");
}
