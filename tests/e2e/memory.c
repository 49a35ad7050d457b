/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A program whose memory is searched for PINs while it lives; tests/e2e/test_memory.py tells it
 * what to do, a line a command, and each is answered by a line. It takes care to keep no PIN
 * itself: the bytes of one come from standard input right into pages of their own, which are
 * wiped as soon as the module has had them, and which neither a core dump nor a child gets.
 *
 *   load, unload, initialize, finalize, open, close, logout ROLE, sign-init, sign, quit
 *   HOW login ROLE LENGTH, HOW login-user ROLE LENGTH, HOW context ROLE LENGTH,
 *   HOW set-pin ROLE OLD-LENGTH NEW-LENGTH
 *                 followed by the bytes of the PINs. HOW is "here", in "thread" that ends, or
 *                 "begin", in one that "end" waits for and whose result it tells
 *   certificate ROLE
 *                 have the module read it: only its length is asked, so that no copy is ours
 *   fork, reap    a child, which only waits; its process id. Until reap.
 *   worker, leave a child that goes on in place of this one, until it leaves
 *   module N      go on with another one of the modules that were named
 *   leak WHERE LENGTH
 *                 followed by bytes: what a careless module would do with them
 */

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load.h"

#define ROOM 4096
#define LINE 128
#define SIGNATURE 1
#define ROLES 2
#define MODULES 3

struct job {
	char verb[16];
	int role;
	CK_ULONG first, second; /* lengths of the PINs */
	CK_RV rv;
};

/* What there is once a module. */
static struct module {
	const char *path;
	void *library;
	CK_FUNCTION_LIST *p11;
	CK_FUNCTION_LIST_3_0 *p11_3;
	CK_SESSION_HANDLE sessions[ROLES];
} modules[MODULES], *module = modules;
static CK_UTF8CHAR *pins;
static struct job job;
static pthread_t thread;
static pid_t child;

static void
die(const char *what)
{
	perror(what);
	_exit(1);
}

/* Without stdio and with little of the stack: what is left there is to be found. */
static void
answer(unsigned long number, int base)
{
	static const char digits[] = "0123456789abcdef";
	static char text[24];
	char *at = text + sizeof(text);

	*--at = '\n';
	do
		*--at = digits[number % (unsigned)base];
	while ((number /= (unsigned)base) > 0);
	if (write(1, at, (size_t)(text + sizeof(text) - at)) < 0)
		die("write");
	explicit_bzero(text, sizeof(text)); /* a number may look like a PIN */
}

static void
read_all(void *bytes, size_t length)
{
	for (size_t have = 0; have < length;) {
		ssize_t n = read(0, (char *)bytes + have, length - have);

		if (n <= 0)
			_exit(0); /* nobody is interested any more */
		have += (size_t)n;
	}
}

static void
read_line(char *line)
{
	size_t length = 0;

	do
		read_all(line + length, 1);
	while (line[length++] != '\n' && length < LINE - 1);
	line[length - 1] = '\0';
}

static CK_RV
load_module(void)
{
	CK_RV (*get_interface)(CK_UTF8CHAR *, CK_VERSION *, CK_INTERFACE **, CK_FLAGS);
	CK_VERSION version = {3, 0};
	CK_INTERFACE *interface;
	void *symbol;
	CK_RV rv;

	module->library = load(module->path);
	module->p11 = p11;
	symbol = dlsym(module->library, "C_GetInterface");
	if (symbol == NULL)
		die("C_GetInterface");
	memcpy(&get_interface, &symbol, sizeof(get_interface));
	rv = get_interface(NULL, &version, &interface, 0);
	if (rv == CKR_OK)
		module->p11_3 = interface->pFunctionList;
	return rv;
}

static CK_RV
open_sessions(void)
{
	CK_RV rv = CKR_OK;

	for (CK_SLOT_ID slot = 0; slot < ROLES && rv == CKR_OK; slot++)
		rv = pkcs11_open_session(p11, slot, CKF_RW_SESSION, &module->sessions[slot]);
	return rv;
}

