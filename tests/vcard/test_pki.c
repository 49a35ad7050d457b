/* SPDX-License-Identifier: BSD-2-Clause */
#include <sys/stat.h>

#include <openssl/x509v3.h>

#include "support.h"

static X509 *
certificate(enum vcard_certificate which)
{
	return vcard_pki_certificate(test_pki(), which);
}

static const char *
name_text(X509_NAME *name, char *text, int size)
{
	BIO *out = BIO_new(BIO_s_mem());

	assert_non_null(out);
	X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~XN_FLAG_DN_REV);
	text[BIO_read(out, text, size - 1)] = '\0';
	BIO_free(out);
	return text;
}

static void
issuers_are_shaped_as_jpki(void **state)
{
	char text[512];

	name_text(X509_get_issuer_name(certificate(VCARD_CERTIFICATE_AUTHENTICATION)), text,
	    sizeof(text));
	assert_string_equal(text, "C=JP,O=JPKI-TEST,OU=JPKI for user authentication,"
				  "OU=Japan Agency for Local Authority Information Systems");
	name_text(
	    X509_get_issuer_name(certificate(VCARD_CERTIFICATE_SIGNATURE)), text, sizeof(text));
	assert_string_equal(text, "C=JP,O=JPKI-TEST,OU=JPKI for digital signature,"
				  "OU=Japan Agency for Local Authority Information Systems");
}

static void
subjects_tell_what_they_should(void **state)
{
	char text[512];

	name_text(X509_get_subject_name(certificate(VCARD_CERTIFICATE_AUTHENTICATION)), text,
	    sizeof(text));
	assert_memory_equal(text, "C=JP,CN=", 8);
	name_text(
	    X509_get_subject_name(certificate(VCARD_CERTIFICATE_SIGNATURE)), text, sizeof(text));
	assert_memory_equal(text, "C=JP,L=Tokyo-to,L=Chiyoda-ku,CN=", 32);
}

static void
check_chain(enum vcard_certificate which, enum vcard_certificate ca)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();

	X509_STORE_add_cert(store, certificate(ca));
	assert_int_equal(X509_STORE_CTX_init(context, store, certificate(which), NULL), 1);
	assert_int_equal(X509_verify_cert(context), 1);
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	assert_non_null(X509_get0_subject_key_id(certificate(which)));
	assert_int_equal(ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(certificate(which)),
			     X509_get0_subject_key_id(certificate(ca))),
	    0);
}

static void
chains_verify(void **state)
{
	check_chain(VCARD_CERTIFICATE_AUTHENTICATION, VCARD_CERTIFICATE_AUTHENTICATION_CA);
	check_chain(VCARD_CERTIFICATE_SIGNATURE, VCARD_CERTIFICATE_SIGNATURE_CA);
}

static void
check_policy(enum vcard_certificate which, const char *expected)
{
	int critical;
	char text[64];
	CERTIFICATEPOLICIES *policies =
	    X509_get_ext_d2i(certificate(which), NID_certificate_policies, &critical, NULL);

	assert_non_null(policies);
	assert_int_equal(critical, 1);
	OBJ_obj2txt(text, sizeof(text), sk_POLICYINFO_value(policies, 0)->policyid, 1);
	assert_string_equal(text, expected);
	CERTIFICATEPOLICIES_free(policies);
}

static void
usage_and_policies(void **state)
{
	assert_int_equal(X509_get_key_usage(certificate(VCARD_CERTIFICATE_AUTHENTICATION)),
	    KU_DIGITAL_SIGNATURE);
	assert_int_equal(X509_get_key_usage(certificate(VCARD_CERTIFICATE_SIGNATURE)),
	    KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION);
	check_policy(VCARD_CERTIFICATE_AUTHENTICATION, "1.2.392.200149.8.5.1.3.30");
	check_policy(VCARD_CERTIFICATE_SIGNATURE, "1.2.392.200149.8.5.1.0.20");
}

