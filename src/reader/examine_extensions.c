/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/examine_extensions.h"

#include <stdio.h>
#include <string.h>

#include <openssl/objects.h>
#include <openssl/x509.h>

#include "card/status.h"
#include "reader/crypto.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define CA_EXPECTED "keyUsage, constraints"
#define OWN_EXPECTED "keyUsage, policies"

static const struct extensions {
	struct fact fact;
	enum jpki_role role;
	enum jpki_certificate which;
} extensions[] = {
    {{"extensions-auth", "extensions of EF 000A", OWN_EXPECTED}, JPKI_AUTHENTICATION,
	JPKI_CERTIFICATE},
    {{"extensions-auth-ca", "extensions of EF 000B", CA_EXPECTED}, JPKI_AUTHENTICATION,
	JPKI_CA_CERTIFICATE},
    {{"extensions-sign", "extensions of EF 0001", OWN_EXPECTED}, JPKI_SIGNATURE, JPKI_CERTIFICATE},
    {{"extensions-sign-ca", "extensions of EF 0002", CA_EXPECTED}, JPKI_SIGNATURE,
	JPKI_CA_CERTIFICATE},
};

/* Add the name that OpenSSL has for the extension, or its object identifier. */
static void
add_name(X509_EXTENSION *extension, char *names, size_t size)
{
	const ASN1_OBJECT *object = X509_EXTENSION_get_object(extension);
	int nid = OBJ_obj2nid(object);
	size_t length = strlen(names);
	char number[80];

	if (nid == NID_undef && OBJ_obj2txt(number, sizeof(number), object, 1) <= 0)
		return;
	snprintf(names + length, size - length, "%s%s", length > 0 ? ", " : "",
	    nid == NID_undef ? number : OBJ_nid2sn(nid));
}

static void
list_names(const X509 *certificate, struct finding *finding)
{
	int count = X509_get_ext_count(certificate);

	examine_see(finding, false, "%s", count == 0 ? "none" : "");
	for (int i = 0; i < count; i++)
		add_name(X509_get_ext(certificate, i), finding->seen, sizeof(finding->seen));
}

static void
see_extensions(const struct jpki_der *der, enum jpki_certificate which, struct finding *finding)
{
	int wanted =
	    which == JPKI_CA_CERTIFICATE ? NID_basic_constraints : NID_certificate_policies;
	OSSL_LIB_CTX *context = crypto_context();
	X509 *certificate = context != NULL ? X509_new_ex(context, NULL) : NULL;
	const unsigned char *at = der->bytes;

	if (certificate != NULL && d2i_X509(&certificate, &at, (long)der->total) != NULL) {
		list_names(certificate, finding);
		finding->agrees = X509_get_ext_by_NID(certificate, NID_key_usage, -1) >= 0 &&
				  X509_get_ext_by_NID(certificate, wanted, -1) >= 0;
	} else {
		examine_see(finding, false, "no X.509 certificate");
	}
	X509_free(certificate);
}

static int
ask(const struct examination *examination, const struct extensions *row)
{
	struct jpki_der der = {0};
	struct finding finding = {0};
	int rv = jpki_card_read_certificate(examination->card, row->role, row->which, &der);

	if (rv == JPKI_OK)
		see_extensions(&der, row->which, &finding);
	else if (rv == JPKI_ERR_NOT_FOUND || rv == JPKI_ERR_DATA)
		examine_see(&finding, false, "no certificate");
	else if (status_is_from_card(rv))
		examine_see(&finding, false, "it is refused");
	explicit_bzero(&der, sizeof(der)); /* it may contain personal data */
	if (finding.seen[0] == '\0')
		return rv;
	examine_tell(examination, &row->fact, &finding);
	return JPKI_OK;
}

static bool
is_private(const struct reader *reader, const struct extensions *row)
{
	return row->which == JPKI_CERTIFICATE && reader->keys[row->role].private_certificate;
}

int
examine_public_extensions(const struct reader *reader, const struct examination *examination)
{
	int rv = JPKI_OK;

	for (size_t i = 0; i < COUNT(extensions) && rv == JPKI_OK; i++)
		if (!is_private(reader, &extensions[i]))
			rv = ask(examination, &extensions[i]);
	return rv;
}

int
examine_private_extensions(const struct reader *reader, const struct examination *examination)
{
	int rv = JPKI_OK;

	for (size_t i = 0; i < COUNT(extensions) && rv == JPKI_OK; i++)
		if (!is_private(reader, &extensions[i]))
			continue;
		else if (extensions[i].role == examination->role)
			rv = ask(examination, &extensions[i]);
		else
			examine_skip(examination, &extensions[i].fact);
	return rv;
}

void
examine_skip_private_extensions(const struct reader *reader, const struct examination *examination)
{
	for (size_t i = 0; i < COUNT(extensions); i++)
		if (is_private(reader, &extensions[i]))
			examine_skip(examination, &extensions[i].fact);
}
