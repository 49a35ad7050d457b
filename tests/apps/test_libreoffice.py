# SPDX-License-Identifier: BSD-2-Clause
"""LibreOffice signs in its own windows, with the module of the signature alone in an NSS database
of its own; other programs find the signatures right."""

import contextlib
import json
import re
import time
import zipfile

import pytest

from browser import PATIENCE
from nss import BELIEVED, asks_each_time, pdf_verdict, trust
from samples import minimal_pdf
from screen import LOST, until_seen
from support import OFFICE_SCRIPT, PIN, ROOT, SIGN, TIMEOUT, needs, wait_until

pytestmark = pytest.mark.timeout(PATIENCE)

SAMPLE = ROOT / "tools" / "doc" / "samples" / "libreoffice.xcu"
SAMPLE_FOLDER = "/home/taro/.local/share/jpki/nss-signature"
TEXT = "口座を開きます。"
WRONG = "ABC999"

# Nothing of a first start is to get between us and the window.
QUIET = """
<item oor:path="/org.openoffice.Office.Common/Misc">
<prop oor:name="ShowTipOfTheDay" oor:op="fuse"><value>false</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc">
<prop oor:name="FirstRun" oor:op="fuse"><value>false</value></prop></item>
<item oor:path="/org.openoffice.Setup/Product">
<prop oor:name="ooSetupLastVersion" oor:op="fuse"><value>{version}</value></prop></item>
</oor:items>
"""

# The titles of windows. That of the choice has X.509 in it in LibreOffice 7.4 alone.
LISTED, CHOICE = "^Digital Signatures", "^Select (X.509 )?Certificate"
PASSWORD, WARNING = "^Enter Password", "^Warning"
OPTIONS, EXPORT = "^PDF Options", "^Export$"
# Names of what is in them.
REMEMBER = "^Confirmation"
# What may be in a window's place for the focus: it is not known, or there is none.
UNKNOWN, NOTHING = ["?", "?"], ["", ""]
MOST_PAGES = 12
# After so many seconds the usual window of a login has passed, and so has the time for which the login
# is shown after a signature with a password of its own. Nobody hears of that: NSS allows no module a
# thread of its own, and so the card is locked at its next call.
PAST = 10.5
SELECT, FIELD = "Select", "Certificate password"
PROBLEMS, ERROR = "^Problems During PDF Export", "^Error"


class Office:
    """LibreOffice on a screen, with a home of its own."""

    def __init__(self, sandbox, screen, folder, certificates, window=None):
        needs("soffice", "/usr/lib/python3/dist-packages/uno.py")
        self.sandbox, self.screen, self.window = sandbox, screen, window
        self.folder, self.certificates = folder, certificates
        self.asks_each_time = asks_each_time()
        settings = folder / ".config" / "libreoffice" / "4" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        sample = SAMPLE.read_text()
        assert sample.count(SAMPLE_FOLDER) == 1
        version = re.match(r"LibreOffice (\d+\.\d+)", sandbox.run("soffice", "--version"))[1]
        self.version = tuple(map(int, version.split(".")))
        settings.write_text(sample.replace(SAMPLE_FOLDER, str(certificates))
                            .replace("</oor:items>", QUIET.format(version=version)))
        self.process = sandbox.spawn(
            folder / "log", "soffice", "--norestore", "--nologo", "--writer",
            "--accept=socket,host=127.0.0.1,port=2002;urp", env=self.env())
        wait_until(lambda: self.tell("ready", status=None) == "" and sandbox.status == 0, 120)

    def env(self):
        """With a setting of its own, as `jpki setup libreoffice` makes it."""
        settings = self.folder / "settings.conf"
        settings.write_text(
            f"[signature soffice.bin]\nwindow = {self.window}\n" if self.window else "")
        return {**self.screen.env(), "HOME": self.folder, "LC_ALL": "C.UTF-8",
                "JPKI_CONFIG": settings}

    def tell(self, *words, **options):
        return self.sandbox.run("/usr/bin/python3", OFFICE_SCRIPT, *words, **options)

    def open(self, command):
        """Choose from a menu; finish() waits until that is done."""
        self.dispatch = self.sandbox.spawn(
            self.folder / "log", "/usr/bin/python3", OFFICE_SCRIPT, "dispatch", command)

    def finish(self):
        assert self.dispatch.wait(TIMEOUT) == 0

    def focus(self):
        """The title of the window that takes keys, and the name of the field in it that does."""
        said = self.tell("focus", status=None)  # a window may close meanwhile
        return json.loads(said) if self.sandbox.status == 0 else UNKNOWN

    def takes_keys(self, window):
        return re.search(window, self.focus()[0])

    def wait_for(self, window):
        """The window of that title, when it takes keys. One that is there already may not yet, or
        not while another one is open."""
        with contextlib.suppress(AssertionError):
            wait_until(lambda: self.takes_keys(window), LOST)
        until_seen(lambda: self.wake(window), lambda: self.takes_keys(window))
        return self.screen.wait_for(window)

    def wake(self, window):
        """LibreOffice 7.4 misses at times that a window has the focus, most often again when the one
        above it has closed, and no click into that window tells it; but that the focus was
        elsewhere does."""
        there, focus = self.screen.windows(window), self.focus()
        if not there or focus == UNKNOWN or re.search(window, focus[0]):
            return
        if focus == NOTHING or self.screen.has_focus(there[0]):
            self.screen.run("xdotool", "windowfocus", self.screen.listed()[0])
            self.screen.focus(there[0])

    def press(self, window, *keys, seen):
        """Keys for the window of that title, again as long as it takes some and what is to come of
        them does not."""
        there = self.wait_for(window)
        return until_seen(lambda: self.screen.key(there, *keys), seen,
                          lambda: self.takes_keys(window))

    def dismiss(self, window, key="Return"):
        there = self.wait_for(window)
        self.press(window, key, seen=lambda: there not in self.screen.listed())

    def give(self, window, text):
        self.screen.answer(self.wait_for(window), text)

    def sign(self, asked):
        """Have the list of signatures ask for another one; it asks for this first."""
        self.press(LISTED, "alt+s", seen=lambda: self.screen.windows(asked))

    def choose_certificate(self):
        """The only one in the list, which is filled when the window is open already."""
        there = self.wait_for(CHOICE)
        self.press(CHOICE, "Down", "Return", seen=lambda: there not in self.screen.listed())

    def close_list(self):
        """LibreOffice 25.2 asks then whether to sign at each save from now on, which is not to
        be."""
        self.dismiss(LISTED, "alt+c")
        self.finish()
        if self.version >= (25, 2):
            self.dismiss(REMEMBER)

    def quit(self):
        self.tell("quit")
        assert self.process.wait(TIMEOUT) == 0


