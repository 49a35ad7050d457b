# SPDX-License-Identifier: BSD-2-Clause
"""The extension for Mynaportal in Firefox and Chromium, between pages and a stand-in for the
program: sites by the names of the real ones, in a sandbox."""

import contextlib
import json
import os
import re
import shutil
import time

import pytest

from extension import ARCHIVE, BROWSERS, CHROMIUM_ID, FIREFOX_ID, UNPACKED, NativeProgram
from listed_site import LISTED, UNLISTED, ListedSite
from support import BUILD, JPKI, ROOT, SLOWNESS, Trouble, output, wait_until

pytestmark = pytest.mark.timeout(400 * SLOWNESS)

SOURCE = ROOT / "tools" / "mynaportal" / "extension"
NO_ANSWER = {"result": "1", "errcode": "EW044-C300"}
ANSWER = {"mode": "01", "result": "0", "signature": "c2lnbmF0dXJl", "certificate": "Y2VydA",
          "uuid": "00112233445566778899aabbccddeeff"}
INPUTS = [["extension-is-installed", "hidden", "24"], ["app-is-installed", "hidden", "29"]]
PAGE = "https://myna.go.jp/index.html"
# As a page in a frame does; how many inputs it has.
ASK_IN_FRAME = """
document.dispatchEvent(new CustomEvent("launchApp", {detail: JSON.stringify({mode: "01"})}));
return document.querySelectorAll("body > input").length;
"""
POSTED = "https://login.e-tax.nta.go.jp/posted.html"
# After so many seconds nothing happens in Chromium any more: it ends what is idle for 30.
CHROMIUM_IDLE = 40
FIREFOX_IDLE = 2

# The words of jpki-portal-host, and the extension's own.
WORDS = ("busy", "no-service", "not-allowed", "no-reader", "no-card", "mute", "other-card",
         "several-cards", "no-key", "no-attributes", "pin-blocked", "card-removed", "card-held",
         "card-error", "not-understood", "refused-origin", "refused-digest", "refused-pin",
         "no-pinentry", "internal", "no-program", "no-sites")


def messages(language):
    texts = json.loads((SOURCE / "_locales" / language / "messages.json").read_text())
    assert all([*entry] == ["message"] and entry["message"] for entry in texts.values())
    return {key: entry["message"] for key, entry in texts.items()}


def trouble(word, language="en"):
    """What the window says of a word."""
    return messages(language)[f"trouble_{word.replace('-', '_')}"]


class Portal:
    """A browser with a page of the sites open, and a program for the extension."""

    def __init__(self, browser, site, program):
        self.browser, self.site, self.program = browser, site, program

    def told(self, event="none"):
        """What the page has seen of the platform with its first script, or with a "look" at it now;
        nothing while it is loaded."""
        text = None
        with contextlib.suppress(Trouble):
            text = self.browser.run(f"document.dispatchEvent(new CustomEvent('{event}'));"
                                    "return document.documentElement?.dataset.told;")
        return json.loads(text or "{}")

    def address(self):
        return self.browser.run("return location.href;")

    def kept(self):
        """What a test has written into the page."""
        with contextlib.suppress(Trouble):  # there is none yet
            return self.browser.run("return document.documentElement.dataset.kept;")
        return None

    def inputs(self):
        return self.browser.run(
            "return [...document.querySelectorAll('body > input')].map(one => "
            "[one.id, one.type, one.value]);")

    def ask(self, question, event="ask"):
        """The page asks this (a text, or what is one as JSON)."""
        text = question if isinstance(question, str) else json.dumps(question)
        self.browser.run(f"document.dispatchEvent(new CustomEvent('{event}',"
                         f" {{detail: {json.dumps(text)}}}));")

    def answers(self, count):
        """All answers that the page has got, when they are so many: texts, on the document,
        bubbling."""
        def got():
            return json.loads(self.browser.run(
                "return document.documentElement.dataset.answers ?? '[]';"))

        found = wait_until(lambda: len(got()) >= count and got())
        assert {(kind, bubbles, target) for kind, _, bubbles, target in found} == {
            ("string", True, True)}
        return [json.loads(text) for _, text, _, _ in found]

    def asked(self, count):
        """All that the program has been told, when these are so many."""
        return wait_until(lambda: len(self.program.messages()) >= count and self.program.messages())

    def wait_ended(self):
        wait_until(lambda: self.program.running() == 0)

    def open_options(self):
        self.browser.open_extension("options.html")
        wait_until(lambda: self.browser.element("platform", "disabled") is False)

    def set_platform(self, turned_on):
        self.open_options()
        assert wait_until(lambda: self.browser.element("platform", "checked") != turned_on)
        self.browser.click("platform")
        self.open_options()
        wait_until(lambda: self.browser.element("platform", "checked") == turned_on)


