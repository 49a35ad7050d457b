/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "columns.h"
#include "document.h"
#include "export.h"
#include "message.h"
#include "pdf_check.h"
#include "pdf_file.h"
#include "pdf_room.h"
#include "pdf_sign.h"
#include "signing_key.h"
#include "pulled.h"
#include "text.h"

/* How long the steps before and after may take in addition, in seconds. */
#define SECONDS_MORE 60

struct signing {
	struct signing_key key;
	struct documents documents; /* one document */
	struct pdf_room room;
};

/* ---------------------------------------------------------------- names */

/* "letter.pdf" becomes "letter-signed.pdf"; the caller frees it. */
static char *
usual_output(const char *path)
{
	size_t length = strlen(path);

	if (length > 4 && strcasecmp(path + length - 4, ".pdf") == 0)
		length -= 4;
	return text_format("%.*s-signed.pdf", (int)length, path);
}

/* The certificate's common name of its holder, letters and digits; the caller frees it. */
static char *
signer_name(X509 *certificate)
{
	X509_NAME *subject = X509_get_subject_name(certificate);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	const ASN1_STRING *value =
	    at >= 0 ? X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)) : NULL;
	char *name = value != NULL ? text_copy((const char *)ASN1_STRING_get0_data(value),
					 (size_t)ASN1_STRING_length(value))
				   : text_copy("", 0);
	size_t good = 0;

	while (isalnum((unsigned char)name[good]))
		good++;
	if (good == 0 || name[good] != '\0') {
		text_free(&name);
		return text_copy("JPKI", 4);
	}
	return name;
}

/* ---------------------------------------------------------------- the signature */

static int
take_for_digest(void *to, const void *bytes, size_t length)
{
	if (EVP_DigestUpdate(to, bytes, length) != 1)
		out_of_memory();
	return STATUS_DONE;
}

static int
digest_parts(const struct pdf_file *file, const struct pdf_signature *signature, uint8_t *digest)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int status;

	if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
		out_of_memory();
	status = pdf_file_feed(file, signature, take_for_digest, context);
	if (EVP_DigestFinal_ex(context, digest, NULL) != 1)
		out_of_memory();
	EVP_MD_CTX_free(context);
	return status;
}

/* Find pdfsig's new signature: the one that covers the whole file. */
static const struct pdf_signature *
find_room(const struct pdf_file *file)
{
	uint64_t left_out;

	for (size_t i = 0; i < file->count; i++)
		if (pdf_file_left_out(file, &file->list[i], &left_out) && left_out == 0 &&
		    pdf_file_gap(file, &file->list[i]) == PDF_GAP_SIGNATURE)
			return &file->list[i];
	return NULL;
}

/* Write the signature as hexadecimal digits, filled up with zeros. */
static int
write_digits(const char *path, const struct pdf_signature *room, const uint8_t *der, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	size_t size = 2 * room->contents_length;
	char *text = memory_new(size + 1);
	int file = open(path, O_WRONLY | O_CLOEXEC);
	bool written;

	memset(text, '0', size);
	for (size_t i = 0; i < length; i++) {
		text[2 * i] = digits[der[i] >> 4];
		text[2 * i + 1] = digits[der[i] & 0xF];
	}
	written =
	    file != -1 && pwrite(file, text, size, (off_t)room->range[1] + 1) == (ssize_t)size;
	if (!written)
		content_refuse(path, strerror(errno));
	if (file != -1)
		(void)close(file);
	free(text);
	return written ? STATUS_DONE : STATUS_FAILED;
}

/* Sign with the PIN again: each signature needs one by a setting (window = 0), or the card was
 * reset. */
static int
sign_with_pin(struct signing_key *key, const uint8_t *digest, uint8_t **der, size_t *length)
{
	int status;

	advise("%s", _("The card has locked its key again and wants the PIN once more."));
	status = signing_key_ask_for_one(key);
	if (status != STATUS_DONE)
		return status;
	return signing_key_end_one(key, signing_key_sign(key, digest, der, length));
}

static int
sign_digest(struct signing_key *key, const uint8_t *digest, uint8_t **der, size_t *length)
{
	int rv = signing_key_sign(key, digest, der, length);

	if (rv == JPKI_ERR_NOT_VERIFIED && pulled_instead(rv) == JPKI_HOLDS_CARD)
		return sign_with_pin(key, digest, der, length);
	return rv == JPKI_OK ? STATUS_DONE : signing_key_tell(key, rv);
}

