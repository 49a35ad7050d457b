# SPDX-License-Identifier: BSD-2-Clause
"""Transcripts in the XML form of the PKCS#11 profiles, and the runner itself."""

import argparse
import re
import subprocess
import sys
from typing import NamedTuple

import pytest

from program import load
from support import AUTH, PIN, ROOT, SIGN, TIMEOUT

pytestmark = pytest.mark.alike

FOLDER = ROOT / "tests" / "profiles"
RUN = FOLDER / "run"
GET_INFO = ("<C_GetInfo/>", '<C_GetInfo rv="OK"/>')
ONE_TOKEN = {AUTH: "jpki-pkcs11-auth.so", SIGN: "jpki-pkcs11-sign.so"}


class Transcript(NamedTuple):
    name: str
    label: str = AUTH
    answers: tuple = ()  # of the card, to the PINs that reach it


TRANSCRIPTS = [
    Transcript("baseline"),
    Transcript("extended", AUTH, ("9000", "9000")),
    Transcript("authentication", AUTH, ("9000",)),
    Transcript("public-certificates"),
    Transcript("signature", SIGN, ("9000", "9000", "9000")),
]


class Tap(NamedTuple):
    said: str

    def lines(self, word):
        return re.findall(rf"^{word} \d+ - (.*)$", self.said, re.MULTILINE)

    @property
    def passed(self):
        return self.lines("ok")

    @property
    def failed(self):
        return self.lines("not ok")

    @property
    def differs(self):
        return re.findall(r"^# differs: (.*)$", self.said, re.MULTILINE)


def run(sandbox, *args, status=0, label=AUTH, pin=None, module=None):
    """The runner's TAP, which must have as many lines as it announces."""
    tap = Tap(sandbox.run(RUN, "--module", module or sandbox.module, "--slot-label", label,
                          "--pin", pin or PIN[label], *args, status=status))
    announced = int(re.match(r"1\.\.(\d+)$", tap.said, re.MULTILINE).group(1))
    assert len(tap.passed) + len(tap.failed) == announced, tap.said
    return tap