@pytest.fixture
def site(sandboxes):
    return ListedSite(sandboxes("--no-service"))


@pytest.fixture(params=[*BROWSERS])
def make_portal(request, extended, site, tmp_path):
    """Makes it; whether the program is registered is a choice."""
    def make(registered=True, **options):
        browser = extended(request.param, site, **options)
        program = NativeProgram(tmp_path / "program")
        if registered:
            browser.register(program.file)
        browser.start()
        browser.open(PAGE)
        return Portal(browser, site, program)

    make.browser_name = request.param
    return make


@pytest.fixture
def language(make_portal):
    """One of each browser: the texts are the same."""
    return {"firefox": "ja", "chromium": "en"}[make_portal.browser_name]


@pytest.fixture
def portal(make_portal):
    return make_portal()


# --- what a page asks ---------------------------------------------------------------------------


def test_a_page_finds_the_extension_and_is_answered(portal):
    """On all sites of the list; the origin is what the browser says, whatever the page does; the
    question comes as it is, and the answer too."""
    portal.program.answers(ANSWER)
    argument = {"firefox": FIREFOX_ID, "chromium": f"chrome-extension://{CHROMIUM_ID}/"}
    question = {"mode": "01", "service_id": "01", "digest": "ZGlnZXN0", "origin": "https://example.jp",
                "日本": ["\u0000\U0001f600", 1.5, None, {"__proto__": {"message": {}}}],
                "message": {"mode": "04"}, "check": True}
    for count, name in enumerate(LISTED, 1):
        portal.browser.open(f"https://{name}/index.html?{'x' * 300}")
        assert portal.inputs() == INPUTS
        portal.ask(question)
        assert portal.answers(1) == [ANSWER]
        assert portal.asked(count)[-1] == {"origin": f"https://{name}", "message": question}
        portal.wait_ended()
        assert [argument[portal.browser.name] in start for start in portal.program.starts()] == (
            [True] * count)
    documents = {"mode": "02", "service_id": "01", "digest": ["ZGlnZXN0" * 10] * 100}
    portal.ask(documents)
    portal.answers(2)
    assert portal.asked(4)[-1]["message"] == documents
    assert portal.told()["platform"].startswith("Linux")
    assert len(portal.browser.screen.opened()) == 1


def change_bodies(portal):
    """It may be a new one; a page that removes all there is goes on undisturbed, and one that has an
    input of that name has no second."""
    portal.program.answers(ANSWER)
    portal.browser.open("https://myna.go.jp/replaced.html")
    assert wait_until(portal.inputs) == INPUTS
    portal.browser.open("https://myna.go.jp/twice.html")
    assert wait_until(portal.inputs) == INPUTS
    portal.browser.open("https://myna.go.jp/emptied.html")
    wait_until(lambda: portal.inputs() == [])
    portal.ask({"mode": "01"})
    assert portal.answers(1) == [ANSWER]
    portal.wait_ended()


def ask_nothing(portal):
    """What is no question is refused here: the program is not started for that."""
    portal.browser.open(PAGE)
    before = portal.program.starts()
    texts = ["", "mode", "{", '"01"', "7", "null", "[]", '[{"mode": "01"}]',
             json.dumps({"mode": "01", "digest": "x" * (1024 * 1024)})]
    for text in texts:
        portal.ask(text)
    portal.ask({"mode": "01"}, "askObject")
    portal.ask(["01"], "askObject")
    assert portal.answers(len(texts) + 2) == [NO_ANSWER] * (len(texts) + 2)
    assert portal.program.starts() == before
    portal.ask({"mode": 1, "service_id": "01"})  # the program's to judge; without an answer no mode
    assert portal.answers(len(texts) + 3)[-1] == ANSWER
    portal.ask({"mode": "01", "digest": "x" * 1000000})
    assert portal.answers(len(texts) + 4)[-1] == ANSWER
    portal.wait_ended()


