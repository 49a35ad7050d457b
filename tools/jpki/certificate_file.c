/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "certificate_file.h"
#include "exit_status.h"
#include "failure.h"
#include "message.h"
#include "pem.h"
#include "text.h"

/* Largest files, in bytes: of certificates, and of a list of revoked ones, which has megabytes for
 * a large CA. */
#define CERTIFICATES_SIZE_MAX (4L << 20)
#define CRL_SIZE_MAX (256L << 20)

/* The bytes of a regular file; reading a pipe could block. NULL with errno. */
static BIO *
read_open(int file, long most)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char bytes[16384];
	ssize_t length;

	if (memory == NULL)
		out_of_memory();
	while ((length = read(file, bytes, sizeof(bytes))) > 0) {
		if (BIO_write(memory, bytes, (int)length) != (int)length)
			out_of_memory();
		if ((long)BIO_ctrl_pending(memory) > most) {
			errno = EFBIG;
			length = -1;
			break;
		}
	}
	if (length == 0)
		return memory;
	BIO_free(memory);
	return NULL;
}

static BIO *
read_whole(const char *path, long most)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat info;
	BIO *memory = NULL;
	int why;

	if (file < 0)
		return NULL;
	if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode))
		errno = EINVAL;
	else
		memory = read_open(file, most);
	why = errno;
	close(file);
	errno = why;
	return memory;
}

static void
add(struct stack_st_X509 *certificates, X509 *certificate)
{
	if (sk_X509_push(certificates, certificate) <= 0)
		out_of_memory();
}

static struct stack_st_X509 *
parse(BIO *memory)
{
	struct stack_st_X509 *certificates = sk_X509_new_null();
	char *bytes;
	long length = BIO_get_mem_data(memory, &bytes);
	const unsigned char *at = (const unsigned char *)bytes;
	X509 *one;

	if (certificates == NULL)
		out_of_memory();
	one = length > 0 ? d2i_X509(NULL, &at, length) : NULL;
	if (one != NULL)
		add(certificates, one);
	else
		while ((one = PEM_read_bio_X509(memory, NULL, pem_no_passphrase, NULL)) != NULL)
			add(certificates, one);
	ERR_clear_error(); /* the last error means that there are no more */
	return certificates;
}

/* The certificates of a file, as far as they can be read. NULL with errno. */
static struct stack_st_X509 *
certificates_of(const char *path)
{
	BIO *memory = read_whole(path, CERTIFICATES_SIZE_MAX);
	struct stack_st_X509 *certificates;

	if (memory == NULL)
		return NULL;
	certificates = parse(memory);
	BIO_free(memory);
	return certificates;
}

static int
tell_unreadable(const char *path, int why)
{
	if (why == EINVAL)
		complain(_("%s is not a file."), path);
	else
		complain(_("%s cannot be read: %s"), path, strerror(why));
	failure_code("file");
	return STATUS_FAILED;
}

static int
tell_empty(const char *path)
{
	complain(_("There is no certificate in %s."), path);
	failure_code("file");
	advise("%s", _("A certificate in the form PEM or DER is wanted."));
	return STATUS_FAILED;
}

int
certificate_file_read(const char *path, struct stack_st_X509 **certificates)
{
	struct stack_st_X509 *found = certificates_of(path);

	if (found == NULL)
		return tell_unreadable(path, errno);
	if (sk_X509_num(found) == 0) {
		sk_X509_free(found);
		return tell_empty(path);
	}
	*certificates = found;
	return STATUS_DONE;
}

static void
add_file(struct stack_st_X509 *certificates, const char *folder, const char *name)
{
	char *path = text_format("%s/%s", folder, name);
	struct stack_st_X509 *found = certificates_of(path);
	X509 *one;

	while ((one = sk_X509_shift(found)) != NULL)
		add(certificates, one);
	sk_X509_free(found);
	text_free(&path);
}

int
certificate_folder_read(const char *path, struct stack_st_X509 **certificates)
{
	DIR *folder = opendir(path);
	struct stack_st_X509 *found = sk_X509_new_null();
	const struct dirent *entry;

	if (found == NULL)
		out_of_memory();
	if (folder == NULL) {
		sk_X509_free(found);
		return tell_unreadable(path, errno);
	}
	while ((entry = readdir(folder)) != NULL)
		add_file(found, path, entry->d_name);
	closedir(folder);
	if (sk_X509_num(found) == 0) {
		sk_X509_free(found);
		return tell_empty(path);
	}
	*certificates = found;
	return STATUS_DONE;
}

/* The first list in the file, and whether anything follows it. NULL if there is none. */
static X509_CRL *
parse_crl(BIO *memory, bool *more)
{
	char *bytes;
	long length = BIO_get_mem_data(memory, &bytes);
	const unsigned char *at = (const unsigned char *)bytes;
	X509_CRL *crl = length > 0 ? d2i_X509_CRL(NULL, &at, length) : NULL;

	if (crl == NULL) {
		crl = PEM_read_bio_X509_CRL(memory, NULL, pem_no_passphrase, NULL);
		length = BIO_get_mem_data(memory, &bytes);
		at = (const unsigned char *)bytes;
	}
	length -= (const char *)at - bytes;
	*more = !pem_is_blank((const char *)at, (size_t)length);
	ERR_clear_error();
	return crl;
}

static int
tell_no_crl(const char *path)
{
	complain(_("There is no list of revoked certificates in %s."), path);
	failure_code("file");
	advise("%s", _("A CRL in the form PEM or DER is wanted."));
	return STATUS_FAILED;
}

/* A second list, which would not be used, may contain a revocation: so refuse it. */
static int
tell_more_than_a_crl(const char *path)
{
	complain(_("In %s something stands behind the list of revoked certificates: another list, "
		   "or what is none."),
	    path);
	failure_code("file");
	advise("%s", _("Name a file that holds one list (CRL) and nothing else."));
	return STATUS_FAILED;
}

int
crl_file_read(const char *path, X509_CRL **crl)
{
	BIO *memory = read_whole(path, CRL_SIZE_MAX);
	X509_CRL *found;
	bool more;

	if (memory == NULL)
		return tell_unreadable(path, errno);
	found = parse_crl(memory, &more);
	BIO_free(memory);
	if (found != NULL && !more) {
		*crl = found;
		return STATUS_DONE;
	}
	X509_CRL_free(found);
	return found == NULL ? tell_no_crl(path) : tell_more_than_a_crl(path);
}
