/* SPDX-License-Identifier: BSD-2-Clause */
/* The folders of a person. */
#ifndef JPKI_TOOL_PLACE_H
#define JPKI_TOOL_PLACE_H

#include <stdbool.h>

/* Whether there is a home folder to work in: HOME is an absolute path of a folder and, if something
 * is to be written there, does not belong to somebody else than root while we are root; and we are
 * not root by sudo, which would work in root's. Else -1, and why was told. */
int place_check(bool writing);

/* Paths below the home folder, below $XDG_CONFIG_HOME or ~/.config, and below $XDG_DATA_HOME or
 * ~/.local/share; to be freed. Only after place_check() has given 0. */
char *place_home(const char *below);
char *place_config(const char *below);
char *place_data(const char *below);
/* Below $XDG_STATE_HOME or ~/.local/state. */
char *place_state(const char *below);

/* An absolute path for one that a person typed; to be freed. A relative one that leads nowhere
 * stays as it is. */
char *place_absolute(const char *typed);

#endif