def ask_together(portal):
    """One question of a page at a time. Another tab may ask meanwhile: the program knows what to say
    then."""
    portal.browser.open(PAGE)
    count = begin(portal)
    portal.ask({"mode": "02"})
    portal.ask({"digest": "x"})
    assert portal.answers(2) == [{"mode": "02", **NO_ANSWER, "message": "busy"},
                                 {**NO_ANSWER, "message": "busy"}]
    first = portal.browser.tab()
    portal.browser.open_tab("https://www.myna.go.jp/index.html")
    portal.ask({"mode": "04"})
    assert portal.asked(count + 1)[count:] == [
        {"origin": "https://www.myna.go.jp", "message": {"mode": "04"}}]
    assert portal.program.running() == 2
    portal.program.answers(ANSWER)
    assert portal.answers(1) == [ANSWER]
    portal.browser.switch(first)
    assert portal.answers(3)[2] == ANSWER
    portal.wait_ended()
    portal.ask({"mode": "01"})
    assert portal.answers(4)[3] == ANSWER
    portal.wait_ended()
    assert len(portal.browser.screen.opened()) == 1


def ask_too_deep(portal):
    """Deeper than a browser passes on, or than the program reads."""
    portal.browser.open(PAGE)
    portal.ask('{"mode": "01", "digest": ' + "[" * 100000 + "]" * 100000 + "}")
    assert portal.answers(1)[0] in ({"mode": "01", **NO_ANSWER}, ANSWER)
    portal.wait_ended()


def end_without_an_answer(portal):
    portal.browser.open(PAGE)
    page = portal.browser.tab()
    portal.program.answers("end")
    portal.ask({"mode": "04", "service_id": "01"})
    assert portal.answers(1) == [{"mode": "04", **NO_ANSWER}]
    portal.ask({"digest": "x"})
    assert portal.answers(2)[1] == NO_ANSWER
    portal.wait_ended()
    assert_trouble(portal, "internal")
    portal.browser.switch(page)
    portal.program.answers(ANSWER)
    portal.ask({"mode": "01"})
    assert portal.answers(3)[2] == ANSWER


def test_pages_and_their_questions(portal):
    """One browser for all that a page may do: to start one takes long."""
    change_bodies(portal)
    ask_nothing(portal)
    ask_together(portal)
    ask_too_deep(portal)
    end_without_an_answer(portal)


# --- what goes wrong ----------------------------------------------------------------------------


def assert_trouble(portal, word, language="en"):
    """A window says what is wrong, and what to do; the newest one takes the place of others."""
    texts = messages(language)
    wanted = [trouble(word, language), texts[f"trouble_{word.replace('-', '_')}_next"]]

    def said():
        for tab in portal.browser.tabs():
            with contextlib.suppress(Trouble):  # it has closed meanwhile
                portal.browser.switch(tab)
                if portal.browser.run("return ['what', 'next'].map(id => "
                                      "document.getElementById(id)?.textContent);") == wanted:
                    return True
        return False

    wait_until(lambda: len(portal.browser.screen.listed()) == 2 and said())


def test_the_program_is_missing(make_portal):
    portal = make_portal(registered=False)
    page = portal.browser.tab()
    portal.ask({"mode": "01"})
    assert portal.answers(1) == [{"mode": "01", **NO_ANSWER}]
    assert_trouble(portal, "no-program")
    assert "jpki setup portal" in portal.browser.element("next")
    portal.browser.switch(page)
    # it is registered for another extension
    portal.browser.register(portal.program.file, allowed_extensions=["other@example.jp"],
                            allowed_origins=["chrome-extension://" + "a" * 32 + "/"])
    portal.ask({"mode": "02"})
    assert portal.answers(2)[1] == {"mode": "02", **NO_ANSWER}
    assert_trouble(portal, "no-program")
    assert portal.program.starts() == []


