/* SPDX-License-Identifier: BSD-2-Clause */

/* Small files, as they are written, read and cleaned away. */

#include "home.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/store.h"

/* What the product asks of the system; where a test has it so, in vain. */
static bool not_closed_on_exec;
static size_t room_on_disk = SIZE_MAX;
static int close_error, rename_error;

int __real_openat(int folder, const char *name, int flags, mode_t mode);
int __wrap_openat(int folder, const char *name, int flags, mode_t mode);
int __wrap_openat64(int folder, const char *name, int flags, mode_t mode)
    __attribute__((alias("__wrap_openat")));
int __real_open(const char *name, int flags, mode_t mode);
int __wrap_open(const char *name, int flags, mode_t mode);
int __wrap_open64(const char *name, int flags, mode_t mode) __attribute__((alias("__wrap_open")));
ssize_t __real_write(int file, const void *bytes, size_t length);
ssize_t __wrap_write(int file, const void *bytes, size_t length);
int __real_close(int file);
int __wrap_close(int file);
int __real_renameat(int from, const char *old, int to, const char *name);
int __wrap_renameat(int from, const char *old, int to, const char *name);

int
__wrap_openat(int folder, const char *name, int flags, mode_t mode)
{
	not_closed_on_exec |= (flags & O_CLOEXEC) == 0;
	return __real_openat(folder, name, flags, mode);
}

int
__wrap_open(const char *name, int flags, mode_t mode)
{
	not_closed_on_exec |= (flags & O_CLOEXEC) == 0;
	return __real_open(name, flags, mode);
}

/* A disk gives what it has. */
ssize_t
__wrap_write(int file, const void *bytes, size_t length)
{
	if (room_on_disk == SIZE_MAX)
		return __real_write(file, bytes, length);
	if (room_on_disk == 0) {
		errno = ENOSPC;
		return -1;
	}
	if (length > room_on_disk)
		length = room_on_disk;
	room_on_disk -= length;
	return __real_write(file, bytes, length);
}

int
__wrap_close(int file)
{
	int rv = __real_close(file);

	if (close_error == 0)
		return rv;
	errno = close_error;
	return -1;
}

int
__wrap_renameat(int from, const char *old, int to, const char *name)
{
	if (rename_error == 0)
		return __real_renameat(from, old, to, name);
	errno = rename_error;
	return -1;
}

static int
drop_home_and_disk(void **state)
{
	room_on_disk = SIZE_MAX;
	close_error = rename_error = 0;
	return drop_home(state);
}

/* As if it had been written so many seconds ago. */
static void
age(const char *name, time_t seconds)
{
	const struct timespec times[2] = {
	    {.tv_sec = time(NULL) - seconds}, {.tv_sec = time(NULL) - seconds}};

	assert_int_equal(utimensat(AT_FDCWD, in_folder(name), times, AT_SYMLINK_NOFOLLOW), 0);
}

/* ------------------------------------------------------------------------------------- reading */

static void
what_is_written_is_read(void **state)
{
	time_t before = time(NULL), written = 0;
	char bytes[5] = "";
	int folder = opened();

	assert_int_equal(store_read(folder, "card-1", bytes, 4, &written), 0);
	assert_true(put(folder, "card-1", "text"));
	assert_int_equal(store_read(folder, "card-1", bytes, 4, &written), 4);
	assert_string_equal(bytes, "text");
	assert_true(written >= before - 1 && written <= time(NULL) + 1);
	assert_int_equal(store_read(folder, "card-1", bytes, 3, NULL), 0); /* no part of it */
	assert_true(put(folder, "card-1", "new"));
	assert_holds(folder, "card-1", "new");
	assert_true(store_remove(folder, "card-1"));
	assert_false(store_remove(folder, "card-1"));
	assert_holds(folder, "card-1", "");
	assert_int_equal(close(folder), 0);
}

