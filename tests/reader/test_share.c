/* SPDX-License-Identifier: BSD-2-Clause */

/* The file by which programs that are logged in know of each other. */

#include "../common/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mark.h"
#include "base/runtime.h"
#include "reader/share.h"

#define CARD 0x1234
#define OTHER_CARD 0x5678

static void
join(struct share *share, enum jpki_role role)
{
	assert_int_equal(share_join(share, CARD, role), SHARE_JOINED);
}

/* The last one: what keeps others out is given back. False if others are there. */
static bool
leaves_as_last(struct share *share, bool open)
{
	bool was_open;
	int rest;

	if (share_leave(share, SHARE_ALL, &rest, &was_open))
		return false;
	assert_true(rest >= 0);
	assert_int_equal(was_open, open);
	mark_set(rest, false); /* as close does */
	assert_int_equal(close(rest), 0);
	return true;
}

static void
one_alone_is_the_last(void **state)
{
	struct share share = SHARE_NONE;

	for (int role = 0; role < JPKI_ROLES; role++) {
		join(&share, (enum jpki_role)role);
		assert_true(leaves_as_last(&share, false));
	}
}

/* As with a child that was forked past what is called in one. */
static void
lock_is_given_back_though_another_has_the_file(void **state)
{
	struct share share = SHARE_NONE;
	bool was_open;
	int rest, copy;

	join(&share, JPKI_AUTHENTICATION);
	assert_false(share_leave(&share, SHARE_ALL, &rest, &was_open));
	copy = dup(rest);
	assert_true(copy >= 0);
	descriptor_unlock(rest);
	join(&share, JPKI_AUTHENTICATION);
	assert_true(leaves_as_last(&share, false));
	assert_int_equal(close(copy), 0);
	descriptor_unlock(-1);
}

static void
the_last_of_several_is_told_that_the_card_is_open(void **state)
{
	struct share one = SHARE_NONE, two = SHARE_NONE, three = SHARE_NONE;

	join(&one, JPKI_AUTHENTICATION);
	share_open(&one);
	join(&two, JPKI_AUTHENTICATION);
	join(&three, JPKI_SIGNATURE);
	assert_false(leaves_as_last(&one, true));
	assert_false(leaves_as_last(&three, true));
	assert_true(leaves_as_last(&two, true));
	join(&one, JPKI_AUTHENTICATION);
	assert_true(leaves_as_last(&one, false)); /* it has been locked since */
}

static void
who_locks_keeps_others_from_joining(void **state)
{
	struct share one = SHARE_NONE, two = SHARE_NONE;
	bool was_open;
	int rest;

	join(&one, JPKI_AUTHENTICATION);
	assert_false(share_leave(&one, SHARE_ALL, &rest, &was_open));
	assert_int_equal(share_join(&two, CARD, JPKI_AUTHENTICATION), SHARE_LATER);
	assert_int_equal(close(rest), 0);
	assert_int_equal(share_join(&two, CARD, JPKI_AUTHENTICATION), SHARE_JOINED);
	assert_true(leaves_as_last(&two, false));
}

static void
one_key_goes_and_the_other_stays(void **state)
{
	struct share one = SHARE_NONE, two = SHARE_NONE;
	bool was_open;
	int rest;

	join(&one, JPKI_AUTHENTICATION);
	join(&one, JPKI_SIGNATURE);
	join(&two, JPKI_AUTHENTICATION);
	assert_true(share_leave(&one, SHARE_ROLE(JPKI_AUTHENTICATION), &rest, &was_open));
	assert_int_equal(one.roles, SHARE_ROLE(JPKI_SIGNATURE));
	assert_false(leaves_as_last(&two, false));
	assert_true(leaves_as_last(&one, false));
}

/* Each would be kept from it by the other's lock, and both leave the card to each other. */
static void
one_of_two_that_leave_together_is_the_last(void **state)
{
	enum { ROUNDS = 500 };
	unsigned last = 0;
	int barrier[2][2];

	assert_int_equal(pipe(barrier[0]), 0);
	assert_int_equal(pipe(barrier[1]), 0);
	for (int i = 0; i < ROUNDS; i++) {
		struct share ours = SHARE_NONE;
		int status;
		pid_t child;
		char word;

		join(&ours, JPKI_AUTHENTICATION);
		child = fork();
		if (child == 0) {
			struct share theirs = SHARE_NONE;
			bool was_open;
			int rest;

			share_abandon(&ours);
			(void)share_join(&theirs, CARD, JPKI_AUTHENTICATION);
			(void)!write(barrier[0][1], "", 1);
			(void)!read(barrier[1][0], &word, 1);
			_exit(share_leave(&theirs, SHARE_ALL, &rest, &was_open) ? 0 : 1);
		}
		assert_int_equal(read(barrier[0][0], &word, 1), 1);
		assert_int_equal(write(barrier[1][1], "", 1), 1);
		last += leaves_as_last(&ours, false);
		assert_int_equal(waitpid(child, &status, 0), child);
		last += (unsigned)WEXITSTATUS(status);
		assert_true(last > (unsigned)i);
	}
	for (int i = 0; i < 4; i++)
		(void)close(barrier[i / 2][i % 2]);
}

