# SPDX-License-Identifier: BSD-2-Clause
"""jpki verify: what it says of signatures that are right, and of those that somebody has forged."""

import base64
import json
import os
import re
import subprocess

import pytest

from command import LITTLE, MEASURED, checked
from forger import Authority, cms
from support import JPKI, PIN, SIGN, TIMEOUT, openssl
from terminal import Terminal

VALID, NOT_VALID, UNKNOWN = 0, 1, 5
MIB = 1 << 20


def verify(*args, status=0):
    return checked("verify", *args, status=status)


def rows(said):
    """What stands behind each label; of several signers, of the last."""
    joined = re.sub(r"\n {22}", " ", said)
    return dict(re.findall(r"^(\S[^\n]{0,20}\S) {2,}(.+)$", joined, re.MULTILINE))


def as_pem(signature):
    return openssl("cms", "-cmsout", "-inform", "DER", "-in", signature, "-outform", "PEM")


ENCRYPTED = b"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"


def encrypted(pem):
    """The same, as it says of itself."""
    begin, rest = pem.split(b"\n", 1)
    return begin + b"\n" + ENCRYPTED + rest


@pytest.fixture
def content(tmp_path):
    file = tmp_path / "contract"
    file.write_bytes(b"I owe you 100 yen.\n" * 100)
    return file


@pytest.fixture
def signature(tmp_path):
    return tmp_path / "contract.p7s"


