# SPDX-License-Identifier: BSD-2-Clause
"""jpki sign: signatures of files that OpenSSL accepts, and what is said where there are none."""

import hashlib
import os
import re

import pytest

from command import LITTLE, MEASURED
from prompt import Prompted
from support import JPKI, PIN, SIGN, needs, openssl, wait_until, with_window

ENGLISH = {"LC_ALL": "C.UTF-8"}
PASSWORD = PIN[SIGN]
ASKED = "password for digital signature"
MIB = 1 << 20


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "files"
    made.mkdir()
    return made


@pytest.fixture
def files(folder):
    """Some that are to be signed; one is empty, one has a name that is not English."""
    made = [folder / "a.bin", folder / "契約書.txt", folder / "empty"]
    made[0].write_bytes(os.urandom(300000))
    made[1].write_text("甲は乙に\n", encoding="utf-8")
    made[2].write_bytes(b"")
    return made


class Signer:
    """Runs jpki sign in a sandbox with the password on a descriptor; what it said is in `said`."""

    def __init__(self, sandbox):
        self.sandbox = sandbox

    def __call__(self, *args, pin=PASSWORD, status=0, env=None):
        command = 'pin=$1; shift; exec "$@" 3<<< "$pin"'
        self.said = self.sandbox.run("bash", "-c", command, "sh", pin, JPKI, "sign", "--pin-fd", "3",
                                     *args, env={**ENGLISH, **(env or {})}, status=status)
        return self.said


@pytest.fixture
def sign(sandbox):
    return Signer(sandbox)


def verify(signature, authority, *args):
    """OpenSSL's own check; what was signed."""
    out = signature.parent / "content"
    openssl("cms", "-verify", "-binary", "-cades", "-purpose", "any", "-inform", "DER", "-in",
            signature, "-CAfile", authority, "-out", out, *args)
    return out.read_bytes()


def of(file, ending):
    return file.with_name(file.name + ending)


def left(folder):
    return sorted(file.name for file in folder.iterdir())


def test_attached(sign, card, files, certificates):
    """One password, and the card is locked again."""
    card.mark()
    assert sign(*files).splitlines() == [
        "Your name, address, date of birth and sex go into the signature, with",
        "your certificate: whoever gets it can read them.",
        *(f"Wrote {file}.p7m." for file in files)]
    assert card.answers("001B") == ["9000"]
    assert card.verified() == []
    for file in files:
        assert verify(of(file, ".p7m"), certificates / "signature-ca.pem") == file.read_bytes()
        assert of(file, ".p7m").stat().st_mode & 0o777 == 0o600


def test_detached(sign, card, files, certificates):
    sign("--detached", *files)
    for file in files:
        signature = of(file, ".p7s")
        verify(signature, certificates / "signature-ca.pem", "-content", file)
        assert signature.stat().st_size < 5000


def test_with_the_other_key(sign, card, files, certificates):
    card.mark()
    said = sign("--auth", files[0], "--output", of(files[0], ".sig"), pin="1234")
    assert said == f"Wrote {files[0]}.sig.\n"
    assert card.answers("0018") == ["9000"]
    verify(of(files[0], ".sig"), certificates / "authentication-ca.pem")


def test_it_is_cades(sign, files, certificates):
    """The signed attributes, and the signer's certificate in one of them."""
    sign("--detached", files[0])
    said = openssl("cms", "-cmsout", "-print", "-inform", "DER", "-in",
                   of(files[0], ".p7s")).decode()
    signed = said[said.index("signedAttrs"):said.index("unsignedAttrs")]
    assert re.findall(r"object: (\S+)", signed) == [
        "contentType", "signingTime", "messageDigest", "id-smime-aa-signingCertificateV2"]
    der = openssl("x509", "-in", certificates / "signature.pem", "-outform", "DER")
    assert hashlib.sha256(der).hexdigest().upper() in signed
    held = openssl("pkcs7", "-inform", "DER", "-in", of(files[0], ".p7s"), "-print_certs")
    assert held.count(b"BEGIN CERTIFICATE") == 2
    assert "algorithm: sha256" in said and "SHA1" not in said.upper()


