/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates and lists of revoked ones in files, PEM or DER. */
#ifndef JPKI_TOOL_CERTIFICATE_FILE_H
#define JPKI_TOOL_CERTIFICATE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/x509.h>

/* All certificates of a file, in its order; in `certificates`, which the caller owns. STATUS_DONE,
 * or it was told: it cannot be read, or there is none in it. */
int certificate_file_read(const char *path, struct stack_st_X509 **certificates);

/* The same of all files of a folder, but those that hold none are passed over. */
int certificate_folder_read(const char *path, struct stack_st_X509 **certificates);

/* The list of revoked certificates in a file, which holds no other. The caller owns it.
 * STATUS_DONE, or it was told. */
int crl_file_read(const char *path, X509_CRL **crl);

#endif
