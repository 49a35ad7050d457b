# SPDX-License-Identifier: BSD-2-Clause
"""The portal's site that asks a browser extension: what its server accepts, and what its page says.

The answers are made here with the keys of a card; the browsers have no extension."""

import base64
import contextlib
import html
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from marionette import Firefox
from mynaportal import (ATTRIBUTES, CITIZEN, COMBINATION_CODE, FAKE, LOG_IN, SIGN, UUID, Keys,
                        base64_of, der, new_key, refusal, signed, told, unpadded)
from portal import (ASKING, DECLINED, LOGGED_IN, NO_EXTENSION, NO_PLATFORM, NO_PROGRAM, PORTAL, READ,
                    READY, SIGNED, SITE, SITES, WRONG, answers)
from preferences import prefer
from program import load
from support import ROOT, TIMEOUT, needs, output, wait_until

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) Gecko/20100101 Firefox/153.0"
JSON = {"Content-Type": "application/json"}
LONGEST = 1 << 20
SCRIPTS = ROOT / "tools" / "portal"


@pytest.fixture(scope="module")
def keys(issued):
    return Keys(issued / "state")


class Connection(http.client.HTTPSConnection):
    """To a site of a portal, whose name is this machine."""

    def __init__(self, portal, name):
        super().__init__(name, timeout=60)
        self.portal = portal

    def connect(self):
        context = ssl.create_default_context(cafile=self.portal.folder / "trust.pem")
        plain = socket.create_connection(("127.0.0.1", self.portal.port), 60)
        self.sock = context.wrap_socket(plain, server_hostname=self.host)


class Portal:
    """One that runs beside the tests, on ports that are free."""

    def __init__(self, folder, certificates):
        self.folder = folder
        output(PORTAL, "start", folder, "--ca", certificates / "authentication-ca.pem",
               "--signature-ca", certificates / "signature-ca.pem")
        self.port = json.loads((folder / "portal.json").read_text())["site-port"]

    def visitor(self, name=SITES[0]):
        return Visitor(self, name)

    def answers(self):
        return answers(self.folder)


class Visitor:
    """A browser, as far as the server sees: it keeps its cookie."""

    def __init__(self, portal, name):
        self.portal, self.name = portal, name
        self.cookie = None

    def request(self, method, path, body=None, headers=None):
        """The status, and what was said."""
        headers = {**({"Cookie": self.cookie} if self.cookie else {}), **(headers or {})}
        with contextlib.closing(Connection(self.portal, self.name)) as connection:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            text = reply.read()
            given = reply.getheader("Set-Cookie")
        if given:
            assert {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} < set(given.split("; "))
            self.cookie = given.split(";")[0]
        return reply.status, text

    def post(self, place, what, headers=None):
        body = what if isinstance(what, bytes) else json.dumps(what).encode()
        status, text = self.request("POST", f"/site/{place}", body, headers or JSON)
        return status, json.loads(text)

    def ask(self, mode):
        status, question = self.post("ask", {"mode": mode})
        assert (status, question["outcome"]) == (200, "asked")
        return question

    def answer(self, question, answer, **changes):
        return self.post("answer", {"id": question["id"], "answer": answer, **changes})


@pytest.fixture(scope="module")
def portal(issued, tmp_path_factory):
    needs("nginx", "openssl")
    made = Portal(tmp_path_factory.mktemp("site") / "portal", issued / "certificates")
    yield made
    output(PORTAL, "stop", made.folder)
    assert not (made.folder / "site.pid").exists() and not (made.folder / "nginx.pid").exists()


# --- what the server accepts ----------------------------------------------------------------------


