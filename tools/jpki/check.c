/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki check: is a certificate valid, as far as can be found out (有効性確認)? */
#include <unistd.h>

#include <openssl/x509.h>

#include "certificate_file.h"
#include "challenge.h"
#include "columns.h"
#include "crl.h"
#include "failure.h"
#include "http.h"
#include "json.h"
#include "judge.h"
#include "message.h"
#include "names.h"
#include "ocsp.h"
#include "pulled.h"
#include "rules.h"
#include "state.h"
#include "text.h"
#include "trouble.h"
#include "unlock.h"

struct check {
	const struct words *words;
	enum jpki_role role;
	struct known_cas cas;
	X509_CRL *crl; /* from --crl, or NULL */
	struct facts facts;
	struct points points;
};

/* ---------------------------------------------------------------- from the card */

/* Offer the CA certificate of the card. It is trusted only if its fingerprint is known, or the
 * person has named it, because anything could be on the card. Without one the result is an unknown
 * CA. */
static void
offer_ca(struct check *check, const struct found *found)
{
	struct facts ca;

	if (state_read_certificate(found->card, check->role, JPKI_CA_CERTIFICATE, &ca) != JPKI_OK)
		return;
	known_cas_offer(&check->cas, ca.certificate);
	facts_free(&ca);
}

static void
judge_issue_on(struct check *check, const struct found *found)
{
	struct facts other;
	int rv = state_read_certificate(found->card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &other);

	if (rv == JPKI_ERR_NOT_VERIFIED) /* a phone's certificate may need its own PIN */
		points_set(&check->points, POINT_ISSUE, POINT_UNCHECKED,
		    text_format("%s", _("The one for user authentication, to compare its end with, "
					"is to be read only with its PIN.")));
	else
		judge_issue(&check->facts, rv == JPKI_OK ? &other : NULL, &check->points);
	if (rv == JPKI_OK)
		facts_free(&other);
}

/* Does the error mean that the PIN is needed, which --no-pin forbids? Then trying again is of no
 * use. */
static bool
wants_pin(const struct check *check, int error)
{
	return error == JPKI_ERR_NOT_VERIFIED && verb_has(check->words, OPTION_NO_PIN) &&
	       pulled_instead(error) == JPKI_HOLDS_CARD;
}

static int
read_from(struct check *check, const struct found *found)
{
	int rv = state_read_certificate(found->card, check->role, JPKI_CERTIFICATE, &check->facts);

	if (wants_pin(check, rv))
		return verb_misused(check->words, "%s",
		    _("that certificate can only be read with its PIN: leave --no-pin out"));
	if (rv != JPKI_OK)
		return trouble_tell(rv);
	offer_ca(check, found);
	if (check->role == JPKI_SIGNATURE)
		judge_issue_on(check, found);
	return STATUS_DONE;
}

static int
read_with_pin(struct check *check, const struct found *found)
{
	struct unlock unlocking;
	int status = unlock_prepare(check->words, found, check->role, &unlocking);

	if (status == STATUS_DONE)
		status = unlock(&unlocking);
	if (status != STATUS_DONE)
		return status;
	status = read_from(check, found);
	if (status == STATUS_DONE)
		status = challenge(&unlocking, check->facts.certificate, &check->points);
	(void)jpki_logout(found->card, check->role);
	return status;
}

static int
read_card(struct check *check)
{
	struct found found;
	int status = found_card(check->words, &found);

	if (status != STATUS_DONE)
		return status;
	if (!verb_has(check->words, OPTION_NO_PIN))
		return read_with_pin(check, &found);
	points_set(&check->points, POINT_KEY, POINT_UNCHECKED,
	    text_format("%s", _("That needs the PIN (--no-pin).")));
	return read_from(check, &found);
}

/* ---------------------------------------------------------------- from a file */

/* Which key the certificate is for: as given on the command line, else by its policy. */
static void
find_role(struct check *check)
{
	if (check->words->count == 0)
		(void)policy_role(policy_of(check->facts.certificate), &check->role);
}

