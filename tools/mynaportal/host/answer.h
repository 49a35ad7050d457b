/* SPDX-License-Identifier: BSD-2-Clause */
/* What is answered: JSON as the pages know it. */
#ifndef JPKI_PORTAL_ANSWER_H
#define JPKI_PORTAL_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "request.h"

/* That it was not done, and why. */
json_t *answer_refused(const char *mode, enum word word);

/* That it was done; the rest is added by whoever has it. */
json_t *answer_done(const char *mode);

/* A text as JSON. */
char *answer_text(json_t *answer, size_t *length);

/* Bytes, as base64 with or without its padding, and as hexadecimal digits. */
json_t *answer_base64(const uint8_t *bytes, size_t size);
json_t *answer_base64_unpadded(const uint8_t *bytes, size_t size);
json_t *answer_hex(const void *bytes, size_t size);

#endif
