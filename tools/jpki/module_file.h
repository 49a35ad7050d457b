/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of our modules. */
#ifndef JPKI_TOOL_MODULE_FILE_H
#define JPKI_TOOL_MODULE_FILE_H

/* The absolute path of a module in `folder` (NULL: in the build folder in which the program runs,
 * otherwise the installed one); the caller frees it. The file need not exist. */
char *module_path(const char *folder, const char *file);

/* 0 if the module can be loaded; -1 after telling what is wrong and what to do. */
int module_check(const char *path);

#endif
