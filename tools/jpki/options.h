/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one table of options: a row for each that a verb can have, where a new one begins.
 *
 *	OPTION(id, name, value, help)
 *
 * id: OPTION_id is its constant. value: what the value is, NULL if there is none. The texts are for
 * _(); N_() marks them.
 *
 * A file that includes this defines OPTION before, and undefines it after.
 */
OPTION(READER, "reader", N_("NAME"), N_("this reader, by its name or a part of it"))
OPTION(JSON, "json", NULL, N_("print JSON, for programs"))
OPTION(PIN_FD, "pin-fd", N_("N"), N_("read the PIN from file descriptor N, a line each"))
OPTION(LAST_TRY, "last-try", NULL, N_("ask also if only one try is left"))
OPTION(OUTPUT, "output", N_("FILE"), N_("write to this file, or with \"-\" to standard output"))
OPTION(FORCE, "force", NULL, N_("overwrite a file that is there"))
OPTION(PEM, "pem", NULL, N_("the certificate itself, PEM"))
OPTION(DER, "der", NULL, N_("the certificate itself, DER"))
OPTION(TEXT, "text", NULL, N_("all of it, as OpenSSL prints it"))
OPTION(WEAK, "weak", NULL, N_("take a new PIN that is easy to guess, too"))
OPTION(SIGN, "sign", NULL,
    N_("ask for the signature password too, to read until when that certificate is valid"))
OPTION(REMIND, "remind", NULL,
    N_("say only, without the card, what is to be renewed soon (jpki setup reminder)"))
OPTION(REMOVE, "remove", NULL, N_("undo that"))
OPTION(CHECK, "check", NULL, N_("tell what is registered, and change nothing"))
OPTION(PROFILE, "profile", N_("FOLDER"), N_("the profile's folder or name, if not the usual one"))
OPTION(
    MODULES, "modules", N_("FOLDER"), N_("where the modules are, if not where they were installed"))
OPTION(WITHOUT_OPENSC, "without-opensc", NULL,
    N_("take out OpenSC's module too, which shows the same card"))
OPTION(WITH_OPENSC, "with-opensc", NULL, N_("put OpenSC's module back as it was"))
OPTION(FIX, "fix", NULL,
    N_("mend what is in files of your own: OpenSC's module is taken out, paths are put right"))
OPTION(UNFIX, "unfix", NULL, N_("put back OpenSC's module where --fix has taken it out"))
OPTION(REPORT, "report", NULL, N_("print a text for a report of a bug, without anything about you"))
OPTION(LABELS, "labels", "en|ja", N_("name the tokens in this language; Japanese tells the PIN"))
OPTION(
    OFFICIAL, "official", N_("ID"), N_("the official extension of this name too (several: ID,ID)"))
OPTION(CA, "ca", N_("FILE"), N_("believe the CAs in this file too, PEM or DER"))
OPTION(CA_DIR, "ca-dir", N_("FOLDER"), N_("believe the CAs in the files of this folder"))
OPTION(NO_PIN, "no-pin", NULL, N_("do not ask for the PIN, and leave out what needs it"))
OPTION(
    OCSP, "ocsp", NULL, N_("ask the responder that the certificate names whether it was revoked"))
OPTION(OCSP_URL, "ocsp-url", N_("URL"), N_("ask this responder, http://..."))
OPTION(CRL, "crl", N_("FILE"), N_("look it up in this list of revoked certificates"))
OPTION(FILE, "file", N_("FILE"),
    N_("not the card's certificate, but the one in this file, PEM or DER"))
OPTION(DETACHED, "detached", NULL, N_("write the signature alone, without the file"))
OPTION(AUTH, "auth", NULL, N_("user authentication, and not digital signature"))
OPTION(CONTENT, "content", N_("FILE"), N_("the file that was signed"))
OPTION(CARD, "card", NULL,
    N_("ask the card what is not known of all cards, with one PIN, for the makers"))
