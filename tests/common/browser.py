# SPDX-License-Identifier: BSD-2-Clause
"""Firefox and Chromium as people use them: in a window, with addresses and PINs typed.

The scenarios are what both of them must do."""

import time

from nss import BELIEVED, EF, Database
from portal import LOGGED_IN, MISSING, START, start_portal
from screen import until_seen
from support import AUTH, BUILD, PIN, SLOWNESS, TIMEOUT, Card, needs, subject, wait_until

JPKI = BUILD / "tools" / "jpki" / "jpki"
RIGHT = (EF[AUTH], "9000")
WRONG = (EF[AUTH], "63C2")
OTHER = {"TLSv1.2": "TLSv1.3", "TLSv1.3": "TLSv1.2"}

# What the windows that ask for the certificate say, and the titles of those that ask for the PIN.
CHOICE = {
    "firefox": "requested that you identify yourself.*Stored on: JPKI User Authentication",
    "chromium": "Select a certificate to authenticate yourself to localhost",
}
PROMPT = {"firefox": "^Password Required", "chromium": "^Unlock Security Device"}

# Exchanges with the card, from the start of the browser to the page, by module (None: that of the
# authentication token). Cold: what it is (SELECT, its certificate's first block, EF 0006, EF 0008),
# the tries of each token; the rest of that certificate in 4 and a CA's in 5; for the PIN SELECT, the
# tries, VERIFY; the signature.
COLD = {None: 18, "jpki-pkcs11": 24}
# Where the browser asks which certificate to take, it looks at the token again; if the tries were
# asked for ten seconds ago or more, that is SELECT and the tries.
LOOKED_AT_AGAIN = 2
# Where a program of this user has seen the card before, the first block is all that is read.
WARM = {None: 7, "jpki-pkcs11": 8}
# A connection with the card is kept for so many seconds. After them SELECT, for what is read, and
# each time that block again, which tells whose card it is: before the certificate, before the PIN.
KEPT = 10
SLOW = 3
# A test may take a minute; on a busy machine, this many seconds.
PATIENCE = 600 * SLOWNESS
# A place in the address bar of either browser's window.
ADDRESS_BAR = (500, 64)
# NSS may look at a slot each second; in this time nothing is to happen, so there is no event to
# wait for.
IDLE = 3


def is_dark(screen):
    """Whether the page is, as behind the question for a certificate; it is light grey else, and
    black or white before it is there."""
    return "#333333" < screen.colours("1x1+40+700")[0] < "#999999"


def choose_certificate(screen, window, browser):
    """Take the certificate that is offered first. Before the question can be read a key goes to the
    page behind it. Firefox does not listen for the first second, so that nobody answers by
    mistake."""
    opened = screen.opened()
    screen.wait_text(CHOICE[browser], window)
    assert is_dark(screen)
    until_seen(lambda: screen.key(window, "Return"),
               lambda: screen.opened() != opened or not is_dark(screen))


