/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/secret.h"

#define SIZE 300
#define PIN "1234"
#define NOBODY 65534

static int
make_secret(void **state)
{
	*state = jpki_secret_new(SIZE);
	return *state == NULL;
}

static int
drop_secret(void **state)
{
	struct jpki_secret *secret = *state;

	jpki_secret_free(&secret);
	return secret != NULL;
}

/* The flags of the mapping that holds `address` (proc(5): VmFlags). */
static void
flags_of(const void *address, char *flags, size_t size)
{
	FILE *maps = fopen("/proc/self/smaps", "r");
	uintptr_t from, to;
	bool inside = false;
	char line[512];

	assert_non_null(maps);
	flags[0] = '\0';
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &from, &to) == 2)
			inside = (uintptr_t)address >= from && (uintptr_t)address < to;
		else if (inside && strncmp(line, "VmFlags:", 8) == 0)
			snprintf(flags, size, "%s", line + 8);
	}
	fclose(maps);
	assert_true(strlen(flags) > 0);
}

static bool
is_zero(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

static void
a_secret_is_zero_at_first(void **state)
{
	const struct jpki_secret *secret = *state;

	assert_int_equal(secret->size, SIZE);
	assert_int_equal(secret->length, 0);
	assert_true(is_zero(secret->bytes, SIZE));
}

static void
a_secret_is_in_no_core_dump(void **state)
{
	const struct jpki_secret *secret = *state;
	char flags[512];

	flags_of(secret->bytes, flags, sizeof(flags));
	assert_non_null(strstr(flags, " dd"));
	flags_of(secret->bytes + SIZE - 1, flags, sizeof(flags));
	assert_non_null(strstr(flags, " dd"));
}

/* It may be forbidden (RLIMIT_MEMLOCK), and AddressSanitizer makes nothing of it. */
static bool
memory_can_be_locked(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *page = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char flags[512];

	assert_ptr_not_equal(page, MAP_FAILED);
	(void)mlock(page, size);
	flags_of(page, flags, sizeof(flags));
	munmap(page, size);
	return strstr(flags, " lo") != NULL;
}

static void
a_secret_is_locked_in_memory(void **state)
{
	const struct jpki_secret *secret = *state;
	char flags[512];

	/* no skip(): meson takes what cmocka writes for it as a failure */
	if (!memory_can_be_locked()) {
		print_message("# memory cannot be locked here\n");
		return;
	}
	flags_of(secret->bytes, flags, sizeof(flags));
	assert_non_null(strstr(flags, " lo"));
}

static void
a_child_gets_zeroes(void **state)
{
	struct jpki_secret *secret = *state;
	int status;
	pid_t child;

	memcpy(secret->bytes, PIN, strlen(PIN));
	secret->bytes[SIZE - 1] = 0x55;
	secret->length = strlen(PIN);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(!is_zero(secret->bytes, SIZE));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_memory_equal(secret->bytes, PIN, strlen(PIN));
	assert_int_equal(secret->bytes[SIZE - 1], 0x55);
}

static void
secrets_of_many_sizes(void **state)
{
	static const size_t sizes[] = {0, 1, 16, 4079, 4080, 4081, 10000};

	for (size_t i = 0; i < LENGTH_OF(sizes); i++) {
		struct jpki_secret *secret = jpki_secret_new(sizes[i]);

		assert_non_null(secret);
		memset(secret->bytes, 0xFF, sizes[i]);
		jpki_secret_free(&secret);
		assert_null(secret);
		jpki_secret_free(&secret);
	}
}

/* In a child without the right to lock memory: root has it whatever the limit says. */
static int
secret_without_locked_memory(void)
{
	const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
	struct jpki_secret *secret;

	if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (geteuid() == 0 && setuid(NOBODY) != 0))
		return 2;
	errno = 0;
	secret = jpki_secret_new(SIZE);
	if (secret == NULL)
		return 1;
	jpki_secret_free(&secret);
	return errno == 0 ? 0 : 3;
}

static void
memory_that_cannot_be_locked_will_do(void **state)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(secret_without_locked_memory());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define SECRET(name) cmocka_unit_test_setup_teardown(name, make_secret, drop_secret)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SECRET(a_secret_is_zero_at_first),
	    SECRET(a_secret_is_in_no_core_dump),
	    SECRET(a_secret_is_locked_in_memory),
	    SECRET(a_child_gets_zeroes),
	    cmocka_unit_test(secrets_of_many_sizes),
	    cmocka_unit_test(memory_that_cannot_be_locked_will_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