def test_errors_are_told_to_page_and_person(make_portal, language):
    """The answer comes as the program gave it. Who has cancelled knows that himself, and who is to
    type a PIN sees that; nobody is told the same twice at a time."""
    portal = make_portal(language=language)
    page = portal.browser.tab()
    count = 0

    def answered(word):
        nonlocal count
        count += 1
        answer = {"mode": "01", **NO_ANSWER, "message": word}
        portal.program.answers(answer)
        portal.ask({"mode": "01"})
        assert portal.answers(count)[-1] == answer

    answered("cancelled")
    answered("busy")
    portal.wait_ended()
    for word in ("no-reader", "pin-blocked", "<b>newer</b>"):
        answered(word)
        assert_trouble(portal, word if word[0] != "<" else "internal", language)
        portal.browser.screen.keep(f"trouble {portal.browser.name} {language} {count}")
        portal.browser.switch(page)
        answered(word)
    # no window was there for the first two: one for each of the others and the browser's own
    assert len(portal.browser.screen.opened()) == 4
    assert_trouble(portal, "internal", language)
    window = portal.browser.screen.listed()[-1]
    portal.browser.screen.key(window, "Return")  # the button that closes it
    portal.browser.screen.wait_closed(window)
    # closed, it may come again
    portal.browser.switch(page)
    answered("no-reader")
    assert_trouble(portal, "no-reader", language)
    assert len(portal.browser.screen.opened()) == 5


# --- the page goes ------------------------------------------------------------------------------


def begin(portal):
    """A question that waits; how many messages there were."""
    portal.program.waits()
    count = len(portal.program.messages())
    portal.ask({"mode": "01"})
    portal.asked(count + 1)
    return count + 1


def assert_gone(portal, count, origin="https://myna.go.jp"):
    """The program has been told, and has ended."""
    assert portal.asked(count + 1)[count:] == [{"origin": origin, "message": {"mode": "05"}}]
    portal.wait_ended()
    assert len(portal.browser.screen.listed()) == 1


def test_the_program_ends_when_the_page_goes(portal):
    count = begin(portal)
    portal.browser.run("document.documentElement.dataset.kept = 'yes';")
    portal.browser.open("https://myna.go.jp/other.html")
    assert_gone(portal, count)
    # it comes back as it was, and can ask again
    portal.browser.back()
    wait_until(lambda: portal.kept() == "yes")
    count = begin(portal)
    portal.browser.run("location.reload();")
    assert_gone(portal, count)

    portal.browser.open(PAGE)
    count = begin(portal)
    portal.ask({"mode": "05"})
    assert_gone(portal, count)
    assert portal.answers(2) == [{"mode": "01", **NO_ANSWER}, {"mode": "05", **NO_ANSWER}]
    portal.ask({"mode": "05"})
    assert portal.answers(3)[2] == {"mode": "05", **NO_ANSWER}

    portal.browser.open_tab(PAGE)
    count = begin(portal)
    portal.browser.close_tab()
    assert_gone(portal, count)


def test_the_program_ends_when_the_page_crashes(portal):
    count = begin(portal)
    portal.browser.crash_page()
    assert portal.asked(count + 1)[count:] == [
        {"origin": "https://myna.go.jp", "message": {"mode": "05"}}]
    portal.wait_ended()


def test_the_program_ends_with_the_browser(portal):
    begin(portal)
    portal.browser.kill()
    portal.wait_ended()
    assert portal.program.told("ended") == [True]


# --- who may ask --------------------------------------------------------------------------------


def test_nobody_else_has_a_way_in(portal):
    """Sites that are not on the list, without https, in a frame: nothing there, nobody answers. On
    another port, and in a sandbox, the extension is there, but refuses."""
    portal.program.answers(ANSWER)
    for url in (*(f"https://{name}/index.html" for name in UNLISTED),
                *(f"http://{name}/index.html" for name in LISTED)):
        portal.browser.open(url)
        assert portal.told()["platform"].startswith("Linux")
        assert portal.inputs() == []
        portal.ask({"mode": "01"})
    page = portal.browser.tab()
    portal.browser.open_tab("https://example.jp/frame.html")
    assert portal.browser.run_in_frame(ASK_IN_FRAME) == 0
    portal.browser.switch(page)
    for url in ("https://myna.go.jp:4430/index.html", "https://myna.go.jp/sandboxed.html"):
        portal.browser.open(url)
        portal.ask({"mode": "01"})
        assert portal.answers(1) == [{"mode": "01", **NO_ANSWER}]
    # what was asked before would have come by now
    portal.browser.open("https://login.e-tax.nta.go.jp/index.html")
    portal.ask({"mode": "01"})
    assert portal.answers(1) == [ANSWER]
    assert portal.program.messages() == [
        {"origin": "https://login.e-tax.nta.go.jp", "message": {"mode": "01"}}]
    assert len(portal.program.starts()) == 1
    assert len(portal.browser.screen.opened()) == 1