static void
take_first(struct check *check, const X509 *certificate)
{
	unsigned char *der = NULL;
	int length = i2d_X509(certificate, &der);

	if (length <= 0)
		out_of_memory();
	if (!facts_read(&check->facts, der, (size_t)length))
		check->facts = (struct facts){0};
	OPENSSL_free(der);
}

/* Read the first certificate of the file; the following ones may be its CA's. */
static int
read_file(struct check *check)
{
	const char *path = check->words->value[OPTION_FILE];
	struct stack_st_X509 *all = NULL;
	int status = certificate_file_read(path, &all);

	if (status != STATUS_DONE)
		return status;
	take_first(check, sk_X509_value(all, 0));
	for (int i = 1; i < sk_X509_num(all); i++)
		known_cas_offer(&check->cas, sk_X509_value(all, i));
	sk_X509_pop_free(all, X509_free);
	if (check->facts.certificate == NULL) {
		complain(_("The certificate in %s cannot be understood."), path);
		failure_code("file");
		return STATUS_FAILED;
	}
	find_role(check);
	points_set(&check->points, POINT_KEY, POINT_UNCHECKED,
	    text_format("%s", _("No card was asked (--file).")));
	return STATUS_DONE;
}

/* ---------------------------------------------------------------- revocation */

static void
not_asked(struct check *check, enum point_id id, const char *why)
{
	points_set(&check->points, id, POINT_UNAVAILABLE, text_format("%s", why));
}

/* The address from --ocsp-url, else the certificate's own. NULL if there is none: the point says
 * why. */
static char *
find_address(struct check *check)
{
	const char *given = check->words->value[OPTION_OCSP_URL];
	char *address =
	    given != NULL ? text_format("%s", given) : ocsp_address(check->facts.certificate);

	if (address == NULL)
		not_asked(check, POINT_OCSP,
		    _("The certificate names no responder. Name one with --ocsp-url."));
	else if (!http_is_address(address)) {
		not_asked(check, POINT_OCSP,
		    _("The certificate names a responder that is not one of http://."));
		text_free(&address);
	}
	return address;
}

/* Tell the person before asking: it may take a while, and others learn of the certificate. */
static void
tell_of_asking(const char *address)
{
	char *text;

	if (address == NULL || !isatty(STDERR_FILENO))
		return;
	/* TRANSLATORS: an address, http://... */
	text = text_format(_("Asking %s whether it was revoked..."), address);
	columns_text(stderr, 0, text);
	text_free(&text);
}

static void
ask_responder(struct check *check, X509 *ca)
{
	char *address = find_address(check);

	tell_of_asking(address);
	if (address != NULL)
		ocsp_check(address, check->facts.certificate, ca, &check->points);
	text_free(&address);
}

static bool
wants_ocsp(const struct words *words)
{
	return verb_has(words, OPTION_OCSP) || verb_has(words, OPTION_OCSP_URL);
}

static void
check_revocation(struct check *check, X509 *ca)
{
	const char *without_ca = _("Only its CA could tell, and that is not known.");

	if (wants_ocsp(check->words) && ca == NULL)
		not_asked(check, POINT_OCSP, without_ca);
	else if (wants_ocsp(check->words))
		ask_responder(check, ca);
	if (check->crl != NULL && ca == NULL)
		not_asked(check, POINT_CRL, without_ca);
	else if (check->crl != NULL)
		crl_check(check->crl, check->facts.certificate, ca, &check->points);
	if (!wants_ocsp(check->words) && check->crl == NULL)
		points_set(&check->points, POINT_REVOCATION, POINT_UNCHECKED,
		    text_format("%s", _("Ask with --ocsp, or with --crl FILE.")));
}

/* ---------------------------------------------------------------- the verb */

static void
print(const struct check *check)
{
	enum verdict verdict = points_verdict(&check->points);

	if (verb_has(check->words, OPTION_JSON)) {
		json_print(json_pack("{s:s, s:s, s:b, s:o}", "certificate",
		    word_of_key(check->role), "result", verdict_word(verdict), "revocation_checked",
		    points_revocation_told(&check->points), "points",
		    points_to_json(&check->points)));
		return;
	}
	columns_text(stdout, 0, points_sentence(&check->points));
	tell("\n%s\n", check->role == JPKI_SIGNATURE ? _("Certificate for digital signature")
						     : _("Certificate for user authentication"));
	points_print(&check->points);
}

