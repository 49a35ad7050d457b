/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "certificate.h"
#include "fail.h"
#include "folder.h"
#include "pki.h"
#include "public_key.h"

#define KEY_BITS 2048
/* The largest certificate that a program must accept (F-FILLER), less a few bytes. */
#define LARGE_CERTIFICATE 8100

/* The keys of the CAs come after those of the card, so that an enum key is an index, too. */
#define CA_KEY_TABLE(KEY)                                                                          \
	KEY(KEY_AUTHENTICATION_CA, "authentication-ca-key.pem")                                    \
	KEY(KEY_SIGNATURE_CA, "signature-ca-key.pem")

enum { LAST_OF_CARD = KEYS - 1, CA_KEY_TABLE(TABLE_CONSTANT) ALL_KEYS };

static const char *const key_files[ALL_KEYS] = {KEY_TABLE(TABLE_NAME) CA_KEY_TABLE(TABLE_NAME)};

/* CA certificates are made first: the others need them. */
static const struct {
	enum vcard_certificate which, ca;
	const char *file;
	int key, ca_key;
} rows[VCARD_CERTIFICATES] = {
    {VCARD_CERTIFICATE_AUTHENTICATION_CA, VCARD_CERTIFICATE_AUTHENTICATION_CA,
	"authentication-ca.pem", KEY_AUTHENTICATION_CA, KEY_AUTHENTICATION_CA},
    {VCARD_CERTIFICATE_SIGNATURE_CA, VCARD_CERTIFICATE_SIGNATURE_CA, "signature-ca.pem",
	KEY_SIGNATURE_CA, KEY_SIGNATURE_CA},
    {VCARD_CERTIFICATE_AUTHENTICATION, VCARD_CERTIFICATE_AUTHENTICATION_CA, "authentication.pem",
	KEY_AUTHENTICATION, KEY_AUTHENTICATION_CA},
    {VCARD_CERTIFICATE_SIGNATURE, VCARD_CERTIFICATE_SIGNATURE_CA, "signature.pem", KEY_SIGNATURE,
	KEY_SIGNATURE_CA},
};

struct vcard_pki {
	atomic_uint shares;
	struct citizen citizen;
	EVP_PKEY *keys[ALL_KEYS];
	X509 *certificates[VCARD_CERTIFICATES];
	int ca_keys[VCARD_CERTIFICATES];
};

static const char *
openssl_reason(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	return reason != NULL ? reason : "unknown reason";
}

static BIO *
open_file(const char *directory, const char *name)
{
	char *path = directory != NULL ? folder_path(directory, name) : NULL;
	BIO *file = path != NULL ? BIO_new_file(path, "r") : NULL;

	free(path);
	return file;
}

static int
save_pem(const char *directory, const char *name, BIO *pem, struct vcard_error *error)
{
	char *text;
	long length = BIO_get_mem_data(pem, &text);

	if (length <= 0)
		return fail(error, "out of memory");
	return folder_write(directory, name, text, (size_t)length, error);
}

static int
make_key(EVP_PKEY **key, const char *directory, const char *name, struct vcard_error *error)
{
	BIO *pem = NULL;
	int result = 0;

	*key = EVP_RSA_gen(KEY_BITS);
	if (*key == NULL)
		return fail(error, "no key of %d bits could be made", KEY_BITS);
	if (directory == NULL)
		return 0;
	pem = BIO_new(BIO_s_mem());
	if (pem == NULL || PEM_write_bio_PrivateKey(pem, *key, NULL, NULL, 0, NULL, NULL) != 1)
		result = fail(error, "out of memory");
	else
		result = save_pem(directory, name, pem, error);
	BIO_free(pem);
	return result;
}

static int
get_key(EVP_PKEY **key, const char *directory, const char *name, struct vcard_error *error)
{
	BIO *file = open_file(directory, name);

	if (file == NULL)
		return make_key(key, directory, name, error);
	*key = PEM_read_bio_PrivateKey(file, NULL, NULL, NULL);
	BIO_free(file);
	if (*key == NULL)
		return fail(
		    error, "%s/%s holds no key; remove it to have a new one", directory, name);
	return 0;
}

static X509 *
make_certificate(const struct vcard_pki *pki, size_t row, const struct citizen *citizen)
{
	EVP_PKEY *key = pki->keys[rows[row].key];

	if (rows[row].which == rows[row].ca)
		return certificate_make_ca(rows[row].which, key);
	return certificate_make(rows[row].which, citizen, key, pki->certificates[rows[row].ca],
	    pki->keys[rows[row].ca_key]);
}

static int
save_certificate(
    X509 *certificate, const char *directory, const char *name, struct vcard_error *error)
{
	BIO *pem = BIO_new(BIO_s_mem());
	int result;

	if (pem == NULL || PEM_write_bio_X509(pem, certificate) != 1)
		result = fail(error, "out of memory");
	else
		result = save_pem(directory, name, pem, error);
	BIO_free(pem);
	return result;
}

/* Is this certificate issued by the CA of its row, for the key of its row, and not expired? */
static bool
is_usable(const struct vcard_pki *pki, size_t row, X509 *certificate)
{
	X509 *ca = pki->certificates[rows[row].ca];

	if (ca == NULL)
		ca = certificate;
	return X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0 &&
	       X509_check_private_key(certificate, pki->keys[rows[row].key]) == 1 &&
	       X509_check_issued(ca, certificate) == X509_V_OK &&
	       X509_verify(certificate, pki->keys[rows[row].ca_key]) == 1;
}