# --- the platform -------------------------------------------------------------------------------

LINUX = {
    "firefox": {"userAgent": r"Mozilla/5\.0 \(X11; Linux x86_64; rv:([\d.]+)\) Gecko/\d+ Firefox/\1",
                "appVersion": r"5\.0 \(X11\)", "platform": "Linux x86_64", "oscpu": "Linux x86_64"},
    "chromium": {"userAgent": r"Mozilla/5\.0 \(X11; Linux x86_64\) AppleWebKit/.* Chrome/.*",
                 "appVersion": r"5\.0 \(X11; Linux x86_64\) AppleWebKit/.* Chrome/.*",
                 "platform": "Linux x86_64"},
}
WINDOWS = {
    "firefox": {"userAgent": r"Mozilla/5\.0 \(Windows NT 10\.0; Win64; x64; rv:([\d.]+)\) Gecko/\d+ "
                             r"Firefox/\1",
                "appVersion": r"5\.0 \(Windows\)", "platform": "Win32",
                "oscpu": "Windows NT 10.0; Win64; x64"},
    "chromium": {"userAgent": r"Mozilla/5\.0 \(Windows NT 10\.0; Win64; x64\) AppleWebKit/.* Chrome/.*",
                 "appVersion": r"5\.0 \(Windows NT 10\.0; Win64; x64\) AppleWebKit/.* Chrome/.*",
                 "platform": "Win32"},
}


def is_told(portal, expected, *event):
    told = portal.told(*event)
    return all(re.fullmatch(pattern, told.get(name) or "")
               for name, pattern in expected[portal.browser.name].items()) and told


def visited(portal, url, expected):
    """The page, which was asked for once, with what its first script was told."""
    before = portal.site.visits(url)
    portal.browser.open(url)
    told = wait_until(lambda: is_told(portal, expected))
    wait_until(lambda: portal.site.visits(url) == before + 1)
    return told


def told_late(portal, expected):
    """Whether the page is told this now, whatever its first script was told."""
    return is_told(portal, expected, "look")


def copy(portal):
    return portal.browser.run("return localStorage.getItem('jpki-portal-platform');")


def test_the_platform_is_told_as_the_person_wants(portal):
    """The first script of a page knows: one that was opened by its address is opened once more if
    not. No other is, since what was posted would be posted again."""
    name = portal.browser.name
    before = visited(portal, PAGE, LINUX)
    assert copy(portal) is None
    open_tab = portal.browser.tab()
    portal.browser.open_tab("about:blank")
    portal.set_platform(True)
    portal.browser.open("https://www.myna.go.jp/index.html")
    wait_until(lambda: is_told(portal, WINDOWS))
    assert portal.site.visits("https://www.myna.go.jp/index.html") == 2
    told = visited(portal, "https://www.myna.go.jp/index.html", WINDOWS)
    assert told["native"] and told["own"] == before["own"]
    if name == "chromium":
        assert told["dataPlatform"] == "Windows"
        assert told["data"] == {**before["data"], "platform": "Windows"}
        hints = json.loads(portal.browser.run("return document.documentElement.dataset.hints;"))
        assert hints == {**told["data"], "architecture": "x86", "platformVersion": "10.0.0"}
    visited(portal, "https://www.myna.go.jp/other.html", WINDOWS)
    visited(portal, "https://example.jp/form.html", LINUX)
    portal.browser.run("document.querySelector('form').submit();")
    wait_until(lambda: told_late(portal, WINDOWS) and portal.address() == POSTED)
    wait_until(lambda: portal.site.visits(POSTED) == 1)
    # a site that forgets all when it is opened, or left, is opened no more than twice
    forgetting = [f"https://login.e-tax.nta.go.jp/{page}.html" for page in ("cleared", "forgetful")]
    for url in forgetting * 2:
        portal.browser.open(url)
        wait_until(lambda: told_late(portal, WINDOWS))
    assert all(2 <= portal.site.visits(url) <= 4 for url in forgetting)

    # a page that was open stays as it is, but knows for its next time
    portal.browser.switch(open_tab)
    wait_until(lambda: copy(portal) == "windows")
    assert is_told(portal, LINUX)
    visited(portal, PAGE, WINDOWS)

    portal.set_platform(False)
    portal.browser.open("https://www.myna.go.jp/index.html")
    wait_until(lambda: is_told(portal, LINUX) and copy(portal) is None)
    assert visited(portal, "https://www.myna.go.jp/index.html", LINUX) == before