def test_what_is_asked(portal):
    """A digest is a DigestInfo of SHA-256; each question has one of its own."""
    visitor = portal.visitor()
    seen = set()
    for mode, number in ((LOG_IN, 1), (SIGN, 3), (LOG_IN, 1)):
        question = visitor.ask(mode)
        message = question["message"]
        assert (message["mode"], message["service_id"]) == (mode, "01")
        assert isinstance(message["digest"], str if mode == LOG_IN else list)
        digests = [message["digest"]] if mode == LOG_IN else message["digest"]
        assert len(question["documents"]) == (3 if mode == SIGN else 0)
        for digest in digests:
            info = base64.b64decode(digest, validate=True)
            assert info[:19].hex() == "3031300d060960864801650304020105000420" and len(info) == 51
        seen.update(digests)
        assert len(digests) == number
    assert len(seen) == 5
    assert visitor.ask(ATTRIBUTES)["message"] == {"mode": ATTRIBUTES, "service_id": "01"}


@pytest.mark.parametrize("name", SITES)
@pytest.mark.parametrize("mode", [LOG_IN, SIGN, ATTRIBUTES])
def test_the_right_answer(portal, keys, name, mode):
    visitor = portal.visitor(name)
    question = visitor.ask(mode)
    before = len(portal.answers())
    status, verdict = visitor.answer(question, keys.answer(question["message"]))
    assert (status, verdict["outcome"]) == (200, "right"), verdict
    line, = portal.answers()[before:]
    subject = {"subject": verdict["facts"]["subject"]} if mode == LOG_IN else {}
    assert line == {"site": name, "mode": mode, "outcome": "right", "status": "200", **subject}
    if mode == ATTRIBUTES:
        assert verdict["facts"] == CITIZEN
    written = "".join(file.read_text(errors="replace") for file in portal.folder.glob("*.log"))
    assert not any(value in written for value in
                   (CITIZEN["name"], CITIZEN["name"].encode().hex(), CITIZEN["birthday"]))


def test_a_program_may_leave_out_the_combination_code(portal, keys):
    visitor = portal.visitor()
    question = visitor.ask(LOG_IN)
    answer = keys.answer(question["message"])
    del answer["combination_code"]
    assert visitor.answer(question, answer)[1]["outcome"] == "right"


def without(name):
    return lambda answer, *_: answer.pop(name)


def having(name, value):
    return lambda answer, *_: answer.update({name: value})


def changed(name, change):
    def make(answer, *_):
        answer[name] = change(answer[name])

    return make


def certified(mode, **options):
    """By the card's CA, with another certificate."""
    def make(answer, _, keys):
        answer["certificate"] = unpadded(der(keys.issue(mode, **options)))

    return make


def with_key(bits):
    def make(answer, message, keys):
        key = new_key(bits)
        answer["certificate"] = unpadded(der(keys.issue(LOG_IN, key=key)))
        answer["signature"] = signed(key, message["digest"])

    return make


def of_the_other_purpose(answer, message, keys):
    """The signature key logs in: all of it is right but that."""
    answer["certificate"] = unpadded(der(keys.certificate("signature")))
    answer["signature"] = signed(keys.key("signature"), message["digest"])


def by_the_other_key(answer, message, keys):
    answer["signature"] = signed(keys.key("signature"), message["digest"])


def over_something_else(answer, message, keys):
    other = base64_of(base64.b64decode(message["digest"])[:-1] + b"x")
    answer["signature"] = signed(keys.key("authentication"), other)


def one_wrong(answer, message, keys):
    """The second of three is that of the third."""
    answer["signature"][1] = answer["signature"][2]


def with_filler(text):
    return unpadded(base64.b64decode(text + "=" * (-len(text) % 4)) + b"\xff" * 4)


def padded(text):
    """With the padding that the pages do not get."""
    return text + ("=" * (-len(text) % 4) or "=")


def damaged(text):
    der_text = base64.b64decode(text + "=" * (-len(text) % 4))
    return unpadded(der_text[:-40])


