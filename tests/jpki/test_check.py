# SPDX-License-Identifier: BSD-2-Clause
"""jpki check: what it says of a card's certificates, and of the answers of responders and lists of
revoked certificates, made by OpenSSL with the virtual card's CA."""

import datetime
import json
import re
import subprocess

import pytest

from command import columns
from prompt import ask
from support import (AUTH, COMMON, JPKI, PIN, SIGN, TIMEOUT, VCARD, listens, needs, openssl,
                     wait_until, with_window)

PORT = 8888
URL = f"http://127.0.0.1:{PORT}/"
VALID, NOT_VALID, USAGE, NO_CARD, NO_PIN, UNKNOWN = 0, 1, 2, 3, 4, 5
ASKED = "PIN for user authentication"
ASKED_SIGN = "password for digital signature"
OCSP, CRL = "Revocation (OCSP)", "Revocation (CRL)"


class Authority:
    """The card's CA, with its key: what it can say of certificates."""

    def __init__(self, state, folder, name="authentication"):
        self.folder = folder
        folder.mkdir()
        self.ca, self.ca_key = state / f"{name}-ca.pem", state / f"{name}-ca-key.pem"
        self.end, self.end_key = state / f"{name}.pem", state / f"{name}-key.pem"
        self.index = folder / "index.txt"
        self.index.touch()

    def number(self):
        return openssl("x509", "-in", self.end, "-noout", "-serial").decode().strip().split("=")[1]

    def knows(self, state="V"):
        """The certificate is in its books: "V"alid or "R"evoked."""
        revoked = "250102030405Z,keyCompromise" if state == "R" else ""
        self.index.write_text(f"{state}\t350101000000Z\t{revoked}\t{self.number()}\tunknown\t/CN=x\n")

    def responder_options(self, signer=None, key=None):
        return ["openssl", "ocsp", "-index", self.index, "-CA", self.ca, "-rsigner",
                signer or self.ca, "-rkey", key or self.ca_key]

    def issue(self, name, extensions="", days=1):
        """A certificate for somebody else; its file and that of its key."""
        key, request, made = (self.folder / f"{name}{end}" for end in ("-key.pem", ".csr", ".pem"))
        settings = self.folder / f"{name}.conf"
        settings.write_text(f"authorityKeyIdentifier = keyid\n{extensions}\n")
        openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request,
                "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.ca_key, "-days", str(days),
                "-set_serial", "77", "-extfile", settings, "-out", made)
        return made, key

    def answer(self, *options, name="answer"):
        """One answer of a responder, in a file, to a question of somebody else's."""
        question, answer = self.folder / f"{name}.req", self.folder / f"{name}.der"
        openssl("ocsp", "-issuer", self.ca, "-cert", self.end, "-reqout", question, *options)
        openssl(*self.responder_options()[1:], "-reqin", question, "-respout", answer)
        return answer

    def crl(self, *options):
        settings, made = self.folder / "ca.conf", self.folder / "crl.pem"
        settings.write_text(f"[ca]\ndefault_ca = it\n[it]\ndatabase = {self.index}\n"
                            "default_md = sha256\ndefault_crl_days = 1\n")
        openssl("ca", "-gencrl", "-config", settings, "-cert", self.ca, "-keyfile", self.ca_key,
                "-out", made, *options)
        return made


@pytest.fixture
def authority(sandbox, tmp_path):
    made = Authority(tmp_path / "state0", tmp_path / "authority")
    made.knows()
    return made


@pytest.fixture
def namesake(tmp_path):
    """Another virtual card's CA, which has the same name; its certificates are in `exported`."""
    subprocess.run([VCARD, "export", tmp_path / "exported", "--state", tmp_path / "other"],
                   stdin=subprocess.DEVNULL, timeout=TIMEOUT, check=True)
    return Authority(tmp_path / "other", tmp_path / "namesake")


@pytest.fixture
def check(sandbox, authority):
    """Runs `jpki check` without a PIN; what it says."""
    def run(*options, status=VALID):
        return sandbox.run(JPKI, "check", "--no-pin", "--ca", authority.ca, *options, status=status,
                           env={"LC_ALL": "C.UTF-8"})
    return run


def line(said, label):
    """State and reason of a point, in one line."""
    rest = said.split(f"\n{label}", 1)[1]
    lines = re.match(r"[^\n]*(\n {30,}[^\n]*)*", rest).group(0)
    return " ".join(lines.split())


