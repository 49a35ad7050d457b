/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one table of verbs, in the order of the help: VERB(name) is verb_name, in name.c.
 *
 * A file that includes this defines VERB before, and undefines it after.
 */
VERB(status)
VERB(cert)
VERB(check)
VERB(pin)
VERB(sign)
VERB(verify)
VERB(pdf)
VERB(watch)
VERB(doctor)
VERB(setup)
VERB(cache)
VERB(card)