@pytest.mark.alike
@pytest.mark.parametrize("arguments, said", [
    (["a.bin", "--output", "契約書.txt"], "{}/契約書.txt is there already."),
    (["a.bin", "契約書.txt", "a.bin"], "{}/a.bin.p7m: two of the files would become this one"),
    (["a.bin", "../files/a.bin"], "{}/../files/a.bin.p7m: two of the files would become this one"),
    (["a.bin", "--output", "a.bin", "--force"],
     "{}/a.bin: this is to be signed, and would be overwritten"),
    (["a.bin", "."], "{}/.: this is a folder; only a file can be signed"),
    (["a.bin", "pipe"], "{}/pipe: this is not a regular file"),
    (["none"], "{}/none: No such file or directory"),
    (["a.bin", "--output", "none/x"], "{}/none/x: No such file or directory"),
])
def test_what_cannot_be_is_told_before_the_password(sign, card, files, folder, arguments, said):
    os.mkfifo(folder / "pipe")
    before = left(folder)
    card.mark()
    words = [word if word.startswith("--") else folder / word if word != "." else f"{folder}/."
             for word in arguments]
    words = [str(word) for word in words]
    lines = sign(*words, status=1).splitlines()
    assert lines[0] == "jpki: " + said.format(folder)
    assert card.verifies() == [] and left(folder) == before


def test_links_to_one_file(sign, card, files, folder):
    """Neither of two signatures replaces the other one, nor a file that is to be signed."""
    links = [of(file, ".p7m") for file in files]
    links[1].symlink_to(links[0])
    links[2].symlink_to(links[1])
    card.mark()
    assert "is not a regular file" in sign(*files[:2], "--force", status=1)
    links[0].write_text("old")
    said = "two of the files would become this one"
    assert f"jpki: {links[1]}: {said}\n" in sign(*files[:2], "--force", status=1)
    assert f"jpki: {links[2]}: {said}\n" in sign(*files[1:], "--force", status=1)
    assert card.verifies() == [] and links[0].read_text() == "old"


@pytest.mark.parametrize("words", ['/proc/self/status --output "$1"', '- --output "$1" <$s',
                                   '--detached - --output "$1" <$s'])
def test_a_file_without_a_size(sandbox, card, folder, words):
    """The system makes it while it is read: it is not signed as an empty one."""
    card.mark()
    said = shell(sandbox, f's=/proc/self/status; "$jpki" sign --pin-fd 3 {words} 3<<<"$password"',
                 folder / "x", status=1)
    assert "the system does not tell its size: copy it, and use the copy\n" in said
    assert card.verifies() == [] and left(folder) == []


def test_misused(sign, files):
    assert "a file is missing" in sign(status=2)
    assert "for one file alone" in sign(*files, "--output", "x", status=2)


def test_force(sign, files, certificates):
    old = of(files[0], ".p7m")
    old.write_text("old")
    sign(files[0], status=1)
    assert old.read_text() == "old"
    sign(files[0], "--force")
    verify(old, certificates / "signature-ca.pem")


@pytest.mark.parametrize("pin, answers, said", [
    ("ABC124", ["63C4"], "That has cost a try. Tries left: 4 of 5."),
    ("abc123", ["9000"], "Wrote"),
    ("1234", [], "No try was spent. Tries left: 5 of 5."),
])
def test_passwords(sign, card, files, folder, pin, answers, said):
    card.mark()
    assert said in sign(files[0], pin=pin, status=None)
    assert sign.sandbox.status == (0 if said == "Wrote" else 4)
    assert card.answers("001B") == answers
    assert of(files[0], ".p7m").exists() == (said == "Wrote")


