/* SPDX-License-Identifier: BSD-2-Clause */
/* What jansson keeps of messages and answers may be about a person. */
#ifndef JPKI_PORTAL_JSON_MEMORY_H
#define JPKI_PORTAL_JSON_MEMORY_H

/* From now on, its memory is wiped before it is freed. To be called before anything is read. */
void json_memory_wipe(void);

#endif