static void
what_is_no_file_of_ours_is_not_read(void **state)
{
	int folder = opened();

	place("other", "text", S_IRUSR | S_IWUSR);
	assert_holds(folder, "other", "text");
	place("card-empty", "", S_IRUSR | S_IWUSR);
	place("card-group", "text", S_IRUSR | S_IWUSR | S_IWGRP);
	place("card-all", "text", S_IRUSR | S_IWUSR | S_IWOTH);
	assert_int_equal(symlink("other", in_folder("card-link")), 0);
	assert_int_equal(mkfifo(in_folder("card-fifo"), S_IRUSR | S_IWUSR), 0);
	assert_int_equal(mkdir(in_folder("card-folder"), S_IRWXU), 0);
	for (const char *const *name = (const char *const[]){"card-empty", "card-group", "card-all",
		 "card-link", "card-fifo", "card-folder", NULL};
	     *name != NULL; name++)
		assert_holds(folder, *name, "");
	if (geteuid() == 0) {
		place("card-stranger", "text", S_IRUSR | S_IRGRP | S_IROTH);
		assert_holds(folder, "card-stranger", "text");
		give_away(in_folder("card-stranger"));
		assert_holds(folder, "card-stranger", "");
	}
	assert_int_equal(close(folder), 0);
}

/* Where a link leads to, it is not written. */
static void
what_is_no_file_of_ours_is_replaced(void **state)
{
	int folder = opened();

	place("other", "kept", S_IRUSR | S_IWUSR);
	assert_int_equal(symlink("other", in_folder("card-link")), 0);
	assert_true(put(folder, "card-link", "text"));
	assert_holds(folder, "card-link", "text");
	assert_holds(folder, "other", "kept");
	assert_int_equal(mkfifo(in_folder("card-fifo"), S_IRUSR | S_IWUSR), 0);
	assert_true(put(folder, "card-fifo", "text"));
	assert_holds(folder, "card-fifo", "text");
	assert_int_equal(mkdir(in_folder("card-folder"), S_IRWXU), 0);
	assert_false(put(folder, "card-folder", "text"));
	assert_int_equal(count(folder), 4);
	assert_int_equal(close(folder), 0);
}

/* ------------------------------------------------------------------------- writing that fails */

static void
assert_old_stays(int folder)
{
	assert_false(put(folder, "card-1", "something longer"));
	assert_false(put(folder, "card-2", "something longer"));
	assert_holds(folder, "card-1", "old");
	assert_int_equal(count(folder), 1);
}

static void
a_write_that_fails_leaves_the_old_one(void **state)
{
	int folder = opened();

	assert_true(put(folder, "card-1", "old"));
	for (size_t room = 0; room < 15; room++) {
		room_on_disk = room;
		assert_old_stays(folder);
	}
	room_on_disk = 32;
	assert_true(put(folder, "card-2", "something longer"));
	assert_true(store_remove(folder, "card-2"));
	room_on_disk = SIZE_MAX;
	rename_error = EIO;
	assert_old_stays(folder);
	rename_error = EEXIST;
	assert_old_stays(folder);
	rename_error = 0;
	close_error = EDQUOT; /* as of a quota over a network */
	assert_old_stays(folder);
	close_error = 0;
	assert_true(put(folder, "card-1", "new"));
	assert_holds(folder, "card-1", "new");
	assert_int_equal(close(folder), 0);
}

static bool
small_files_alone(void)
{
	const struct rlimit limit = {3, 3};
	int folder = store_open(true);
	char bytes[8];

	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return false;
	return put(folder, "card-1", "old") && !put(folder, "card-1", "longer") &&
	       store_read(folder, "card-1", bytes, sizeof(bytes), NULL) == 3 && count(folder) == 1;
}

/* SIGXFSZ would end the program. */
static void
a_limit_of_the_size_of_files(void **state)
{
	assert_int_equal(in_child(small_files_alone), 0);
}

static bool
a_full_disk(void)
{
	static char bytes[40000];
	int folder;

	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", home, "tmpfs", 0, "size=64k,mode=0700") != 0)
		_exit(77);
	folder = store_open(true);
	return store_write(folder, "card-1", bytes, sizeof(bytes), MOST, AGE) &&
	       !store_write(folder, "card-1", bytes, sizeof(bytes) - 1, MOST, AGE) &&
	       !store_write(folder, "card-2", bytes, sizeof(bytes) - 1, MOST, AGE) &&
	       store_read(folder, "card-1", bytes, sizeof(bytes), NULL) == sizeof(bytes) &&
	       count(folder) == 1;
}

