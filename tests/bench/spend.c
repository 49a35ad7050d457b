/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * spend FILE TIMES COMMAND [ARGUMENT]...
 *
 * Runs a command, so many times at once, and writes to FILE what that took, one line:
 *   WALL CPU MEMORY FAILED
 * nanoseconds from the first start to the last end, microseconds of the processor for all of them,
 * kilobytes of the largest, and how many ended with another status than 0. A program of its own,
 * since a child begins with the peak memory of the one that starts it: this one is small.
 */

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct spent {
	long long wall_ns, cpu_us;
	long memory_kb;
	int failed;
};

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(2);
}

static long long
now_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		die("clock_gettime");
	return (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}

static long long
micro(struct timeval time)
{
	return (long long)time.tv_sec * 1000000 + time.tv_usec;
}

static void
start(char **command)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid != 0)
		return;
	(void)execvp(command[0], command);
	perror(command[0]);
	_exit(127);
}

static void
add_one(struct spent *spent)
{
	struct rusage used;
	int status;

	if (wait4(-1, &status, 0, &used) < 0)
		die("wait4");
	spent->cpu_us += micro(used.ru_utime) + micro(used.ru_stime);
	if (used.ru_maxrss > spent->memory_kb)
		spent->memory_kb = used.ru_maxrss;
	if (status != 0)
		spent->failed++;
}

static void
write_down(const char *path, const struct spent *spent)
{
	FILE *file = fopen(path, "we");

	if (file == NULL ||
	    fprintf(file, "%lld %lld %ld %d\n", spent->wall_ns, spent->cpu_us, spent->memory_kb,
		spent->failed) < 0 ||
	    fclose(file) != 0)
		die(path);
}

int
main(int argc, char **argv)
{
	struct spent spent = {0};
	long times = argc > 3 ? strtol(argv[2], NULL, 10) : 0;
	long long begun;

	if (times <= 0) {
		fputs("usage: spend FILE TIMES COMMAND [ARGUMENT]...\n", stderr);
		return 2;
	}
	begun = now_ns();
	for (long i = 0; i < times; i++)
		start(argv + 3);
	for (long i = 0; i < times; i++)
		add_one(&spent);
	spent.wall_ns = now_ns() - begun;
	write_down(argv[1], &spent);
	return spent.failed == 0 ? 0 : 1;
}
