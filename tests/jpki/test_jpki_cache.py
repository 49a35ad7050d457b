# SPDX-License-Identifier: BSD-2-Clause
"""jpki cache: what is kept of cards is shown and removed, without asking a card."""

import datetime
import json
import os
import re
import stat

import pytest

from command import FAILED, USAGE, Jpki, checked, columns
from support import AUTH, SIGN

JAPAN = datetime.timezone(datetime.timedelta(hours=9))
SUBJECTS = {"auth": "user authentication", "auth-ca": "CA for user authentication",
            "sign-ca": "CA for digital signature"}
WITHOUT_RIGHTS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]


def fill(sandbox):
    """All that is public, as a browser reads it."""
    sandbox.pkcs11_tool("--list-objects", "--token-label", AUTH)
    sandbox.pkcs11_tool("--list-objects", "--token-label", SIGN)


def refuse_pss(sandbox, folder):
    sandbox.sign(AUTH, "SHA256-RSA-PKCS-PSS", b"text", folder, status=1)


def days_of(row):
    """Since when, and until when."""
    return [datetime.datetime.fromisoformat(row[name]) for name in ("since", "until")]


def japanese_day(time):
    return f"{time.year}年{time.month}月{time.day}日"


def tree(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# --- shown ----------------------------------------------------------------------------------------


def test_nothing_is_kept_before_a_card_was_in(cache):
    said = checked("cache")
    assert re.fullmatch(rf"Nothing is kept of any card\.\n\nFolder +{cache}\n", said), said
    assert not cache.exists() and tree(cache.parent) == []


def test_what_a_listing_has_read_is_shown(sandbox, jpki, card, cache):
    fill(sandbox)
    exchanges = card.exchanges()
    row, = jpki.json("cache")["cards"]
    since, until = days_of(row)
    assert row["certificates"] == ["auth", "auth-ca", "sign-ca"]
    assert jpki("cache") == f"""\
What is public on 1 card is kept, and not read from it again.

Folder                    {cache}

Card                      {row["model"]}
  Certificates for        user authentication
                          CA for user authentication
                          CA for digital signature
  Kept                    since {since.date()}, until {until.date()} at most

No name, no address and no PIN is in it, and never the certificate for digital
signature. Other users cannot read it. "jpki cache clear" removes it.
"""
    assert card.exchanges() == exchanges and card.verifies() == []


def test_it_speaks_japanese(sandbox, japanese, cache):
    fill(sandbox)
    row, = japanese.json("cache")["cards"]
    since, until = map(japanese_day, days_of(row))
    said = japanese("cache")
    assert said.startswith(f"""\
カード 1 枚の公開情報を保存しています (次からは読み取りません)。

フォルダー                {cache}

カード                    {row["model"]}
  証明書                  利用者証明用
                          利用者証明用認証局
                          署名用認証局
""")
    assert f"\n  保存期間                {since}から、最長で{until}まで\n" in said
    assert "署名用電子証明書を保存することもありません。" in said
    assert max(columns(line) for line in said.splitlines() if str(cache) not in line) <= 80
    assert japanese("cache", "clear") == "ファイルを 1 個削除しました。\n"


def test_programs_get_an_object(sandbox, jpki, card, cache):
    assert jpki.json("cache") == {"folder": str(cache), "on": True, "cards": [], "models": []}
    fill(sandbox)
    found = jpki.json("cache")
    row, = found.pop("cards")
    assert found == {"folder": str(cache), "on": True, "models": []}
    since, until = days_of(row)
    assert until - since == datetime.timedelta(days=90) and since.utcoffset() == JAPAN.utcoffset(None)
    shown, = (reader for reader in jpki.json("status")["readers"] if "serial" in reader)
    assert (row["model"], row["serial"]) == (shown["model"], shown["serial"]) and row["serial"] != ""
    assert "auth" in row["certificates"] and set(row["certificates"]) <= set(SUBJECTS)
    assert card.verifies() == []


def test_each_certificate_that_was_read_is_told(sandbox, jpki):
    known = set()
    for subject in SUBJECTS:
        jpki("cert", subject)
        known.add(subject)
        row, = jpki.json("cache")["cards"]
        assert known <= set(row["certificates"])
    for subject in SUBJECTS.values():
        assert re.search(rf" {{26}}{subject}\n|Certificates for +{subject}\n", jpki("cache"))


def test_the_signature_certificate_is_never_kept(sandbox, jpki, cache, certificates):
    jpki("cert", "sign", pin="ABC123")
    fill(sandbox)
    assert "sign" not in jpki.json("cache")["cards"][0]["certificates"]
    kept = b"".join(path.read_bytes() for path in cache.iterdir())
    der = jpki.sandbox.run("openssl", "x509", "-in", certificates / "signature.pem", "-outform",
                           "DER", "-out", cache.parent / "signature.der")
    assert der == "" and (cache.parent / "signature.der").read_bytes()[:64] not in kept


def test_what_a_model_refuses_is_shown(sandboxes, cache, tmp_path):
    sandbox = sandboxes("--quirk", "sign-forms=pkcs1")
    jpki = Jpki(sandbox)
    refuse_pss(sandbox, tmp_path)
    found = jpki.json("cache")
    row, = found["models"]
    assert row["refuses_pss"] == ["auth"] and row["model"] == found["cards"][0]["model"]
    said = jpki("cache")
    assert re.search(rf"\n\nCards of the model +{row['model']}\n  Refuse RSA-PSS for +user "
                     r"authentication\n  Kept  ", said), said
    assert jpki("cache", "clear") == "2 files were removed.\n" and tree(cache) == []


def test_what_is_damaged_is_not_shown_and_is_removed(sandbox, jpki, cache):
    fill(sandbox)
    path, = cache.iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    assert jpki("cache").startswith("Nothing is kept of any card.\n")
    assert jpki("cache", "clear") == "1 file was removed.\n"


# --- cleared --------------------------------------------------------------------------------------


def test_it_is_cleared_without_a_card(sandbox, cache):
    fill(sandbox)
    assert len(tree(cache)) == 1
    (cache / "letter").write_text("of somebody else")
    assert checked("cache", "clear") == "1 file was removed.\n"
    assert tree(cache) == ["letter"]
    assert checked("cache", "clear") == "There was nothing to remove.\n"
    assert json.loads(checked("cache", "clear", "--json")) == {"folder": str(cache), "removed": 0}


def test_programs_hear_how_many_were_cleared(sandbox, jpki, card, cache):
    fill(sandbox)
    assert jpki.json("cache", "clear") == {"folder": str(cache), "removed": 1}
    card.mark()
    fill(sandbox)  # and it is all read again
    assert len(tree(cache)) == 1 and card.exchanges() > 0


def test_what_cannot_be_removed_is_told(sandbox, jpki, cache):
    fill(sandbox)
    (cache / "card-0123456789abcdef").mkdir()
    assert jpki.error("cache", "clear", status=FAILED) == {"code": "not-removed"}
    assert tree(cache) == ["card-0123456789abcdef"]
    assert jpki("cache", "clear", status=FAILED) == f"jpki: Not all that is in {cache} could be removed.\n"


# --- the setting ----------------------------------------------------------------------------------


def test_the_setting_turns_it_off(sandbox, jpki, cache, tmp_path):
    config = tmp_path / "jpki.conf"
    config.write_text("[token]\ncache = no\n")
    off = Jpki(sandbox, {"JPKI_CONFIG": config})
    off("status")
    sandbox.pkcs11_tool("--list-objects", env=off.env)
    assert not cache.exists() and off.json("cache")["on"] is False
    fill(sandbox)
    said = off("cache")
    assert '\nThe setting "cache = no" turns that off: ' in said and "stays until" in said
    assert len(off.json("cache")["cards"]) == 1 and "turns that off" not in jpki("cache")
    assert off("cache", "clear") == "1 file was removed.\n"


def test_a_setting_of_another_program_is_not_ours(sandbox, jpki, tmp_path):
    config = tmp_path / "jpki.conf"
    config.write_text("[token firefox]\ncache = no\n")
    assert Jpki(sandbox, {"JPKI_CONFIG": config}).json("cache")["on"] is True
    config.write_text("[token jpki]\ncache = no\n")
    assert Jpki(sandbox, {"JPKI_CONFIG": config}).json("cache")["on"] is False


# --- a folder that is not to be had ---------------------------------------------------------------


def unusable(jpki, cache, why, before=()):
    for words in (["cache"], ["cache", "clear"]):
        said = jpki(*words, status=FAILED, before=before)
        assert said.splitlines() == [
            f"jpki: {cache} is not used: {why}.",
            "Until that is put right nothing is kept, and cards are read anew each time."]
        said = jpki(*words, "--json", status=FAILED, before=before)
        error, = (json.loads(line)["error"] for line in said.splitlines() if line[0] == "{")
        assert error["code"] == "folder" and str(cache) in error["message"]


def to_another_user(path):
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    os.chown(path, 65534, 65534)


def be_another_users(cache, _):
    cache.mkdir(mode=0o777)
    to_another_user(cache)


def be_in_another_users(cache, _):
    """As root has it who was made root and kept HOME."""
    to_another_user(cache.parent)


def be_a_link(cache, there):
    cache.symlink_to(there)


@pytest.mark.parametrize("spoil, why", [
    (be_another_users, "it is another user's"), (be_a_link, "it is a link"),
    (be_in_another_users, "the folder that it is in is another user's")])
def test_a_folder_that_is_not_ours(sandbox, jpki, cache, tmp_path, spoil, why):
    there = tmp_path / "there"
    there.mkdir()
    (there / "card-0123456789abcdef").write_text("not ours to remove")
    spoil(cache, there)
    before = tree(cache.parent)
    fill(sandbox)
    unusable(jpki, cache, why)
    assert tree(there) == ["card-0123456789abcdef"] and tree(cache.parent) == before
    assert tree(cache) == (tree(there) if cache.is_symlink() else [])


def test_the_doctor_tells_of_it(jpki, cache, tmp_path):
    """As what is neither good nor bad: cards can be used without."""
    def told(said):
        return [(point["state"], "jpki cache" in point["text"]) for point in said["points"]
                if point["id"] == "cache"]
    assert told(jpki.json("doctor", status=None)) == []
    jpki("cache", "clear")
    cache.rmdir()
    cache.symlink_to(tmp_path)
    assert told(jpki.json("doctor", status=None)) == [("none", True)]


def test_a_file_in_the_place_of_the_folder(sandbox, jpki, cache):
    cache.write_text("")
    fill(sandbox)
    unusable(jpki, cache, "it is not a folder")
    cache.unlink()
    jpki.env["XDG_CACHE_HOME"] = "/dev/null"
    unusable(jpki, "/dev/null/jpki", "it cannot be opened")


def test_a_folder_that_cannot_be_read(jpki, cache):
    cache.mkdir(mode=0)
    unusable(jpki, cache, "it cannot be opened",
             before=WITHOUT_RIGHTS if os.geteuid() == 0 else ())
    cache.chmod(0o700)


def test_a_folder_that_others_can_look_into_is_closed(jpki, cache):
    cache.mkdir(mode=0o755)
    jpki("cache")
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700


def test_no_home(sandbox, jpki, tmp_path):
    jpki.env.update({"HOME": "", "XDG_CACHE_HOME": ""})
    for words in (["cache"], ["cache", "clear"]):
        assert jpki(*words, status=FAILED) == """\
jpki: There is no folder to keep anything in, so nothing is kept.
HOME, or XDG_CACHE_HOME, has to be a path that begins with /.
"""
    assert jpki.error("cache", "clear", status=FAILED) == {"code": "no-folder"}
    jpki.env["HOME"] = tmp_path / "home"  # which nobody has made
    assert jpki.json("cache")["folder"] == f"{tmp_path}/home/.cache/jpki"
    assert not (tmp_path / "home").exists()


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["x"], ["clear", "x"], ["--clear"], ["--reader", "x"]], ids=" ".join)
def test_what_is_not_understood_is_told(words):
    said = checked("cache", *words, status=USAGE)
    assert said.startswith("jpki: cache: ") and '"jpki help cache" tells more.' in said


def test_text_from_a_file_is_no_order_to_the_terminal(sandbox, jpki, cache):
    """Who can write there can write anything; the sum in a file is no secret."""
    fill(sandbox)
    path, = cache.iterdir()
    model = jpki.json("cache")["cards"][0]["model"].encode()
    path.write_bytes(with_sum(path.read_bytes().replace(model, b"\x1b]0;x\x07".ljust(len(model), b"-"))))
    assert jpki("cache").startswith("Nothing is kept of any card.")  # no card has such a model
    assert jpki.json("cache")["cards"] == []


def with_sum(text):
    """The file with the sum that it should have (FNV-1a of what follows the sum)."""
    value = 0xCBF29CE484222325
    for byte in text[24:]:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return text[:16] + value.to_bytes(8, "little") + text[24:]
