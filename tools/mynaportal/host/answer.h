/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers, in the JSON that the pages expect. Without memory these functions end the process. */
#ifndef JPKI_PORTAL_ANSWER_H
#define JPKI_PORTAL_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "request.h"

/* The answer to a request that was not done, with the reason. The caller owns it. */
json_t *answer_refused(const char *mode, enum word word);

/* The answer to a request that was done; the caller, who owns it, adds the results. */
json_t *answer_done(const char *mode);

/* The answer as text, *length bytes. The caller wipes and frees it. */
char *answer_text(json_t *answer, size_t *length);

/* Bytes as base64, with or without padding, and as hexadecimal digits. */
json_t *answer_base64(const uint8_t *bytes, size_t size);
json_t *answer_base64_unpadded(const uint8_t *bytes, size_t size);
json_t *answer_hex(const void *bytes, size_t size);

#endif