@pytest.fixture
def offices(sandbox, screen, database, tmp_path):
    """Makes a LibreOffice, with a window of so many seconds if not the usual one."""
    def make(**options):
        nss = database(sandbox, "jpki-pkcs11-sign")
        trust(nss, SIGN)
        return Office(sandbox, screen, tmp_path, nss.folder, **options)

    return make


@pytest.fixture
def office(offices):
    """One in which no login ends while a slow machine draws its windows."""
    return offices(window=3600)


def assert_tried(card, *answers):
    """These and no other PINs have been tried since the last look."""
    assert [(entry.ef, entry.sw) for entry in card.verifies()] == [
        ("001B", answer) for answer in answers]
    card.mark()


def xml_verdict(sandbox, document, authority, folder, status=0):
    """What xmlsec1 says of the signature in a document, taken apart into a folder."""
    if not folder.exists():
        with zipfile.ZipFile(document) as parts:
            parts.extractall(folder)
    return sandbox.run(
        "env", "-C", folder, "xmlsec1", "--verify", "--trusted-pem", authority,
        "--id-attr:Id", "SignatureProperty",
        "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
        "META-INF/documentsignatures.xml", status=status)


def sign_document(office, card, document):
    """Nothing is asked for before there is something to sign; who declines sees no certificate;
    a wrong password is told; and the signature wants the password once more, or the login a moment
    ago. Who declines that for a second signature has none."""
    office.tell("write", document, TEXT)
    office.open(".uno:Signature")
    office.wait_for(LISTED)
    assert_tried(card)
    office.sign(PASSWORD)
    office.dismiss(PASSWORD, "Escape")
    office.dismiss(CHOICE, "Escape")
    assert_tried(card)
    office.sign(PASSWORD)
    office.give(PASSWORD, WRONG)
    office.dismiss(WARNING)
    office.give(PASSWORD, PIN[SIGN])
    office.choose_certificate()
    if office.asks_each_time:
        office.give(PASSWORD, PIN[SIGN])
    wait_until(lambda: card.events("sign"))
    office.screen.wait_text("Japan Agency", office.wait_for(LISTED))
    end_login(card)
    office.sign(PASSWORD)
    office.dismiss(PASSWORD, "Escape")
    office.dismiss(CHOICE, "Escape")
    office.close_list()
    assert len(card.events("sign")) == 1
    assert_tried(card, "63C4", "9000", *(["9000"] if office.asks_each_time else []))


def end_login(card):
    """NSS asks for no other while it knows of one."""
    card.eject()
    card.insert()
    time.sleep(BELIEVED)


def show_signatures(office):
    """The page of the signatures, by way of the others."""
    office.wait_for(OPTIONS)
    for _ in range(MOST_PAGES):
        before = office.focus()
        if before[1].startswith(SELECT):
            return
        office.press(OPTIONS, "ctrl+Page_Down", seen=lambda: office.focus() != before)
    raise AssertionError("no page of signatures")


def open_export(office):
    """As a PDF, with a signature. Nobody is logged in: the certificate is shown for the password."""
    office.open(".uno:ExportToPDF")
    show_signatures(office)
    office.press(OPTIONS, "space", seen=lambda: office.screen.windows(PASSWORD))


def choose_for_export(office):
    open_export(office)
    office.give(PASSWORD, PIN[SIGN])
    office.choose_certificate()
    office.screen.wait_text("Chiyoda-ku", office.wait_for(OPTIONS))