@pytest.mark.parametrize("moment", [1, 5, "sign", "sign+1", "sign+2"])
def test_the_card_is_pulled(sign, card, files, folder, moment):
    """At an exchange counted from the first, or from the first signature. Nothing is written, of none
    of the files."""
    before = left(folder)
    card.fault("eject", moment)
    said = sign(*files, status=None)
    assert sign.sandbox.status == 3, said
    assert re.search("jpki: (The card was taken out meanwhile|There is no card in the reader)", said)
    assert "Wrote" not in said and len(said.splitlines()) <= 6
    assert left(folder) == before
    assert card.tries("signature") == 5


def test_one_password_is_for_all_files_however_long_they_take(sandbox, card, files, sign,
                                                              certificates, tmp_path):
    """Each signature takes longer than the key stays open after a login of another program."""
    card("delay", "signature", "1500000")
    card.mark()
    sign(*files, env=with_window(tmp_path, 1))
    assert card.answers("001B") == ["9000"]
    assert card.verified() == []
    for file in files:
        verify(of(file, ".p7m"), certificates / "signature-ca.pem")


def test_a_card_that_was_locked_meanwhile_wants_the_password_again(sandbox, card, files,
                                                                   certificates):
    """It loses its power as the second file is to be signed."""
    card.mark()
    card.fault("power-loss", "sign+1")
    with Prompted(sandbox, JPKI, "sign", *files[:2], env=ENGLISH) as person:
        person.give(ASKED, PASSWORD)
        person.wait_for("1 of 2 files are signed.")
        person.give(ASKED, PASSWORD)
        person.finish()
    assert card.answers("001B") == ["9000", "9000"]
    for file in files[:2]:
        verify(of(file, ".p7m"), certificates / "signature-ca.pem")


def test_a_password_for_each_signature(sandbox, card, files, certificates, tmp_path):
    with Prompted(sandbox, JPKI, "sign", *files[:2],
                  env=ENGLISH | with_window(tmp_path, 0)) as person:
        for _ in range(3):
            person.give(ASKED, PASSWORD)
        person.finish()
    assert {entry.sw for entry in card.verifies()} == {"9000"}
    for file in files[:2]:
        verify(of(file, ".p7m"), certificates / "signature-ca.pem")


@pytest.mark.parametrize("form", [(), ("--detached",)])
def test_a_large_file_needs_no_memory(sandbox, card, folder, certificates, form):
    large = folder / "large"
    with open(large, "wb") as file:
        file.truncate(256 * MIB)
    output = folder / "signature"
    said = shell(sandbox, '/usr/bin/python3 -c "$1" "$jpki" sign --pin-fd 3 "${@:2}" 3<<<"$password"',
                 MEASURED, *form, large, "--output", output)
    assert int(said.split()[-1]) < LITTLE, said
    if form:
        verify(output, certificates / "signature-ca.pem", "-content", large)
    else:
        head = output.open("rb").read(100)
        assert output.stat().st_size > 256 * MIB and head[0] == 0x30


def shell(sandbox, script, *args, status=0):
    """A line of a shell: $jpki is the program, descriptor 3 has the password."""
    return sandbox.run("bash", "-c", f'jpki=$0 password=$1; shift; {script}', JPKI, PASSWORD, *args,
                       env=ENGLISH, status=status)


def test_through_pipes(sandbox, card, files, folder, certificates):
    """Nothing but the signature is on standard output."""
    output = folder / "signature"
    shell(sandbox, 'cat "$1" | "$jpki" sign --detached - --pin-fd 3 3<<<"$password" 2>/dev/null >"$2"',
          files[0], output)
    verify(output, certificates / "signature-ca.pem", "-content", files[0])
    said = shell(sandbox, 'cat "$1" | "$jpki" sign --detached - --output "$2" --force --pin-fd 3 '
                 '3<<<"$password"', files[1], output)
    assert f"Wrote {output}.\n" in said
    verify(output, certificates / "signature-ca.pem", "-content", files[1])
    shell(sandbox, '"$jpki" sign "$1" --output - --pin-fd 3 3<<<"$password" 2>/dev/null | cat >"$2"',
          files[0], output)
    assert verify(output, certificates / "signature-ca.pem") == files[0].read_bytes()
    shell(sandbox, '"$jpki" sign - --pin-fd 3 3<<<"$password" <"$1" 2>/dev/null | cat >"$2"', files[0],
          output)
    assert verify(output, certificates / "signature-ca.pem") == files[0].read_bytes()
    shell(sandbox, '(read -r -N 1000 _; "$jpki" sign - --pin-fd 3 3<<<"$password") <"$1" '
          '2>/dev/null >"$2"', files[1], output)
    assert verify(output, certificates / "signature-ca.pem") == b""  # what another has left
    assert left(folder) == sorted([*(file.name for file in files), "content", "signature"])


