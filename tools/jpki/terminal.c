/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <strings.h>

#include "message.h"
#include "terminal.h"

bool
terminal_confirm(const char *question)
{
	FILE *terminal = fopen("/dev/tty", "r+e");
	char answer[16];
	bool yes;

	if (terminal == NULL)
		return false;
	/* TRANSLATORS: a question, and what may be answered: y, yes and はい are yes. */
	fprintf(terminal, _("%s (y/N) "), question);
	fflush(terminal);
	yes = fgets(answer, sizeof(answer), terminal) != NULL &&
	      (strcasecmp(answer, "y\n") == 0 || strcasecmp(answer, "yes\n") == 0 ||
		  strcasecmp(answer, "はい\n") == 0);
	fclose(terminal);
	return yes;
}
