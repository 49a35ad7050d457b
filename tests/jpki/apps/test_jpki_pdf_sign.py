# SPDX-License-Identifier: BSD-2-Clause
"""jpki pdf sign, and what jpki pdf check says of the files that pdfsig signs with the card."""

import re
import signal
import subprocess

import pytest

from forger import Authority
from hanging import Hanging
from nss import CERTIFICATE, pdf_verdict
from prompt import Prompted
from samples import minimal_pdf, pdf
from signed_pdf import signed
from support import JPKI, PIN, SIGN, needs, script, wait_until, with_window

ENGLISH = {"LC_ALL": "C.UTF-8"}
PASSWORD = PIN[SIGN]
ASKED = "password for digital signature"


@pytest.fixture
def document(tmp_path):
    file = tmp_path / "契約書.pdf"
    file.write_bytes(minimal_pdf())
    return file


@pytest.fixture
def output(document):
    return document.with_name("契約書-signed.pdf")


@pytest.fixture
def run(sandbox, tmp_path):
    """jpki pdf, with the password on a descriptor. Nothing is left of what it has made aside."""
    aside = tmp_path / "aside"
    aside.mkdir()

    def start(*args, pin=PASSWORD, env=None, **options):
        said = sandbox.run("/bin/bash", "-c", 'exec "$0" pdf "${@:2}" 3<<< "$1"', JPKI, pin, *args,
                           env={**ENGLISH, "TMPDIR": aside, **(env or {})}, **options)
        assert not [*aside.iterdir()]
        return said

    return start


def test_check_likes_what_pdfsig_makes(sandbox, run, database, certificates, document, tmp_path):
    signed = tmp_path / "out.pdf"
    database(sandbox, "jpki-pkcs11-sign").pdfsig(
        "-nss-pwd", PASSWORD, "-kpw", PASSWORD, "-add-signature", "-nick", CERTIFICATE[SIGN],
        document, signed)
    said = run("check", signed, "--ca", certificates / "signature-ca.pem")
    assert "its signature is valid." in " ".join(said.split()) and "NOT OK" not in said
    assert "番号　花子" in said


def test_sign(sandbox, card, run, certificates, document, output, tmp_path):
    """One password, one signature, and pdfsig finds it valid."""
    before = document.read_bytes()
    card.mark()
    said = run("sign", document, "--pin-fd", "3")
    assert said.splitlines() == [
        "Your name, address, date of birth and sex go into the signature, with",
        "your certificate: whoever gets it can read them.", f"Wrote {output}."]
    assert card.answers("001B") == ["9000"] and len(card.events("sign")) == 1
    assert card.verified() == []
    assert document.read_bytes() == before and output.stat().st_mode & 0o777 == 0o600
    said = run("check", output, "--ca", certificates / "signature-ca.pem")
    assert "NOT OK" not in said and re.search("^Certificate +OK: the one that the signature names$",
                                              said, re.MULTILINE)
    said = pdf_verdict(sandbox, output, certificates / "signature-ca.pem", tmp_path / "verify")
    assert "Signature Validation: Signature is Valid." in said
    assert "Certificate Validation: Certificate is Trusted." in said
    assert "Total document signed" in said


def test_a_second_signature(sandbox, run, certificates, document, output, tmp_path):
    """The first one stays valid, but for online filing that is one too many."""
    run("sign", document, "--pin-fd", "3")
    both = output.with_name("both.pdf")
    said = run("sign", output, "--output", both, "--pin-fd", "3")
    assert "wants\none signature that covers the whole file" in said
    said = run("check", both, "--ca", certificates / "signature-ca.pem", status=1)
    assert said.count("OK: the file is as it was signed") == 2
    assert re.findall(r"^(\S+) +NOT OK", said, re.MULTILINE) == ["/ByteRange"]
    said = pdf_verdict(sandbox, both, certificates / "signature-ca.pem", tmp_path / "verify")
    assert said.count("Signature Validation: Signature is Valid.") == 2


@pytest.mark.parametrize("name", ["a b.pdf", "a\nb.pdf", "-x.pdf"])
def test_odd_names(run, certificates, document, tmp_path, name):
    document.rename(tmp_path / name)
    run("sign", "--pin-fd", "3", "--", name, cwd=tmp_path)
    signed_name = name.replace(".pdf", "-signed.pdf")
    said = run("check", "--ca", certificates / "signature-ca.pem", "--", signed_name, cwd=tmp_path)
    assert "its signature is valid." in " ".join(said.split())