def test_a_person_is_asked_though_a_pipe_has_the_file(sandbox, card, files, certificates):
    output = of(files[0], ".p7s")
    with Prompted(sandbox, "sh", "-c", 'cat "$1" | "$0" sign --detached - >"$2"', JPKI, files[0], output,
                  env=ENGLISH) as person:
        person.give(ASKED, PASSWORD)
        person.finish()
    verify(output, certificates / "signature-ca.pem", "-content", files[0])


def test_a_pipe_needs_no_memory(sandbox, card, folder, certificates):
    output = folder / "signature"
    said = shell(sandbox, 'head -c 200M /dev/zero | /usr/bin/python3 -c "$1" "$jpki" sign --detached - '
                 '--output "$2" --pin-fd 3 3<<<"$password"',
                 MEASURED, output)
    assert int(said.split()[-1]) < LITTLE, said
    said = shell(sandbox, 'head -c 200M /dev/zero | "$jpki" verify "$1" --content - --ca "$2"', output,
                 certificates / "signature-ca.pem")
    assert said.startswith("The signature is valid.") and "Signed file: standard input\n" in said


@pytest.mark.alike
@pytest.mark.parametrize("script, said, status", [
    ('cat "$1" | "$jpki" sign -', "can only be signed with --detached", 1),
    ('cat "$1" | "$jpki" sign --detached - "$1"', "can only be signed alone", 2),
    ('"$jpki" sign --detached - --pin-fd 0 <"$1"', "cannot be both the file and the PIN", 2),
    ('"$jpki" sign --detached - <&-', "standard input: Bad file descriptor", 1),
    ('"$jpki" sign --detached - <"${1%/*}"', "standard input: this is a folder", 1),
    ('"$jpki" sign --detached - --output "$1" --force <"$1"', "would be overwritten", 1),
    ('"$jpki" verify - --content - <"$1"', "cannot be both the signature and the file", 2),
    ('cat "$1" | "$jpki" verify -', "standard input: this is no signature", 1),
    ('head -c 300M /dev/zero | "$jpki" verify -', "there is too much of it", 1),
])
def test_what_cannot_be_with_pipes(sandbox, card, files, script, said, status):
    card.mark()
    assert said in shell(sandbox, script, files[0], status=status)
    assert card.verifies() == []


@pytest.mark.parametrize("form", ["", "--detached"])
def test_no_signature_where_standard_output_is_closed(sandbox, card, files, folder, form):
    """Nor is the password asked for, nor anything written to what is open instead."""
    card.mark()
    said = shell(sandbox, f'"$jpki" sign "$1" {form} --output - --pin-fd 3 3<<<"$password" >&-',
                 files[0], status=1)
    assert said == "jpki: cannot write standard output: Bad file descriptor\n"
    assert card.verifies() == [] and left(folder) == sorted(file.name for file in files)


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-"])
def test_closed_streams(sandbox, card, files, certificates, closed):
    """What is said goes nowhere, and not to the card's service."""
    said = shell(sandbox, f'"$jpki" sign "$1" --force --pin-fd 3 3<<<"$password" {closed}', files[0])
    assert f"Wrote {of(files[0], '.p7m')}.\n" in said
    verify(of(files[0], ".p7m"), certificates / "signature-ca.pem")
    shell(sandbox, f'"$jpki" sign "$1" --pin-fd 3 3<<<"$password" {closed}', files[0], status=1)
    shell(sandbox, f'"$jpki" sign "$1" --pin-fd 3 3<<<"ABC124" {closed}', files[1], status=4)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_nothing_else_is_opened_as_a_closed_stream(sandbox, tmp_path, closed):
    needs("strace")
    shell(sandbox, f'strace -f -e trace=socket,openat -o "$1" bash -c \'exec "$@" {closed}\' sh '
          '"$jpki" status', tmp_path / "trace", status=None)
    said = (tmp_path / "trace").read_text()
    said = said[said.rindex('"/dev/null"'):]
    assert "socket(" in said and not re.search(r" = [012]$", said[said.index("\n"):], re.MULTILINE)


