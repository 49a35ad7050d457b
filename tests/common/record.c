/* SPDX-License-Identifier: BSD-2-Clause */
#include "record.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* All parameters fit a CK_ULONG; those that a function does not have it does not look at. */
typedef CK_RV (*any_function)(CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG,
    CK_ULONG, CK_ULONG, CK_ULONG);

/* Different codes of one function: far fewer than there are. */
#define CODES_MAX 32

static const CK_FUNCTION_LIST_3_0 *module;
static CK_FUNCTION_LIST_3_0 recorders;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int file = -1;

/* clang-format off */
#define NUMBER(name, ...) NUMBER_##name,
enum {
	PKCS11_FUNCTIONS_2_40(NUMBER, NUMBER)
	PKCS11_FUNCTIONS_3_0(NUMBER, NUMBER)
	FUNCTIONS
};
/* clang-format on */

static struct {
	CK_RV codes[CODES_MAX];
	size_t count;
} seen[FUNCTIONS];

static CK_RV
note(int number, const char *name, CK_RV rv)
{
	size_t i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < seen[number].count; i++)
		if (seen[number].codes[i] == rv)
			break;
	if (i == seen[number].count && i < CODES_MAX) {
		seen[number].codes[seen[number].count++] = rv;
		dprintf(file, "%s 0x%08lx\n", name, rv);
	}
	pthread_mutex_unlock(&lock);
	return rv;
}

/* One function for each that is in the list; it calls that one. */
#define RECORDER(name, ...)                                                                        \
	static CK_RV record_##name(CK_ULONG a, CK_ULONG b, CK_ULONG c, CK_ULONG d, CK_ULONG e,     \
	    CK_ULONG f, CK_ULONG g, CK_ULONG h, CK_ULONG i, CK_ULONG j)                            \
	{                                                                                          \
		any_function function;                                                             \
                                                                                                   \
		memcpy(&function, &module->name, sizeof(function));                                \
		return note(NUMBER_##name, #name, function(a, b, c, d, e, f, g, h, i, j));         \
	}
#define PUT(name, ...)                                                                             \
	function = record_##name;                                                                  \
	memcpy(&recorders.name, &function, sizeof(function));

/* clang-format off */
PKCS11_FUNCTIONS_2_40(RECORDER, RECORDER)
PKCS11_FUNCTIONS_3_0(RECORDER, RECORDER)

static void
fill(void)
{
	any_function function;

	PKCS11_FUNCTIONS_2_40(PUT, PUT)
	PKCS11_FUNCTIONS_3_0(PUT, PUT)
}
/* clang-format on */

CK_FUNCTION_LIST_3_0 *
record(CK_FUNCTION_LIST_3_0 *list)
{
	const char *name = getenv("JPKI_RECORD");

	if (name == NULL || name[0] == '\0')
		return list;
	if (file == -1)
		file = open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (file == -1)
		return NULL;
	module = list;
	recorders.version = list->version;
	fill();
	return &recorders;
}