BAD = {
    "no uuid": (LOG_IN, without("uuid"), "missing"),
    "no signature": (LOG_IN, without("signature"), "missing"),
    "no certificate": (LOG_IN, without("certificate"), "missing"),
    "a number for a text": (LOG_IN, having("certificate", 7), "missing"),
    "a PIN": (LOG_IN, having("pin", "1234"), "pin"),
    "another mode": (LOG_IN, having("mode", "04"), "mode"),
    "a result that is a number": (LOG_IN, having("result", 0), "result"),
    "another result": (LOG_IN, having("result", "2"), "result"),
    "a short uuid": (LOG_IN, changed("uuid", lambda text: text[:-1]), "uuid"),
    "a uuid with a line after it": (LOG_IN, changed("uuid", lambda text: text + "\n"), "uuid"),
    "a combination code that is none": (LOG_IN, having("combination_code", "x" * 64),
                                        "combination-code"),
    "a certificate with padding": (LOG_IN, changed("certificate", padded), "certificate-base64"),
    "a certificate in lines": (LOG_IN, changed("certificate", lambda text: text[:64] + "\n" + text[64:]),
                               "certificate-base64"),
    "a certificate and filler": (LOG_IN, changed("certificate", with_filler), "certificate-der"),
    "half a certificate": (LOG_IN, changed("certificate", damaged), "certificate-der"),
    "no certificate's bytes": (LOG_IN, having("certificate", "MAAA"), "certificate-der"),
    "a key of 1024 bits": (LOG_IN, with_key(1024), "key"),
    "a key that is not RSA": (
        LOG_IN, certified(LOG_IN, key=ec.generate_private_key(ec.SECP384R1())), "key"),
    "a CA of the same name": (LOG_IN, certified(LOG_IN, signer=new_key()), "issuer"),
    "the other purpose's CA": (LOG_IN, of_the_other_purpose, "issuer"),
    "an expired certificate": (LOG_IN, certified(LOG_IN, days=(-3, -1)), "dates"),
    "a certificate of tomorrow": (LOG_IN, certified(LOG_IN, days=(1, 3)), "dates"),
    "a key for encryption": (LOG_IN, certified(LOG_IN, usage={"key_encipherment"}), "usage"),
    "a key for signatures too": (
        LOG_IN, certified(LOG_IN, usage={"digital_signature", "content_commitment"}), "usage"),
    "a usage that is not critical": (LOG_IN, certified(LOG_IN, critical=False), "usage"),
    "another policy": (LOG_IN, certified(LOG_IN, policy="1.2.392.200149.8.5.1.1.20"), "policy"),
    "no policy": (LOG_IN, certified(LOG_IN, policy=""), "policy"),
    "a signature without padding": (LOG_IN, changed("signature", lambda text: text.rstrip("=")),
                                    "signature-base64"),
    "a short signature": (LOG_IN, having("signature", "AAAA"), "signature"),
    "a signature by another key": (LOG_IN, by_the_other_key, "signature"),
    "a signature over something else": (LOG_IN, over_something_else, "signature"),
    "one signature as a text": (SIGN, changed("signature", lambda all_of_them: all_of_them[0]),
                                "not-an-array"),
    "a signature that is none": (SIGN, changed("signature", lambda all_of_them: [None, *all_of_them]),
                                 "not-an-array"),
    "two signatures": (SIGN, changed("signature", lambda all_of_them: all_of_them[:2]), "number"),
    "one signature twice": (SIGN, one_wrong, "signature-of"),
    "the authentication policy": (SIGN, certified(SIGN, policy="1.2.392.200149.8.5.1.3.30"), "policy"),
    "no non-repudiation": (SIGN, certified(SIGN, usage={"digital_signature"}), "usage"),
    "another CA for signatures": (SIGN, certified(SIGN, signer=new_key()), "issuer"),
    "no address": (ATTRIBUTES, without("address"), "missing"),
    "a name that is not hexadecimal": (ATTRIBUTES, having("name", CITIZEN["name"]), "hex"),
    "half a byte": (ATTRIBUTES, changed("name", lambda text: text[:-1]), "hex"),
    "no UTF-8": (ATTRIBUTES, having("name", "ff"), "utf-8"),
    "an empty name": (ATTRIBUTES, having("name", ""), "empty"),
    "a name of spaces": (ATTRIBUTES, having("name", "　 ".encode().hex()), "empty"),
    "a name with its end": (ATTRIBUTES, changed("name", lambda text: text + "00"), "characters"),
    "a birthday with its era": (ATTRIBUTES, having("birthday", b"319800131".hex()), "birthday"),
    "a birthday in full-width digits": (ATTRIBUTES, having("birthday", "１９８００１３１".encode().hex()),
                                        "birthday"),
    "another sex": (ATTRIBUTES, having("sex", b"4".hex()), "sex"),
}