static int
get_certificate(struct vcard_pki *pki, size_t row, const char *directory,
    const struct citizen *citizen, bool again, struct vcard_error *error)
{
	X509 **certificate = &pki->certificates[rows[row].which];
	bool is_ca = rows[row].which == rows[row].ca;
	BIO *file = again && !is_ca ? NULL : open_file(directory, rows[row].file);
	X509 *found = file != NULL ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;

	BIO_free(file);
	pki->ca_keys[rows[row].which] = rows[row].ca_key;
	if (found != NULL && is_usable(pki, row, found)) {
		*certificate = found;
		return 0;
	}
	X509_free(found);
	*certificate = make_certificate(pki, row, citizen);
	if (*certificate == NULL)
		return fail(
		    error, "no certificate %s could be made: %s", rows[row].file, openssl_reason());
	if (directory == NULL)
		return 0;
	return save_certificate(*certificate, directory, rows[row].file, error);
}

static int
fill(struct vcard_pki *pki, const char *directory, bool changed, struct vcard_error *error)
{
	for (size_t i = 0; i < ALL_KEYS; i++) {
		if (get_key(&pki->keys[i], directory, key_files[i], error) != 0)
			return -1;
	}
	for (size_t i = 0; i < VCARD_CERTIFICATES; i++) {
		if (get_certificate(pki, i, directory, &pki->citizen, changed, error) != 0)
			return -1;
	}
	return 0;
}

int
vcard_pki_open(struct vcard_pki **out, const char *directory, const struct vcard_citizen *changes,
    struct vcard_error *error)
{
	struct vcard_pki *pki = calloc(1, sizeof(*pki));
	bool changed = false;
	int lock = -1;

	*out = NULL;
	if (pki == NULL)
		return fail(error, "out of memory");
	atomic_init(&pki->shares, 1);
	if (directory != NULL) {
		if (folder_make(directory, error) != 0)
			goto out;
		lock = folder_lock(directory, "pki.lock", true, error);
		if (lock < 0)
			goto out;
	}
	if (citizen_load(&pki->citizen, directory, changes, &changed, error) != 0 ||
	    fill(pki, directory, changed, error) != 0)
		goto out;
	*out = pki;
	pki = NULL;
out:
	if (lock >= 0)
		close(lock);
	vcard_pki_free(&pki);
	return *out != NULL ? 0 : -1;
}

struct vcard_pki *
pki_share(struct vcard_pki *pki)
{
	atomic_fetch_add(&pki->shares, 1);
	return pki;
}

void
vcard_pki_free(struct vcard_pki **pki)
{
	struct vcard_pki *old = pki != NULL ? *pki : NULL;

	if (old == NULL)
		return;
	*pki = NULL;
	if (atomic_fetch_sub(&old->shares, 1) > 1)
		return;
	for (size_t i = 0; i < ALL_KEYS; i++)
		EVP_PKEY_free(old->keys[i]);
	for (size_t i = 0; i < VCARD_CERTIFICATES; i++)
		X509_free(old->certificates[i]);
	citizen_free(&old->citizen);
	free(old);
}

X509 *
vcard_pki_certificate(const struct vcard_pki *pki, enum vcard_certificate which)
{
	return pki->certificates[which];
}

const struct citizen *
pki_citizen(const struct vcard_pki *pki)
{
	return &pki->citizen;
}

EVP_PKEY *
pki_key(const struct vcard_pki *pki, enum key key)
{
	return pki->keys[key];
}

static X509 *
in_form(X509 *certificate, EVP_PKEY *ca_key, enum certificate_form form)
{
	EVP_PKEY *key;
	X509 *made;

	if (form == FORM_LARGE)
		return certificate_enlarge(certificate, ca_key, LARGE_CERTIFICATE);
	key = public_key_make(form);
	made = certificate_rekey(certificate, ca_key, key);
	EVP_PKEY_free(key);
	return made;
}

size_t
pki_der(const struct vcard_pki *pki, enum vcard_certificate which, enum certificate_form form,
    uint8_t der[FILE_MAX])
{
	X509 *certificate = pki->certificates[which];
	X509 *made = NULL;
	unsigned char *at = der;
	int length;

	if (form != FORM_RIGHT) {
		made = in_form(certificate, pki->keys[pki->ca_keys[which]], form);
		if (made != NULL)
			certificate = made;
	}
	length = i2d_X509(certificate, NULL);
	if (length > 0 && length <= FILE_MAX)
		length = i2d_X509(certificate, &at);
	else
		length = 0;
	X509_free(made);
	return (size_t)length;
}

static int
export_bundle(const struct vcard_pki *pki, const char *directory, struct vcard_error *error)
{
	BIO *pem = BIO_new(BIO_s_mem());
	int result;

	if (pem == NULL ||
	    PEM_write_bio_X509(pem, pki->certificates[VCARD_CERTIFICATE_AUTHENTICATION_CA]) != 1 ||
	    PEM_write_bio_X509(pem, pki->certificates[VCARD_CERTIFICATE_SIGNATURE_CA]) != 1)
		result = fail(error, "out of memory");
	else
		result = save_pem(directory, "ca-bundle.pem", pem, error);
	BIO_free(pem);
	return result;
}

int
vcard_pki_export(const struct vcard_pki *pki, const char *directory, struct vcard_error *error)
{
	if (folder_make(directory, error) != 0)
		return -1;
	for (size_t i = 0; i < VCARD_CERTIFICATES; i++) {
		if (save_certificate(
			pki->certificates[rows[i].which], directory, rows[i].file, error) != 0)
			return -1;
	}
	return export_bundle(pki, directory, error);
}
