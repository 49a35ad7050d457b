/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include "exit_status.h"
#include "message.h"
#include "nss_database.h"
#include "pdf_room.h"
#include "program.h"
#include "text.h"

/* pdfsig's signature is made longer by so much, for the real one to fit into its place; it takes
 * up to 10000 bytes. */
#define PADDING 5000

#define HOUR 3600
#define DAY 86400

/* The key is worth nothing, and so is what it is wrapped with. */
static char nickname[] = "jpki", wrapping[] = "jpki";

int
pdf_room_check(void)
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
	return STATUS_DONE;
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

/* Both in a file, for pk12util. */
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

/* ---------------------------------------------------------------- the folder */

static int
make_folder(struct pdf_room *room)
{
	const char *base = getenv("TMPDIR");

	if (base == NULL || base[0] != '/')
		base = "/tmp";
	room->folder = text_format("%s/jpki-XXXXXX", base);
	if (mkdtemp(room->folder) != NULL)
		return STATUS_DONE;
	complain(_("cannot write %s: %s"), room->folder, strerror(errno));
	text_free(&room->folder);
	return STATUS_FAILED;
}

/* There are files in it, no folders. */
static void
remove_folder(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL)
		(void)unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder != NULL)
		closedir(folder);
	(void)rmdir(path);
}

void
pdf_room_free(struct pdf_room *room)
{
	EVP_PKEY_free(room->key);
	room->key = NULL;
	if (room->folder != NULL)
		remove_folder(room->folder);
	text_free(&room->path);
	text_free(&room->folder);
}

/* ---------------------------------------------------------------- pdfsig */

static bool
run_pk12util(const char *bundle, char *database, const char *log, const sigset_t *mask)
{
	char program[] = "pk12util", in[] = "-i", of[] = "-d", with[] = "-W";
	char *path = text_copy(bundle, strlen(bundle));
	char *const argv[] = {program, in, path, of, database, with, wrapping, NULL};
	bool done = program_run(argv, log, mask);

	text_free(&path);
	return done;
}

static bool
run_pdfsig(const struct pdf_room *room, char *document, char *database, const char *log,
    const sigset_t *mask)
{
	char program[] = "pdfsig", of[] = "-nssdir", add[] = "-add-signature", nick[] = "-nick";
	char *const argv[] = {
	    program, of, database, add, nick, nickname, document, room->path, NULL};

	return program_run(argv, log, mask) && access(room->path, R_OK | W_OK) == 0;
}

static bool
make(struct pdf_room *room, char *document, const char *name, const sigset_t *mask)
{
	char *bundle = text_format("%s/bundle", room->folder);
	char *log = text_format("%s/log", room->folder);
	char *database = text_format("sql:%s", room->folder);
	bool made = nss_database_make(room->folder) && write_bundle(room, name, bundle);

	if (!made)
		complain("%s", _("No database could be made for pdfsig."));
	made = made && run_pk12util(bundle, database, log, mask) &&
	       run_pdfsig(room, document, database, log, mask);
	text_free(&database);
	text_free(&log);
	text_free(&bundle);
	return made;
}

int
pdf_room_make(struct pdf_room *room, const char *document, const char *name, const sigset_t *mask)
{
	char *absolute = realpath(document, NULL);
	int status = STATUS_FAILED;

	if (absolute == NULL) {
		complain(_("cannot read %s: %s"), document, strerror(errno));
		return status;
	}
	if (make_folder(room) == STATUS_DONE) {
		room->path = text_format("%s/signed.pdf", room->folder);
		if (make(room, absolute, name, mask))
			status = STATUS_DONE;
	}
	free(absolute);
	return status;
}
