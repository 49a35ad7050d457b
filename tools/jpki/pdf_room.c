/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include "content.h"
#include "exit_status.h"
#include "file.h"
#include "message.h"
#include "nss_database.h"
#include "pdf_file.h"
#include "pdf_room.h"
#include "private_folder.h"
#include "program.h"
#include "text.h"

/* Bytes by which pdfsig's signature is made longer, so that the real one fits into its place; it
 * takes up to 10000 bytes. */
#define PADDING 5000

/* How long pk12util may take, in seconds. */
#define PATIENCE 30

#define HOUR 3600
#define DAY 86400

/* The key has no value, so its password is constant. */
static char nickname[] = "jpki", wrapping[] = "jpki";

/* Bytes needed in the folder: twice the document, and the NSS database and other small files. */
static uint64_t
size_in_folder(const char *document)
{
	struct stat info;

	return (stat(document, &info) == 0 ? 2 * (uint64_t)info.st_size : 0) + (1u << 20);
}

int
pdf_room_check(const char *document)
{
	static const struct {
		const char *program, *package;
	} rows[] = {{"pdfsig", "poppler-utils"}, {"pk12util", "libnss3-tools"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!program_is_there(rows[i].program)) {
			complain(_("%s is not installed."), rows[i].program);
			advise(_("Install it: sudo apt-get install %s"), rows[i].package);
			return STATUS_FAILED;
		}
	return private_folder_check(size_in_folder(document));
}

void
pdf_room_prepare(struct pdf_room *room)
{
	*room = (struct pdf_room){.key = EVP_RSA_gen(2048)};
	if (room->key == NULL)
		out_of_memory();
}

/* ---------------------------------------------------------------- the key's certificate */

static bool
add_padding(X509 *certificate)
{
	char text[PADDING];
	ASN1_IA5STRING *comment = ASN1_IA5STRING_new();
	bool added;

	memset(text, ' ', sizeof(text));
	added = comment != NULL && ASN1_STRING_set(comment, text, sizeof(text)) == 1 &&
		X509_add1_ext_i2d(certificate, NID_netscape_comment, comment, 0, 0) == 1;
	ASN1_IA5STRING_free(comment);
	return added;
}

static X509 *
make_certificate(EVP_PKEY *key, const char *name)
{
	X509 *certificate = X509_new();
	X509_NAME *subject;

	if (certificate == NULL)
		out_of_memory();
	subject = X509_get_subject_name(certificate);
	if (X509_set_version(certificate, X509_VERSION_3) != 1 ||
	    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) != 1 ||
	    X509_gmtime_adj(X509_getm_notBefore(certificate), -HOUR) == NULL ||
	    X509_gmtime_adj(X509_getm_notAfter(certificate), DAY) == NULL ||
	    X509_set_pubkey(certificate, key) != 1 ||
	    X509_NAME_add_entry_by_txt(
		subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) != 1 ||
	    X509_set_issuer_name(certificate, subject) != 1 || !add_padding(certificate) ||
	    X509_sign(certificate, key, EVP_sha256()) == 0)
		out_of_memory();
	return certificate;
}

/* Write key and certificate to a file, for pk12util. */
static bool
write_bundle(const struct pdf_room *room, const char *name, const char *path)
{
	X509 *certificate = make_certificate(room->key, name);
	PKCS12 *bundle =
	    PKCS12_create(wrapping, nickname, room->key, certificate, NULL, 0, 0, 0, 0, 0);
	FILE *file = fopen(path, "wxe");
	bool written = false;

	if (bundle != NULL && file != NULL)
		written = i2d_PKCS12_fp(file, bundle) == 1;
	if (file != NULL)
		written = fclose(file) == 0 && written;
	PKCS12_free(bundle);
	X509_free(certificate);
	return written;
}

/* ---------------------------------------------------------------- pdfsig */

