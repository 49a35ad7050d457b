/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

#include "build_folder.h"
#include "exit_status.h"
#include "message.h"
#include "startup.h"
#include "text.h"

void
startup_language(void)
{
	char *folder = build_folder("/tools/jpki/po");

	setlocale(LC_ALL, "");
	bindtextdomain("jpki", folder != NULL ? folder : JPKI_LOCALEDIR);
	textdomain("jpki");
	text_free(&folder);
}

void
startup_streams(void)
{
	static const int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY};

	for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
		if (fcntl(stream, F_GETFD) == -1 && open("/dev/null", modes[stream]) != stream)
			_exit(STATUS_FAILED);
}
