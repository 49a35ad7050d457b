/* SPDX-License-Identifier: BSD-2-Clause */
/* Replaces the folders of profiles in a report, because profiles may be named after people. */
#ifndef JPKI_TOOL_REPORT_PROFILES_H
#define JPKI_TOOL_REPORT_PROFILES_H

/* The text with the folder of each Mozilla profile replaced by PROFILE, or PROFILE1, PROFILE2 if
 * there are several; the caller frees it. */
char *report_without_profiles(const char *text);

/* The text with each occurrence of `word` replaced, unless `word` is empty; the caller frees it. */
char *report_without(const char *text, const char *word, const char *with);

#endif