static CK_RV
read_certificate(int role)
{
	CK_SESSION_HANDLE session = module->sessions[role];
	CK_OBJECT_HANDLE found;
	CK_ULONG length = 0;
	CK_RV rv = pkcs11_find_class(p11, session, CKO_CERTIFICATE, &found);

	return rv == CKR_OK ? pkcs11_get_attribute(p11, session, found, CKA_VALUE, NULL, &length)
			    : rv;
}

static CK_RV
close_sessions(void)
{
	CK_RV rv = p11->C_CloseAllSessions(0);

	return rv == CKR_OK ? p11->C_CloseAllSessions(1) : rv;
}

static CK_RV
begin(void)
{
	CK_OBJECT_HANDLE key;
	CK_SESSION_HANDLE session = module->sessions[SIGNATURE];
	CK_RV rv = pkcs11_find_class(p11, session, CKO_PRIVATE_KEY, &key);

	return rv == CKR_OK ? pkcs11_sign_init(p11, session, CKM_SHA256_RSA_PKCS, key) : rv;
}

static CK_RV
end_signature(void)
{
	CK_BYTE data[] = SIGNED_TEXT, signature[SIGNATURE_SIZE];
	CK_ULONG length = sizeof(signature);

	return p11->C_Sign(module->sessions[SIGNATURE], data, sizeof(data), signature, &length);
}

static CK_RV
give_pins(const struct job *j)
{
	CK_SESSION_HANDLE session = module->sessions[j->role];

	if (strcmp(j->verb, "login") == 0)
		return p11->C_Login(session, CKU_USER, pins, j->first);
	if (strcmp(j->verb, "login-user") == 0)
		return module->p11_3->C_LoginUser(session, CKU_USER, pins, j->first, NULL, 0);
	if (strcmp(j->verb, "context") == 0)
		return p11->C_Login(session, CKU_CONTEXT_SPECIFIC, pins, j->first);
	if (strcmp(j->verb, "set-pin") == 0)
		return p11->C_SetPIN(session, pins, j->first, pins + j->first, j->second);
	return CKR_FUNCTION_NOT_SUPPORTED;
}

static void *
run(void *unused)
{
	job.rv = give_pins(&job);
	explicit_bzero(pins, ROOM);
	return unused;
}

static CK_RV
end_thread(void)
{
	if (pthread_join(thread, NULL) != 0)
		die("pthread_join");
	return job.rv;
}

static CK_RV
start_job(const char *how)
{
	if (job.role < 0 || job.role >= ROLES || job.first > ROOM || job.second > ROOM - job.first)
		die("arguments");
	read_all(pins, job.first + job.second);
	if (strcmp(how, "here") == 0)
		(void)run(NULL);
	else if (pthread_create(&thread, NULL, run, NULL) != 0)
		die("pthread_create");
	if (strcmp(how, "begin") == 0)
		return CKR_OK;
	return strcmp(how, "thread") == 0 ? end_thread() : job.rv;
}

static void __attribute__((noinline)) leave_on_stack(size_t length)
{
	char here[1024];

	memcpy(here, pins, length < sizeof(here) ? length : sizeof(here));
	__asm__ volatile("" : : "r"(here) : "memory"); /* or the compiler leaves it out */
}

static void
leave_in(char *kept, const char *form, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (strcmp(form, "static") == 0)
			kept[i] = (char)pins[i];
		else if (strcmp(form, "utf16") == 0)
			kept[2 * i] = (char)pins[i];
		else if (strcmp(form, "utf32") == 0)
			kept[4 * i] = (char)pins[i];
		else if (strcmp(form, "reversed") == 0)
			kept[i] = (char)pins[length - 1 - i];
		else if (strcmp(form, "piece") == 0 && i >= 5 && i < 11)
			kept[i] = (char)pins[i];
	}
}

