/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of a module's file of p11-kit: lines "key: value" (pkcs11.conf(5)). */
#ifndef JPKI_TOOL_P11KIT_TEXT_H
#define JPKI_TOOL_P11KIT_TEXT_H

#include <stddef.h>

/* Where the module's path is in a text; its length is *length, 0 where the module is switched off.
 * NULL if there is none. */
const char *p11kit_value(const char *text, size_t *length);

/* The module's path, where a relative one is found by p11-kit; to be freed. NULL if there is none.
 */
char *p11kit_library(const char *text);

#endif
