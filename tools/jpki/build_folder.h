/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds files that are not installed, if the program runs in its build folder. */
#ifndef JPKI_TOOL_BUILD_FOLDER_H
#define JPKI_TOOL_BUILD_FOLDER_H

/* The path of a folder below the build folder, such as "/src"; the caller frees it. NULL if the
 * program does not run in a build folder, or there is no such folder. */
char *build_folder(const char *below);

#endif
