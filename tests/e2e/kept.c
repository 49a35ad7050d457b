/* SPDX-License-Identifier: BSD-2-Clause */
/* kept [clear|null]: what libjpki tells of what is kept of cards, as JSON. In C, and in C++. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jpki/jpki.h>

static const char *
word(bool yes)
{
	return yes ? "true" : "false";
}

static void
tell(void *context, const struct jpki_kept *one)
{
	unsigned *count = (unsigned *)context;

	printf("%s{\"of_model\": %s, \"model\": \"%s\", \"serial\": \"%s\", \"since\": %" PRId64
	       ", \"until\": %" PRId64,
	    (*count)++ > 0 ? ", " : "", word(one->of_model), one->model, one->serial, one->since,
	    one->until);
	printf(", \"certificate\": [[%s, %s], [%s, %s]], \"refuses_pss\": [%s, %s]}",
	    word(one->certificate[0][0]), word(one->certificate[0][1]),
	    word(one->certificate[1][0]), word(one->certificate[1][1]), word(one->refuses_pss[0]),
	    word(one->refuses_pss[1]));
}

static void
show(void)
{
	char path[JPKI_PATH_SIZE] = "?";
	unsigned count = 0;
	bool on = false;
	int rv;

	rv = jpki_cache_path(path);
	printf("{\"path\": [%d, \"%s\"], ", rv, path);
	rv = jpki_cache_is_on(&on);
	printf("\"on\": [%d, %s], \"kept\": [", rv, word(on));
	rv = jpki_cache_list(tell, &count);
	printf("], \"list\": %d}\n", rv);
}

int
main(int argc, char **argv)
{
	size_t removed = 99;
	int rv;

	if (argc < 2) {
		show();
	} else if (strcmp(argv[1], "null") == 0) {
		printf("[%d, %d, %d, %d]\n", jpki_cache_path(NULL), jpki_cache_is_on(NULL),
		    jpki_cache_list(NULL, NULL), jpki_cache_clear(NULL));
	} else {
		rv = jpki_cache_clear(&removed);
		printf("[%d, %zu]\n", rv, removed);
	}
	return 0;
}
