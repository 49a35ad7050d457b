/* SPDX-License-Identifier: BSD-2-Clause */
/* Profiles are called after people: what a report has instead of their folders. */
#ifndef JPKI_TOOL_REPORT_PROFILES_H
#define JPKI_TOOL_REPORT_PROFILES_H

/* The text with each folder of a profile of Mozilla's programs as PROFILE, or PROFILE1, PROFILE2,
 * where there are several; to be freed. */
char *report_without_profiles(const char *text);

/* The text with each occurrence of a word replaced, if there is a word; to be freed. */
char *report_without(const char *text, const char *word, const char *with);

#endif