def piped(script, *args, status=0):
    done = subprocess.run(["bash", "-c", script, JPKI, *map(str, args)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"}, timeout=TIMEOUT, check=False)
    assert done.returncode == status, done.stdout
    return done.stdout


def known(authority):
    return "--ca", authority.certificate


@pytest.mark.parametrize("options", [
    (), ("-cades",), ("-stream",), ("-stream", "-cades"), ("-detached",),
    ("-keyopt", "rsa_padding_mode:pss"), ("-keyid",)])
def test_valid(real, person, content, signature, options):
    """Signatures that OpenSSL makes, DER and BER."""
    said = verify(cms(content, signature, person, options=options), *known(real))
    assert said.splitlines()[0] == "The signature is valid."
    assert "revoked was not checked" in said
    found = rows(said)
    assert found["Signed by"] == "番号　花子"
    assert found["Signature"] == "OK: the file is as it was signed"
    assert found["Certificate"] == "OK: " + (
        "the one that the signature names" if "-cades" in options else
        "the signature does not name it")
    assert "that proves nothing" in found["Time"]


def test_pem(real, person, content, signature, tmp_path):
    cms(content, signature, person)
    pem = tmp_path / "pem"
    pem.write_bytes(as_pem(signature))
    verify(pem, *known(real))
    pem.write_text(pem.read_text() + "and more\n")
    assert "9 bytes stand beside the signature" in verify(pem, *known(real), status=NOT_VALID)


@pytest.mark.parametrize("script", [
    'cat "$1" | "$0" verify - "${@:3}"', '"$0" verify - "${@:3}" <"$1"',
    '(echo; cat "$1") | (read -r; "$0" verify - "${@:3}")',
    '(echo; cat "$1") >"$1.more"; (read -r; "$0" verify - "${@:3}") <"$1.more"'])
def test_through_pipes(real, person, content, signature, script):
    cms(content, signature, person)
    assert piped(script, signature, content, *known(real)).startswith("The signature is valid.")
    cms(content, signature, person, options=("-detached",))
    said = piped(script.replace('verify -', 'verify - --content "$2"'), signature, content, *known(real))
    assert said.startswith("The signature is valid.")
    assert "what is signed is not in the signature" in piped(script, signature, content, status=NOT_VALID)


def test_of_jpki_sign(sandbox, certificates, content):
    """The test card's CA is nobody's, until it is named."""
    sandbox.run("bash", "-c", 'exec "$0" sign --pin-fd 3 "$2" 3<<< "$1"', JPKI, PIN[SIGN], content)
    signature = content.with_name("contract.p7m")
    assert "Do not believe the name." in verify(signature, status=UNKNOWN)
    found = rows(verify(signature, "--ca", certificates / "signature-ca.pem"))
    assert found["Signed by"] == "番号　花子"
    assert found["Policy"] == "OK: of a test card"
    verify(signature, "--auth", "--ca", certificates / "signature-ca.pem", status=NOT_VALID)


def test_an_unknown_ca(real, person, content, signature):
    """It comes with the signature, and is not believed for that."""
    cms(content, signature, person, options=("-certfile", real.certificate))
    said = verify(signature, status=UNKNOWN)
    assert rows(said)["Says to be of"] == "番号　花子" and "Signed by" not in said


def test_another_chain_of_the_same_names(real, content, signature, tmp_path):
    """Names, serial number and key identifier are those of the real one."""
    forged = Authority(tmp_path / "forged", real.identifier())
    cms(content, signature, forged.issue(), options=("-certfile", forged.certificate))
    said = verify(signature, *known(real), status=NOT_VALID)
    assert "it is forged" in rows(said)["Issued"]
    assert "Signed by" not in said


def test_another_chain_of_the_same_names_and_another_key(real, content, signature, tmp_path):
    forged = Authority(tmp_path / "forged")
    cms(content, signature, forged.issue(), options=("-certfile", forged.certificate))
    verify(signature, *known(real), status=UNKNOWN)


@pytest.mark.parametrize("made, point, said", [
    ({"end": "20210101000000Z"}, "Period", "NOT OK: expired"),
    ({"start": "20900101000000Z"}, "Period", "NOT OK: not valid yet"),
    ({"usage": "critical,digitalSignature"}, "Use", "NOT OK"),
    ({"usage": "critical,keyEncipherment"}, "Use", "NOT OK"),
    ({"usage": "critical,digitalSignature,nonRepudiation,keyCertSign"}, "Use", "NOT OK"),
    ({"more": "extendedKeyUsage = critical,serverAuth"}, "Use", "NOT OK"),
    ({"policy": "1.2.392.200149.8.5.1.3.30"}, "Policy", "NOT OK"),
    ({"policy": "1.2.3.4"}, "Policy", "NOT OK"),
    ({"usage": "critical,digitalSignature,nonRepudiation,keyCertSign",
      "more": "basicConstraints = critical,CA:true"}, "Issued", "NOT OK"),
])
def test_wrong_certificates(real, content, signature, made, point, said):
    cms(content, signature, real.issue(**made))
    found = rows(verify(signature, *known(real), status=NOT_VALID))
    assert found[point].startswith(said) and "Says to be of" in found


def test_the_ca_itself_is_no_signer(real, content, signature):
    said = verify(cms(content, signature, (real.certificate, real.key)), *known(real), status=NOT_VALID)
    assert "the certificate of a CA" in rows(said)["Issued"]


def test_each_of_two_signers_has_to_be_good(real, person, content, signature, tmp_path):
    other = real.issue(name="番号　太郎")
    said = verify(cms(content, signature, person, other), *known(real))
    assert said.count("Signed by ") == 2 and "Signer 2 of 2" in said
    late = real.issue(end="20210101000000Z")
    for pair in ((person, late), (late, person)):
        said = verify(cms(content, signature, *pair), *known(real), status=NOT_VALID)
        assert said.startswith("The signature is NOT valid.") and said.count("Signed by ") == 1
    stranger = Authority(tmp_path / "stranger").issue()
    verify(cms(content, signature, person, stranger), *known(real), status=UNKNOWN)
    verify(cms(content, signature, late, stranger), *known(real), status=NOT_VALID)


def test_nobody_has_signed(real, person, signature, content):
    openssl("crl2pkcs7", "-nocrl", "-certfile", person[0], "-outform", "DER", "-out", signature)
    said = verify(signature, "--content", content, *known(real), status=NOT_VALID)
    assert "Nobody has signed it." in said


@pytest.mark.parametrize("options", [(), ("-stream",)])
@pytest.mark.parametrize("change, told", [
    (lambda data: data + b"%PDF", "4 bytes stand beside the signature, which it does not cover."),
    (lambda data: data.replace(b"100 yen", b"999 yen"), "NOT OK: what it signs is not this file")])
def test_changed(real, person, content, signature, options, change, told):
    cms(content, signature, person, options=options)
    signature.write_bytes(change(signature.read_bytes()))
    said = " ".join(verify(signature, *known(real), status=NOT_VALID).split())
    assert told in said


NOTE = b"-----BEGIN NOTE-----\nSSBvd2UgeW91IDk5OSB5ZW4uCg==\n-----END NOTE-----\n"
CLAIM = b"I OWE YOU 999 YEN"
CLAIM_JA = "九百九十九円の借りがあります".encode()


def within_the_base64(pem):
    body = b"".join(pem.splitlines()[1:-1])
    der = base64.b64decode(body) + CLAIM
    return b"-----BEGIN CMS-----\n" + base64.encodebytes(der) + b"-----END CMS-----\n"


@pytest.mark.parametrize("label", [b"CMS", b"PKCS7"])
@pytest.mark.parametrize("change, count", [
    (lambda pem: NOTE + pem, len(NOTE)),
    (lambda pem: CLAIM + b"\n" + pem, len(CLAIM) + 1),
    (lambda pem: pem + NOTE, len(NOTE)),
    (lambda pem: pem + pem, None),
    (within_the_base64, len(CLAIM)),
    (lambda pem: pem.replace(b"\n-----END", b"\n-" + CLAIM_JA + b"\n-----END"), len(CLAIM_JA) + 1),
    (lambda pem: pem.replace(b"\n-----END", CLAIM_JA + b"\n-----END"), len(CLAIM_JA)),
    (lambda pem: pem.rstrip() + CLAIM_JA + b"\n", len(CLAIM_JA)),
    (lambda pem: NOTE + b"\n" + pem + CLAIM, len(NOTE) + 1 + len(CLAIM)),
])
def test_text_beside_it(real, person, content, signature, change, count, label):
    """OpenSSL passes it over, wherever it stands; a person who looks at the file does not."""
    pem = as_pem(cms(content, signature, person))
    changed = change(pem).replace(b"BEGIN CMS", b"BEGIN " + label).replace(b"END CMS", b"END " + label)
    signature.write_bytes(changed)
    told = json.loads(verify(signature, "--json", *known(real), status=NOT_VALID))
    assert told["result"] == "not-valid"
    assert told["bytes_not_covered"] == (len(changed) // 2 if count is None else count)
    said = verify(signature, *known(real), status=NOT_VALID)
    assert "beside the signature, which it does not cover." in said


@pytest.mark.parametrize("change", [
    lambda pem: b"\n \t\n" + pem + b"\n\n", lambda pem: pem.replace(b"\n", b"\r\n"),
    lambda pem: pem.replace(b"\n", b" \n"), lambda pem: pem.replace(b"CMS", b"PKCS7"),
    lambda pem: pem.rstrip()])
def test_white_space_is_no_content(real, person, content, signature, change):
    signature.write_bytes(change(as_pem(cms(content, signature, person))))
    told = json.loads(verify(signature, "--json", *known(real)))
    assert (told["result"], told["bytes_not_covered"]) == ("valid", 0)


def test_a_signature_as_text_may_be_what_is_signed(real, person, content, signature):
    content.write_bytes(as_pem(cms(content, signature, person)))
    for options in ((), ("-stream",)):
        verify(cms(content, signature, person, options=options), *known(real))


def test_another_file(real, person, content, signature, tmp_path):
    cms(content, signature, person, options=("-detached",))
    other = tmp_path / "other"
    other.write_bytes(content.read_bytes() + b"\n")
    verify(signature, "--content", content, *known(real))
    verify(signature, "--content", other, *known(real), status=NOT_VALID)
    content.unlink()
    assert "Name the file that was signed with --content." in verify(signature, status=1)
    assert "No such file" in verify(signature, "--content", content, status=1)


def test_a_changed_attribute(real, person, content, signature):
    cms(content, signature, person)
    year = openssl("cms", "-cmsout", "-print", "-inform", "DER", "-in", signature)
    stamp = re.search(rb"UTCTIME:(\w+ +\d+ [\d:]+ \d\d(\d\d)) GMT", year).group(2)
    data = signature.read_bytes()
    at = data.rindex(b"\x17\x0d" + stamp)
    signature.write_bytes(data[:at + 2] + b"11" + data[at + 4:])
    said = verify(signature, *known(real), status=NOT_VALID)
    assert "or was changed" in rows(said)["Signature"]


@pytest.mark.parametrize("options, said", [
    (("-noattr",), "it does not say what it signs"),
    (("-md", "sha1"), "a hash that is no longer safe"),
    (("-econtent_type", "1.2.3.4"), None),
    (("-nocerts",), None),
])
def test_poor_signatures(real, person, content, signature, options, said):
    cms(content, signature, person, options=options)
    told = verify(signature, *known(real), status=NOT_VALID)
    if said is not None:
        assert said in rows(told)["Signature"]


def test_signed_attributes_are_no_file(real, person, content, signature, tmp_path):
    """A signature without attributes, of what are the attributes of another one: the same bytes
    are signed."""
    cms(content, signature, person)
    said = openssl("asn1parse", "-inform", "DER", "-in", signature).decode()
    found = [(int(m[1]), int(m[2]) + int(m[3])) for m in
             re.finditer(r"^ *(\d+):d=5 +hl=(\d) l= *(\d+) cons: cont \[ 0 \]", said, re.MULTILINE)]
    at, length = found[-1]
    attributes = tmp_path / "attributes"
    attributes.write_bytes(b"\x31" + signature.read_bytes()[at + 1:at + length])
    forged = cms(attributes, tmp_path / "forged", person, options=("-noattr",))
    verify(forged, *known(real), status=NOT_VALID)


def test_another_certificate_of_the_same_key_and_number(real, content, signature):
    """CAdES says which one it is."""
    times = {"start": "20200101000000Z", "end": "20990101000000Z", "serial": "77AA"}
    mine, key = real.issue(name="番号　花子", **times)
    other, _ = real.issue(name="番号　太郎", key=key, **times)
    der = [openssl("x509", "-in", file, "-outform", "DER") for file in (mine, other)]
    for options, status in (((), VALID), (("-cades",), NOT_VALID)):
        cms(content, signature, (mine, key), options=options)
        data = signature.read_bytes()
        assert data.count(der[0]) == 1
        signature.write_bytes(data.replace(*der))
        said = verify(signature, *known(real), status=status)
    assert rows(said)["Certificate"] == "NOT OK: the signature names another certificate"


def test_a_name_with_control_characters(real, content, signature):
    cms(content, signature, real.issue(name="\x1b[31mred\x07"))
    assert rows(verify(signature, *known(real)))["Signed by"] == "?[31mred?"


def test_json(real, person, content, signature):
    cms(content, signature, person, real.issue(end="20210101000000Z"))
    told = json.loads(verify(signature, "--json", *known(real), status=NOT_VALID))
    assert (told["result"], told["attached"], told["revocation"]) == (
        "not-valid", True, "unchecked")
    assert sorted((one["result"], one["period"]) for one in told["signers"]) == [
        ("not-valid", "wrong"), ("valid", "ok")]
    assert {one["name"] for one in told["signers"]} == {"番号　花子"}


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x80", b"hello\n", b"-----BEGIN CMS-----\n",
                                  b"\x30\x84\xff\xff\xff\xff" + b"\0" * 100])
def test_no_signature(data, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(data)
    assert "this is no signature (CMS), or a damaged one" in verify(file, status=1)


def at_a_terminal(*args):
    """What is said, and the status."""
    with Terminal(["env", "LC_ALL=C.UTF-8", JPKI, *map(str, args)]) as terminal:
        status = terminal.end(TIMEOUT)
        return terminal.shown, status


def without_a_terminal(*args):
    done = subprocess.run(["sh", "-c", 'exec setsid --wait "$0" "$@" <&-', JPKI, *map(str, args)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"}, timeout=TIMEOUT, check=False)
    return done.stdout, done.returncode


@pytest.mark.parametrize("run", [at_a_terminal, without_a_terminal])
@pytest.mark.parametrize("words, expected", [
    (["verify"], "this is no signature (CMS), or a damaged one"),
    (["check", "--file"], "There is no certificate in"),
    (["check", "--no-pin", "--ca"], "There is no certificate in"),
    (["check", "--no-pin", "--ca-dir"], "There is no certificate in"),
    (["check", "--no-pin", "--crl"], "There is no list of revoked certificates in"),
])
def test_a_forged_file_asks_for_no_passphrase(real, person, content, signature, tmp_path, run,
                                              words, expected):
    """OpenSSL itself would, of whoever sits at the terminal."""
    folder = tmp_path / "folder"
    folder.mkdir()
    file = folder / "forged"
    if words == ["verify"]:
        pem = as_pem(cms(content, signature, person))
    else:
        pem = openssl("x509", "-in", person[0])
    if "--crl" in words:
        pem = pem.replace(b"CERTIFICATE", b"X509 CRL")
    file.write_bytes(encrypted(pem))
    said, status = run(*words, folder if "--ca-dir" in words else file)
    assert "pass phrase" not in said
    assert expected in said and status == 1


def test_cut_anywhere(real, person, content, signature):
    """Whatever is left of one: a sentence, and nothing is valid."""
    data = cms(content, signature, person).read_bytes()
    for length in range(0, len(data), 97):
        signature.write_bytes(data[:length])
        verify(signature, *known(real), status=1)


def test_misused(tmp_path, content, signature, person):
    assert "a file is missing" in verify(status=2)
    assert "this is a folder" in verify(tmp_path, status=1)
    cms(content, signature, person)
    assert "is in the signature itself" in verify(signature, "--content", content, status=1)


@pytest.mark.parametrize("form", [(), ("--detached",)])
def test_a_large_file_needs_no_memory(sandbox, certificates, tmp_path, form):
    large, signature = tmp_path / "large", tmp_path / "signature"
    with open(large, "wb") as file:
        file.truncate(256 * MIB)
    sandbox.run("bash", "-c", 'exec "$0" sign --pin-fd 3 "${@:2}" 3<<< "$1"', JPKI, PIN[SIGN],
                large, "--output", signature, *form)
    said = sandbox.run("bash", "-c", 'exec /usr/bin/python3 -c "$0" "$@" 3</dev/null', MEASURED, JPKI,
                       "verify", signature, "--ca", certificates / "signature-ca.pem",
                       *(("--content", large) if form else ()))
    assert int(said.split()[-1]) < LITTLE, said