static void
each_card_has_its_own(void **state)
{
	struct share one = SHARE_NONE, two = SHARE_NONE;

	join(&one, JPKI_AUTHENTICATION);
	assert_int_equal(share_join(&two, OTHER_CARD, JPKI_AUTHENTICATION), SHARE_JOINED);
	assert_true(leaves_as_last(&one, false));
	assert_true(leaves_as_last(&two, false));
}

/* What was held for the card before is given back with it. */
static void
another_card_takes_the_place(void **state)
{
	struct share one = SHARE_NONE, two = SHARE_NONE;

	join(&one, JPKI_SIGNATURE);
	assert_int_equal(share_join(&one, OTHER_CARD, JPKI_AUTHENTICATION), SHARE_JOINED);
	assert_int_equal(one.roles, SHARE_ROLE(JPKI_AUTHENTICATION));
	join(&two, JPKI_AUTHENTICATION);
	assert_true(leaves_as_last(&two, false));
	assert_true(leaves_as_last(&one, false));
}

static void
files_of_cards_that_are_gone_are_removed(void **state)
{
	struct share one = SHARE_NONE, two = SHARE_NONE, three = SHARE_NONE;
	char old[SHARE_PATH_SIZE], held[SHARE_PATH_SIZE];

	assert_int_equal(share_join(&one, 1, JPKI_AUTHENTICATION), SHARE_JOINED);
	strcpy(old, one.path);
	assert_true(leaves_as_last(&one, false));
	assert_int_equal(share_join(&two, 2, JPKI_AUTHENTICATION), SHARE_JOINED);
	strcpy(held, two.path);
	assert_int_equal(share_join(&three, 3, JPKI_AUTHENTICATION), SHARE_JOINED);
	assert_int_equal(access(old, F_OK), -1);
	assert_int_equal(access(held, F_OK), 0);
	assert_true(leaves_as_last(&two, false));
	assert_true(leaves_as_last(&three, false));
}

/* One that was removed between opening and locking would be nobody else's. */
static void
a_removed_file_is_opened_anew(void **state)
{
	struct share one = SHARE_NONE, two = SHARE_NONE;

	join(&one, JPKI_AUTHENTICATION);
	assert_int_equal(unlink(one.path), 0);
	join(&one, JPKI_SIGNATURE);
	join(&two, JPKI_AUTHENTICATION);
	assert_false(leaves_as_last(&two, false));
	assert_true(leaves_as_last(&one, false));
}

static void
a_process_that_ends_leaves(void **state)
{
	struct share one = SHARE_NONE, two = SHARE_NONE;
	int ready[2], status;
	char word;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		bool joined = share_join(&one, CARD, JPKI_AUTHENTICATION) == SHARE_JOINED;

		share_open(&one);
		(void)!write(ready[1], joined ? "y" : "n", 1);
		pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &word, 1), 1);
	assert_int_equal(word, 'y');
	join(&two, JPKI_AUTHENTICATION);
	assert_false(leaves_as_last(&two, true));
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	join(&two, JPKI_AUTHENTICATION);
	assert_true(leaves_as_last(&two, true)); /* it could not lock the card any more */
	(void)close(ready[0]);
	(void)close(ready[1]);
}

static void
nobody_elses_file_is_taken(void **state)
{
	char folder[128], target[256], path[SHARE_PATH_SIZE];
	struct share share = SHARE_NONE;
	struct stat info;

	assert_true(runtime_folder(folder, sizeof(folder)));
	snprintf(target, sizeof(target), "%s/target", folder);
	join(&share, JPKI_AUTHENTICATION);
	strcpy(path, share.path);
	assert_true(leaves_as_last(&share, false));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(share_join(&share, CARD, JPKI_AUTHENTICATION), SHARE_ALONE);
	assert_int_equal(lstat(target, &info), -1);
	assert_int_equal(unlink(path), 0);
	share_abandon(&share);
}

/* --- the spare folder ------------------------------------------------------------------------ */

struct spare {
	char folder[160], path[2 * SHARE_PATH_SIZE + 64];
};

