# SPDX-License-Identifier: BSD-2-Clause
"""Settings and the log, as a person meets them: a file, a variable, a program that others wrote."""

import pytest

from support import AUTH, PIN, SIGN

PERSON = {
    "--name": "電子　花子",
    "--address": "東京都千代田区霞が関九丁目九番九号",
    "--birth-date": "420010203",
}
TEXT = "署名する文\n"


def written(folder, text):
    path = folder / "jpki.conf"
    path.write_text(text)
    return path


def test_without_a_request_nothing_is_said(sandbox):
    assert "jpki-pkcs11[" not in sandbox.tokens()


def test_a_complaint_names_file_setting_and_remedy(sandbox, tmp_path):
    path = written(tmp_path, "[signature]\nwindow = ten\n")
    listed = sandbox.pkcs11_tool("--list-token-slots", env={"JPKI_CONFIG": path})
    assert f"{path}: [signature] window: the value must be a number of seconds" in listed
    assert AUTH in listed and SIGN in listed


def test_pss_can_be_turned_off(sandbox, tmp_path):
    off = {"JPKI_CONFIG": written(tmp_path, "[token]\npss = off\n")}
    assert "RSA-PKCS-PSS" in sandbox.pkcs11_tool("--list-mechanisms")
    assert "RSA-PKCS-PSS" not in sandbox.pkcs11_tool("--list-mechanisms", env=off)
    sandbox.sign(AUTH, "SHA256-RSA-PKCS", b"text", tmp_path, env=off)
    sandbox.sign(AUTH, "SHA256-RSA-PKCS-PSS", b"text", tmp_path, env=off, status=1)


def test_tokens_are_named_in_japanese(sandbox, tmp_path):
    """And then have to be asked for by these names."""
    japanese = {"JPKI_CONFIG": written(tmp_path, "[token]\nlabels = ja\n")}
    names = {AUTH: "利用者証明用(数字4桁)", SIGN: "署名用(英数字6-16文字)"}
    listed = sandbox.pkcs11_tool("--list-token-slots", env=japanese)
    for label, name in names.items():
        assert name in listed and label not in listed
        sandbox.pkcs11_tool("--token-label", name, "--login", "--pin", PIN[label], "--list-objects",
                            env=japanese)
        sandbox.pkcs11_tool("--token-label", label, "--list-objects", env=japanese, status=1)


def test_a_person_s_file_is_found(sandbox, tmp_path):
    folder = tmp_path / "jpki"
    folder.mkdir()
    written(folder, "[token]\npss = off\n")
    # `env -u` because the tests themselves keep everybody's settings out
    listed = sandbox.run("env", "-u", "JPKI_CONFIG", f"XDG_CONFIG_HOME={tmp_path}", "pkcs11-tool",
                         "--module", sandbox.module, "--list-mechanisms")
    assert "RSA-PKCS-PSS" not in listed


def test_a_program_may_have_its_own(sandbox, tmp_path):
    """By the name of its file; what is for all programs may stand behind it."""
    own = {"JPKI_CONFIG": written(tmp_path, "[token pkcs11-tool]\npss = off\n[token]\npss = on\n"
                                            "[token another]\npss = on\n")}
    assert "RSA-PKCS-PSS" not in sandbox.pkcs11_tool("--list-mechanisms", env=own)


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_a_report_of_a_fault(sandboxes, tmp_path, label):
    """The log has every exchange, and nothing of the person."""
    sandbox = sandboxes(*(f"--vcard-option={name}={value}" for name, value in PERSON.items()))
    log = tmp_path / "log"
    env = {"JPKI_LOG": "trace", "JPKI_LOG_FILE": log}
    signature = sandbox.sign(label, "SHA256-RSA-PKCS", TEXT.encode(), tmp_path, env=env)
    sandbox.pkcs11_tool("--token-label", label, "--login", "--pin", "9182" if label == AUTH else "ZQ91XW",
                        "--list-objects", env=env, status=1)
    told = log.read_bytes()
    text = told.decode()
    assert "> 00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01" in text
    assert "(a PIN, not shown)" in text and "C_Sign: CKR_OK (0x0)" in text and "< 63 C" in text
    assert log.stat().st_mode & 0o777 == 0o600
    for secret in (PIN[label], "9182", "ZQ91XW", *PERSON.values(), TEXT):
        secret = secret.encode()
        assert not any(form in told.lower() for form in (
            b"pin " + secret, secret.hex().encode(), secret.hex(" ").encode(), secret.hex(":").encode()))
        assert len(secret) == 4 or secret not in told
    assert signature.read_bytes()[:16].hex(" ").encode() not in told.lower()
