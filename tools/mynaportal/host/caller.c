/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "caller.h"

#define FIREFOX_ID "jpki-portal@jpki-pkcs11"
#define CHROMIUM_SCHEME "chrome-extension://"
#define CHROMIUM_ORIGIN CHROMIUM_SCHEME "pngabolhnpdfldjpeblgbblgcdhfmnaa/"

static enum caller
compare(const char *name, const char *ours)
{
	return strcmp(name, ours) == 0 ? CALLER_OURS : CALLER_OTHER;
}

enum caller
caller_of(int argc, char **argv)
{
	if (argc >= 2 && strncmp(argv[1], CHROMIUM_SCHEME, strlen(CHROMIUM_SCHEME)) == 0)
		return compare(argv[1], CHROMIUM_ORIGIN);
	if (argc == 3 && argv[1][0] == '/')
		return compare(argv[2], FIREFOX_ID);
	return CALLER_NONE;
}