static void
person_is_in_the_other_names(void **state)
{
	static const char *const expected[][2] = {
	    {"1.2.392.200149.8.5.5.1", "番号　花子"},
	    {"1.2.392.200149.8.5.5.4", "419900123"},
	    {"1.2.392.200149.8.5.5.3", "2"},
	    {"1.2.392.200149.8.5.5.5", "東京都千代田区霞が関一丁目１番１号"},
	    {"1.2.392.200149.8.5.5.2", "00000"},
	    {"1.2.392.200149.8.5.5.6", "00000000000000000"},
	};
	GENERAL_NAMES *names = X509_get_ext_d2i(
	    certificate(VCARD_CERTIFICATE_SIGNATURE), NID_subject_alt_name, NULL, NULL);
	char type[64];

	assert_non_null(names);
	assert_int_equal(sk_GENERAL_NAME_num(names), 6);
	for (int i = 0; i < 6; i++) {
		GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		assert_int_equal(name->type, GEN_OTHERNAME);
		OBJ_obj2txt(type, sizeof(type), name->d.otherName->type_id, 1);
		assert_string_equal(type, expected[i][0]);
		assert_int_equal(name->d.otherName->value->type, V_ASN1_UTF8STRING);
		assert_int_equal(ASN1_STRING_length(name->d.otherName->value->value.utf8string),
		    strlen(expected[i][1]));
		assert_memory_equal(
		    ASN1_STRING_get0_data(name->d.otherName->value->value.utf8string),
		    expected[i][1], strlen(expected[i][1]));
	}
	GENERAL_NAMES_free(names);
}

static void
authentication_names_nobody(void **state)
{
	assert_int_equal(X509_get_ext_by_NID(certificate(VCARD_CERTIFICATE_AUTHENTICATION),
			     NID_subject_alt_name, -1),
	    -1);
}

static void
revocation_lists_are_directory_names(void **state)
{
	CRL_DIST_POINTS *points = X509_get_ext_d2i(
	    certificate(VCARD_CERTIFICATE_SIGNATURE), NID_crl_distribution_points, NULL, NULL);
	DIST_POINT *point;

	assert_non_null(points);
	point = sk_DIST_POINT_value(points, 0);
	assert_int_equal(
	    sk_GENERAL_NAME_value(point->distpoint->name.fullname, 0)->type, GEN_DIRNAME);
	CRL_DIST_POINTS_free(points);
}

static void
validity_ends_at_midnight_in_japan(void **state)
{
	struct tm end;
	int days, seconds;

	for (enum vcard_certificate i = 0; i < VCARD_CERTIFICATES; i++) {
		assert_int_equal(ASN1_TIME_to_tm(X509_get0_notAfter(certificate(i)), &end), 1);
		assert_int_equal(end.tm_hour, 14);
		assert_int_equal(end.tm_min, 59);
		assert_int_equal(end.tm_sec, 59);
	}
	assert_int_equal(ASN1_TIME_diff(&days, &seconds, NULL,
			     X509_get0_notAfter(certificate(VCARD_CERTIFICATE_AUTHENTICATION))),
	    1);
	assert_in_range(days, 4 * 365, 5 * 366);
}

static struct vcard_pki *
open_pki(const char *folder, const struct vcard_citizen *citizen)
{
	struct vcard_error error;
	struct vcard_pki *pki;

	if (vcard_pki_open(&pki, folder, citizen, &error) != 0)
		fail_msg("%s", error.text);
	return pki;
}

static int
compare(struct vcard_pki *one, struct vcard_pki *two, enum vcard_certificate which)
{
	return X509_cmp(vcard_pki_certificate(one, which), vcard_pki_certificate(two, which));
}

