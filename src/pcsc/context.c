/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcsc/context.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include <jpki/error.h>

#include "base/log.h"
#include "pcsc/error.h"
#include "pcsc/fork.h"
#include "pcsc/pcscd.h"

/*
 * Newer services ask polkit which users and readers to serve. To a program that is refused it looks
 * as if there were no reader or card, so the refusal is logged. A refusal of the service is logged
 * again after the service has accepted us; a refusal of a reader only once for all readers, since
 * the service may refuse some and not others.
 */
static atomic_bool told_of_service, told_of_reader;

static void
tell_refusal(atomic_bool *told, const char *missing)
{
	if (atomic_exchange(told, true))
		return;
	log_line(LOG_ERROR,
	    "%s: the PC/SC service refuses user %lu; a polkit rule for the actions "
	    "org.debian.pcsc-lite.access_pcsc and access_card lets in who is not logged in at the "
	    "machine itself (tools/doc/pcscd.md)",
	    missing, (unsigned long)geteuid());
}

void
context_tell_refusal(const char *reader)
{
	tell_refusal(&told_of_reader, reader);
}

void
context_forget_refusals(void)
{
	told_of_service = told_of_reader = false;
}

static int
establish(SCARDCONTEXT *context, struct descriptor *socket)
{
	static atomic_long last;
	int number;
	LONG code;

	fork_begin_request();
	number = socket != NULL ? pcscd_next_number() : -1;
	code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, context);
	if (socket != NULL)
		*socket = code == SCARD_S_SUCCESS ? pcscd_socket(number) : NO_DESCRIPTOR;
	fork_end_request();
	return error_told_once("SCardEstablishContext", code, &last);
}

/*
 * A refusal is reported as "not allowed" or as "no service", depending on timing. A service that
 * has just ended gives the same answers: ask again if it does not close new connections any more.
 */
int
context_establish_seen(SCARDCONTEXT *context, struct descriptor *socket)
{
	int rv = establish(context, socket);

	if ((rv == JPKI_ERR_NOT_ALLOWED || rv == JPKI_ERR_NO_SERVICE) && pcscd_hangs_up()) {
		tell_refusal(&told_of_service, "no readers");
		return JPKI_ERR_NOT_ALLOWED;
	}
	if (rv == JPKI_ERR_NOT_ALLOWED)
		rv = establish(context, socket);
	if (rv == JPKI_OK)
		told_of_service = false;
	return rv;
}

int
context_establish(SCARDCONTEXT *context)
{
	return context_establish_seen(context, NULL);
}

/*
 * At the end of the process pcsc-lite frees its list of contexts, but still uses it if called
 * afterwards, for example by a thread that has waited for another program (patience.h). Nothing
 * needs to be released then.
 */
static atomic_bool at_end;

__attribute__((destructor)) static void
end(void)
{
	at_end = true;
}

void
context_release(SCARDCONTEXT context)
{
	if (at_end)
		return;
	fork_begin_request();
	(void)SCardReleaseContext(context);
	fork_end_request();
}