def export(office, password):
    """To the home under the document's name. To type another would race with what is guessed of
    it."""
    options = office.wait_for(OPTIONS)
    office.press(OPTIONS, "alt+p", seen=lambda: office.focus()[1].startswith(FIELD))
    office.screen.enter(options, password)
    office.press(OPTIONS, "alt+x", seen=lambda: office.screen.windows(EXPORT))
    office.dismiss(EXPORT)


def see_export_fail(office):
    office.dismiss(PROBLEMS)
    office.dismiss(ERROR)
    office.finish()


def test_libreoffice_signs(office, sandbox, card, certificates, tmp_path):
    """One after the other, because the start takes longest."""
    needs("xmlsec1")
    assert office.tell("certificates").strip() == str(office.certificates)
    document, exported = tmp_path / "document.odt", tmp_path / "document.pdf"
    authority = certificates / "signature-ca.pem"
    card.mark()
    sign_document(office, card, document)
    parts = tmp_path / "parts"
    assert "SignedInfo References (ok/all): 10/10" in xml_verdict(
        sandbox, document, authority, parts)

    content = parts / "content.xml"
    content.write_text(content.read_text().replace(TEXT, TEXT.replace("開", "閉")))
    assert "FAIL" in xml_verdict(sandbox, document, authority, parts, status=1)

    choose_for_export(office)
    export(office, WRONG)
    see_export_fail(office)
    assert_tried(card, "9000", "63C4")
    assert not exported.exists() and card.events("sign") == []
    choose_for_export(office)  # a wrong one has locked the card, and so ended the login
    time.sleep(PAST)  # the setting leaves time for that
    export(office, PIN[SIGN])
    office.finish()
    said = pdf_verdict(sandbox, exported, authority, tmp_path / "nss-verify")
    assert "Signature Validation: Signature is Valid." in said
    assert "Certificate Validation: Certificate is Trusted." in said
    assert_tried(card, "9000", "9000")
    office.quit()
    wait_until(lambda: card.verified() == [])


def start_pdf(office, folder):
    """A PDF that somebody else has made. Such a one asks for no password of its own."""
    document = folder / "in.pdf"
    document.write_bytes(minimal_pdf())
    office.tell("open", document)
    office.screen.wait_for("^in.pdf")


def start_text(office, folder):
    office.tell("write", folder / "document.odt", TEXT)


def answer_until_signed(office, card, signatures):
    """Give the password each time that it is asked for, until there are so many signatures; how
    often that was."""
    given = 0
    while True:
        wait_until(lambda: len(card.events("sign")) >= signatures or
                   office.screen.windows(PASSWORD), 60)
        if len(card.events("sign")) >= signatures:
            return given
        office.give(PASSWORD, PIN[SIGN])
        given += 1


def sign_from_list(office, card, late=False):
    """Open the list of signatures, sign and close it; how often the password was asked for. Whoever
    is late chooses the certificate when the window has passed."""
    signatures = len(card.events("sign"))
    office.open(".uno:Signature")
    office.sign(PASSWORD)
    office.give(PASSWORD, PIN[SIGN])
    office.wait_for(CHOICE)
    if late:
        wait_until(card.verifies)
        time.sleep(PAST)
    office.choose_certificate()
    given = 1 + answer_until_signed(office, card, signatures + 1)
    office.close_list()
    return given


@pytest.mark.parametrize("start", [start_pdf, start_text], ids=["PDF", "text"])
def test_libreoffice_asks_again_after_the_window(offices, card, tmp_path, start):
    """The usual one, whether it passes while the list of certificates is open or after a signature;
    and signs then. The list of signatures is opened anew: LibreOffice has put another function for
    passwords in place of its own to sign a PDF, which asks nobody, until then."""
    needs("/usr/lib/libreoffice/program/libsdlo.so")
    office = offices()
    start(office, tmp_path)
    card.mark()
    given = sign_from_list(office, card, late=True)
    assert given >= 2
    time.sleep(PAST)
    given += sign_from_list(office, card)
    assert card.answers("001B") == ["9000"] * given
    assert [entry.sw for entry in card.events("sign")] == ["9000"] * 2
    office.quit()
    wait_until(lambda: card.verified() == [])


def test_libreoffice_tells_of_an_export_after_the_window(offices, card, tmp_path):
    """Whatever is in the field for the password: LibreOffice gives that to NSS only after NSS has
    looked for the key, and has no other function for passwords in place by then, so that nobody is
    asked. No try is spent, and who chooses the certificate again is asked again."""
    office = offices()
    office.tell("write", tmp_path / "document.odt", TEXT)
    card.mark()
    choose_for_export(office)
    time.sleep(PAST)
    export(office, PIN[SIGN])
    see_export_fail(office)
    assert card.events("sign") == [] and not (tmp_path / "document.pdf").exists()
    open_export(office)
    office.dismiss(PASSWORD, "Escape")
    office.dismiss(CHOICE, "Escape")
    office.dismiss(OPTIONS, "Escape")
    office.finish()
    assert_tried(card, "9000")
    office.quit()