def state(said, label):
    return re.match(r"OK|not OK|unknown|not checked|not available", line(said, label)).group(0)


@pytest.fixture
def responder(sandbox, tmp_path):
    """Starts a command that listens at the port, until the end of the test."""
    def start(*command):
        sandbox.spawn(tmp_path / "responder.log", *command)
        wait_until(lambda: listens(sandbox, PORT) or listens6(sandbox))
    return start


def listens6(sandbox):
    return re.search(rf":{PORT:04X} \S+ 0A ", sandbox.run("cat", "/proc/net/tcp6")) is not None


@pytest.fixture
def openssl_responder(authority, responder):
    def start(*options, signer=None, key=None):
        responder(*authority.responder_options(signer, key), "-port", PORT, *options)
    return start


@pytest.fixture
def odd_responder(responder):
    return lambda *words: responder("/usr/bin/python3", COMMON / "odd_responder.py", PORT, *words)


# ------------------------------------------------------------------ the card


def person(sandbox, authority, pins, *words, status=VALID):
    return ask(sandbox, pins, JPKI, "check", *words, "--ca", authority.ca,
               env={"LC_ALL": "C.UTF-8"}, status=status)


def test_the_card_s_certificate_is_valid(sandbox, card, authority):
    """One PIN, one signature, and the card is locked afterwards."""
    card.mark()
    said = person(sandbox, authority, [(ASKED, PIN[AUTH])])
    assert "Valid as far as the card tells; revocation was not checked." in said
    for point in ("Period", "Issued by a known CA", "Key in the card", "Key usage", "Policy"):
        assert state(said, point) == "OK"
    assert state(said, "Revocation") == "not checked"
    assert card.answers() == ["9000"] and len(card.events("sign")) == 1
    assert card.verified() == []


def test_without_the_pin_no_try_is_spent(card, check):
    card.mark()
    said = check()
    assert said.startswith("Valid as far as the certificate tells; neither its key nor revocation")
    assert state(said, "Key in the card") == "not checked"
    assert card.verifies() == [] and card.events("sign") == []


def test_a_wrong_pin_is_told(sandbox, card, authority):
    card.mark()
    said = person(sandbox, authority, [(ASKED, "9999")], status=NO_PIN)
    assert "Valid" not in said and "2" in said
    assert card.answers() == ["63C2"]


def test_the_signature_certificate(sandbox, card, tmp_path):
    authority = Authority(tmp_path / "state0", tmp_path / "authority", "signature")
    said = person(sandbox, authority, [(ASKED_SIGN, PIN[SIGN])], "sign")
    assert "that of test cards" in line(said, "Policy")
    assert state(said, "Rules of issue") == "OK"
    assert card.verified() == []


@pytest.mark.parametrize("window", ["0", "3600"])
def test_the_window_does_not_matter(sandbox, card, tmp_path, window):
    """Where a PIN is wanted for each signature, it is asked for again."""
    authority = Authority(tmp_path / "state0", tmp_path / "authority", "signature")
    card.mark()
    asked = [(ASKED_SIGN, PIN[SIGN])] * (2 if window == "0" else 1)
    said = ask(sandbox, asked, JPKI, "check", "sign", "--ca", authority.ca,
               env={"LC_ALL": "C.UTF-8", **with_window(tmp_path, window)})
    assert state(said, "Key in the card") == "OK"
    assert card.answers("001B") == ["9000"] * len(asked)
    assert card.verified() == []


def test_the_signature_certificate_needs_the_password(sandbox, authority):
    said = sandbox.run(JPKI, "check", "sign", "--no-pin", status=USAGE)
    assert "leave --no-pin out" in said


def said_where_a_pin_is_wanted(sandbox, card, moments, *words, pin=""):
    """All that is said if, of that many exchanges, one is answered that the PIN is wanted for it.
    Each time, nothing is known of the card."""
    said = []
    for moment in moments:
        card.fault("sw", moment, "6982")
        said.append(sandbox.run("setsid", "--wait", JPKI, "check", *words, status=None, input=pin,
                                env={"LC_ALL": "C.UTF-8", "XDG_CACHE_HOME": "/dev/null"}))
        card.clear_faults()
    return said


def test_a_certificate_that_needs_the_pin(sandbox, card):
    """As that of a phone may: without the PIN, trying again is of no use."""
    said = said_where_a_pin_is_wanted(sandbox, card, range(5, 14), "--no-pin")
    assert any("only be read with its PIN: leave --no-pin out" in one for one in said), said
    assert not any("Try again" in one for one in said), said


