/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A driver for the PC/SC service (PCSC/ifdhandler.h) of readers and cards as nobody wishes to have
 * them. The DEVICENAME of a reader is a file whose words tell how it is; it is read at each call,
 * so that a reader may change while programs look at it:
 *
 *   present  there is a card; it answers each command by 6A82, "file not found"
 *   mute     the card does not answer to power
 *   broken   the reader fails at each command
 *   flaky    the reader fails when it is asked whether there is a card
 *
 * What the service does to the card is noted in a file beside it (NAME.log), a line each: the time
 * in milliseconds, and "power-up", "power-down", "reset" or "command" and the command. So is
 * "looked", once, when the service has asked whether there is a card.
 */

#include <PCSC/ifdhandler.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define READERS_MAX 16
#define PATH_SIZE 512
/* How long a reader tries to wake a card. */
#define MUTE_NS 400000000

static const UCHAR atr[] = {0x3B, 0x80, 0x80, 0x01, 0x01};

static struct reader {
	char path[PATH_SIZE]; /* empty: there is none */
	bool powered, looked;
} readers[READERS_MAX];

static struct reader *
find(DWORD lun)
{
	DWORD number = lun >> 16;

	return number < READERS_MAX && readers[number].path[0] != '\0' ? &readers[number] : NULL;
}

static bool
is(const struct reader *reader, const char *word)
{
	FILE *file = fopen(reader->path, "re");
	bool found = false;
	char next[32];

	if (file == NULL)
		return false;
	while (!found && fscanf(file, "%31s", next) == 1)
		found = strcmp(next, word) == 0;
	(void)fclose(file);
	return found;
}

static void __attribute__((format(printf, 2, 3)))
note(const struct reader *reader, const char *format, ...)
{
	char path[PATH_SIZE + 8];
	struct timespec now;
	va_list arguments;
	FILE *file;

	snprintf(path, sizeof(path), "%s.log", reader->path);
	file = fopen(path, "ae");
	if (file == NULL)
		return;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	fprintf(file, "%lld ", (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000);
	va_start(arguments, format);
	vfprintf(file, format, arguments);
	va_end(arguments);
	fputc('\n', file);
	(void)fclose(file);
}

RESPONSECODE
IFDHCreateChannelByName(DWORD lun, LPSTR name)
{
	DWORD number = lun >> 16;

	if (number >= READERS_MAX || strlen(name) >= PATH_SIZE)
		return IFD_NO_SUCH_DEVICE;
	memset(&readers[number], 0, sizeof(readers[number]));
	strcpy(readers[number].path, name);
	return IFD_SUCCESS;
}

RESPONSECODE
IFDHCreateChannel(DWORD lun, DWORD channel)
{
	(void)lun;
	(void)channel;
	return IFD_NO_SUCH_DEVICE;
}

RESPONSECODE
IFDHCloseChannel(DWORD lun)
{
	struct reader *reader = find(lun);

	if (reader != NULL)
		memset(reader, 0, sizeof(*reader));
	return IFD_SUCCESS;
}

static RESPONSECODE
give(const UCHAR *from, DWORD size, PDWORD length, PUCHAR value)
{
	if (*length < size)
		return IFD_ERROR_INSUFFICIENT_BUFFER;
	memcpy(value, from, size);
	*length = size;
	return IFD_SUCCESS;
}

RESPONSECODE
IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value)
{
	static const UCHAR one = 1, many = READERS_MAX;
	const struct reader *reader = find(lun);

	switch (tag) {
	case TAG_IFD_ATR:
		return reader != NULL && reader->powered ? give(atr, sizeof(atr), length, value)
							 : IFD_COMMUNICATION_ERROR;
	case TAG_IFD_SIMULTANEOUS_ACCESS:
		return give(&many, 1, length, value);
	case TAG_IFD_SLOTS_NUMBER:
	case TAG_IFD_THREAD_SAFE: /* so that one does not wait for another */
		return give(&one, 1, length, value);
	default:
		return IFD_ERROR_TAG;
	}
}

RESPONSECODE
IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, PUCHAR value)
{
	(void)lun;
	(void)tag;
	(void)length;
	(void)value;
	return IFD_ERROR_TAG;
}

RESPONSECODE
IFDHSetProtocolParameters(
    DWORD lun, DWORD protocol, UCHAR flags, UCHAR pts1, UCHAR pts2, UCHAR pts3)
{
	(void)lun;
	(void)protocol;
	(void)flags;
	(void)pts1;
	(void)pts2;
	(void)pts3;
	return IFD_SUCCESS;
}

static RESPONSECODE
power_up(struct reader *reader, PUCHAR answer, PDWORD length)
{
	const struct timespec long_time = {.tv_nsec = MUTE_NS};

	reader->powered = is(reader, "present") && !is(reader, "mute");
	if (reader->powered)
		return give(atr, sizeof(atr), length, answer);
	(void)nanosleep(&long_time, NULL);
	*length = 0;
	return IFD_ERROR_POWER_ACTION;
}

RESPONSECODE
IFDHPowerICC(DWORD lun, DWORD action, PUCHAR answer, PDWORD length)
{
	struct reader *reader = find(lun);

	if (reader == NULL)
		return IFD_NO_SUCH_DEVICE;
	note(reader, "%s",
	    action == IFD_POWER_UP     ? "power-up"
	    : action == IFD_POWER_DOWN ? "power-down"
				       : "reset");
	if (action != IFD_POWER_DOWN)
		return power_up(reader, answer, length);
	reader->powered = false;
	*length = 0;
	return IFD_SUCCESS;
}

static void
note_command(const struct reader *reader, const UCHAR *command, DWORD length)
{
	char hex[2 * 16 + 1] = "";

	for (DWORD i = 0; i < length && i < 16; i++)
		snprintf(hex + 2 * i, 3, "%02X", command[i]);
	note(reader, "command %s", hex);
}

RESPONSECODE
IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER send, PUCHAR command, DWORD length, PUCHAR answer,
    PDWORD answer_length, PSCARD_IO_HEADER received)
{
	static const UCHAR not_found[] = {0x6A, 0x82};
	const struct reader *reader = find(lun);

	if (received != NULL)
		received->Protocol = send.Protocol;
	if (reader == NULL)
		return IFD_NO_SUCH_DEVICE;
	note_command(reader, command, length);
	if (reader->powered && !is(reader, "broken"))
		return give(not_found, sizeof(not_found), answer_length, answer);
	*answer_length = 0;
	return IFD_COMMUNICATION_ERROR;
}

RESPONSECODE
IFDHControl(DWORD lun, DWORD code, PUCHAR sent, DWORD sent_length, PUCHAR answer, DWORD answer_size,
    LPDWORD answer_length)
{
	(void)lun;
	(void)code;
	(void)sent;
	(void)sent_length;
	(void)answer;
	(void)answer_size;
	*answer_length = 0;
	return IFD_ERROR_NOT_SUPPORTED;
}

RESPONSECODE
IFDHICCPresence(DWORD lun)
{
	struct reader *reader = find(lun);

	if (reader == NULL)
		return IFD_NO_SUCH_DEVICE;
	if (!reader->looked)
		note(reader, "looked");
	reader->looked = true;
	if (is(reader, "flaky"))
		return IFD_COMMUNICATION_ERROR;
	return is(reader, "present") ? IFD_ICC_PRESENT : IFD_ICC_NOT_PRESENT;
}