class Browser:
    """A browser with a module of ours, on a screen, and a portal to log in to. It has a profile
    that was never used, and ends with the sandbox if not before.

    A class for a browser tells its name, programs, where its NSS database is, its command, what its
    window for the PIN says, and whether it asks for the certificate again at another port or when
    the card was away."""

    def __init__(self, sandbox, screen, folder, certificates, module=None, chooses=False,
                 after=None):
        """Set up by `jpki`, if it is not to have another module. It chooses the certificate by
        itself, or asks. After another one has ended, of the same person: with what is kept of cards
        since then, and the same portal."""
        needs(*self.programs, "tesseract")
        self.sandbox, self.screen, self.folder, self.chooses = sandbox, screen, folder, chooses
        self.certificate = certificates / "authentication.pem"
        self.card = Card(sandbox)
        self.portal = after.portal if after else start_portal(sandbox, certificates)
        self.visited = after.visited if after else 0
        self.cache = after.cache if after else folder / "XDG_CACHE_HOME"
        self.start_kind, self.most = ("warm", WARM[module]) if after else ("cold", COLD[module])
        self.prompts = []
        self.database = self.make_database(module)
        self.configure()

    def make_database(self, module):
        place = self.folder / self.place
        place.parent.mkdir(parents=True)
        database = Database(self.sandbox, place, module)
        database.certutil("-A", "-n", "portal", "-t", "C,,", "-a", "-i", self.portal.certificate)
        if not module:
            said = self.sandbox.run(JPKI, "setup", self.name, "--profile", place, "--modules",
                                    BUILD / "src", env=self.environment())
            assert "jpki-pkcs11-auth.so" in said
        return database

    def environment(self):
        """No language but English; nothing is left in the home of who runs the tests."""
        names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")
        return {"HOME": self.folder, "LC_ALL": "C.UTF-8", **self.screen.env(),
                "XDG_CACHE_HOME": self.cache, **{name: self.folder / name for name in names}}

    # --- what a person does ------------------------------------------------------------------

    def start(self, protocol=None):
        """Start the browser with the portal's first page, or one that demands a certificate."""
        url = self.url(protocol) if protocol else self.portal.start_url
        self.process = self.sandbox.spawn(self.folder / "log", *self.command(), url,
                                          env=self.environment())
        self.window = wait_until(self.screen.opened, 120)[0]

    def url(self, protocol):
        """An address that was not visited before: only the server can have the page."""
        self.visited += 1
        return f"{self.portal.url(protocol)}?{self.visited:02}"

    def visit(self, protocol):
        """Type the address of a page that demands a certificate, until the browser asks something
        or the server has been asked. Ctrl+L would go to the page first, and the next letters with
        it, if the browser is slow to answer."""
        url, opened = self.url(protocol), self.screen.opened()

        def type_address():
            self.screen.click(self.window, *ADDRESS_BAR)
            self.screen.key(self.window, "ctrl+a")
            self.screen.write(self.window, url)
            self.screen.key(self.window, "Return")

        until_seen(type_address, lambda: self.visits() or self.screen.opened() != opened
                   or is_dark(self.screen))

    def choose(self):
        choose_certificate(self.screen, self.window, self.name)

    def prompt(self):
        """The window that asks for the PIN of the authentication key; no other does."""
        window = self.screen.wait_for(PROMPT[self.name])
        assert window not in self.prompts
        self.prompts.append(window)
        self.screen.wait_text(self.prompt_text, window)

    def answer(self, pin):
        """Type this into the prompt, and Enter."""
        self.screen.answer(self.prompts[-1], pin)

    def cancel(self):
        self.screen.dismiss(self.prompts[-1], "Escape")

    def enter_pin(self):
        self.prompt()
        self.answer(PIN[AUTH])

    def move(self, *steps):
        """Do something with card or reader; the browser can know of it then. Each way of a scenario
        to do so comes through here."""
        for step in steps:
            step()
        time.sleep(BELIEVED)

    def eject(self):
        self.move(self.card.eject)

    def insert(self):
        self.move(self.card.insert)

    def replace_card(self):
        self.move(self.card.eject, self.card.insert)

    def plug(self):
        """The reader, with the card in it."""
        self.move(lambda: self.sandbox.reader("plug"), lambda: wait_until(self.card.seen))

    def unplug(self):
        self.move(lambda: self.sandbox.reader("unplug"),
                  lambda: wait_until(lambda: not self.card.seen()))

    def quit(self):
        """Close the window: the browser ends well, and leaves no key open."""
        self.screen.close(self.window)
        assert self.process.wait(TIMEOUT) == 0
        wait_until(lambda: self.card.verified() == [])

    # --- what is seen ------------------------------------------------------------------------

    def visits(self):
        """How the server was asked for the page opened last."""
        path = f"/?{self.visited:02}"
        return [visit for visit in self.portal.visits() if visit.path == path]

    def assert_page(self, title, protocol, verified, name):
        """The page opened last is shown; the server tells whom it saw."""
        visits = wait_until(self.visits, 60)
        assert [visit[:3] for visit in visits] == [(protocol, verified, name)]
        wait_until(lambda: self.screen.title(self.window).startswith(title), 60)

    def assert_logged_in(self, protocol):
        self.assert_page(LOGGED_IN, protocol, "SUCCESS", subject(self.certificate))

    def assert_missing(self, protocol):
        """The server got no certificate, and the page says so."""
        self.assert_page(MISSING, protocol, "NONE", "")

    def assert_prompts(self, count):
        """So many windows have asked for a PIN, and no other window was there but the browser's."""
        assert len(self.prompts) == count
        assert self.screen.opened() == [self.window, *self.prompts]

    def assert_tried(self, *tried):
        """The PINs that the card has seen."""
        assert [(entry.ef, entry.sw) for entry in self.card.verifies()] == [*tried]


# --- scenarios ---------------------------------------------------------------------------------


