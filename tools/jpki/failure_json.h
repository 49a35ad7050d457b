/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_FAILURE_JSON_H
#define JPKI_TOOL_FAILURE_JSON_H

/* Print, on a line of JSON, what has gone wrong last (failure.h), with the exit status. */
void failure_json_print(int status);

#endif
