/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of a module file of p11-kit: lines "key: value" (pkcs11.conf(5)). */
#ifndef JPKI_TOOL_P11KIT_TEXT_H
#define JPKI_TOOL_P11KIT_TEXT_H

#include <stddef.h>

/* The module's path in a text, *length bytes; 0 if the module is disabled. NULL if there is no
 * path. */
const char *p11kit_value(const char *text, size_t *length);

/* The module's path; a relative one becomes the path where p11-kit looks for it. The caller frees
 * it. NULL if there is none. */
char *p11kit_library(const char *text);

#endif