def test_a_certificate_to_compare_with_that_needs_its_pin(sandbox, card):
    said = said_where_a_pin_is_wanted(sandbox, card, range(20, 25), "sign", "--pin-fd", "0",
                                      pin=f"{PIN[SIGN]}\n")
    told = [line(one, "Rules of issue") for one in said if "Rules of issue" in one]
    assert any(one.endswith("is to be read only with its PIN.") for one in told), said
    assert not any("There is no certificate" in one for one in told), said


def test_a_ca_that_nobody_has_named_is_unknown(jpki):
    """The card has its certificate too, and is not believed."""
    said = jpki("check", "--no-pin", status=UNKNOWN)
    assert said.startswith("It cannot be told whether it is valid.")
    assert state(said, "Issued by a known CA") == "unknown"
    said = jpki("check", "--no-pin", "--ocsp", status=UNKNOWN)
    assert state(said, OCSP) == "not available"


def test_another_ca_of_the_same_name_is_not_it(jpki, namesake, tmp_path):
    said = jpki("check", "--no-pin", "--ca-dir", tmp_path / "exported", status=UNKNOWN)
    assert state(said, "Issued by a known CA") == "unknown"


def test_another_key_in_the_card_is_not_valid(sandboxes, tmp_path):
    """The certificate is right, the card signs with another key."""
    sandbox = sandboxes("--quirk", "signature=other-key")
    authority = Authority(tmp_path / "state0", tmp_path / "authority")
    said = person(sandbox, authority, [(ASKED, PIN[AUTH])], status=NOT_VALID)
    assert "Not valid." in said
    assert state(said, "Key in the card") == "not OK"


def test_json(sandbox, authority):
    said = json.loads(sandbox.run(JPKI, "check", "--no-pin", "--ca", authority.ca, "--json"))
    assert (said["certificate"], said["result"], said["revocation_checked"]) == (
        "auth", "valid", False)
    assert {row["point"]: row["state"] for row in said["points"]} == {
        "period": "ok", "chain": "ok", "key": "not-checked", "key-usage": "ok", "policy": "ok",
        "revocation": "not-checked"}


def check_help(sandbox, locale):
    return "".join(sandbox.run(JPKI, "help", "check", env={**locale, "LANGUAGE": language})
                   for language in ("en", "ja"))


@pytest.mark.parametrize("moment, words, status", [
    (1, ["--no-pin"], NO_CARD), ("verify", [], None), ("verify+1", [], None),
    ("verify+3", [], None)])
def test_the_card_is_pulled(sandbox, card, authority, tmp_path, moment, words, status):
    """A sentence, no hang, and nothing that looks like a verdict."""
    (tmp_path / "pin").write_text(f"{PIN[AUTH]}\n")
    card.fault("eject", moment)
    command = [JPKI, "check", "--ca", authority.ca, *words]
    if not words:
        command = ["sh", "-c", 'exec "$@" --pin-fd 3 3<"$0"', tmp_path / "pin", *command]
    said = sandbox.run(*command, status=status, env={"LC_ALL": "C.UTF-8"})
    assert sandbox.status == NO_CARD
    assert re.search("jpki: (The card was taken out meanwhile|There is no card in the reader)", said)
    assert "alid" not in said


def test_japanese_fits_the_screen(sandbox, authority, some_locale):
    said = sandbox.run(JPKI, "check", "--no-pin", "--ca", authority.ca, "--ocsp", status=UNKNOWN,
                       env=some_locale)
    assert said.startswith("有効かどうか確認できませんでした。")
    assert max(columns(row) for row in said.splitlines()) <= 80
    assert max(columns(row) for row in check_help(sandbox, some_locale).splitlines()) <= 80


