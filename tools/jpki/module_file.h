/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of the modules. */
#ifndef JPKI_TOOL_MODULE_FILE_H
#define JPKI_TOOL_MODULE_FILE_H

/* The absolute path of a module, to be freed: in the folder given (NULL: that of the build folder
 * the program runs in, or else the installed one). There need not be such a file. */
char *module_path(const char *folder, const char *file);

/* 0 if there is a module that can be loaded; else -1, and what is wrong and what to do was told. */
int module_check(const char *path);

#endif
