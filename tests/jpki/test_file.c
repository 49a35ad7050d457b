/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "file.h"
#include "folder.h"

static int
replace(const char *name, const char *text)
{
	struct file file;
	int result;

	assert_int_equal(file_read(&file, name), 0);
	result = file_replace(&file, text);
	file_free(&file);
	return result;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void
what_is_not_there_is_empty(void **state)
{
	struct file file;

	assert_int_equal(file_read(&file, "none/none"), 0);
	assert_false(file.exists);
	assert_string_equal(file.text, "");
	file_free(&file);
}

static void
assert_unreadable(const char *name)
{
	struct file file;

	assert_int_equal(file_read(&file, name), -1);
	file_free(&file);
}

static void
what_is_no_text_is_refused(void **state)
{
	int number = open("zero", O_CREAT | O_WRONLY, 0600);

	assert_int_equal(write(number, "a\0b", 3), 3);
	close(number);
	assert_unreadable("zero");
	assert_unreadable(".");
	assert_unreadable("/dev/zero");
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_unreadable("fifo");
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_unreadable("dangling");
	write_file_text("huge", "");
	assert_int_equal(truncate("huge", FILE_SIZE_MAX + 1), 0);
	assert_unreadable("huge");
}

/* --- replacing -------------------------------------------------------------------------------- */

static void
a_file_is_replaced(void **state)
{
	struct stat before, after;

	write_file_text("a", "old");
	assert_int_equal(chmod("a", 0640), 0);
	assert_int_equal(stat("a", &before), 0);
	assert_int_equal(replace("a", "new"), 0);
	assert_text("a", "new");
	assert_int_equal(stat("a", &after), 0);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(after.st_uid, before.st_uid);
	assert_int_equal(after.st_gid, before.st_gid);
	assert_int_equal(entries(), 1);
}

static void
a_new_file_is_private(void **state)
{
	struct stat info;

	umask(0);
	assert_int_equal(replace("a", "new"), 0);
	assert_text("a", "new");
	assert_int_equal(stat("a", &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
}

static void
one_for_everybody_is_not(void **state)
{
	struct file file;
	struct stat info;

	umask(077);
	assert_int_equal(file_read(&file, "a"), 0);
	file.new_mode = 0644;
	assert_int_equal(file_replace(&file, "new"), 0);
	file_free(&file);
	assert_int_equal(stat("a", &info), 0);
	assert_int_equal(info.st_mode & 07777, 0644);
}

#define ACCESS "system.posix_acl_access"
#define FOR_NEW_FILES "system.posix_acl_default"
/* As the kernel has an access list (acl(5)), of a machine that begins with the low byte: the owner
 * rw, one other user r. */
static const char one_more_reader[] = "\x02\0\0\0"
				      "\x01\0\x06\0\xff\xff\xff\xff"
				      "\x02\0\x04\0\x34\x12\0\0"
				      "\x04\0\x04\0\xff\xff\xff\xff"
				      "\x10\0\x04\0\xff\xff\xff\xff"
				      "\x20\0\0\0\xff\xff\xff\xff";
#define LIST_SIZE (sizeof(one_more_reader) - 1)

static void
an_access_list_stays(void **state)
{
	char list[256];

	write_file_text("a", "old");
	if (setxattr("a", ACCESS, one_more_reader, LIST_SIZE, 0) != 0 && errno == ENOTSUP)
		skip();
	assert_int_equal(replace("a", "new"), 0);
	assert_int_equal(getxattr("a", ACCESS, list, sizeof(list)), LIST_SIZE);
	assert_memory_equal(list, one_more_reader, LIST_SIZE);
	write_file_text("b", "old");
	assert_int_equal(setxattr(".", FOR_NEW_FILES, one_more_reader, LIST_SIZE, 0), 0);
	assert_int_equal(replace("b", "new"), 0);
	assert_int_equal(getxattr("b", ACCESS, list, sizeof(list)), -1);
	assert_int_equal(errno, ENODATA);
	assert_text("b", "new");
}

/* Also of a file that has come since one looked. */
static void
a_name_is_taken_once(void **state)
{
	struct stat info;

	write_file_text("a", "first");
	write_file_text("b", "second");
	assert_int_equal(file_take_name("a", "c"), 0);
	assert_int_equal(file_take_name("b", "c"), -1);
	assert_int_equal(errno, EEXIST);
	assert_text("c", "first");
	assert_int_equal(stat("c", &info), 0);
	assert_int_equal(info.st_nlink, 1);
	assert_int_equal(entries(), 2);
}

/* Those who keep their settings elsewhere find them there. */
static void
a_link_stays_a_link(void **state)
{
	char target[16] = "";

	assert_int_equal(mkdir("elsewhere", 0700), 0);
	write_file_text("elsewhere/a", "old");
	assert_int_equal(symlink("elsewhere/a", "link"), 0);
	assert_int_equal(replace("link", "new"), 0);
	assert_text("elsewhere/a", "new");
	assert_int_equal(readlink("link", target, sizeof(target) - 1), 11);
	assert_string_equal(target, "elsewhere/a");
	assert_int_equal(entries(), 2);
}

/* As a full disk. */
static void
a_write_that_fails_leaves_the_old_file(void **state)
{
	struct rlimit before, small;
	char *large = malloc(100001);
	int result;

	memset(large, 'x', 100000);
	large[100000] = '\0';
	write_file_text("a", "old");
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 5000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	result = replace("a", large);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(result, -1);
	assert_text("a", "old");
	assert_int_equal(entries(), 1);
	free(large);
}

static void
a_file_that_changed_meanwhile_stays(void **state)
{
	struct file file;

	write_file_text("a", "old");
	assert_int_equal(file_read(&file, "a"), 0);
	write_file_text("a", "another's");
	assert_int_equal(file_replace(&file, "new"), -1);
	assert_int_equal(file_remove(&file), -1);
	file_free(&file);
	assert_text("a", "another's");

	assert_int_equal(file_read(&file, "b"), 0);
	write_file_text("b", "another's");
	assert_int_equal(file_replace(&file, "new"), -1);
	file_free(&file);
	assert_text("b", "another's");
	assert_int_equal(entries(), 2);
}

static void
where_no_file_can_be_made_nothing_is(void **state)
{
	assert_int_equal(replace("none/a", "new"), -1);
	assert_int_equal(entries(), 0);
}

/* --- root in a folder of another user's ------------------------------------------------------- */

#define OTHER 65534

/* The folder "persons" with a file in it, both another user's. */
static void
make_persons(void)
{
	if (geteuid() != 0)
		skip();
	assert_int_equal(mkdir("persons", 0755), 0);
	write_file_text("persons/a", "old");
	if (chown("persons/a", OTHER, OTHER) != 0)
		skip();
	assert_int_equal(chown("persons", OTHER, OTHER), 0);
}

/* A link that this user has made. */
static void
link_of(uid_t user, const char *target, const char *path)
{
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(lchown(path, user, user), 0);
}

/* Root may write anywhere, but what it makes in a person's folder is out of the person's reach. */
static void
root_makes_nothing_there(void **state)
{
	make_persons();
	assert_int_equal(replace("persons/b", "new"), -1);
	assert_false(is_there("persons/b"));
	assert_int_equal(folders_make("persons/c/d", 0700), -1);
	assert_int_equal(folders_make("persons", 0700), -1);
	assert_false(is_there("persons/c"));
	/* nor below, where the person may exchange one for another */
	assert_int_equal(mkdir("persons/roots", 0755), 0);
	assert_int_equal(replace("persons/roots/b", "new"), -1);
	assert_int_equal(folders_make("persons/roots/c", 0700), -1);
	assert_false(is_there("persons/roots/b"));
	assert_false(is_there("persons/roots/c"));
}

static void
root_may_change_what_is_there(void **state)
{
	struct stat info;

	make_persons();
	assert_int_equal(replace("persons/a", "new"), 0);
	assert_text("persons/a", "new");
	assert_int_equal(stat("persons/a", &info), 0);
	assert_int_equal(info.st_uid, OTHER);
	assert_int_equal(info.st_gid, OTHER);
}

/* What goes with a file is found by its path, which may be another one by then. */
static void
root_removes_nothing_there(void **state)
{
	struct file file;

	make_persons();
	assert_int_equal(file_read(&file, "persons/a"), 0);
	assert_int_equal(file_remove(&file), -1);
	file_free(&file);
	assert_text("persons/a", "old");
}

/* A link to a file, and one to a folder on the way, also where another link leads to it. */
static void
root_follows_no_link_of_others(void **state)
{
	make_persons();
	assert_int_equal(mkdir("secret", 0700), 0);
	write_file_text("secret/a", "root's");
	link_of(OTHER, "../secret/a", "persons/to-file");
	link_of(OTHER, "../secret", "persons/to-folder");
	link_of(0, "persons/to-folder", "by-root");
	assert_unreadable("persons/to-file");
	assert_unreadable("persons/to-folder/a");
	assert_unreadable("by-root/a");
	assert_unreadable("persons/to-folder/none");
	assert_int_equal(folders_make("persons/to-folder/b", 0700), -1);
	assert_false(is_there("secret/b"));
	assert_text("secret/a", "root's");
}

static void
root_follows_its_own_links(void **state)
{
	char path[128];

	make_persons();
	snprintf(path, sizeof(path), "%s/persons/a", folder);
	link_of(0, path, "absolute");
	link_of(0, ".//persons/../persons/./a", "relative");
	assert_int_equal(replace("absolute", "new"), 0);
	assert_text("relative", "new");
	assert_text("persons/a", "new");
}

/* A second name of a file of root's (link(2)), or one that root has left there. */
static void
root_touches_no_file_of_others_there(void **state)
{
	make_persons();
	write_file_text("persons/b", "root's");
	assert_unreadable("persons/b");
	write_file_text("a", "another's");
	assert_int_equal(chown("a", OTHER, OTHER), 0);
	assert_unreadable("a");
}

static int
exchange(const char *one, const char *other)
{
	return renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE);
}

/* The person puts a link in the place of the folder, after it was looked at. */
static void
what_was_looked_at_is_what_is_changed(void **state)
{
	struct file file;

	make_persons();
	assert_int_equal(mkdir("persons/p", 0755), 0);
	assert_int_equal(rename("persons/a", "persons/p/a"), 0);
	assert_int_equal(chown("persons/p", OTHER, OTHER), 0);
	assert_int_equal(mkdir("secret", 0700), 0);
	write_file_text("secret/a", "root's");
	link_of(OTHER, "../secret", "persons/link");
	assert_int_equal(file_read(&file, "persons/p/a"), 0);
	assert_int_equal(exchange("persons/p", "persons/link"), 0);
	assert_int_equal(file_replace(&file, "new"), 0);
	file_free(&file);
	assert_text("secret/a", "root's");
	assert_text("persons/link/a", "new");
}

static void
links_in_a_circle_lead_nowhere(void **state)
{
	assert_int_equal(symlink("b", "a"), 0);
	assert_int_equal(symlink("a", "b"), 0);
	assert_unreadable("a");
	assert_unreadable("a/c");
}

/* --- folders ---------------------------------------------------------------------------------- */

static void
folders_are_made_and_removed(void **state)
{
	struct stat info;
	char path[128];

	snprintf(path, sizeof(path), "%s/a/b/c", folder);
	assert_int_equal(mkdir("a", 0755), 0);
	assert_int_equal(folders_make(path, 0700), 2);
	assert_int_equal(stat("a/b", &info), 0);
	assert_int_equal(info.st_mode & 07777, 0700);
	assert_int_equal(folders_make(path, 0700), 0);
	write_file_text("a/b/kept", "");
	folders_remove(path, 2);
	assert_false(is_there(path));
	assert_true(is_folder("a/b"));
	assert_int_equal(folders_make(path, 0700), 1);
	assert_int_equal(unlink("a/b/kept"), 0);
	folders_remove(path, 2);
	assert_false(is_there("a/b"));
	assert_true(is_folder("a"));
}

static void
folders_that_cannot_be_made_leave_none(void **state)
{
	char path[128], name[300];

	write_file_text("file", "");
	snprintf(path, sizeof(path), "%s/file/a", folder);
	assert_int_equal(folders_make(path, 0700), -1);
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	memcpy(name, "a/b/", 4);
	assert_int_equal(folders_make(name, 0700), -1);
	assert_int_equal(entries(), 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, drop_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_is_not_there_is_empty),
	    TEST(what_is_no_text_is_refused),
	    TEST(a_file_is_replaced),
	    TEST(a_new_file_is_private),
	    TEST(one_for_everybody_is_not),
	    TEST(an_access_list_stays),
	    TEST(a_name_is_taken_once),
	    TEST(a_link_stays_a_link),
	    TEST(a_write_that_fails_leaves_the_old_file),
	    TEST(a_file_that_changed_meanwhile_stays),
	    TEST(where_no_file_can_be_made_nothing_is),
	    TEST(root_makes_nothing_there),
	    TEST(root_may_change_what_is_there),
	    TEST(root_removes_nothing_there),
	    TEST(root_follows_no_link_of_others),
	    TEST(root_follows_its_own_links),
	    TEST(root_touches_no_file_of_others_there),
	    TEST(what_was_looked_at_is_what_is_changed),
	    TEST(links_in_a_circle_lead_nowhere),
	    TEST(folders_are_made_and_removed),
	    TEST(folders_that_cannot_be_made_leave_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