@pytest.mark.alike
@pytest.mark.parametrize("words, status, expected", [
    (["auth-ca"], USAGE, "there is no certificate"),
    (["--ocsp-url", "https://127.0.0.1/"], USAGE, "begins with http://"),
    (["--ocsp-url", "http://127.0.0.1/\r\nX: y"], USAGE, "begins with http://"),
    (["--ocsp-url", ""], USAGE, "needs a value"),
    (["--ca", "/nowhere"], NOT_VALID, "cannot be read"),
    (["--ca", "/etc/passwd"], NOT_VALID, "There is no certificate"),
    (["--ca", "/dev/zero"], NOT_VALID, "is not a file"),
    (["--ca-dir", "/nowhere"], NOT_VALID, "cannot be read"),
    (["--ca-dir", "/proc/self/fdinfo"], NOT_VALID, "There is no certificate"),
    (["--crl", "/etc/passwd"], NOT_VALID, "There is no list"),
    (["--file", "/etc/passwd"], NOT_VALID, "There is no certificate"),
    (["--file", "/etc/passwd", "--reader", "x"], USAGE, "exclude"),
    (["--no-pin", "--pin-fd", "0"], USAGE, "exclude"),
    (["--ocsp", "--ocsp-url", URL], USAGE, "exclude"),
])
def test_what_is_wrong_is_told_before_the_card_is_asked(jpki, card, words, status, expected):
    card.mark()
    assert expected in jpki("check", *words, status=status)
    assert card.exchanges() == 0


# ------------------------------------------------------------------ a file


def check_file(sandbox, file, *options, status=VALID):
    return sandbox.run(JPKI, "check", "--file", file, *options, status=status,
                       env={"LC_ALL": "C.UTF-8"})


def test_a_file_needs_no_card(sandboxes, tmp_path):
    sandbox = sandboxes("--no-service")
    for name in ("authentication", "signature"):
        authority = Authority(tmp_path / "state0", tmp_path / name, name)
        said = check_file(sandbox, authority.end, "--ca", authority.ca)
        assert state(said, "Policy") == "OK"
        der = tmp_path / f"{name}.der"
        openssl("x509", "-in", authority.end, "-outform", "DER", "-out", der)
        assert check_file(sandbox, der, "--ca", authority.ca) == said


def test_what_is_not_jpki_s_is_not_valid(sandbox, authority):
    made, _ = authority.issue("somebody", "keyUsage = critical, keyEncipherment")
    said = check_file(sandbox, made, "--ca", authority.ca, status=NOT_VALID)
    assert state(said, "Issued by a known CA") == "OK"
    assert state(said, "Key usage") == state(said, "Policy") == "not OK"
    said = check_file(sandbox, authority.ca, "--ca", authority.ca, status=NOT_VALID)
    assert "of a CA, not of a person" in line(said, "Issued by a known CA")


def test_a_certificate_for_another_use(sandbox, authority):
    made, _ = authority.issue("somebody", "keyUsage = critical, digitalSignature\n"
                              "extendedKeyUsage = critical, serverAuth")
    said = check_file(sandbox, made, "--ca", authority.ca, status=NOT_VALID)
    assert line(said, "Key usage") == "not OK It is for other uses only (extendedKeyUsage)."


def test_one_s_own_ca_in_the_file_is_not_believed(sandbox, authority, tmp_path):
    both = tmp_path / "both.pem"
    both.write_bytes(authority.end.read_bytes() + authority.ca.read_bytes())
    said = check_file(sandbox, both, status=UNKNOWN)
    assert state(said, "Issued by a known CA") == "unknown"


# ------------------------------------------------------------------ OCSP


@pytest.mark.parametrize("known, status, first, expected", [
    ("V", VALID, "Valid; whether its key is in a card was not checked.",
     r"OK not revoked, as of ....-..-.. ..:..:.. \(Japan time\)"),
    ("R", NOT_VALID, "Not valid.",
     r"not OK revoked since 2025-01-02 12:04:05 \(Japan time\) \(keyCompromise\)"),
    (None, UNKNOWN, "It cannot be told", "unknown The responder does not know this certificate.")])
def test_what_the_responder_knows(check, authority, openssl_responder, known, status, first, expected):
    if known:
        authority.knows(known)
    else:
        authority.index.write_text("")
    openssl_responder()
    said = check("--ocsp-url", URL, status=status)
    assert said.startswith(first) and re.fullmatch(expected, line(said, OCSP))


def test_all_of_it_is_valid(sandbox, authority, openssl_responder):
    openssl_responder()
    said = person(sandbox, authority, [(ASKED, PIN[AUTH])], "--ocsp-url", URL)
    assert "\nValid.\n" in said


