/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads certificates and lists of revoked ones (CRLs) from files, PEM or DER. */
#ifndef JPKI_TOOL_CERTIFICATE_FILE_H
#define JPKI_TOOL_CERTIFICATE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/x509.h>

/* Read all certificates of a file, in their order; the caller owns *certificates. STATUS_DONE;
 * otherwise it was told: the file cannot be read, or contains none. */
int certificate_file_read(const char *path, struct stack_st_X509 **certificates);

/* Read the certificates of all files in a folder; files without any are skipped. The caller owns
 * *certificates. STATUS_DONE; otherwise it was told: the folder cannot be read, or no file
 * contains any. */
int certificate_folder_read(const char *path, struct stack_st_X509 **certificates);

/* Read a list of revoked certificates from a file that contains nothing else. The caller owns
 * *crl. STATUS_DONE; otherwise it was told. */
int crl_file_read(const char *path, X509_CRL **crl);

#endif