static enum program_end
run_pk12util(const char *bundle, char *database, const char *log)
{
	char program[] = "pk12util", in[] = "-i", of[] = "-d", with[] = "-W";
	char *path = text_copy(bundle, strlen(bundle));
	char *const argv[] = {program, in, path, of, database, with, wrapping, NULL};
	enum program_end end = program_run(argv, log, PATIENCE);

	text_free(&path);
	return end;
}

static enum program_end
run_pdfsig(char *document, char *made, char *database, const char *log)
{
	char program[] = "pdfsig", of[] = "-nssdir", add[] = "-add-signature", nick[] = "-nick";
	char *const argv[] = {program, of, database, add, nick, nickname, document, made, NULL};

	return program_run(argv, log, PDF_ROOM_PATIENCE);
}

/* Let pdfsig sign the document, or a copy whose form can take the signature. */
static enum program_end
run_pdfsig_fitly(const char *folder, char *document, char *made, char *database, const char *log)
{
	char *mended = text_format("%s/mended.pdf", folder);
	enum program_end end = PROGRAM_FAILED;

	switch (pdf_file_mend(document, mended)) {
	case PDF_FORM_GOOD:
		end = run_pdfsig(document, made, database, log);
		break;
	case PDF_FORM_MENDED:
		end = run_pdfsig(mended, made, database, log);
		break;
	default:
		complain("%s", _("The form of this PDF cannot be made fit for a signature."));
	}
	text_free(&mended);
	return end;
}

static bool
run_both(struct pdf_room *room, const char *folder, char *document, char *made)
{
	char *bundle = text_format("%s/bundle", folder);
	char *log = text_format("%s/log", folder);
	char *database = text_format("sql:%s", folder);
	enum program_end end = run_pk12util(bundle, database, log);

	if (end == PROGRAM_DONE)
		end = run_pdfsig_fitly(folder, document, made, database, log);
	if (end == PROGRAM_STUCK)
		advise("%s", _("Nothing was signed."));
	room->file = end == PROGRAM_DONE ? open(made, O_RDWR | O_NOFOLLOW | O_CLOEXEC) : -1;
	if (end == PROGRAM_DONE && room->file == -1)
		complain("%s", _("pdfsig has made something else than was expected."));
	text_free(&database);
	text_free(&log);
	text_free(&bundle);
	return room->file != -1;
}

static bool
make(struct pdf_room *room, const char *folder, char *document, const char *name)
{
	char *bundle = text_format("%s/bundle", folder);
	char *made = text_format("%s/signed.pdf", folder);
	bool ready = nss_database_make(folder) && write_bundle(room, name, bundle);

	if (!ready)
		complain("%s", _("No database could be made for pdfsig."));
	ready = ready && run_both(room, folder, document, made);
	text_free(&made);
	text_free(&bundle);
	return ready;
}

/* Make the PDF in a private folder. The result stays open and has no name. */
static int
make_in_folder(struct pdf_room *room, char *document, const char *name)
{
	struct private_folder folder = {0};
	sigset_t before;
	int status;

	signals_hold(&before);
	status = private_folder_make(&folder, size_in_folder(document));
	if (status == STATUS_DONE && !make(room, folder.path, document, name))
		status = STATUS_FAILED;
	private_folder_remove(&folder);
	signals_release(&before);
	return status;
}

int
pdf_room_make(struct pdf_room *room, const char *document, const char *name)
{
	char *absolute = realpath(document, NULL);
	int status;

	if (absolute == NULL)
		return content_refuse(document, strerror(errno));
	status = make_in_folder(room, absolute, name);
	free(absolute);
	if (status == STATUS_DONE)
		room->path = text_format("/proc/self/fd/%d", room->file);
	return status;
}

void
pdf_room_free(struct pdf_room *room)
{
	EVP_PKEY_free(room->key);
	room->key = NULL;
	if (room->path != NULL)
		(void)close(room->file);
	text_free(&room->path);
}