# --- time ---------------------------------------------------------------------------------------


def test_a_person_may_take_time(make_portal, monkeypatch):
    """The browsers end an extension's script when nothing happens for a while, but not while the
    program asks for the PIN."""
    monkeypatch.setitem(BROWSERS["firefox"].preferences, "extensions.background.idle.timeout",
                        FIREFOX_IDLE * 1000)
    portal = make_portal()
    idle = {"firefox": 3 * FIREFOX_IDLE, "chromium": CHROMIUM_IDLE}[portal.browser.name]
    portal.ask({"mode": "01"})
    portal.asked(1)
    time.sleep(idle)  # nothing happens: that is the point
    assert portal.program.running() == 1 and portal.browser.background_runs()
    portal.program.answers(ANSWER)
    assert portal.answers(1) == [ANSWER]
    portal.wait_ended()
    portal.browser.end_background()
    portal.ask({"mode": "01"})
    assert portal.answers(2)[1] == ANSWER


# --- the page of options ------------------------------------------------------------------------


def test_the_check_tells_what_is_missing(make_portal, language):
    portal = make_portal(registered=False, language=language)
    texts = messages(language)
    good = {"result": "0", "version": "1.2.3", "service": "ok", "reader": "ok", "card": "ok",
            "keys": ["auth", "sign"], "pinentry": True}

    def check():
        """The lines that are good, and those that are not."""
        portal.browser.click("check")
        wait_until(lambda: portal.browser.element("check", "disabled") is False)
        return tuple(portal.browser.run(
            f"return [...document.querySelectorAll('dd.{kind}')].map(one => one.textContent);")
            for kind in ("good", "bad"))

    def lines(*keys):
        return [texts[key].replace("$1", "1.2.3") for key in keys]

    portal.open_options()
    assert portal.browser.run("return document.documentElement.lang;") == language
    assert portal.browser.run("return document.title;") == texts["extensionName"]
    assert check() == (lines("checkSitesOk"), [trouble("no-program", language)])
    portal.browser.register(portal.program.file)
    portal.program.answers(good)
    both = texts["checkKeyAuth"] + texts["checkKeysAnd"] + texts["checkKeySign"]
    begun = lines("checkSitesOk", "checkProgramOk", "checkPinentryOk")
    found = lines("checkServiceOk", "checkReaderOk", "checkCardOk")
    assert check() == ([*begun, *found, both], [])
    portal.browser.screen.keep(f"options {portal.browser.name} {language}")
    portal.browser.run("scrollTo(0, 10000);")
    portal.browser.screen.keep(f"options {portal.browser.name} {language} below")
    for change, lost, word in (({"service": "no-service"}, 3, "no-service"),
                               ({"reader": "no-reader"}, 2, "no-reader"),
                               ({"card": "other-card"}, 1, "other-card"),
                               ({"keys": []}, 0, "no-key")):
        portal.program.answers({**good, **change})
        assert check() == ([*begun, *found[:3 - lost]], [trouble(word, language)])
    portal.program.answers({**good, "keys": ["auth", "other"], "pinentry": False})
    assert check() == ([*begun[:2], *found, texts["checkKeyAuth"]], [trouble("no-pinentry", language)])
    # it could not look; a newer one has a word of its own
    for word, known in (("no-service", "no-service"), ("newer", "internal")):
        portal.program.answers({**NO_ANSWER, "message": word})
        assert check() == (begun[:1], [trouble(known, language)])
    portal.program.waits()
    portal.browser.click("check")
    portal.asked(9)
    assert portal.browser.element("check") == texts["checkRuns"]
    portal.program.answers("end")
    wait_until(lambda: portal.browser.element("check", "disabled") is False)
    assert portal.browser.element("check") == texts["checkButton"]
    portal.wait_ended()
    assert portal.program.messages() == [{"check": True}] * 9