static int
fill_room(struct signing *signing, const struct pdf_file *file)
{
	const struct pdf_signature *room = find_room(file);
	uint8_t digest[CONTENT_DIGEST], *der = NULL;
	size_t length = 0;
	int status = STATUS_FAILED;

	if (room == NULL)
		complain("%s", _("pdfsig has made something else than was expected."));
	else
		status = digest_parts(file, room, digest);
	if (status == STATUS_DONE)
		status = sign_digest(&signing->key, digest, &der, &length);
	if (status != STATUS_DONE)
		return status;
	if (length > room->contents_length) {
		complain("%s", _("The signature is too large for the room that pdfsig makes."));
		status = STATUS_FAILED;
	} else
		status = write_digits(file->path, room, der, length);
	OPENSSL_free(der);
	return status;
}

/* ---------------------------------------------------------------- the file */

static int
take_for_export(void *to, const void *bytes, size_t length)
{
	return export_put(to, bytes, length);
}

static int
copy_out(const struct signing *signing)
{
	const struct document *document = &signing->documents.list[0];
	struct export export = {.path = document->output,
	    .force = signing->documents.force,
	    .mode = signing->documents.mode};
	struct progress none = {0};
	struct content content;
	struct export_pieces *pieces;
	int status = content_open(signing->room.path, &content);

	if (status != STATUS_DONE)
		return status;
	pieces = export_begin(&export);
	status = STATUS_FAILED;
	if (pieces != NULL)
		status = export_end(&pieces, content_read(&content, signing->room.path, &none,
						 take_for_export, pieces) == STATUS_DONE);
	content_close(&content);
	return status;
}

static int
sign_room(struct signing *signing)
{
	struct pdf_file file;
	int status = pdf_file_open(signing->room.path, &file);

	if (status == STATUS_DONE)
		status = fill_room(signing, &file);
	pdf_file_close(&file);
	if (status == STATUS_DONE)
		status = pdf_check_made(signing->room.path, signing->key.issuer.certificate);
	return status == STATUS_DONE ? copy_out(signing) : status;
}

/* Keep the key unlocked for longer, because pdfsig may take longer than a login lasts. If each
 * signature needs a PIN by a setting, that still applies. */
static void
stay_open(const struct signing *signing)
{
	const struct signing_key *key = &signing->key;

	(void)jpki_stay_open(key->found.card, key->unlock.role, PDF_ROOM_PATIENCE + SECONDS_MORE);
}

static int
sign_opened(struct signing *signing)
{
	char *name = signer_name(signing->key.own.certificate);
	int status;

	stay_open(signing);
	status = pdf_room_make(&signing->room, signing->documents.list[0].path, name);
	if (status == STATUS_DONE)
		status = document_check(&signing->documents.list[0]);
	if (status == STATUS_DONE)
		status = sign_room(signing);
	signing_key_lock(&signing->key);
	text_free(&name);
	return status;
}

/* ---------------------------------------------------------------- the verb */

/* Check that pdfsig can add a signature. If the form would have to be rewritten, existing
 * signatures would become invalid. */
static int
check_form(const struct pdf_file *file)
{
	if (file->count == 0 || pdf_file_mend(file->path, NULL) == PDF_FORM_GOOD)
		return STATUS_DONE;
	return content_refuse(
	    file->path, _("it is signed already, and pdfsig cannot add a signature to its form"));
}

static int
find_document(const struct words *words, struct documents *documents, const char *path)
{
	const char *typed = words->value[OPTION_OUTPUT];
	char *output = typed != NULL ? text_copy(typed, strlen(typed)) : usual_output(path);
	char *one = text_copy(path, strlen(path));
	struct pdf_file file;
	int status = documents_find(documents, &one, 1, output);

	if (status == STATUS_DONE) {
		documents->list[0].path = path;
		status = pdf_file_open(path, &file);
		if (status == STATUS_DONE)
			status = check_form(&file);
		pdf_file_close(&file);
	}
	text_free(&one);
	text_free(&output);
	return status;
}

static int
sign(const struct words *words, struct signing *signing, const char *path)
{
	int status = find_document(words, &signing->documents, path);

	if (status == STATUS_DONE)
		status = pdf_room_check(path);
	if (status == STATUS_DONE)
		status = signing_key_find(words, JPKI_SIGNATURE, &signing->key);
	if (status != STATUS_DONE)
		return status;
	pdf_room_prepare(&signing->room);
	status = signing_key_open(&signing->key);
	if (status == STATUS_DONE)
		status = sign_opened(signing);
	return status;
}

int
pdf_sign(const struct words *words, const char *path)
{
	/* the certificate in the file contains personal data */
	struct signing signing = {
	    .documents = {.force = verb_has(words, OPTION_FORCE), .mode = 0600}};
	int status = sign(words, &signing, path);

	if (status == STATUS_DONE) {
		const char *output = signing.documents.list[0].output;
		char *clean = columns_clean(output, strlen(output));

		tell(_("Wrote %s."), clean);
		text_free(&clean);
	}
	signing_key_close(&signing.key);
	pdf_room_free(&signing.room);
	documents_free(&signing.documents);
	return status;
}
