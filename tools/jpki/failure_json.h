/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_FAILURE_JSON_H
#define JPKI_TOOL_FAILURE_JSON_H

/* Print the last error (failure.h) and the exit status as a line of JSON. */
void failure_json_print(int status);

#endif
