# SPDX-License-Identifier: BSD-2-Clause
"""LibreOffice signs in its own windows, with the module of the signature alone in an NSS database
of its own; other programs find the signatures right."""

import zipfile

import pytest

from nss import pdf_verdict, trust
from support import PIN, ROOT, SIGN, needs, wait_until

SAMPLE = ROOT / "tools" / "doc" / "samples" / "libreoffice.xcu"
SAMPLE_FOLDER = "/home/taro/.local/share/jpki/nss-signature"
SCRIPT = ROOT / "tests" / "common" / "office_script.py"
TEXT = "口座を開きます。"
WRONG = "ABC999"

# Nothing of a first start is to get between us and the window.
QUIET = """
<item oor:path="/org.openoffice.Office.Common/Misc">
<prop oor:name="ShowTipOfTheDay" oor:op="fuse"><value>false</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc">
<prop oor:name="FirstRun" oor:op="fuse"><value>false</value></prop></item>
<item oor:path="/org.openoffice.Setup/Product">
<prop oor:name="ooSetupLastVersion" oor:op="fuse"><value>7.4</value></prop></item>
</oor:items>
"""

LISTED, CHOICE, PASSWORD, WARNING = "^Digital Signatures", "X.509", "^Enter Password", "^Warning"
OPTIONS, EXPORT = "^PDF Options", "^Export$"
PROBLEMS, ERROR = "^Problems During PDF Export", "^Error"


class Office:
    """LibreOffice on a screen, with a home of its own."""

    def __init__(self, sandbox, screen, folder, certificates):
        needs("soffice", "/usr/lib/python3/dist-packages/uno.py")
        self.sandbox, self.screen = sandbox, screen
        self.folder, self.certificates = folder, certificates
        settings = folder / ".config" / "libreoffice" / "4" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        sample = SAMPLE.read_text()
        assert sample.count(SAMPLE_FOLDER) == 1
        settings.write_text(sample.replace(SAMPLE_FOLDER, str(certificates))
                            .replace("</oor:items>", QUIET))
        self.process = sandbox.spawn(
            folder / "log", "soffice", "--norestore", "--nologo", "--writer",
            "--accept=socket,host=127.0.0.1,port=2002;urp", env=self.env())
        wait_until(lambda: self.tell("ready", status=None) == "" and sandbox.status == 0, 120)

    def env(self):
        return {**self.screen.env(), "HOME": self.folder, "LC_ALL": "C.UTF-8"}

    def tell(self, *words, **options):
        return self.sandbox.run("/usr/bin/python3", SCRIPT, *words, **options)

    def open(self, command):
        """Choose from a menu; finish() waits until that is done."""
        self.dispatch = self.sandbox.spawn(
            self.folder / "log", "/usr/bin/python3", SCRIPT, "dispatch", command)

    def finish(self):
        assert self.dispatch.wait(60) == 0

    def wait_shown(self, window, text):
        """A window takes no keys before it shows what came of the one that was before it."""
        self.screen.wait_text(text, self.screen.wait_for(window))

    def key(self, window, *keys):
        """Keys for the window of that title."""
        self.screen.key(self.screen.wait_for(window), *keys)

    def dismiss(self, window, key="Return"):
        self.key(window, key)
        self.screen.wait_gone(window)

    def give(self, window, text):
        self.screen.type(self.screen.wait_for(window), text)
        self.screen.wait_gone(window)

    def choose_certificate(self):
        """The only one in the list."""
        self.key(CHOICE, "Down", "Return")

    def quit(self):
        self.tell("quit")
        assert self.process.wait(60) == 0


@pytest.fixture
def office(sandbox, screen, database, tmp_path):
    nss = database(sandbox, "jpki-pkcs11-sign")
    trust(nss, SIGN)
    return Office(sandbox, screen, tmp_path, nss.folder)


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
    a wrong password is told; and the signature wants the password once more. Who declines that
    for a second signature has none."""
    office.tell("write", document, TEXT)
    office.open(".uno:Signature")
    office.screen.wait_for(LISTED)
    assert_tried(card)
    office.key(LISTED, "alt+s")
    office.dismiss(PASSWORD, "Escape")
    office.dismiss(CHOICE, "Escape")
    assert_tried(card)
    office.key(LISTED, "alt+s")
    office.give(PASSWORD, WRONG)
    office.dismiss(WARNING)
    office.give(PASSWORD, PIN[SIGN])
    office.choose_certificate()
    office.give(PASSWORD, PIN[SIGN])
    wait_until(lambda: card.events("sign"))
    office.wait_shown(LISTED, "Japan Agency")
    office.key(LISTED, "alt+s")
    office.choose_certificate()
    office.dismiss(PASSWORD, "Escape")
    office.dismiss(LISTED, "alt+c")
    office.finish()
    assert len(card.events("sign")) == 1
    assert_tried(card, "63C4", "9000", "9000")


def export(office, password):
    """As a PDF, with a signature; it goes to the home under the document's name. To type another
    would race with what is guessed of it."""
    office.open(".uno:ExportToPDF")
    office.key(OPTIONS, *["ctrl+Page_Down"] * 5, "space")
    office.choose_certificate()
    office.screen.wait_gone(CHOICE)
    office.wait_shown(OPTIONS, "Chiyoda-ku")
    office.key(OPTIONS, "alt+p")
    office.screen.run("xdotool", "type", "--delay", "20", password)
    office.key(OPTIONS, "alt+x")
    office.dismiss(EXPORT)


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

    export(office, WRONG)
    office.dismiss(PROBLEMS)
    office.dismiss(ERROR)
    office.finish()
    assert_tried(card, "63C4")
    assert not exported.exists() and card.events("sign") == []
    export(office, PIN[SIGN])
    office.finish()
    said = pdf_verdict(sandbox, exported, authority, tmp_path / "nss-verify")
    assert "Signature Validation: Signature is Valid." in said
    assert "Certificate Validation: Certificate is Trusted." in said
    assert_tried(card, "9000")
    office.quit()
    assert card.verified() == []