# --- the packages -------------------------------------------------------------------------------

LISTS = {"firefox": "about:addons", "chromium": "chrome://extensions"}


def jpki_outside(browser, folder, *words):
    """What an installed jpki tells this person: one in a build folder knows of no packages."""
    program = folder / "jpki"
    shutil.copy(JPKI, program)
    return browser.sandbox.run(
        program, *words, status=None, env={**browser.environment(), "LD_LIBRARY_PATH": BUILD / "src"})


def works(portal):
    """On a page of the sites, with the program."""
    portal.browser.open(PAGE)
    assert wait_until(portal.inputs) == INPUTS
    portal.ask({"mode": "01"})
    assert portal.answers(1) == [ANSWER]
    portal.wait_ended()


@pytest.mark.parametrize("used", [False, True], ids=["new", "used"])
@pytest.mark.parametrize("name", BROWSERS)
def test_debians_browser_takes_what_packages_bring(extended, site, tmp_path, name, used):
    """With a profile that is new, or was used before they came: it is there and turned on with the next
    start. A Firefox that was used has it with the one after that, and says on the extension's page that a
    person has to allow it the sites. jpki reads in what the browser has written that it is there."""
    browser, program = extended(name, site, packaged=True), NativeProgram(tmp_path / "program")
    portal = Portal(browser, site, program)
    program.answers(ANSWER)
    if used:
        browser.start()
        browser.open(PAGE)
        assert portal.inputs() == []
        browser.quit()
    browser.install(program.file)
    if name == "firefox":  # whose profile is where the test wants it
        folder = browser.home / ".mozilla" / "firefox"
        folder.mkdir(parents=True)
        (folder / "profiles.ini").write_text(
            f"[Profile0]\nName=profile\nIsRelative=0\nPath={browser.profile}\n")
    browser.start()
    if used and name == "firefox":
        wait_until(browser.knows, 60)
        browser.quit()
        browser.start()
        portal.open_options()
        browser.click("check")
        wait_until(lambda: trouble("no-sites") in browser.element("results"))
        assert 'in the profile "profile", but may not work on the sites' in jpki_outside(
            browser, tmp_path, "setup", "portal", "--check")
        browser.allow_sites()
    works(portal)
    browser.open(LISTS[name])
    browser.screen.wait_text("My Number Card Login", browser.screen.opened()[0])
    browser.screen.keep(f"packaged {name} {'used' if used else 'new'}")
    browser.quit()

    title, profile = {"firefox": ("Firefox", "profile"), "chromium": ("Chromium", "Default")}[name]
    assert f'{title}: the extension is in the profile "{profile}".' in jpki_outside(
        browser, tmp_path, "setup", "portal", "--check")
    said = jpki_outside(browser, tmp_path, "setup", "portal", "--remove")
    assert f"{title}: a package has the extension" in said and "it stays" in said
    assert "the extension stays; remove it" not in said
    # the package has gone, and the browser was not started since
    browser.uninstall()
    assert f"{title}: no profile has the extension" in jpki_outside(
        browser, tmp_path, "setup", "portal", "--check")


# --- the files ----------------------------------------------------------------------------------


def sources(*suffixes):
    return {file.name: file.read_text() for file in SOURCE.iterdir() if file.suffix in suffixes}


def test_texts_are_the_same_in_both_languages_and_all_are_used():
    english, japanese = messages("en"), messages("ja")
    assert [*english] == [*japanese]
    numbers = re.compile(r"\$\d")
    assert all(numbers.findall(english[key]) == numbers.findall(japanese[key]) for key in english)
    words = {key for word in WORDS for key in (f"trouble_{word.replace('-', '_')}",
                                               f"trouble_{word.replace('-', '_')}_next")}
    assert {key for key in english if key.startswith("trouble_")} == words
    files = sources(".html", ".js")
    used = {key for name, text in files.items() for key in re.findall(r'data-text="(\w+)"', text)}
    used |= set(re.findall(r"__MSG_(\w+)__", (SOURCE / "manifest.json").read_text()))
    code = "".join(text for name, text in files.items() if name.endswith(".js"))
    quoted = set(re.findall(r'"(\w+)"', code))
    assert used <= english.keys()
    assert english.keys() - words - used <= quoted
    # a text of a page is filled in, and so is each other that a page is to show
    assert set(re.findall(r'\btext\("(\w+)"', code)) | set(
        re.findall(r'\bshow\("(\w+)"', code)) <= english.keys()