@pytest.mark.alike
@pytest.mark.parametrize("words", ["status", "status --json", "cert auth", "cert auth --der",
                                   "doctor", "help", "--version"])
@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_what_cannot_be_said(sandbox, words, closed):
    """It is told by the status."""
    said = shell(sandbox, f'"$jpki" {words} {closed}; echo "$?"')
    assert said.splitlines()[-1] == "1"


def test_terminals_get_no_signature(sandbox, card, files):
    for words in (["-"], [files[0], "--output", "-"]):
        with Prompted(sandbox, JPKI, "sign", "--detached", *words, env=ENGLISH) as person:
            assert "would garble the terminal" in person.finish(2)
    with Prompted(sandbox, JPKI, "sign", "--detached", "-", "--output", "x", env=ENGLISH) as person:
        assert "standard input: this is a terminal" in person.finish(1)
    assert card.verifies() == []


def test_the_bar_is_for_terminals(sandbox, card, folder):
    large = folder / "large"
    with open(large, "wb") as file:
        file.truncate(64 * MIB)
    with Prompted(sandbox, JPKI, "sign", large, env=ENGLISH) as person:
        person.wait_for("Reading")
        person.wait_for("100 %")
        person.give(ASKED, PASSWORD)
        person.wait_for("Writing")
        shown = person.finish()
    assert max(len(line) for line in re.split(r"[\r\n]", shown) if "%" in line) <= 80
    assert "%" not in Signer(sandbox)(large, "--force")


def test_ctrl_c_leaves_nothing(sandbox, card, folder):
    """While it is written, which a file system that is full of holes makes no faster."""
    large = folder / "large"
    with open(large, "wb") as file:
        file.truncate(512 * MIB)
    with Prompted(sandbox, JPKI, "sign", large, env=ENGLISH) as person:
        person.give(ASKED, PASSWORD)
        person.wait_for("Writing")
        person.interrupt()
        assert person.end() != 0
    wait_until(lambda: left(folder) == ["large"])
    assert card.verified() == []


def test_a_disk_that_is_full_leaves_nothing(sandbox, sign, card, files, folder, certificates):
    """Only the room for a file's size is given here, which is full all the same."""
    said = sandbox.run("bash", "-c", 'ulimit -f 100; trap "" XFSZ; exec "$0" "${@:2}" 3<<< "$1"',
                       JPKI, PASSWORD, "sign", "--pin-fd", "3", files[0], env=ENGLISH, status=1)
    assert "cannot write" in said and "File too large" in said
    assert left(folder) == sorted(file.name for file in files)


def test_a_file_that_changes_while_the_password_is_typed(sandbox, card, files, folder):
    with Prompted(sandbox, JPKI, "sign", files[0], env=ENGLISH) as person:
        person.wait_for(ASKED)
        files[0].write_bytes(b"another")
        person.answer(PASSWORD)
        assert "has changed meanwhile" in person.finish(1)
    assert left(folder) == sorted(file.name for file in files)


def test_japanese(sandbox, card, files, some_locale):
    with Prompted(sandbox, JPKI, "sign", files[1], env=some_locale) as person:
        person.wait_for("署名用パスワード")
        person.answer(PASSWORD)
        assert "署名には電子証明書が付き、" in person.finish()
