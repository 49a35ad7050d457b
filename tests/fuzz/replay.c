/* SPDX-License-Identifier: BSD-2-Clause */

/* Runs a target over the files given, or over all files in the folders given, once each. */

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#define INPUT_MAX (1 << 20)

static unsigned count;

static bool
run_file(const char *name)
{
	static uint8_t room[INPUT_MAX];
	FILE *file = fopen(name, "rb");
	uint8_t *input;
	size_t length;

	if (file == NULL) {
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
		return false;
	}
	length = fread(room, 1, sizeof(room), file);
	(void)fclose(file);
	input = fuzz_memory(room, length);
	(void)LLVMFuzzerTestOneInput(input, length);
	free(input);
	count++;
	return true;
}

static int
is_seed(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	/* a .txt tells what the seed beside it is */
	return entry->d_name[0] != '.' && (dot == NULL || strcmp(dot, ".txt") != 0);
}

static bool
run_folder(const char *name)
{
	struct dirent **entries;
	int entry_count = scandir(name, &entries, is_seed, alphasort);
	bool well = entry_count >= 0;

	for (int i = 0; i < entry_count; i++) {
		char path[4096];

		(void)snprintf(path, sizeof(path), "%s/%s", name, entries[i]->d_name);
		well = run_file(path) && well;
		free(entries[i]);
	}
	if (entry_count >= 0)
		free(entries);
	return well;
}

int
main(int argc, char **argv)
{
	bool well = true;

	(void)LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		struct stat status;

		if (stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode))
			well = run_folder(argv[i]) && well;
		else
			well = run_file(argv[i]) && well;
	}
	printf("%u inputs\n", count);
	return well && count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