def log_in(browser, protocol, record_property):
    """From its start; what follows costs one exchange a page, and nothing while idle."""
    card = browser.card
    card.mark()
    started = time.monotonic()
    browser.start(protocol)
    if browser.chooses:
        browser.choose()
    browser.enter_pin()
    browser.assert_logged_in(protocol)
    exchanges = card.exchanges()
    record_property(f"exchanges for a {browser.start_kind} login with {browser.name}, {protocol}",
                    exchanges)
    most = browser.most + (LOOKED_AT_AGAIN if browser.chooses else 0)
    assert exchanges <= most + (SLOW if time.monotonic() - started >= KEPT else 0), exchanges
    time.sleep(IDLE)
    assert card.exchanges() == exchanges
    signatures = len(card.events("sign"))
    browser.visit(OTHER[protocol])
    if browser.chooses and browser.forgets_choice:
        browser.choose()
    browser.assert_logged_in(OTHER[protocol])
    # a browser may open more than one connection at once: an exchange for each signature
    made = len(card.events("sign")) - signatures
    assert (made, card.exchanges()) == (max(made, 1), exchanges + made)
    assert card.verified() == ["authentication"]
    browser.quit()
    browser.assert_prompts(1)
    browser.assert_tried(RIGHT)


def log_in_with_a_phone(browser, protocol):
    """Its certificate is seen with the PIN alone, so that this is asked for first, and nothing else
    is; the next page takes no prompt. A wrong PIN is one try."""
    card = browser.card
    card.mark()
    browser.start(protocol)
    browser.prompt()
    browser.answer("4321")
    browser.enter_pin()
    browser.assert_logged_in(protocol)
    browser.visit(OTHER[protocol])
    browser.assert_logged_in(OTHER[protocol])
    browser.quit()
    browser.assert_prompts(2)
    browser.assert_tried(WRONG, RIGHT)


def mistype(browser):
    """What is wrong costs one try, what cannot be right or is not typed at all costs none."""
    card = browser.card
    browser.start("TLSv1.3")
    browser.prompt()
    card.mark()
    browser.answer("4321")
    browser.prompt()
    browser.assert_tried(WRONG)
    assert card.tries("authentication") == 2
    exchanges = card.exchanges()
    for malformed in ("abcd", "123456"):
        browser.answer(malformed)
        browser.prompt()
    assert card.exchanges() == exchanges
    browser.answer(PIN[AUTH])
    browser.assert_logged_in("TLSv1.3")
    browser.assert_tried(WRONG, RIGHT)
    assert card.tries("authentication") == 3

    for tries, assert_seen in ((1, browser.assert_logged_in), (0, browser.assert_missing)):
        card.set_tries("authentication", tries)
        browser.replace_card()
        browser.visit("TLSv1.3")
        browser.enter_pin()
        assert_seen("TLSv1.3")
        browser.assert_tried(WRONG, RIGHT, RIGHT)

    card.set_tries("authentication", 3)
    browser.replace_card()
    browser.visit("TLSv1.2")
    browser.prompt()
    browser.cancel()
    browser.assert_missing("TLSv1.2")
    browser.quit()
    browser.assert_prompts(7)
    browser.assert_tried(WRONG, RIGHT, RIGHT)
    assert card.tries("authentication") == 3


def move_card(browser):
    """The card comes after the browser has started, goes while logged in, and comes again."""
    card = browser.card
    card.eject()
    card.mark()
    browser.start()
    browser.screen.wait_for(START)
    browser.insert()
    browser.visit("TLSv1.3")
    browser.enter_pin()
    browser.assert_logged_in("TLSv1.3")
    browser.eject()
    browser.visit("TLSv1.2")
    browser.assert_missing("TLSv1.2")
    browser.assert_tried(RIGHT)
    browser.insert()
    browser.visit("TLSv1.3")
    browser.enter_pin()
    browser.assert_logged_in("TLSv1.3")
    browser.quit()
    browser.assert_prompts(2)
    browser.assert_tried(RIGHT, RIGHT)


def move_reader(browser):
    """The reader, with the card in it, comes after the browser has started, goes and comes again."""
    card = browser.card
    card.mark()
    browser.start()
    browser.screen.wait_for(START)
    card("insert")
    browser.plug()
    browser.visit("TLSv1.3")
    if browser.chooses:
        browser.choose()
    browser.enter_pin()
    browser.assert_logged_in("TLSv1.3")
    browser.unplug()
    browser.visit("TLSv1.2")
    browser.assert_missing("TLSv1.2")
    browser.plug()
    browser.visit("TLSv1.3")
    if browser.chooses and browser.forgets_choice:
        browser.choose()
    browser.enter_pin()
    browser.assert_logged_in("TLSv1.3")
    browser.quit()
    browser.assert_prompts(2)
    browser.assert_tried(RIGHT, RIGHT)