static int
judge(struct check *check)
{
	static const int statuses[] = {
	    [VERDICT_VALID] = STATUS_DONE,
	    [VERDICT_NOT_VALID] = STATUS_FAILED,
	    [VERDICT_UNKNOWN] = STATUS_UNKNOWN,
	};
	struct chain chain =
	    judge_certificate(&check->facts, check->role, &check->cas, &check->points);

	check_revocation(check, chain.ca);
	print(check);
	return statuses[points_verdict(&check->points)];
}

/* Read the files that are named on the command line, so that errors in them are told before
 * anybody is asked for a PIN. */
static int
prepare(struct check *check)
{
	int status = known_cas_load(check->words, &check->cas);

	if (status == STATUS_DONE && verb_has(check->words, OPTION_CRL))
		status = crl_file_read(check->words->value[OPTION_CRL], &check->crl);
	return status;
}

static int
look(struct check *check)
{
	int status = prepare(check);

	if (status == STATUS_DONE)
		status = verb_has(check->words, OPTION_FILE) ? read_file(check) : read_card(check);
	jpki_stop();
	if (status == STATUS_DONE)
		status = judge(check);
	facts_free(&check->facts);
	points_free(&check->points);
	known_cas_free(&check->cas);
	X509_CRL_free(check->crl);
	return status;
}

static bool
fits(const struct words *words)
{
	static const enum option_id pairs[][3] = {
	    {OPTION_FILE, OPTION_READER, OPTION_NONE},
	    {OPTION_FILE, OPTION_NO_PIN, OPTION_NONE},
	    {OPTION_FILE, OPTION_PIN_FD, OPTION_NONE},
	    {OPTION_FILE, OPTION_LAST_TRY, OPTION_NONE},
	    {OPTION_OCSP, OPTION_OCSP_URL, OPTION_NONE},
	    {OPTION_NO_PIN, OPTION_PIN_FD, OPTION_NONE},
	    {OPTION_NO_PIN, OPTION_LAST_TRY, OPTION_NONE},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (!verb_one_of(words, pairs[i]))
			return false;
	return true;
}

static int
run(const struct words *words)
{
	struct check check = {.words = words, .role = JPKI_AUTHENTICATION};
	const char *url = words->value[OPTION_OCSP_URL];

	if (words->count > 0 && !key_of_word(words->word[0], &check.role))
		return verb_misused(words, _("there is no certificate \"%s\""), words->word[0]);
	if (!fits(words))
		return STATUS_USAGE;
	if (url != NULL && !http_is_address(url))
		return verb_misused(words, _("\"%s\" is no address that begins with http://"), url);
	if (check.role == JPKI_SIGNATURE && verb_has(words, OPTION_NO_PIN))
		return verb_misused(words, "%s",
		    _("that certificate can only be read with the password: leave --no-pin out"));
	return look(&check);
}

static const enum option_id options[] = {OPTION_NO_PIN, KNOWN_CA_OPTIONS, OPTION_OCSP,
    OPTION_OCSP_URL, OPTION_CRL, OPTION_FILE, UNLOCK_OPTIONS, OPTION_READER, OPTION_JSON,
    OPTION_NONE};

const struct verb verb_check = {
    .name = "check",
    .summary = N_("tell whether a certificate is valid"),
    .usage = N_("[auth|sign] [OPTION]..."),
    .about = N_("Looks at the certificate for user authentication (auth, the default) or for\n"
		"digital signature (sign): its period, the CA that has issued it, what it may be\n"
		"used for, and whether the card has its key, for which the card signs a random\n"
		"number with the PIN. Whether it was revoked is asked only with --ocsp,\n"
		"--ocsp-url or --crl; registered verifiers alone are sure to get an answer.\n"
		"The exit status is 0 if it is valid, 1 if it is not, 5 if that cannot be told."),
    .options = options,
    .words_max = 1,
    .run = run,
};
