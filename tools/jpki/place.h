/* SPDX-License-Identifier: BSD-2-Clause */
/* The person's folders. */
#ifndef JPKI_TOOL_PLACE_H
#define JPKI_TOOL_PLACE_H

#include <stdbool.h>

/* Check that there is a home folder to work in: HOME is the absolute path of a folder; if we are
 * root and `writing`, it belongs to root; and we are not root by sudo, which would use root's home
 * folder. 0, or -1 after telling why. */
int place_check(bool writing);

/* Paths below the home folder; below $XDG_CONFIG_HOME or ~/.config; and below $XDG_DATA_HOME or
 * ~/.local/share. The caller frees them. Call place_check() first. */
char *place_home(const char *below);
char *place_config(const char *below);
char *place_data(const char *below);
/* A path below $XDG_STATE_HOME or ~/.local/state; the caller frees it. */
char *place_state(const char *below);

/* The absolute path for one that a person typed; the caller frees it. A relative path that leads
 * nowhere stays as it is. */
char *place_absolute(const char *typed);

#endif