@pytest.mark.parametrize("option", ["--linearize", "--object-streams=generate",
                                    "--force-version=2.0"])
def test_forms_of_files(run, certificates, document, output, tmp_path, option):
    needs("qpdf")
    subprocess.run(["qpdf", option, document, tmp_path / "other.pdf"], check=True)
    (tmp_path / "other.pdf").rename(document)
    run("sign", document, "--pin-fd", "3")
    said = run("check", output, "--ca", certificates / "signature-ca.pem")
    assert "its signature is valid." in " ".join(said.split())


PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Annots[4 0 R]>>"
FIELD = b"<</FT/Tx/T(name)/Type/Annot/Subtype/Widget/Rect[0 0 9 9]/P 3 0 R/V(Hanako)>>"
UNSIGNED = b"<</FT/Sig/T(sign)/Type/Annot/Subtype/Widget/Rect[0 0 9 9]/P 3 0 R>>"


def catalog(form):
    return b"<</Type/Catalog/Pages 2 0 R/AcroForm %s>>" % form


@pytest.mark.parametrize("objects", [
    [catalog(b"null"), PAGES, PAGE, FIELD],
    [catalog(b"<</Fields[]>>"), PAGES, PAGE, FIELD],
    [catalog(b"<</DR<<>>>>"), PAGES, PAGE, FIELD],
    [catalog(b"<</Fields[4 0 R]/XFA[(a)(b)]>>"), PAGES, PAGE, FIELD],
    [catalog(b"<</Fields 5 0 R>>"), PAGES, PAGE, FIELD, b"[4 0 R]"],
    [catalog(b"5 0 R"), PAGES, PAGE, FIELD, b"<</Fields[4 0 R]>>"],
    [catalog(b"5 0 R"), PAGES, PAGE, FIELD, b"<</Fields 6 0 R>>", b"[4 0 R]"],
    [catalog(b"<</SigFlags 1/Fields[4 0 R]>>"), PAGES, PAGE, UNSIGNED],
])
def test_forms(run, certificates, document, output, objects):
    """The form has the signature, and what was in it."""
    document.write_bytes(pdf(objects))
    run("sign", document, "--pin-fd", "3")
    said = run("check", output, "--ca", certificates / "signature-ca.pem")
    assert "its signature is valid." in " ".join(said.split())
    assert (b"(Hanako)" in output.read_bytes()) == (FIELD in objects)


def test_a_form_that_cannot_be_mended(sandbox, card, run, certificates, tmp_path):
    """Its signature would be lost."""
    person = Authority(tmp_path / "ca").issue()
    document = signed(tmp_path, person)
    card.mark()
    said = run("sign", document, "--pin-fd", "3", status=1)
    assert "it is signed already, and pdfsig cannot add a signature to its form" in said
    assert card.verifies() == []


def test_the_password_is_for_nobody_else(sandbox, card, document, output):
    """It is asked for by jpki, and no other program gets it: neither its arguments nor what it is
    started with hold it."""
    with Prompted(sandbox, "strace", "-f", "-v", "-s", "4096", "-e", "trace=execve", "-o",
                  document.with_name("trace"), JPKI, "pdf", "sign", document,
                  env=ENGLISH) as person:
        person.give(ASKED, PASSWORD)
        person.finish()
    trace = document.with_name("trace").read_text(errors="replace")
    assert "pdfsig" in trace and "pk12util" in trace and PASSWORD not in trace
    assert output.exists()


@pytest.mark.parametrize("arguments, said, status", [
    (["sign", "{}/none.pdf"], "No such file", 1),
    (["sign", "{}"], "this is a folder", 1),
    (["sign", "{}/text"], "this is no PDF", 1),
    (["sign", "{}/契約書.pdf", "--output", "{}/text"], "is there already", 1),
    (["sign", "{}/契約書.pdf", "--output", "{}/契約書.pdf", "--force"], "would be overwritten", 1),
    (["sign", "{}/契約書.pdf", "--output", "{}/none/x"], "No such file", 1),
    (["sign", "{}/契約書.pdf", "--json"], "--json does nothing with sign", 2),
    (["check", "{}/契約書.pdf", "--force"], "--force does nothing with check", 2),
])
def test_what_cannot_be_is_told_before_the_password(card, run, document, tmp_path, arguments, said,
                                                    status):
    (tmp_path / "text").write_text("text")
    card.mark()
    pin = ("--pin-fd", "3") if arguments[0] == "sign" else ()
    assert said in run(*(word.format(tmp_path) for word in arguments), *pin, status=status)
    assert card.verifies() == []


