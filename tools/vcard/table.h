/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_TABLE_H
#define VCARD_TABLE_H

/*
 * Each row of a table holds a constant and its name, so that they cannot get out of step. A table
 * is a macro that applies its argument to each row, `ROW(CONSTANT, "name")`. Use one of the macros
 * below as the argument, or define one where rows have more columns.
 */

/* For an enum. */
#define TABLE_CONSTANT(constant, name) constant,
/* For an array of names that the constant is the index of. */
#define TABLE_NAME(constant, name) [constant] = (name),

#endif