static void
folder_is_reused_until_the_citizen_changes(void **state)
{
	const struct vcard_citizen citizen = {.name = "番号　太郎", .sex = "1"};
	char *folder = make_folder();
	struct vcard_pki *first = open_pki(folder, NULL);
	struct vcard_pki *same = open_pki(folder, NULL);
	struct vcard_pki *other = open_pki(folder, &citizen);
	struct vcard_pki *still = open_pki(folder, NULL);

	for (enum vcard_certificate i = 0; i < VCARD_CERTIFICATES; i++)
		assert_int_equal(compare(first, same, i), 0);
	assert_int_equal(compare(first, other, VCARD_CERTIFICATE_SIGNATURE_CA), 0);
	assert_int_not_equal(compare(first, other, VCARD_CERTIFICATE_SIGNATURE), 0);
	assert_int_equal(compare(other, still, VCARD_CERTIFICATE_SIGNATURE), 0);
	vcard_pki_free(&first);
	vcard_pki_free(&same);
	vcard_pki_free(&other);
	vcard_pki_free(&still);
	drop_folder(folder);
}

/* The address of one that the certificate names, or "". */
static void
assert_address(const struct vcard_pki *pki, const char *expected)
{
	for (enum vcard_certificate i = 0; i < VCARD_CERTIFICATES; i++) {
		STACK_OF(OPENSSL_STRING) *all = X509_get1_ocsp(vcard_pki_certificate(pki, i));
		bool is_ca = X509_check_ca(vcard_pki_certificate(pki, i)) != 0;

		assert_int_equal(sk_OPENSSL_STRING_num(all), *expected && !is_ca ? 1 : -1);
		if (all != NULL)
			assert_string_equal(sk_OPENSSL_STRING_value(all, 0), expected);
		X509_email_free(all);
	}
}

static void
an_ocsp_address_stays_until_it_is_taken_away(void **state)
{
	static const char address[] = "http://ocsp.example/";
	const struct vcard_citizen with = {.ocsp_address = address}, without = {.ocsp_address = ""};
	const struct {
		const struct vcard_citizen *citizen;
		const char *expected;
	} steps[] = {{NULL, ""}, {&with, address}, {NULL, address}, {&without, ""}, {NULL, ""}};
	char *folder = make_folder();

	for (size_t i = 0; i < LENGTH_OF(steps); i++) {
		struct vcard_pki *pki = open_pki(folder, steps[i].citizen);

		assert_address(pki, steps[i].expected);
		vcard_pki_free(&pki);
	}
	drop_folder(folder);
}

static void
impossible_citizens_are_refused(void **state)
{
	const struct vcard_citizen citizens[] = {
	    {.birth_date = "19900123"},
	    {.birth_date = "41990012x"},
	    {.sex = "4"},
	    {.name = "\xff\xfe"},
	    {.ocsp_address = "http://127.0.0.1/\r\n"},
	};
	struct vcard_error error;
	struct vcard_pki *pki;

	for (size_t i = 0; i < LENGTH_OF(citizens); i++) {
		assert_int_equal(vcard_pki_open(&pki, NULL, &citizens[i], &error), -1);
		assert_null(pki);
	}
}

static void
certificates_are_exported(void **state)
{
	static const char *const names[] = {"authentication.pem", "signature.pem",
	    "authentication-ca.pem", "signature-ca.pem", "ca-bundle.pem"};
	char *folder = make_folder();
	struct vcard_error error;
	struct stat info;
	char path[128];

	assert_int_equal(vcard_pki_export(test_pki(), folder, &error), 0);
	for (size_t i = 0; i < LENGTH_OF(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		assert_int_equal(stat(path, &info), 0);
		assert_true(info.st_size > 1000);
	}
	drop_folder(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(issuers_are_shaped_as_jpki),
	    cmocka_unit_test(subjects_tell_what_they_should),
	    cmocka_unit_test(chains_verify),
	    cmocka_unit_test(usage_and_policies),
	    cmocka_unit_test(person_is_in_the_other_names),
	    cmocka_unit_test(authentication_names_nobody),
	    cmocka_unit_test(revocation_lists_are_directory_names),
	    cmocka_unit_test(validity_ends_at_midnight_in_japan),
	    cmocka_unit_test(folder_is_reused_until_the_citizen_changes),
	    cmocka_unit_test(an_ocsp_address_stays_until_it_is_taken_away),
	    cmocka_unit_test(impossible_citizens_are_refused),
	    cmocka_unit_test(certificates_are_exported),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
