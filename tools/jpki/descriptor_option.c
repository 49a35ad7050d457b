/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>

#include "descriptor_option.h"

int
descriptor_option(const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (end == text || *end != '\0' || number < 0 || number > INT_MAX ||
	    fcntl((int)number, F_GETFD) == -1)
		return -1;
	return (int)number;
}
