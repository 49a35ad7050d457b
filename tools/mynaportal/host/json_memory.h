/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages and answers in jansson's memory may contain personal data. */
#ifndef JPKI_PORTAL_JSON_MEMORY_H
#define JPKI_PORTAL_JSON_MEMORY_H

/* From now on jansson's memory is wiped before it is freed. Call it before anything is read. */
void json_memory_wipe(void);

#endif
