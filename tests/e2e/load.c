/* SPDX-License-Identifier: BSD-2-Clause */
#include "load.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *
load(const char *path, CK_FUNCTION_LIST **list)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *symbol = library != NULL ? dlsym(library, "C_GetFunctionList") : NULL;
	CK_C_GetFunctionList get_list;
	CK_RV rv;

	if (symbol == NULL) {
		puts(dlerror());
		exit(1);
	}
	memcpy(&get_list, &symbol, sizeof(get_list));
	rv = get_list(list);
	if (rv != CKR_OK) {
		printf("C_GetFunctionList 0x%lx\n", rv);
		exit(1);
	}
	return library;
}

void
expect(const char *what, CK_RV rv)
{
	if (rv == CKR_OK)
		return;
	printf("%s 0x%lx\n", what, rv);
	fflush(stdout);
	_exit(1);
}
