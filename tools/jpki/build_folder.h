/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the program runs where it was built, and finds there what is not installed yet. */
#ifndef JPKI_TOOL_BUILD_FOLDER_H
#define JPKI_TOOL_BUILD_FOLDER_H

/* The path of a folder of the build, as "/src", to be freed. NULL if the program does not run in
 * a build folder, or there is no such folder. */
char *build_folder(const char *below);

#endif
