/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BASE_HOME_H
#define TESTS_BASE_HOME_H

#include "../common/unit.h"

#include <sys/stat.h>
#include <time.h>

/* What store_write gets. */
#define AGE 86400
#define MOST 4

/* A home of each test's own. Set-up and tear-down; that removes all that is in it. */
int make_home(void **state);
int drop_home(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_home, drop_home)
extern char home[32];

/* The path of what is there, and of what is in the folder jpki in its .cache. */
const char *below(const char *path);
const char *in_folder(const char *name);
bool is_there(const char *path);
mode_t mode_of(const char *path);

/* store_open, which must succeed; the caller closes it. */
int opened(void);
bool put(int folder, const char *name, const char *text);
/* "" is for a file that is not there, or is not taken. */
void assert_holds(int folder, const char *name, const char *text);
/* How many files store_each tells. */
unsigned count(int folder);

/* Make a file in the folder as an editor or somebody else would. */
void place(const char *name, const char *text, mode_t mode);

/* In a process of its own: 0 if that holds. */
int in_child(bool (*holds)(void));
/* Skip the test if a stranger has started it. */
void needs_root(void);
/* Let it be a stranger's, who is nobody. */
#define STRANGER 65534
void give_away(const char *path);

#endif