static bool
a_disk_that_cannot_be_written(void)
{
	char bytes[8];
	int folder = store_open(true);

	if (!put(folder, "card-1", "old"))
		return false;
	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount(home, home, NULL, MS_BIND, NULL) != 0 ||
	    mount("none", home, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) != 0)
		_exit(77);
	(void)close(folder);
	folder = store_open(true);
	return folder >= 0 && !put(folder, "card-1", "new") && !put(folder, "card-2", "new") &&
	       !store_remove(folder, "card-1") &&
	       store_read(folder, "card-1", bytes, sizeof(bytes), NULL) == 3 && count(folder) == 1;
}

static void
assert_on_disk(bool (*holds)(void))
{
	int status = in_child(holds);

	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

static void
real_disk_that_is_full(void **state)
{
	needs_root();
	assert_on_disk(a_full_disk);
}

static void
real_disk_that_is_read_only(void **state)
{
	needs_root();
	assert_on_disk(a_disk_that_cannot_be_written);
}

/* ------------------------------------------------------------------------------------ cleaning */

static void
what_was_begun_and_not_ended(void **state)
{
	int folder = opened();

	assert_true(put(folder, "card-1", "text"));
	place(".new-1-1", "te", S_IRUSR | S_IWUSR);
	place(".new-1-2", "te", S_IRUSR | S_IWUSR);
	place(".new-1-3", "te", S_IRUSR | S_IWUSR);
	age(".new-1-1", 3500);
	age(".new-1-2", 3700);
	age(".new-1-3", -3700);			    /* the clock was wrong, then or now */
	assert_true(put(folder, "card-1", "text")); /* though it is no new one */
	assert_true(is_there(in_folder(".new-1-1")));
	assert_false(is_there(in_folder(".new-1-2")));
	assert_false(is_there(in_folder(".new-1-3")));
	assert_int_equal(close(folder), 0);
}

/* As in a container, where processes have the same numbers at each start. */
static bool
with_names_taken(void)
{
	int folder = store_open(true);
	char name[STORE_NAME_SIZE];
	bool well = true;

	for (unsigned i = 0; i < 4000; i++) {
		snprintf(name, sizeof(name), ".new-%ld-%u", (long)getpid(), i);
		if (i % 5 != 4 && mknodat(folder, name, S_IFREG | S_IRUSR, 0) != 0)
			return false;
	}
	for (int i = 0; i < 10; i++)
		well = put(folder, "card-1", "text") && well;
	return well;
}

static void
what_was_begun_by_one_of_the_same_number(void **state)
{
	assert_int_equal(in_child(with_names_taken), 0);
}

static void
the_oldest_go(void **state)
{
	int folder = opened();
	char name[STORE_NAME_SIZE];

	place("model-1", "text", S_IRUSR | S_IWUSR);
	place("cards-1", "text", S_IRUSR | S_IWUSR);
	place("card", "text", S_IRUSR | S_IWUSR);
	age("model-1", 1000);
	age("cards-1", 1000);
	age("card", 1000);
	for (int i = 1; i <= MOST; i++) {
		snprintf(name, sizeof(name), "card-%d", i);
		assert_true(put(folder, name, "text"));
		age(name, 10 * (i == 2 ? 100 : i));
	}
	assert_int_equal(count(folder), MOST + 3);
	assert_true(put(folder, "card-new", "text"));
	assert_int_equal(count(folder), MOST + 3);
	assert_holds(folder, "card-2", "");
	for (int i = 10; i < 20; i++) { /* put there by others */
		snprintf(name, sizeof(name), "card-%d", i);
		place(name, "text", S_IRUSR | S_IWUSR);
		age(name, 500 + i);
	}
	assert_true(put(folder, "card-5", "text"));
	assert_int_equal(count(folder), MOST + 3);
	for (const char *const *kept = (const char *const[]){"card-1", "card-3", "card-new",
		 "card-5", "model-1", "cards-1", "card", NULL};
	     *kept != NULL; kept++)
		assert_holds(folder, *kept, "text");
	assert_int_equal(close(folder), 0);
}

/* It can be neither read nor taken away, so it is not to keep others from going. */
static void
a_folder_among_them(void **state)
{
	int folder = opened();
	char name[STORE_NAME_SIZE];

	assert_int_equal(mkdir(in_folder("card-folder"), S_IRWXU), 0);
	age("card-folder", 1000);
	for (int i = 1; i <= 3 * MOST; i++) {
		snprintf(name, sizeof(name), "card-%d", i);
		assert_true(put(folder, name, "text"));
		age(name, 100 - i);
	}
	assert_int_equal(count(folder), MOST + 1);
	assert_int_equal(close(folder), 0);
}

static void
too_old_ones_go(void **state)
{
	int folder = opened();

	assert_true(put(folder, "card-1", "text"));
	assert_true(put(folder, "card-2", "text"));
	assert_true(put(folder, "model-1", "text"));
	age("card-1", AGE - 100);
	age("card-2", AGE + 100);
	age("model-1", AGE + 100);
	assert_true(put(folder, "card-3", "text"));
	assert_holds(folder, "card-1", "text");
	assert_holds(folder, "card-2", "");
	assert_holds(folder, "model-1", "text");
	age("card-3", AGE + 100);
	assert_true(put(folder, "card-3", "anew"));
	assert_holds(folder, "card-3", "anew");
	assert_int_equal(close(folder), 0);
}

static bool
stop_at_second(int folder, const char *name, void *context)
{
	unsigned *seen = context;

	assert_true(strlen(name) < STORE_NAME_SIZE);
	return ++*seen < 2;
}

static void
names_that_are_told(void **state)
{
	char name[STORE_NAME_SIZE + 1];
	unsigned seen = 0;
	int folder = opened();

	assert_int_equal(count(folder), 0);
	memset(name, 'x', sizeof(name) - 1);
	name[STORE_NAME_SIZE] = '\0';
	place(name, "text", S_IRUSR);
	assert_int_equal(count(folder), 0);
	name[STORE_NAME_SIZE - 1] = '\0';
	place(name, "text", S_IRUSR);
	place("1", "text", S_IRUSR);
	place("2", "text", S_IRUSR);
	assert_int_equal(count(folder), 3);
	store_each(folder, stop_at_second, &seen);
	assert_int_equal(seen, 2);
	assert_int_equal(count(-1), 0);
	assert_int_equal(close(folder), 0);
}

/* -------------------------------------------------------------- what a caller is not to notice */

/* The call, after which errno is what it was. */
#define KEEPS_ERRNO(call) (errno = EXDEV, (void)(call), assert_int_equal(errno, EXDEV))

static void
do_all(void)
{
	char bytes[64];
	int folder;

	KEEPS_ERRNO(folder = store_open(true));
	KEEPS_ERRNO(store_open(false));
	KEEPS_ERRNO(put(folder, "card-1", "text"));
	room_on_disk = 2;
	KEEPS_ERRNO(put(folder, "card-1", "text"));
	room_on_disk = SIZE_MAX;
	rename_error = EIO;
	KEEPS_ERRNO(put(folder, "card-1", "text"));
	rename_error = 0;
	KEEPS_ERRNO(put(folder, "card-folder", "text"));
	KEEPS_ERRNO(store_read(folder, "card-1", bytes, sizeof(bytes), NULL));
	KEEPS_ERRNO(store_read(folder, "card-1", bytes, 1, NULL));
	KEEPS_ERRNO(store_read(folder, "card-fifo", bytes, sizeof(bytes), NULL));
	KEEPS_ERRNO(store_read(folder, "card-folder", bytes, sizeof(bytes), NULL));
	KEEPS_ERRNO(store_read(folder, "not-there", bytes, sizeof(bytes), NULL));
	KEEPS_ERRNO(count(folder));
	KEEPS_ERRNO(store_remove(folder, "not-there"));
	KEEPS_ERRNO(store_remove(folder, "card-1"));
	if (folder >= 0)
		(void)close(folder);
}

static void
make_trouble(void)
{
	assert_int_equal(close(opened()), 0);
	assert_int_equal(mkfifo(in_folder("card-fifo"), S_IRUSR | S_IWUSR), 0);
	assert_int_equal(mkdir(in_folder("card-folder"), S_IRWXU), 0);
}

/* With a folder, and where there is none. */
static void
errno_is_kept(void **state)
{
	KEEPS_ERRNO(store_open(false));
	make_trouble();
	do_all();
	assert_int_equal(setenv("XDG_CACHE_HOME", "/dev/null", 1), 0);
	do_all();
}

static unsigned
open_files(void)
{
	DIR *list = opendir("/proc/self/fd");
	unsigned all = 0;

	assert_non_null(list);
	while (readdir(list) != NULL)
		all++;
	assert_int_equal(closedir(list), 0);
	return all;
}

/* do_all opens one that it leaves, if there is a folder. */
static void
no_file_is_left_open(void **state)
{
	unsigned before = open_files();

	make_trouble();
	not_closed_on_exec = false;
	for (int i = 0; i < 5; i++)
		do_all();
	assert_false(not_closed_on_exec);
	assert_int_equal(open_files(), before + 5);
	for (int file = 3; open_files() > before; file++)
		if (fcntl(file, F_GETFD) == FD_CLOEXEC)
			(void)close(file);
	assert_int_equal(setenv("XDG_CACHE_HOME", below("/.cache/jpki/card-fifo"), 1), 0);
	do_all();
	assert_int_equal(setenv("XDG_CACHE_HOME", below("/.cache/jpki"), 1), 0);
	assert_int_equal(symlink(home, in_folder("jpki")), 0);
	do_all();
	if (geteuid() == 0) {
		assert_int_equal(unlink(in_folder("jpki")), 0);
		assert_int_equal(mkdir(in_folder("jpki"), S_IRWXU), 0);
		give_away(in_folder("jpki"));
		do_all();
		give_away(below("/.cache/jpki"));
		do_all();
	}
	assert_int_equal(open_files(), before);
}

/* ------------------------------------------------------------------------------- many at once */

#define WRITERS 8
#define ROUNDS 150
#define THREADS 2

/* A file of one byte again and again, which tells its length. */
static size_t
length_of(uint8_t byte)
{
	return 2000 + (size_t)byte * 100;
}

static bool
read_one(int folder)
{
	static _Thread_local uint8_t bytes[STORE_FILE_MAX];
	size_t length = store_read(folder, "card-1", bytes, sizeof(bytes), NULL);

	if (length == 0 || length != length_of(bytes[0]))
		return false;
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != bytes[0])
			return false;
	return true;
}