@pytest.mark.parametrize("mode, change, code", BAD.values(), ids=BAD)
def test_a_wrong_answer(portal, keys, mode, change, code):
    """Each is the right one but for one thing, which is named."""
    visitor = portal.visitor()
    question = visitor.ask(mode)
    answer = keys.answer(question["message"])
    change(answer, question["message"], keys)
    status, verdict = visitor.answer(question, answer)
    assert (status, verdict["outcome"]) == (200, "wrong")
    line = portal.answers()[-1]
    assert (line["outcome"], line["code"]) == ("wrong", code)
    assert set(verdict["told"]) == {"ja", "en"} and verdict["told"]["en"].endswith(".")


def test_an_expired_authority(keys):
    """Its newer certificate, of the same key, is enough."""
    judge = load(SCRIPTS / "judge.py")
    hashed = b"h" * 32
    answer = keys.answer({"mode": LOG_IN, "digest": base64_of(judge.DIGEST_INFO + hashed)})
    old, new = keys.expired_authority(LOG_IN), keys.certificate("authentication-ca")
    judge.judge(LOG_IN, answer, [hashed], [old, new])
    with pytest.raises(judge.Wrong) as wrong:
        judge.judge(LOG_IN, answer, [hashed], [old])
    assert wrong.value.code == "issuer-dates"


def test_each_wrong_answer_has_its_case():
    words = load(SCRIPTS / "words.py")
    assert {code for *_, code in BAD.values()} | {"issuer-dates"} == set(words.WRONG)


def test_each_refusal_of_the_program_has_its_words(portal):
    declined = load(SCRIPTS / "words.py").DECLINED
    visitor = portal.visitor()
    for word, texts in declined.items():
        question = visitor.ask(LOG_IN)
        _, verdict = visitor.answer(question, refusal(LOG_IN, word))
        assert verdict["outcome"] == "declined"
        assert verdict["told"] == {"ja": texts[0], "en": f"{texts[1]}."}
    lines = portal.answers()[-2 * len(declined):]
    assert [(line["code"], line["message"]) for line in lines if line["outcome"] == "declined"] == [
        ("EW044-C300", word) for word in declined]


@pytest.mark.parametrize("message", ["Hanako Mihon", 7, None, "x" * 65])
def test_what_is_no_word_is_not_written(portal, message):
    visitor = portal.visitor()
    _, verdict = visitor.answer(visitor.ask(LOG_IN), refusal(LOG_IN, message))
    assert verdict["told"]["en"] == "The program did not answer."
    assert portal.answers()[-1]["message"] == "other"


# --- what it refuses to look at ---------------------------------------------------------------------


def test_an_answer_counts_once(portal, keys):
    """Whatever the first one was; of twenty at once, one counts."""
    visitor = portal.visitor()
    for first, outcome in ((None, "right"), (refusal(LOG_IN, "cancelled"), "declined")):
        question = visitor.ask(LOG_IN)
        right = keys.answer(question["message"])
        assert visitor.answer(question, first or right)[1]["outcome"] == outcome
        status, verdict = visitor.answer(question, right)
        assert (status, verdict["code"]) == (409, "used")
    question = visitor.ask(LOG_IN)
    right = keys.answer(question["message"])
    with ThreadPoolExecutor(20) as pool:
        found = sorted(status for status, _ in pool.map(
            lambda _: visitor.answer(question, right), range(20)))
    assert found == [200] + [409] * 19