def test_the_extension_asks_for_no_more_than_it_says():
    manifest = json.loads((UNPACKED / "manifest.json").read_text())
    assert manifest["permissions"] == ["nativeMessaging", "storage"]
    matches = ["https://myna.go.jp/*", "https://*.myna.go.jp/*", "https://login.e-tax.nta.go.jp/*"]
    assert [script["matches"] for script in manifest["content_scripts"]] == [matches, matches]
    assert {key for script in manifest["content_scripts"] for key in script} == {
        "matches", "js", "run_at", "world"}
    assert [*manifest] == [
        "manifest_version", "name", "description", "version", "default_locale", "key",
        "minimum_chrome_version", "browser_specific_settings", "icons", "permissions", "background",
        "content_scripts", "action", "options_ui", "content_security_policy"]
    assert manifest["content_security_policy"] == {
        "extension_pages": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"}
    version = re.search(r"version: '(.+)',", (ROOT / "meson.build").read_text())[1]
    assert manifest["version"] == version
    assert set(os.listdir(UNPACKED)) == {
        "_locales", "icons", "manifest.json", *sources(".html", ".js", ".css")}


def test_the_extension_has_no_code_but_its_own():
    """Nothing is fetched, made of texts, or read by a page."""
    for name, text in sources(".html", ".js", ".css").items():
        code = re.sub(r"^\s*//.*|\s//\s.*|<!--.*?-->", "", text, flags=re.MULTILINE)
        for word in (r"\beval\b", r"\bFunction\b\(", "innerHTML", "outerHTML", "insertAdjacentHTML",
                     r"document\.write", r"\bfetch\b", "XMLHttpRequest", "WebSocket", "importScripts",
                     r"\bimport\b", r"setTimeout\(\s*[\"'`]", r"https?://", r"\bon\w+=", "console"):
            assert not re.search(word, code), (name, word)
        assert not re.findall(r"<script(?! src=\"\w+\.js\"></script>)", code), name
        assert text.count("\n") < 130, name
        if name.endswith(".js"):
            assert '"use strict";' in text and text.startswith("// SPDX"), name


def packed(folder, *files):
    folder.mkdir()
    output(SOURCE / "pack.py", SOURCE, folder / "xpi", folder / "unpacked", *files)
    return folder


def test_the_archive_is_the_same_wherever_it_is_made(tmp_path):
    """Whatever the order of the files, their times, and the machine's habits for new ones."""
    names = sorted(str(file.relative_to(UNPACKED)) for file in UNPACKED.rglob("*")
                   if file.is_file() and file.name != "manifest.json")
    manifest = tmp_path / "manifest.json"
    manifest.write_bytes((UNPACKED / "manifest.json").read_bytes())
    os.utime(manifest, (0, 10 ** 9))
    manifest.chmod(0o600)
    mask = os.umask(0o077)
    try:
        made = packed(tmp_path / "one", *names[::-1], manifest)
    finally:
        os.umask(mask)
    assert (made / "xpi").read_bytes() == ARCHIVE.read_bytes()
    assert {file.stat().st_mode & 0o777 for file in (made / "unpacked").rglob("*.*")} == {0o644}
    listed = output("python3", "-m", "zipfile", "--list", ARCHIVE)
    assert re.findall(r"^(\S+) +1980-01-01 00:00:00", listed, re.MULTILINE) == sorted(
        [*names, "manifest.json"])


def test_the_extension_is_installed_as_built(installed):
    folder = installed / "usr/share/jpki/portal-extension"
    for one, other in ((folder, UNPACKED), (UNPACKED, folder)):
        for file in one.rglob("*"):
            if file.is_file():
                assert (other / file.relative_to(one)).read_bytes() == file.read_bytes()
    assert (installed / "usr/share/jpki/jpki-portal.xpi").read_bytes() == ARCHIVE.read_bytes()