static bool
write_one(int folder, uint8_t byte)
{
	static _Thread_local uint8_t bytes[STORE_FILE_MAX];

	memset(bytes, byte, length_of(byte));
	return store_write(folder, "card-1", bytes, length_of(byte), MOST, AGE);
}

static void *
work(void *context)
{
	int folder = store_open(true);
	bool well = folder >= 0;

	for (int i = 0; i < ROUNDS && well; i++)
		well = write_one(folder, (uint8_t)(getpid() + i)) && read_one(folder);
	if (folder >= 0)
		(void)close(folder);
	return well ? context : NULL;
}

static bool
work_in_threads(void)
{
	pthread_t threads[THREADS];
	bool well = true;
	void *done;

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, threads) != 0)
			return false;
	for (int i = 0; i < THREADS; i++)
		well = pthread_join(threads[i], &done) == 0 && done != NULL && well;
	return well;
}

/* From the very first, which make the folder. */
static void
many_at_once(void **state)
{
	pid_t children[WRITERS];
	int status, failed = 0, folder;

	for (int i = 0; i < WRITERS; i++) {
		children[i] = fork();
		if (children[i] == 0)
			_exit(work_in_threads() ? 0 : 1);
		assert_true(children[i] > 0);
	}
	for (int i = 0; i < WRITERS; i++)
		failed += waitpid(children[i], &status, 0) != children[i] || status != 0;
	assert_int_equal(failed, 0);
	folder = opened();
	assert_true(read_one(folder));
	assert_int_equal(count(folder), 1);
	assert_int_equal(close(folder), 0);
}

#define DISK_TEST(name) cmocka_unit_test_setup_teardown(name, make_home, drop_home_and_disk)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    DISK_TEST(what_is_written_is_read),
	    DISK_TEST(what_is_no_file_of_ours_is_not_read),
	    DISK_TEST(what_is_no_file_of_ours_is_replaced),
	    DISK_TEST(a_write_that_fails_leaves_the_old_one),
	    DISK_TEST(a_limit_of_the_size_of_files),
	    DISK_TEST(real_disk_that_is_full),
	    DISK_TEST(real_disk_that_is_read_only),
	    DISK_TEST(what_was_begun_and_not_ended),
	    DISK_TEST(what_was_begun_by_one_of_the_same_number),
	    DISK_TEST(the_oldest_go),
	    DISK_TEST(a_folder_among_them),
	    DISK_TEST(too_old_ones_go),
	    DISK_TEST(names_that_are_told),
	    DISK_TEST(errno_is_kept),
	    DISK_TEST(no_file_is_left_open),
	    DISK_TEST(many_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