def test_an_answer_of_another_session(portal, keys):
    one, other, nobody = portal.visitor(), portal.visitor(), portal.visitor()
    question = one.ask(LOG_IN)
    right = keys.answer(question["message"])
    other.ask(LOG_IN)
    assert [(status, verdict["code"]) for status, verdict in (
        other.answer(question, right), nobody.answer(question, right),
        one.answer({"id": "0" * 32}, right))] == [
            (409, "unknown"), (403, "session"), (409, "unknown")]
    assert one.answer(question, right)[1]["outcome"] == "right"


def test_the_oldest_question_goes(portal, keys):
    visitor = portal.visitor()
    first, second = visitor.ask(LOG_IN), visitor.ask(LOG_IN)
    for _ in range(31):
        visitor.ask(ATTRIBUTES)
    assert visitor.answer(first, keys.answer(first["message"]))[1]["code"] == "unknown"
    assert visitor.answer(second, keys.answer(second["message"]))[1]["outcome"] == "right"


def test_a_question_ends_after_a_while(portal, keys, tmp_path):
    """A server of its own, for which ten minutes are none."""
    folder = tmp_path / "p"
    folder.mkdir()
    for name in ("authentication-ca.pem", "signature-ca.pem"):
        (folder / name).write_bytes((portal.folder / name).read_bytes())
    script = ("import runpy, sys; sys.argv[1:] = [sys.argv[2]]; sys.path.insert(0, %r); sys.dont_write_"
              "bytecode = True; site = runpy.run_path(%r); site['Sessions'].take.__globals__['LIFE'] = 0; "
              "site['main']()" % (str(ROOT / "tools/portal"), str(ROOT / "tools/portal/site")))
    process = subprocess.Popen([sys.executable, "-c", script, "-", folder], stdin=subprocess.DEVNULL)
    try:
        wait_until((folder / "site.pid").exists)

        def post(place, what, cookie=""):
            connection = http.client.HTTPConnection("myna.go.jp")
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(str(folder / "site.socket"))
            connection.request("POST", f"/site/{place}", json.dumps(what), {**JSON, "Cookie": cookie})
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read()), reply.getheader("Set-Cookie")

        _, question, cookie = post("ask", {"mode": LOG_IN})
        right = {"id": question["id"], "answer": keys.answer(question["message"])}
        status, verdict, _ = post("answer", right, cookie.split(";")[0])
        assert (status, verdict["code"]) == (409, "expired")
    finally:
        process.terminate()
        process.wait(TIMEOUT)


@pytest.mark.parametrize("body, status, code", [
    (b"", 400, "json"),
    (b"{", 400, "json"),
    (b"\xff", 400, "json"),
    (b"[" * 200000, 400, "json"),
    (b'{"mode": NaN}', 400, "json"),
    (b"[]", 400, "shape"),
    (b"{}", 400, "shape"),
    (b'{"mode": "03"}', 400, "shape"),
    (b'{"mode": ["01"]}', 400, "shape"),
    (b" " * LONGEST + b"{}", 413, None),
])
def test_bad_requests(portal, body, status, code):
    visitor = portal.visitor()
    found, text = visitor.request("POST", "/site/ask", body, JSON)
    assert found == status
    assert code is None or json.loads(text)["code"] == code
    visitor.ask(LOG_IN)


@pytest.mark.parametrize("answer", [{"id": 7, "answer": {}}, {"id": "7", "answer": []}, {"id": "7"}, {}])
def test_answers_without_a_shape(portal, answer):
    assert portal.visitor().post("answer", answer)[1]["code"] == "shape"


@pytest.mark.parametrize("headers, status, code", [
    ({"Content-Type": "text/plain"}, 415, "type"),
    ({**JSON, "Origin": "https://www.example.jp"}, 403, "origin"),
    ({**JSON, "Origin": f"https://{SITES[1]}"}, 403, "origin"),
    ({**JSON, "Origin": "null"}, 403, "origin"),
    ({**JSON, "Cookie": "__Host-portal=\x01; ;=;"}, 200, None),
])
def test_requests_of_others(portal, headers, status, code):
    found, said = portal.visitor().post("ask", {"mode": LOG_IN}, headers)
    assert (found, said.get("code")) == (status, code)