/* To be found. */
static void
leak(const char *where, size_t length)
{
	static char kept[4 * ROOM];
	char *copy = malloc(4 * ROOM);

	if (copy == NULL)
		die("malloc");
	leave_in(kept, where, length);
	if (strcmp(where, "stack") == 0)
		leave_on_stack(length);
	if (strcmp(where, "heap") == 0 || strcmp(where, "freed") == 0)
		memcpy(copy + ROOM, pins, length); /* where free() writes nothing */
	__asm__ volatile("" : : "r"(copy), "r"(kept) : "memory");
	if (strcmp(where, "heap") != 0)
		free(copy);
	explicit_bzero(pins, ROOM);
}

static pid_t
start_child(void)
{
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return child;
}

static CK_RV
reap_child(void)
{
	if (kill(child, SIGKILL) != 0 || waitpid(child, NULL, 0) != child)
		die("the child");
	return CKR_OK;
}

/* The child answers; this one does again when that has left. */
static CK_RV
start_worker(void)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (pid == 0)
		return CKR_OK;
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	return (CK_RV)status;
}

static CK_RV
choose_module(int number)
{
	if (number < 0 || number >= MODULES || modules[number].path == NULL)
		return CKR_ARGUMENTS_BAD;
	module = &modules[number];
	p11 = module->p11;
	return CKR_OK;
}

static const struct {
	const char *word;
	CK_RV (*function)(void);
} verbs[] = {
    {"load", load_module},
    {"open", open_sessions},
    {"close", close_sessions},
    {"sign-init", begin},
    {"sign", end_signature},
    {"end", end_thread},
    {"reap", reap_child},
    {"worker", start_worker},
};

static CK_RV
obey(const char *line)
{
	size_t length;
	char how[16];
	int role;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(line, verbs[i].word) == 0)
			return verbs[i].function();
	if (strcmp(line, "initialize") == 0)
		return p11->C_Initialize(NULL);
	if (strcmp(line, "finalize") == 0)
		return p11->C_Finalize(NULL);
	if (strcmp(line, "unload") == 0)
		return dlclose(module->library) == 0 ? CKR_OK : CKR_GENERAL_ERROR;
	if (sscanf(line, "logout %d", &role) == 1 && role >= 0 && role < ROLES)
		return p11->C_Logout(module->sessions[role]);
	if (sscanf(line, "certificate %d", &role) == 1 && role >= 0 && role < ROLES)
		return read_certificate(role);
	if (sscanf(line, "module %d", &role) == 1)
		return choose_module(role);
	if (sscanf(line, "leak %15s %zu", how, &length) == 2 && length <= ROOM) {
		read_all(pins, length);
		leak(how, length);
		return CKR_OK;
	}
	job = (struct job){.first = 0};
	if (sscanf(line, "%15s %15s %d %lu %lu", how, job.verb, &job.role, &job.first,
		&job.second) >= 4)
		return start_job(how);
	return CKR_FUNCTION_NOT_SUPPORTED;
}

int
main(int argc, char **argv)
{
	static char line[LINE];

	if (argc < 2 || argc > MODULES + 1) {
		fprintf(stderr, "usage: memory MODULE...\n");
		return 2;
	}
	for (int i = 1; i < argc; i++)
		modules[i - 1].path = argv[i];
	pins = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pins == MAP_FAILED || madvise(pins, ROOM, MADV_DONTDUMP) != 0 ||
	    madvise(pins, ROOM, MADV_WIPEONFORK) != 0)
		die("mmap");
	answer((unsigned long)getpid(), 10);
	answer((unsigned long)pins, 16);
	for (;;) {
		read_line(line);
		if (strcmp(line, "fork") == 0)
			answer((unsigned long)start_child(), 10);
		else if (strcmp(line, "leave") == 0)
			_exit(0);
		else
			answer(obey(line), 16);
	}
}
