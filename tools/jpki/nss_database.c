/* SPDX-License-Identifier: BSD-2-Clause */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nss.h>
#include <pk11pub.h>

#include "file.h"
#include "nss_database.h"
#include "text.h"
#include "way.h"

static const char *const names[] = {"cert9.db", "key4.db"};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

/* The functions of NSS that are used. NSS is loaded, not linked, because most of jpki does not
 * need it, and programs that use such databases bring it. */
struct nss {
	__typeof__(&NSS_Initialize) initialize;
	__typeof__(&PK11_GetInternalKeySlot) key_slot;
	__typeof__(&PK11_InitPin) init_pin;
	__typeof__(&PK11_FreeSlot) free_slot;
	__typeof__(&NSS_Shutdown) shutdown;
};

/* The path of one of the files; the caller frees it. */
static char *
path_of(const char *folder, size_t i)
{
	return text_format("%s/%s", folder, names[i]);
}

bool
nss_database_exists(const char *folder)
{
	bool exists = false;

	for (size_t i = 0; i < NAME_COUNT; i++) {
		char *path = path_of(folder, i);

		exists |= is_there(path);
		text_free(&path);
	}
	return exists;
}

bool
nss_database_is_old(const char *folder)
{
	char *modules = text_format("%s/secmod.db", folder);
	bool old = is_there(modules) && !nss_database_exists(folder);

	text_free(&modules);
	return old;
}

/* A function's address has the size of other addresses (POSIX, dlsym). */
static bool
find_function(void *library, const char *name, void *function)
{
	void *address = dlsym(library, name);

	memcpy(function, &address, sizeof(address));
	return address != NULL;
}

static bool
load(struct nss *nss)
{
	void *library = dlopen("libnss3.so", RTLD_NOW | RTLD_LOCAL);

	return library != NULL && find_function(library, "NSS_Initialize", &nss->initialize) &&
	       find_function(library, "PK11_GetInternalKeySlot", &nss->key_slot) &&
	       find_function(library, "PK11_InitPin", &nss->init_pin) &&
	       find_function(library, "PK11_FreeSlot", &nss->free_slot) &&
	       find_function(library, "NSS_Shutdown", &nss->shutdown);
}

static bool
make(const struct nss *nss, const char *folder)
{
	char *database = text_format("sql:%s", folder);
	/* Without a list of modules, which is written afterwards. */
	bool made = nss->initialize(database, "", "", "secmod.db",
			NSS_INIT_NOMODDB | NSS_INIT_NOROOTINIT) == SECSuccess;
	PK11SlotInfo *slot = NULL;

	text_free(&database);
	if (!made)
		return false;
	slot = nss->key_slot();
	made = slot != NULL && nss->init_pin(slot, NULL, "") == SECSuccess;
	if (slot != NULL)
		nss->free_slot(slot);
	return nss->shutdown() == SECSuccess && made;
}

static void
unlink_all(const char *folder)
{
	for (size_t i = 0; i < NAME_COUNT; i++) {
		char *path = path_of(folder, i);

		(void)unlink(path);
		text_free(&path);
	}
}

/* Move both files into their folder, but never over those of a program that was faster. */
static bool
move_all(const char *from, const char *folder)
{
	bool moved = true;

	for (size_t i = 0; i < NAME_COUNT && moved; i++) {
		char *made = path_of(from, i), *path = path_of(folder, i);

		moved = file_take_name(made, path) == 0;
		text_free(&made);
		text_free(&path);
	}
	return moved;
}

bool
nss_database_make(const char *folder)
{
	char *aside = text_format("%s/.jpki-XXXXXX", folder);
	sigset_t before;
	struct nss nss = {0};
	bool made = false;

	if (load(&nss)) {
		signals_hold(&before);
		if (mkdtemp(aside) != NULL) {
			made = make(&nss, aside) && move_all(aside, folder);
			unlink_all(aside);
			(void)rmdir(aside);
		}
		signals_release(&before);
	}
	text_free(&aside);
	/* The library stays loaded, because NSPR, which NSS uses, cannot be unloaded. */
	return made;
}

char *
nss_database_state(const char *folder)
{
	char *state = text_copy("", 0);

	for (size_t i = 0; i < NAME_COUNT; i++) {
		char *path = path_of(folder, i), *before = state;
		struct stat info;

		if (stat(path, &info) == 0) {
			state = text_format("%s %s %lld %lld.%09ld", before, names[i],
			    (long long)info.st_size, (long long)info.st_mtim.tv_sec,
			    info.st_mtim.tv_nsec);
			text_free(&before);
		}
		text_free(&path);
	}
	return state;
}

/* Does another program have the file open? If so, we do not get a write lease (fcntl(2)). A
 * program that opens the file during the lease waits, and we get SIGIO, which would end this
 * program, even later if it were blocked now. So it is ignored; nothing else here uses it. */
static bool
is_open(const char *path)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct way way;
	int number = way_go(&way, path) == 0 ? way_open(&way) : -1;
	bool is;

	way_end(&way);
	if (number < 0)
		return false;
	sigaction(SIGIO, &ignore, NULL);
	is = fcntl(number, F_SETLEASE, F_WRLCK) != 0 && errno == EAGAIN;
	(void)close(number); /* this ends the lease */
	return is;
}

bool
nss_database_is_open(const char *folder)
{
	bool is = false;

	for (size_t i = 0; i < NAME_COUNT; i++) {
		char *path = path_of(folder, i);

		is |= is_open(path);
		text_free(&path);
	}
	return is;
}

void
nss_database_remove(const char *folder, const char *state)
{
	char *now = nss_database_state(folder);

	if (strcmp(now, state) == 0 && !nss_database_is_open(folder))
		unlink_all(folder);
	text_free(&now);
}