def executed(*args, status):
    """The runner without a sandbox: no module is loaded, or one that needs no card."""
    done = subprocess.run([RUN, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == status and "Traceback" not in done.stderr, done
    return done


def refused(*args):
    """What the runner says when it runs nothing."""
    done = executed(*args, status=2)
    assert done.stdout == ""
    return done.stderr


def written(folder, text):
    file = folder / "transcript.xml"
    file.write_text(text)
    return file


def altered(folder, name, old, new):
    """A transcript of ours with one place changed."""
    text = (FOLDER / f"{name}.xml").read_text()
    assert old in text
    return written(folder, text.replace(old, new, 1))


def steps(folder, *lines):
    return written(folder, "<PKCS11>\n" + "\n".join(lines) + "\n</PKCS11>\n")


# --- our transcripts -----------------------------------------------------------------------


def test_every_transcript_is_run():
    assert {t.name for t in TRANSCRIPTS} == {path.stem for path in FOLDER.glob("*.xml")}


@pytest.mark.parametrize("one_token", [False, True], ids=["all-tokens", "one-token"])
@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda transcript: transcript.name)
def test_the_token_does_as_written(sandbox, card, transcript, one_token):
    name, label, answers = transcript
    module = ROOT / sandbox.module
    card.mark()
    tap = run(sandbox, "--strict", "--exact", FOLDER / f"{name}.xml", label=label,
              module=module.with_name(ONE_TOKEN[label]) if one_token else module)
    assert tap.passed and not tap.failed and not tap.differs
    assert tuple(entry.sw.upper() for entry in card.verifies()) == answers


def test_transcripts_run_one_after_the_other(sandbox, card, tmp_path):
    """One that leaves its session open does not spoil the next."""
    card.mark()
    unended = altered(tmp_path, "authentication", '<C_Finalize/>\n  <C_Finalize rv="OK"/>', "")
    tap = run(sandbox, "--strict", unended, FOLDER / "extended.xml")
    assert not tap.failed
    assert len(card.verifies()) == 3


# --- what the runner finds -----------------------------------------------------------------


def test_another_return_code_fails_its_step_alone(sandbox, tmp_path):
    file = altered(tmp_path, "baseline", 'GetTokenInfo rv="OK"', 'GetTokenInfo rv="PIN_LOCKED"')
    tap = run(sandbox, file, status=1)
    assert tap.failed == ["C_GetTokenInfo: CKR_OK, expected CKR_PIN_LOCKED"]


@pytest.mark.parametrize(
    "name, old, new, difference",
    [
        ("baseline", 'MinPinLen value="4"', 'MinPinLen value="5"',
         "TokenInfo.MinPinLen: 4, expected 5"),
        ("baseline", 'Flags value="LOGIN_REQUIRED|', 'Flags value="RNG|LOGIN_REQUIRED|',
         "TokenInfo.Flags: 0x40c, expected "
         "RNG|LOGIN_REQUIRED|USER_PIN_INITIALIZED|TOKEN_INITIALIZED"),
        ("baseline", 'State value="RO_PUBLIC_SESSION"', 'State value="RW_PUBLIC_SESSION"',
         "SessionInfo.State: RO_PUBLIC_SESSION, expected RW_PUBLIC_SESSION"),
        ("baseline", 'CryptokiVersion major="3"', 'CryptokiVersion major="2"',
         "Info.CryptokiVersion.major: 3, expected 2"),
        ("baseline", 'type="LABEL" value="User Authentication"', 'type="LABEL" value="User"',
         "Template.LABEL: User Authentication, expected User"),
        ("baseline", 'type="PRIVATE" value="FALSE"', 'type="PRIVATE" value="TRUE"',
         "Template.PRIVATE: false, expected TRUE"),
        ("baseline", '<Object value="${Found6}"/>', "", "Object: has 2, expected 1"),
        ("extended", '<Digest length="20"/>\n  </C_DigestFinal>',
         '<Digest length="32"/>\n  </C_DigestFinal>', "Digest.length: 20, expected 32"),
    ],
)
def test_another_value_is_told_and_fails_if_strict(sandbox, tmp_path, name, old, new, difference):
    file = altered(tmp_path, name, old, new)
    for options, status in (((), 0), (("--strict",), 1)):
        tap = run(sandbox, *options, file, status=status)
        assert tap.differs == [difference]
        assert len(tap.failed) == status


@pytest.mark.parametrize(
    "name, old, new",
    [
        ("baseline", 'model value="JPKI-TEST       "', 'model value="another"'),
        ("baseline", 'type="UNIQUE_ID" value="certificate"', 'type="UNIQUE_ID" value="another"'),
        ("extended", '<Type value="RSA_PKCS"/>\n      <Type value="SHA1_RSA_PKCS"/>',
         '<Type value="AES_CBC"/>\n      <Type value="SHA256"/>'),
    ],
)
def test_what_may_vary_is_compared_if_exact(sandbox, tmp_path, name, old, new):
    file = altered(tmp_path, name, old, new)
    assert not run(sandbox, "--strict", file).differs
    assert run(sandbox, "--strict", "--exact", file, status=1).differs


def test_a_list_that_may_vary_must_still_fit(sandbox, tmp_path):
    text = (FOLDER / "extended.xml").read_text()
    listed = re.compile(r'(<C_GetMechanismList rv="OK">\s+<MechanismList>).*?(</MechanismList>)',
                        re.DOTALL)
    file = written(tmp_path, listed.sub(r'\1<Type value="AES_CBC"/>\2', text))
    assert run(sandbox, file).differs == ["MechanismList: none of the members expected"]


def test_labels_of_another_token(sandbox, tmp_path):
    file = altered(tmp_path, "authentication", 'type="LABEL" value="User Authentication"',
                   'type="LABEL" value="testrsa-pub"')
    assert "not called: ${Public} has no value yet" in run(sandbox, file, status=1).said
    run(sandbox, "--strict", "--label", "testrsa-pub=User Authentication", file)
    run(sandbox, "--strict", "--auto-labels", file)


def test_a_length_of_another_token(sandbox, tmp_path):
    """Room for 10 bytes, the answer of another module, becomes room for what ours says."""
    file = written(tmp_path, (FOLDER / "public-certificates.xml").read_text()
                   .replace('"${Length}"', '"10"'))
    assert not run(sandbox, file).failed


def test_no_token_of_that_label(sandbox, card):
    card.mark()
    tap = run(sandbox, FOLDER / "authentication.xml", label="another", pin=PIN[AUTH], status=1)
    assert "C_GetSlotList: no token is labelled 'another'" in tap.failed
    assert card.verifies() == []


OLD_MODULE = """
#include <p11-kit/pkcs11.h>
static CK_FUNCTION_LIST list = {.version = {2, 40}};
CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR out) { *out = &list; return CKR_OK; }
"""


def test_a_module_with_holes(tmp_path):
    """Functions that a module lacks are not called: of its version, or NULL in its list."""
    module = tmp_path / "old.so"
    flags = subprocess.run(["pkg-config", "--cflags", "p11-kit-1"], stdout=subprocess.PIPE,
                           text=True, timeout=TIMEOUT, check=True).stdout.split()
    subprocess.run(["gcc", "-shared", "-fPIC", *flags, "-x", "c", "-", "-o", module],
                   input=OLD_MODULE, text=True, timeout=TIMEOUT, check=True)
    file = steps(tmp_path, *GET_INFO, "<C_LoginUser><Session value='1'/><UserType value='USER'/>"
                 "</C_LoginUser>", "<C_LoginUser rv='OK'/>")
    assert Tap(executed("--module", module, file, status=1).stdout).failed == [
        "C_GetInfo: the module has no such function",
        "C_LoginUser: the module has no such function",
    ]


# --- PINs ----------------------------------------------------------------------------------


def test_a_wrong_pin_is_sent_once_whatever_is_run(sandbox, card):
    card.mark()
    names = ("authentication", "extended", "authentication")
    tap = run(sandbox, *(FOLDER / f"{name}.xml" for name in names), pin="4321", status=1)
    assert len(card.verifies()) == 1
    assert card.tries("authentication") == 2
    assert "C_Login: CKR_PIN_INCORRECT, expected CKR_OK" in tap.failed
    assert "C_Login: not called: this PIN has failed, and may be wrong" in tap.failed


# --- what cannot be run --------------------------------------------------------------------

SESSION = '<Session value="1"/>'


@pytest.fixture(scope="module")
def reader():
    """What the runner finds wrong with a file, without a process of its own that reads the headers
    each time."""
    sys.path.append(str(FOLDER))
    program = load(RUN)
    runner = program.Runner(argparse.Namespace(label=[], pin=None, auto_labels=False, exact=False))

    def complaint(file):
        with pytest.raises(program.Trouble) as told:
            runner.read(file)
        return str(told.value)

    return complaint


@pytest.mark.parametrize(
    "lines, complaint",
    [
        (("<C_GetInfo>",), "not XML"),
        (("<C_GetInfo/>",), "is left over"),
        (tuple(reversed(GET_INFO)), "is a return without a call"),
        (("<C_GetInfo/>", '<C_Finalize rv="OK"/>'), "is a call without its return"),
        ((), "is empty"),
        (("nonsense", *GET_INFO), "has text where elements belong: nonsense"),
        (('<C_GetInfo other="1"/>', GET_INFO[1]), "attribute that the form does not know: other"),
        (("<C_GetMoney/>", '<C_GetMoney rv="OK"/>'), "there is no such function"),
        (("<C_GetInfo/>", '<C_GetInfo rv="WELL"/>'), "there is no constant CKR_WELL"),
        (("<C_GetInfo><Other/></C_GetInfo>", GET_INFO[1]), "C_GetInfo has nothing of that name"),
        (("<C_GetInfo/>", '<C_GetInfo rv="OK"><Info><Flags value="RED"/></Info></C_GetInfo>'),
         "there is no constant CKF_RED"),
        (("<C_CloseSession/>", '<C_CloseSession rv="OK"/>'), "needs session"),
        (('<C_CloseSession><Session value="one"/></C_CloseSession>', '<C_CloseSession rv="OK"/>'),
         "'one' is no number"),
        ((f'<C_DigestUpdate>{SESSION}<Part value="abc"/></C_DigestUpdate>',
          '<C_DigestUpdate rv="OK"/>'), "'abc' is not hexadecimal"),
        ((f'<C_GenerateRandom>{SESSION}<RandomData length="99999999999"/></C_GenerateRandom>',
          '<C_GenerateRandom rv="OK"/>'), "99999999999 is too much room"),
        ((f'<C_FindObjectsInit>{SESSION}<Template><Attribute type="COLOUR"/></Template>'
          '</C_FindObjectsInit>', '<C_FindObjectsInit rv="OK"/>'),
         "there is no constant CKA_COLOUR"),
        ((f'<C_FindObjectsInit>{SESSION}<Template><Attribute type="TOKEN" value="1"/></Template>'
          '</C_FindObjectsInit>', '<C_FindObjectsInit rv="OK"/>'), "'1' is neither true nor false"),
        ((f'<C_DigestInit>{SESSION}<Mechanism><Type value="SHA256"/><Parameter><Colour value="1"/>'
          '</Parameter></Mechanism></C_DigestInit>', '<C_DigestInit rv="OK"/>'),
         "no structure of the headers has these members"),
        ((f'<C_Login>{SESSION}<UserType value="USER"/><Pin value="${{Pin}}"/></C_Login>',
          '<C_Login rv="OK"/>'), "${Pin}: no PIN is sent that nobody gave (--pin)"),
        ((f'<C_Login>{SESSION}<UserType value="USER"/><Pin value="${{Serial}}"/></C_Login>',
          '<C_Login rv="OK"/>'), "${Serial}: no PIN is sent that nobody gave"),
        ((f'<C_SetPIN>{SESSION}<One value="1234"/><Other value="${{Serial}}"/></C_SetPIN>',
          '<C_SetPIN rv="OK"/>'), "${Serial}: no PIN is sent that nobody gave"),
    ],
)
def test_a_file_that_makes_no_sense(reader, tmp_path, lines, complaint):
    """It is refused with the line, before a module is even looked for."""
    file = steps(tmp_path, *lines)
    assert re.search(rf"{re.escape(str(file))}:\d+: .*{re.escape(complaint)}", reader(file))


def test_what_is_missing(tmp_path):
    nonsense = steps(tmp_path, "<C_GetInfo>").rename(tmp_path / "nonsense.xml")
    file = steps(tmp_path, *GET_INFO)
    assert f"{nonsense}:3: not XML" in refused("--module", "none.so", file, nonsense)
    assert "none.so is no PKCS#11 module" in refused("--module", tmp_path / "none.so", file)
    assert "none.xml: No such file" in refused("--module", "none.so", tmp_path / "none.xml")
    assert "--module" in refused(file)
    assert "FROM=TO" in refused("--module", "none.so", "--label", "one", file)