/* The name of the file of CARD there. */
static int
make_spare(void **state)
{
	static struct spare spare;
	struct share share = SHARE_NONE;
	char folder[128];

	if (share_join(&share, CARD, JPKI_AUTHENTICATION) != SHARE_JOINED ||
	    !runtime_folder(folder, sizeof(folder)))
		return -1;
	snprintf(spare.folder, sizeof(spare.folder), "%s/spare", folder);
	snprintf(spare.path, sizeof(spare.path), "%s%s", spare.folder, strrchr(share.path, '/'));
	share_abandon(&share);
	*state = &spare;
	return mkdir(spare.folder, S_IRWXU);
}

static int
drop_spare(void **state)
{
	const struct spare *spare = *state;

	(void)unlink(spare->path);
	return rmdir(spare->folder);
}

/* One that does not know of the folder that the others have, and holds what it holds. */
static int
hold(const struct spare *spare, short type)
{
	struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};
	int file = open(spare->path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);

	assert_true(file >= 0);
	assert_int_equal(fcntl(file, F_OFD_SETLK, &lock), 0);
	return file;
}

static void
whoever_is_in_the_spare_folder_is_joined(void **state)
{
	const struct spare *spare = *state;
	struct share one = SHARE_NONE, two = SHARE_NONE;
	int file = hold(spare, F_RDLCK);

	join(&one, JPKI_AUTHENTICATION);
	assert_string_equal(one.path, spare->path);
	assert_false(leaves_as_last(&one, true));
	join(&one, JPKI_AUTHENTICATION);
	share_open(&one);
	assert_int_equal(close(file), 0);
	join(&two, JPKI_AUTHENTICATION); /* where the next one is */
	assert_false(leaves_as_last(&one, true));
	assert_true(leaves_as_last(&two, true));
}

static void
whoever_locks_the_card_there_is_waited_for(void **state)
{
	struct share share = SHARE_NONE;
	int file = hold(*state, F_WRLCK);

	assert_int_equal(share_join(&share, CARD, JPKI_AUTHENTICATION), SHARE_LATER);
	assert_int_equal(close(file), 0);
	join(&share, JPKI_AUTHENTICATION);
	assert_true(leaves_as_last(&share, false));
}

/* A file that was left there, one of another card, a link to one that is locked. */
static void
what_nobody_holds_there_is_left_alone(void **state)
{
	const struct spare *spare = *state;
	struct share share = SHARE_NONE;
	char other[sizeof(spare->path) + 8];
	int file = hold(spare, F_RDLCK);

	assert_int_equal(share_join(&share, OTHER_CARD, JPKI_AUTHENTICATION), SHARE_JOINED);
	assert_null(strstr(share.path, "/spare/"));
	snprintf(other, sizeof(other), "%s.other", spare->path);
	assert_int_equal(rename(spare->path, other), 0);
	assert_int_equal(symlink(other, spare->path), 0);
	join(&share, JPKI_AUTHENTICATION);
	assert_null(strstr(share.path, "/spare/"));
	assert_true(leaves_as_last(&share, false));
	assert_int_equal(rename(other, spare->path), 0);
	assert_int_equal(close(file), 0);
	join(&share, JPKI_AUTHENTICATION);
	assert_null(strstr(share.path, "/spare/"));
	assert_true(leaves_as_last(&share, false));
}

static void
errno_is_kept(void **state)
{
	struct share share = SHARE_NONE;

	errno = EXDEV;
	join(&share, JPKI_AUTHENTICATION);
	share_open(&share);
	assert_int_equal(errno, EXDEV);
	assert_true(leaves_as_last(&share, true));
	assert_int_equal(errno, EXDEV);
}

#define TEST_SPARE(name) cmocka_unit_test_setup_teardown(name, make_spare, drop_spare)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_alone_is_the_last),
	    cmocka_unit_test(lock_is_given_back_though_another_has_the_file),
	    cmocka_unit_test(the_last_of_several_is_told_that_the_card_is_open),
	    cmocka_unit_test(who_locks_keeps_others_from_joining),
	    cmocka_unit_test(one_key_goes_and_the_other_stays),
	    cmocka_unit_test(one_of_two_that_leave_together_is_the_last),
	    cmocka_unit_test(each_card_has_its_own),
	    cmocka_unit_test(another_card_takes_the_place),
	    cmocka_unit_test(files_of_cards_that_are_gone_are_removed),
	    cmocka_unit_test(a_removed_file_is_opened_anew),
	    cmocka_unit_test(a_process_that_ends_leaves),
	    cmocka_unit_test(nobody_elses_file_is_taken),
	    TEST_SPARE(whoever_is_in_the_spare_folder_is_joined),
	    TEST_SPARE(whoever_locks_the_card_there_is_waited_for),
	    TEST_SPARE(what_nobody_holds_there_is_left_alone),
	    cmocka_unit_test(errno_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