def test_other_addresses_and_methods(portal):
    visitor = portal.visitor()
    assert visitor.request("GET", "/site/ask")[0] == 405
    assert visitor.request("POST", "/site/other", b"{}", JSON)[0] in (404, 405)
    assert visitor.request("GET", "/site/portal.json")[0] == 404


@pytest.mark.parametrize("name", SITES)
def test_the_page_says_which_address_it_has(portal, name):
    """It has that of somebody else, and says so."""
    status, page = portal.visitor(name).request("GET", "/")
    assert status == 200
    assert page.decode().count(f"<code>{name}</code>") == 2


# --- its end ------------------------------------------------------------------------------------------


@pytest.fixture
def pretend(tmp_path):
    """Starts a process with these words in its command line, as the server of a portal in a folder."""
    started = []

    def start(name, *words, ends=True):
        script = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_{'DFL' if ends else 'IGN'});"
        started.append(subprocess.Popen(
            [sys.executable, "-c", script + "print(flush=True); signal.pause()", *map(str, words)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE))
        started[-1].stdout.readline()
        (tmp_path / f"{name}.pid").write_text(f"{started[-1].pid}\n")
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_no_process_of_others_is_ended(pretend, tmp_path):
    """What a portal has left, that was killed, may name one."""
    others = [pretend("nginx"), pretend("site", tmp_path / "other")]
    done = subprocess.run([PORTAL, "stop", tmp_path], stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1, f"tools/portal/portal: No portal runs in {tmp_path}.\n")
    assert [process.poll() for process in others] == [None, None]


def test_a_server_ends_though_the_other_does_not(pretend, tmp_path):
    portal = load(SCRIPTS / "portal")
    portal.DEADLINE = 0.5
    stuck = pretend("nginx", "-c", tmp_path / "nginx.conf", ends=False)
    site = pretend("site", tmp_path)
    with pytest.raises(portal.Trouble, match="^nginx did not end"):
        portal.end(tmp_path)
    assert site.wait(TIMEOUT) == -signal.SIGTERM and stuck.poll() is None
    assert not (tmp_path / "site.pid").exists()


# --- browsers -----------------------------------------------------------------------------------------


def chromium(portal, folder, *options):
    """The page as Chromium has it after its time, by the title and by id."""
    needs("chromium")
    rules = ", ".join(f"MAP {site}:443 127.0.0.1:{portal.port}" for site in SITES)
    database = folder / ".pki/nssdb"
    database.mkdir(parents=True)
    output("certutil", "-N", "-d", f"sql:{database}", "--empty-password")
    output("certutil", "-A", "-d", f"sql:{database}", "-n", "portal", "-t", "C,,", "-a", "-i",
           portal.folder / "trust.pem")
    page = output("env", f"HOME={folder}", f"XDG_CONFIG_HOME={folder}", f"XDG_CACHE_HOME={folder}",
                  "DBUS_SESSION_BUS_ADDRESS=disabled:", "chromium", "--headless",
                  *(["--no-sandbox"] if os.geteuid() == 0 else []),
                  f"--user-data-dir={folder}/profile", f"--host-resolver-rules={rules}", *options,
                  "--virtual-time-budget=10000", "--dump-dom", SITE)
    found = {name: html.unescape(text) for name, text in
             re.findall(r'<(?:h1|p|td) id="(\w+)"[^>]*>(.*?)</', page, re.DOTALL)}
    return html.unescape(re.search("<title>(.*?)</title>", page)[1]), found


def test_chromium_tells_its_platform_twice(portal, tmp_path):
    """The name that it sends is that of Windows, what it tells of its platform is not. (Browsers that
    are Linux in both, with the extension: test_demo_portal.)"""
    title, page = chromium(portal, tmp_path, f"--user-agent={WINDOWS}")
    assert title.startswith(NO_PLATFORM)
    assert page["platform"].startswith("Linux")
    assert "拡張機能の設定" in page["ja"] and "setting of the extension" in page["en"]


class Page:
    """A Firefox at the site."""

    def __init__(self, portal, folder, preferences):
        needs("firefox-esr", "certutil")
        profile = folder / "profile"
        profile.mkdir(parents=True)
        output("certutil", "-N", "-d", f"sql:{profile}", "--empty-password")
        output("certutil", "-A", "-d", f"sql:{profile}", "-n", "portal", "-t", "C,,", "-a", "-i",
               portal.folder / "trust.pem")
        prefer(profile, {"network.dns.localDomains": ",".join(SITES),
                         "network.socket.forcePort": f"443={portal.port}", **preferences})
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        env = {**os.environ, **{name: str(folder) for name in (
            "HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")}}
        self.firefox = Firefox(env, folder / "log", port, "--profile", profile)
        self.firefox.context("content")
        self.open()

    def open(self):
        self.firefox.tell("WebDriver:Navigate", {"url": SITE})

    def do(self, script):
        return self.firefox.tell("WebDriver:ExecuteScript", {"script": script, "args": []})["value"]

    def title(self):
        return self.do("return document.title")

    def wait_title(self, beginning):
        wait_until(lambda: self.title().startswith(beginning), 60)

    def text(self, name):
        return self.do(f"return document.getElementById({json.dumps(name)})?.textContent")

    def press(self, name):
        """What the extension is asked then."""
        self.do("delete document.documentElement.dataset.asked")
        self.do(f"document.getElementById({json.dumps(name)}).click()")
        self.wait_title(ASKING)
        return json.loads(wait_until(lambda: self.do("return document.documentElement.dataset.asked")))


@pytest.fixture
def firefox(portal, tmp_path):
    made = []

    def make(**preferences):
        made.append(Page(portal, tmp_path / f"firefox{len(made)}", {
            name.replace("_", "."): value for name, value in preferences.items()}))
        return made[-1]

    yield make
    for page in made:
        page.firefox.stop()


def test_firefox_without_an_extension_and_with_one(firefox, portal, keys):
    """One that the page has itself, first without its program: it gets what Mynaportal's would, and
    its answers are judged."""
    page = firefox(general_useragent_override=WINDOWS)
    page.wait_title(NO_EXTENSION)
    assert page.do("return document.getElementById('buttons').hidden")
    page.open()
    page.do(FAKE)
    page.do("document.getElementById('app-is-installed').remove()")
    page.wait_title(NO_PROGRAM)
    page.open()
    page.do(FAKE)
    page.wait_title(READY)

    def answer(button, make, title):
        message = page.press(button)
        page.do(told(make(message)))
        page.wait_title(title)
        return message

    assert answer("log-in", keys.answer, LOGGED_IN)["mode"] == LOG_IN
    assert page.text("fact-subject") == portal.answers()[-1]["subject"]
    assert (page.text("fact-uuid"), page.text("fact-combination_code")) == (UUID, COMBINATION_CODE)
    assert len(answer("sign", keys.answer, SIGNED)["digest"]) == 3
    assert page.do("return document.querySelectorAll('#documents li').length") == 3
    answer("attributes", keys.answer, READ)
    assert {name: page.text(f"fact-{name}") for name in CITIZEN} == CITIZEN
    answer("log-in", lambda message: refusal(LOG_IN, "cancelled"), DECLINED)
    assert (page.text("ja"), page.text("en")) == ("取り消されました。", "It was cancelled.")
    assert page.text("fact-errcode") == "EW044-C300"
    answer("log-in", lambda message: {**keys.answer(message), "uuid": "x"}, WRONG)
    assert page.text("en") == "The uuid is not 32 hexadecimal digits."
    answer("log-in", lambda message: None, DECLINED)
    assert "cannot be read" in page.text("en")
    assert [line["outcome"] for line in portal.answers()[-11:]] == [
        "asked", "right"] * 3 + ["asked", "declined", "asked", "wrong", "asked"]