def test_without_pdfsig(card, run, document, tmp_path):
    (tmp_path / "bin").mkdir()
    card.mark()
    said = run("sign", document, "--pin-fd", "3", env={"PATH": tmp_path / "bin"}, status=1)
    assert "pdfsig is not installed." in said and "apt-get install poppler-utils" in said
    assert card.verifies() == []


def test_without_a_place_to_work(card, run, document):
    card.mark()
    said = run("sign", document, "--pin-fd", "3", env={"TMPDIR": "/no/where"}, status=1)
    assert "cannot write /no/where: No such file or directory" in said and card.verifies() == []


@pytest.mark.parametrize("pin, answers", [("ABC124", ["63C4"]), ("12", [])])
def test_wrong_passwords(card, run, document, output, pin, answers):
    card.mark()
    run("sign", document, "--pin-fd", "3", pin=pin, status=4)
    assert card.answers("001B") == answers and not output.exists()


@pytest.mark.parametrize("moment", ["verify+1", "sign"])
def test_the_card_is_pulled(card, run, document, output, moment):
    """Before the signature, and in it."""
    card.mark()
    card.fault("eject", moment)
    said = run("sign", document, "--pin-fd", "3", status=None)
    assert "Wrote" not in said and len(said.splitlines()) <= 5
    assert not output.exists()
    assert card.answers("001B") == ["9000"] and card.events("sign") == []


def first_in_path(sandbox, folder, text):
    """The path on which this is pdfsig."""
    made = script(folder / "bin" / "pdfsig", text)
    return f"{made.parent}:" + sandbox.run("printenv", "PATH").strip()


def test_a_program_that_fails(sandbox, run, document, output, tmp_path):
    """What it says is told, cleaned."""
    path = first_in_path(sandbox, tmp_path, "printf 'no \\033[31m luck\\n'; exit 3")
    said = run("sign", document, "--pin-fd", "3", env={"PATH": path}, status=1)
    assert "pdfsig could not do its part:\nno ?[31m luck" in said
    assert not output.exists()


@pytest.mark.parametrize("window", [1, 0])
def test_a_slow_pdfsig(sandbox, card, run, document, output, tmp_path, window):
    """A login lasts until the signature, unless the person wants to be asked for each."""
    path = first_in_path(sandbox, tmp_path, 'sleep 2\nexec /usr/bin/pdfsig "$@"')
    card.mark()
    with Prompted(sandbox, JPKI, "pdf", "sign", document,
                  env={**ENGLISH, **with_window(tmp_path, window), "PATH": path}) as person:
        person.give(ASKED, PASSWORD)
        if window == 0:
            person.give(ASKED, PASSWORD)
        person.finish()
    assert output.exists() and card.answers("001B") == ["9000"] * (2 - window)
    wait_until(lambda: card.verified() == [])


@pytest.mark.parametrize("change", ['echo "%changed" >>"$1"', 'cp "$1" "$1"2; mv "$1"2 "$1"'])
def test_a_file_that_changes_meanwhile(sandbox, card, run, document, output, tmp_path, change):
    """What is signed is what was there when the password was asked for."""
    path = first_in_path(sandbox, tmp_path,
                         f'(set -- "$CHANGED"; {change})\nexec /usr/bin/pdfsig "$@"')
    card.mark()
    said = run("sign", document, "--pin-fd", "3", env={"PATH": path, "CHANGED": document}, status=1)
    assert f"{document}: it has changed meanwhile" in said and not output.exists()
    assert card.events("sign") == []


@pytest.fixture
def hanging(sandbox, tmp_path):
    return Hanging(sandbox, tmp_path, "pdfsig")


def start(sandbox, document, aside, hanging):
    """pdfsig has been started, and hangs."""
    person = Prompted(sandbox, JPKI, "pdf", "sign", document,
                      env={**ENGLISH, "TMPDIR": aside, "PATH": hanging.path})
    person.give(ASKED, PASSWORD)
    hanging.wait()
    return person


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_it_ends_while_pdfsig_hangs(sandbox, card, document, output, tmp_path, hanging, name):
    """Nothing is left: no process, no file, no key that is open."""
    with start(sandbox, document, tmp_path, hanging) as person:
        hanging.signal(name)
        person.finish(-getattr(signal, name))
        assert hanging.is_gone() and person.echoes()
    assert not [*tmp_path.glob("jpki-*")] and not output.exists()
    wait_until(lambda: card.verified() == [])