def test_the_address_in_the_certificate(sandboxes, tmp_path, issued):
    sandbox = sandboxes(f"--vcard-option=--ocsp-address={URL}")
    authority = Authority(tmp_path / "state0", tmp_path / "authority")
    authority.knows()
    sandbox.spawn(tmp_path / "log", *authority.responder_options(), "-port", PORT)
    wait_until(lambda: listens(sandbox, PORT) or listens6(sandbox))
    said = sandbox.run(JPKI, "check", "--no-pin", "--ca", authority.ca, "--ocsp",
                       env={"LC_ALL": "C.UTF-8"})
    assert state(said, OCSP) == "OK"


def test_a_certificate_without_an_address(check):
    said = check("--ocsp", status=UNKNOWN)
    assert "The certificate names no responder." in line(said, OCSP)


@pytest.mark.parametrize("digest", ["md5", "sha1"])
def test_an_answer_that_may_be_forged(check, openssl_responder, digest):
    openssl_responder("-rmd", digest)
    said = check("--ocsp-url", URL, status=UNKNOWN)
    assert state(said, OCSP) == "not available" and "it may be forged" in line(said, OCSP)


def test_a_signer_who_may_not(check, authority, openssl_responder):
    """Any holder of a card has a certificate of the CA."""
    openssl_responder(signer=authority.end, key=authority.end_key)
    said = check("--ocsp-url", URL, status=UNKNOWN)
    assert "signed by somebody who may not" in line(said, OCSP)


def test_stale(check, authority, responder):
    """The responder's clock is ten minutes slow, and its answers are good for two."""
    needs("faketime")
    responder("faketime", "-f", "-10m", *authority.responder_options(), "-port", PORT, "-nmin", "2")
    said = check("--ocsp-url", URL, status=UNKNOWN)
    assert "not current" in line(said, OCSP)


@pytest.mark.parametrize("about, nonce, status, begins, expected", [
    # a good answer to somebody else's question, with a nonce of its own
    ("it", "-nonce", UNKNOWN, "not available", "it was replayed"),
    # many responders do not know it; the answer is current all the same
    ("it", "-no_nonce", VALID, "OK", "does not repeat our nonce"),
    ("another", "-no_nonce", UNKNOWN, "not available", "about another certificate")])
def test_answers_to_others(check, authority, odd_responder, about, nonce, status, begins, expected):
    if about == "another":
        authority.end, _ = authority.issue("somebody")
    odd_responder("file", authority.answer(nonce))
    said = line(check("--ocsp-url", URL, status=status), OCSP)
    assert said.startswith(begins) and expected in said


def test_the_longest_end_in_japanese_is_one_line(sandbox, authority, some_locale):
    """That of a month and a day of two digits."""
    now = datetime.datetime.now(datetime.timezone.utc)
    days = (datetime.datetime(now.year + 1, 12, 15, tzinfo=datetime.timezone.utc) - now).days
    made, _ = authority.issue("somebody", days=days)
    said = sandbox.run(JPKI, "check", "--file", made, "--ca", authority.ca, status=None, env=some_locale)
    assert re.search(r" \d+年12月1\d日 \d+:\d\d:\d\d \(日本時間\) まで$", said, re.MULTILINE), said


def test_a_missing_nonce_in_japanese(sandbox, authority, odd_responder, some_locale):
    odd_responder("file", authority.answer("-no_nonce"))
    said = sandbox.run(JPKI, "check", "--no-pin", "--ca", authority.ca, "--ocsp-url", URL,
                       env=some_locale)
    assert re.search(r"\(日本時間\)時点で失効していません。回答に", re.sub(r"\s", "", said)), said


@pytest.mark.parametrize("error, words", [
    (6, "has refused to answer (unauthorized): revocation data is given to registered verifiers "
        "only."),
    (1, "does not take the question (malformedrequest)."),
    (5, "does not take the question (sigrequired)."),
    (2, "cannot answer now (internalerror): try later."),
    (3, "cannot answer now (trylater): try later.")])
def test_an_error_is_no_answer(check, odd_responder, tmp_path, error, words):
    (tmp_path / "error.der").write_bytes(bytes([0x30, 3, 10, 1, error]))
    odd_responder("file", tmp_path / "error.der")
    said = check("--ocsp-url", URL, status=UNKNOWN)
    assert state(said, OCSP) == "not available"
    assert line(said, OCSP).endswith(f"The responder {words}")


@pytest.mark.alike
@pytest.mark.parametrize("way, expected", [
    ("garbage", "no answer of a responder"), ("garbage-body", "no answer of a responder"),
    ("page", "no answer of a responder"), ("forbidden", "has refused"),
    ("unauthorized", "has refused"), ("failing", "cannot answer now (HTTP): try later."),
    ("nowhere", "no answer of a responder"),
    ("elsewhere", "no answer of a responder"), ("mute", "not answered in time"),
    ("hangs-up", "no answer of a responder"), ("endless-head", ""),
    ("endless-line", ""), ("endless-body", ""), ("drips", "not answered in time")])
def test_odd_answers(check, odd_responder, way, expected):
    odd_responder(way)
    said = check("--ocsp-url", URL, status=UNKNOWN)
    assert line(said, OCSP).startswith("not available") and expected in line(said, OCSP)


def test_it_is_told_which_name_is_meant(check, odd_responder, tmp_path):
    """Many responders share an address."""
    odd_responder("forbidden", "/dev/null", tmp_path / "asked")
    check("--ocsp-url", f"http://localhost:{PORT}/a/b", status=UNKNOWN)
    asked = (tmp_path / "asked").read_bytes()
    assert asked.startswith(b"POST /a/b HTTP/1.0\r\n")
    assert f"\r\nHost: localhost:{PORT}\r\n".encode() in asked


def test_nobody_is_there(check):
    said = check("--ocsp-url", URL, status=UNKNOWN)
    assert line(said, OCSP) == "not available The responder cannot be reached."


# ------------------------------------------------------------------ CRL


@pytest.mark.parametrize("form", ["-outform=PEM", "-outform=DER", "-text"])
def test_not_in_the_list(check, authority, tmp_path, form):
    """Also with text before it, as OpenSSL itself writes it."""
    authority.index.write_text("")
    made = tmp_path / "crl"
    made.write_bytes(openssl("crl", "-in", authority.crl(), *form.split("=")))
    assert line(check("--crl", made), CRL).startswith("OK not revoked, as of ")


@pytest.mark.parametrize("form", ["PEM", "DER"])
@pytest.mark.parametrize("more", ["list", "text", "blank"])
def test_one_list_only(check, authority, tmp_path, form, more):
    """What is passed over may tell that the certificate was revoked."""
    behind = b" \n\n" if more == "blank" else b"Another list:\n"
    if more == "list":
        authority.knows("R")
        behind = openssl("crl", "-in", authority.crl(), "-outform", form)
    authority.index.write_text("")
    made = tmp_path / "crl"
    made.write_bytes(openssl("crl", "-in", authority.crl(), "-outform", form) + behind)
    said = check("--crl", made, status=VALID if more == "blank" else NOT_VALID)
    if more == "blank":
        assert state(said, CRL) == "OK"
    else:
        assert "Name a file that holds one list (CRL) and nothing else." in said


@pytest.mark.parametrize("times, more", [
    ((), ""),
    (("-crl_lastupdate", "20250110000000Z", "-crl_nextupdate", "20250201000000Z"),
     " (by a list that is out of date)")])
def test_in_the_list(check, authority, times, more):
    """A revocation does not end."""
    authority.knows("R")
    said = check("--crl", authority.crl(*times), status=NOT_VALID)
    assert line(said, CRL) == f"not OK revoked since 2025-01-02 12:04:05 (Japan time){more}"


@pytest.mark.parametrize("options, reason", [
    (("-crl_lastupdate", "20250101000000Z", "-crl_nextupdate", "20250201000000Z"), "not current"),
    (("-crl_lastupdate", "20990101000000Z", "-crl_nextupdate", "20990201000000Z"), "not current"),
    (("-md", "md5"), "it may be forged"), (("-md", "sha1"), "it may be forged")])
def test_a_list_that_is_not_believed(check, authority, options, reason):
    said = check("--crl", authority.crl(*options), status=UNKNOWN)
    assert state(said, CRL) == "not available" and reason in line(said, CRL)


def test_the_list_of_another_ca(check, authority, tmp_path):
    other = Authority(tmp_path / "state0", tmp_path / "signature", "signature")
    said = check("--crl", other.crl(), status=UNKNOWN)
    assert "another CA's" in line(said, CRL)


def test_an_answer_and_a_list(check, authority, openssl_responder):
    """What one of them says is not outweighed by the other."""
    crl = authority.crl()
    authority.knows("R")
    openssl_responder()
    said = check("--crl", crl, "--ocsp-url", URL, status=NOT_VALID)
    assert state(said, CRL) == "OK" and state(said, OCSP) == "not OK"