def test_the_folder_is_in_memory(sandbox, document, tmp_path, hanging):
    """Where the person's session has one, and nothing else is said."""
    session = tmp_path / "session"
    session.mkdir(0o700)
    with Prompted(sandbox, "env", "-u", "TMPDIR", JPKI, "pdf", "sign", document,
                  env={**ENGLISH, "PATH": hanging.path, "XDG_RUNTIME_DIR": session}) as person:
        person.give(ASKED, PASSWORD)
        hanging.wait()
        assert [*session.glob("jpki-pdf-*")]
        hanging.signal("TERM")
        person.finish(-signal.SIGTERM)
    assert not [*session.glob("jpki-pdf-*")]


def test_what_a_killed_one_left_goes_with_the_next(sandbox, run, document, output, tmp_path, hanging):
    aside = tmp_path / "aside"
    others = [aside / "jpki-pdf-others", aside / "jpki-pdf-link", tmp_path / "mine" / "file"]
    others[2].parent.mkdir(0o700)
    others[2].touch()
    others[1].symlink_to(others[2].parent)
    others[0].mkdir(0o755)
    with start(sandbox, document, aside, hanging) as person:
        left = [one for one in aside.iterdir() if one not in others]
        assert len(left) == 1 and left[0].stat().st_mode & 0o777 == 0o700
        hanging.file.unlink()
        document.with_name("b.pdf").write_bytes(document.read_bytes())
        sandbox.run("bash", "-c", 'exec "$0" pdf sign "$2" --pin-fd 3 3<<< "$1"', JPKI, PASSWORD,
                    document.with_name("b.pdf"), env={"TMPDIR": aside})
        assert left[0].exists()  # it lives
        (left[0] / ".jpki-deeper").mkdir(0o700)
        (left[0] / ".jpki-deeper" / "key4.db").touch()
        hanging.signal("KILL")
        person.finish(-signal.SIGKILL)
    others[1].unlink(), others[0].rmdir()
    run("sign", document, "--pin-fd", "3")  # looks whether anything is left
    assert output.exists() and others[2].exists()


def folder(path, *files):
    path.mkdir(0o700)
    for file in files:
        (path / file).parent.mkdir(mode=0o700, exist_ok=True)
        (path / file).write_text("letter")
    return path


def test_no_folder_of_a_person_is_emptied(sandbox, document, output, tmp_path):
    """Whatever it is called; only what is marked, and has nothing else in it, was left behind."""
    aside, session = tmp_path / "aside", tmp_path / "session"
    for base in (aside, session):
        base.mkdir(0o700)
    kept = [
        folder(aside / "jpki-pdf-drafts", "letter"), folder(session / "jpki-pdf-drafts", "log"),
        folder(aside / "jpki-pdf-my_own", ".jpki-private", "log"),
        folder(aside / "jpki-pdf-letters", ".jpki-private", "log"),
        folder(aside / "jpki-pdf-abcdef", ".jpki-private", "log", "letter"),
        folder(aside / "jpki-pdf-ABCDEF", ".jpki-private", "log", "letters/log"),
        folder(aside / "jpki-pdf-abc123", ".jpki-private", "log", ".jpki-abcdef/letter"),
        folder(aside / "jpki-pdf-abc124", ".jpki-private/log"),
    ]
    before = {path: path.is_dir() or path.read_text() for one in kept for path in one.rglob("*")}
    left = [folder(base / "jpki-pdf-123456", ".jpki-private", "bundle", "log", "signed.pdf",
                   "mended.pdf", "pkcs11.txt", ".jpki-abcdef/cert9.db") for base in (aside, session)]
    sandbox.run("bash", "-c", 'exec "$0" pdf sign "$2" --pin-fd 3 3<<< "$1"', JPKI, PASSWORD,
                document, env={"TMPDIR": aside, "XDG_RUNTIME_DIR": session})
    assert output.exists() and not any(one.exists() for one in left)
    assert before == {path: path.is_dir() or path.read_text()
                      for one in kept for path in one.rglob("*")}
    assert {*aside.iterdir(), *session.iterdir()} == {*kept}
