# SPDX-License-Identifier: BSD-2-Clause
"""Firefox and Chromium in a sandbox, with our extension, told what to do by their own protocols."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess

from devtools import DevTools
from marionette import OPTIONS, Marionette
from nss import Database
from preferences import QUIET, prefer
from support import BUILD, COMMON, ROOT, TIMEOUT, Trouble, listens, needs, script, wait_until

EXTENSION = BUILD / "tools" / "mynaportal" / "extension"
UNPACKED, ARCHIVE = EXTENSION / "unpacked", EXTENSION / "jpki-portal.xpi"
PROGRAM = "jpki.portal_host"
CHROMIUM_ID = "pngabolhnpdfldjpeblgbblgcdhfmnaa"
FIREFOX_ID = "jpki-portal@jpki-pkcs11"
LANGUAGES = {"en": "C.UTF-8", "ja": "ja_JP.UTF-8"}
PACKAGES = ROOT / "tools" / "packages"


class ExtendedBrowser:
    """A browser with the extension, on a screen, in a sandbox with sites (whose CA it trusts). It
    has a home folder that was never used, and ends with the sandbox if not before.

    What a page of the extension or of a site has is looked at by run(), where a script sees the
    document but none of the page's own objects."""

    def __init__(self, sandbox, screen, folder, authority, language="en", env=None, packaged=False):
        """Each start adds the extension; if it is packaged, a package is to bring it (install())."""
        needs(*self.programs)
        self.sandbox, self.screen, self.home, self.language = sandbox, screen, folder, language
        self.env, self.packaged = env or {}, packaged
        folder.mkdir()
        self.configure(authority)

    def environment(self):
        """Nothing is left in the home of who runs the tests."""
        return {"HOME": self.home, "LANGUAGE": self.language, "LC_ALL": LANGUAGES[self.language],
                **self.screen.env(), "XDG_CONFIG_HOME": self.home / ".config",
                "XDG_CACHE_HOME": self.home / ".cache", "XDG_DATA_HOME": self.home / ".local/share",
                "XDG_RUNTIME_DIR": self.home, **self.env}

    def register(self, program, **allowed):
        """Have the browser start this program for the extension, as jpki setup does it."""
        folder = self.home / self.programs_folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{PROGRAM}.json").write_text(json.dumps({
            "name": PROGRAM, "description": "a program", "path": str(program), "type": "stdio",
            **(allowed or self.allowed)}))

    def install(self, program):
        """What the packages have for the browser, where they have it for all users; a program in place
        of theirs. It is there in the sandbox alone: its folders hide the machine's."""
        links = [line.split()[1] for line in
                 (PACKAGES / "debian" / "webext-jpki-portal.links").read_text().splitlines()]
        link, = [place for place in links if place.startswith(f"usr/share/{self.system_folder}/")]
        self.link = f"/{link}"
        self.mount(pathlib.Path(self.link).parent)
        self.brought = self.home.with_suffix(".extension")
        shutil.copytree(UNPACKED, self.brought)
        self.sandbox.run("ln", "-s", self.brought, self.link)
        line, = [line for line in (PACKAGES / "debian" / "jpki-portal.install").read_text().splitlines()
                 if f"hosts/{self.system_folder}/" in line]
        source, place = line.split()
        manifest = json.loads((ROOT / source).read_text())
        made = self.home.with_suffix(".json")
        made.write_text(json.dumps({**manifest, "path": str(program)}))
        self.mount(pathlib.Path("/", place))
        self.sandbox.run("cp", made, f"/{place}/{pathlib.Path(source).name}")

    def uninstall(self):
        self.sandbox.run("rm", self.link)
        shutil.rmtree(self.brought)

    def mount(self, folder):
        """An empty one, below what there is of it on the machine."""
        there = next(one for one in (folder, *folder.parents) if one.is_dir())
        assert self.system_folder in there.parts, f"{self.name} is not as Debian has it"
        self.sandbox.run("mount", "-t", "tmpfs", "tmpfs", there)
        self.sandbox.run("mkdir", "-p", folder)

    def trust(self, place, authority):
        place.parent.mkdir(parents=True, exist_ok=True)
        database = Database(self.sandbox, place)
        database.certutil("-A", "-n", "sites", "-t", "C,,", "-a", "-i", authority)

    def spawn(self, *command, **options):
        with open(self.home / "log", "ab") as log:
            self.process = subprocess.Popen(
                self.sandbox.within(*command, env=self.environment()),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)
        self.sandbox.spawned.append(self.process)

    def open_extension(self, page):
        self.open(f"{self.extension_root}/{page}")

    def element(self, name, what="textContent"):
        return self.run(f'return document.getElementById("{name}")?.{what} ?? null;')

    def click(self, name):
        self.run(f'document.getElementById("{name}").click();')

    def kill(self):
        """As when it crashes: all its processes at once, by their ids."""
        for pid in descendants(self.process.pid):
            os.kill(pid, signal.SIGKILL)
        self.process.wait(TIMEOUT)


def descendants(pid):
    """The processes that one has started, and those that these have; itself last."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(word) for word in children.read_text().split()] if children.exists() else []
    return [*(one for child in found for one in descendants(child)), pid]


class Firefox(ExtendedBrowser):
    name = "firefox"
    programs = ("firefox-esr",)
    system_folder = "mozilla"
    programs_folder = ".mozilla/native-messaging-hosts"
    allowed = {"allowed_extensions": [FIREFOX_ID]}
    port = 2828
    extension_uuid = "6d0ac4a4-9f0d-4f32-9b0e-0c4ad6a9d7f1"
    extension_root = f"moz-extension://{extension_uuid}"
    preferences = {
        **QUIET,
        "marionette.port": port,
        # known beforehand, in place of one by chance
        "extensions.webextensions.uuids": json.dumps({FIREFOX_ID: extension_uuid}),
    }
    extension = ARCHIVE

    def configure(self, authority):
        self.profile = self.home / "profile"
        self.trust(self.profile, authority)
        # what Marionette recommends takes away the folders for all users
        own = {"remote.prefs.recommended": False,
               "extensions.ui.lastCategory": "addons://list/extension"} if self.packaged else {}
        prefer(self.profile, {**self.preferences, **own, "intl.locale.requested": self.language})

    def start(self):
        self.spawn("firefox-esr", *OPTIONS, "--profile", self.profile)
        wait_until(lambda: listens(self.sandbox, self.port), 120)
        self.relay = subprocess.Popen(
            self.sandbox.within("bash", "-c", 'exec 3<>"/dev/tcp/127.0.0.1/$0"; cat <&3 & cat >&3',
                                self.port),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.sandbox.spawned.append(self.relay)
        self.marionette = Marionette(self.relay.stdout, self.relay.stdin)
        if self.language != "en":
            self.speak()
        if not self.packaged:
            self.marionette.tell("Addon:Install", {"path": str(self.extension), "temporary": True})

    def speak(self):
        """Another language, though Firefox itself has no texts in it."""
        self.run_as_browser(f"Services.locale.availableLocales = ['{self.language}', 'en-US'];"
                            f"Services.locale.requestedLocales = ['{self.language}'];")

    def run_as_browser(self, script):
        self.marionette.context("chrome")
        try:
            return self.run(script)
        finally:
            self.marionette.context("content")

    def knows(self):
        """Whether it has found the extension, which need not run yet."""
        return self.run_as_browser(
            "const { AddonManager } = ChromeUtils.importESModule('resource://gre/modules/AddonManager.sys.mjs');"
            f"return await AddonManager.getAddonByID('{FIREFOX_ID}') !== null;") is True

    def allow_sites(self):
        """As a person does in the list of add-ons, one by one."""
        self.open("about:addons")
        page = "const page = gBrowser.selectedBrowser.contentDocument;"
        self.run_as_browser(f"{page} page.querySelector('[addon-id=\"{FIREFOX_ID}\"]').click();")
        switches = f"{page} const found = [...page.querySelectorAll('[permission-type=origin]')];"
        wait_until(lambda: self.run_as_browser(f"{switches} return found.length;") == 3)
        wait_until(lambda: self.run_as_browser(
            f"{switches} const off = found.filter(one => !one.pressed); off[0]?.click();"
            "return off.length;") == 0)

    def crash_page(self):
        pid = self.run_as_browser(
            "return gBrowser.selectedBrowser.browsingContext.currentWindowGlobal.osPid;")
        self.sandbox.run("kill", "-KILL", pid)

    def background_runs(self):
        """Whether the extension's own script does now."""
        return self.run_as_browser(f"return WebExtensionPolicy.getByID('{FIREFOX_ID}')"
                                   ".extension.backgroundState;") == "running"

    def end_background(self):
        """When it is idle, which a preference makes short."""
        wait_until(lambda: not self.background_runs())

    def open(self, url):
        self.marionette.tell("WebDriver:Navigate", {"url": url})

    def open_tab(self, url):
        made = self.marionette.tell("WebDriver:NewWindow", {"type": "tab"})["handle"]
        self.switch(made)
        self.open(url)
        return made

    def tabs(self):
        return self.marionette.tell("WebDriver:GetWindowHandles", {})

    def tab(self):
        return self.marionette.tell("WebDriver:GetWindowHandle", {})["value"]

    def switch(self, tab):
        self.marionette.tell("WebDriver:SwitchToWindow", {"handle": tab})

    def close_tab(self):
        self.marionette.tell("WebDriver:CloseWindow", {})
        self.switch(self.tabs()[0])

    def back(self):
        self.marionette.tell("WebDriver:Back", {})

    def run(self, script):
        return self.marionette.run(script)

    def run_in_frame(self, script):
        """The same in the first frame of the page."""
        self.marionette.tell("WebDriver:SwitchToFrame", {"id": 0})
        try:
            return self.run(script)
        finally:
            self.marionette.tell("WebDriver:SwitchToFrame", {"id": None})

    def quit(self):
        self.marionette.tell("Marionette:Quit", {"flags": ["eAttemptQuit"]})
        self.relay.stdin.close()
        self.relay.stdout.close()
        assert self.process.wait(TIMEOUT) == 0


class Chromium(ExtendedBrowser):
    name = "chromium"
    programs = ("chromium",)
    system_folder = "chromium"
    programs_folder = ".config/chromium/NativeMessagingHosts"
    allowed = {"allowed_origins": [f"chrome-extension://{CHROMIUM_ID}/"]}
    extension_root = f"chrome-extension://{CHROMIUM_ID}"

    def configure(self, authority):
        self.trust(self.home / ".pki" / "nssdb", authority)

    def start(self):
        """Root may not have Chromium's own sandbox."""
        self.devtools = DevTools()
        self.spawn(*self.devtools.command(
            "chromium", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--no-default-browser-check", "--disable-background-networking",
            "--disable-features=HttpsUpgrades,HttpsFirstBalancedMode",
            "--password-store=basic", f"--user-data-dir={self.home}/.config/chromium",
            "--remote-debugging-pipe", "--enable-unsafe-extension-debugging", f"--lang={self.language}",
            "about:blank"), pass_fds=self.devtools.descriptors)
        self.devtools.started()
        if not self.packaged:
            self.devtools.tell("Extensions.loadUnpacked", path=str(UNPACKED))
        self.switch(wait_until(self.tabs)[0])

    def tabs(self):
        return [one["targetId"] for one in self.devtools.tell("Target.getTargets")["targetInfos"]
                if one["type"] == "page"]

    def tab(self):
        return self.target

    def switch(self, tab):
        self.target = tab
        self.session = self.devtools.tell("Target.attachToTarget", targetId=tab,
                                          flatten=True)["sessionId"]
        self.devtools.tell("Target.activateTarget", targetId=tab)

    def open(self, url):
        self.page("Page.navigate", url=url)
        wait_until(self.is_open, 60)

    def is_open(self):
        """It may be between two pages."""
        with contextlib.suppress(Trouble):
            return self.run("return document.readyState;") == "complete"
        return False

    def page(self, method, **parameters):
        return self.devtools.tell(method, self.session, **parameters)

    def open_tab(self, url):
        made = self.devtools.tell("Target.createTarget", url="about:blank")["targetId"]
        self.switch(made)
        self.open(url)
        return made

    def close_tab(self):
        self.devtools.tell("Target.closeTarget", targetId=self.target)
        closed = self.target
        self.switch([one for one in self.tabs() if one != closed][0])

    def back(self):
        self.run("history.back();")

    def crash_page(self):
        self.devtools.send("Page.crash", self.session)

    def background_runs(self):
        return any(one["type"] == "service_worker" and CHROMIUM_ID in one["url"]
                   for one in self.devtools.tell("Target.getTargets")["targetInfos"])

    def end_background(self):
        """At once, as when it is idle."""
        self.page("ServiceWorker.enable")
        self.page("ServiceWorker.stopAllWorkers")
        wait_until(lambda: not self.background_runs())

    def run(self, script):
        done = self.page("Runtime.evaluate", expression=f"(async () => {{ {script} }})()",
                         awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            raise Trouble(done["exceptionDetails"]["exception"]["description"])
        return done["result"].get("value")

    def run_in_frame(self, script):
        """The same in the frame of another site: a target of its own."""
        page = self.session
        self.session = self.devtools.tell(
            "Target.attachToTarget", targetId=wait_until(self.frames)[0], flatten=True)["sessionId"]
        try:
            wait_until(lambda: self.run("return document.readyState;") == "complete")
            return self.run(script)
        finally:
            self.session = page

    def frames(self):
        return [one["targetId"] for one in self.devtools.tell("Target.getTargets")["targetInfos"]
                if one["type"] == "iframe"]

    def quit(self):
        self.devtools.tell("Browser.close")
        self.devtools.close()
        assert self.process.wait(TIMEOUT) == 0


BROWSERS = {"firefox": Firefox, "chromium": Chromium}


class NativeProgram:
    """A stand-in for jpki-portal-host, which tells all that it hears."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.file = script(folder / "program",
                           f'exec /usr/bin/python3 {COMMON}/native_program.py {folder} "$@"')

    def answers(self, answer):
        """It says this to each question from now on, also to one that waits; "end": it ends."""
        made = self.folder / "new"
        made.write_text(answer if isinstance(answer, str) else json.dumps(answer))
        made.rename(self.folder / "answer")

    def waits(self):
        (self.folder / "answer").unlink(missing_ok=True)

    def log(self):
        file = self.folder / "log"
        text = file.read_text() if file.exists() else ""
        return [json.loads(line) for line in text.splitlines() if line.endswith("}")]

    def told(self, what):
        """All messages that came, the arguments of all starts, or all ends."""
        return [entry[what] for entry in self.log() if what in entry]

    def messages(self):
        return self.told("message")

    def starts(self):
        return self.told("started")

    def running(self):
        """How many run now, whatever they have told. They have other ids where they run."""
        found = subprocess.run(["pgrep", "--full", "--count", f"native_program.py {self.folder} "],
                               stdout=subprocess.PIPE, text=True, check=False)
        return int(found.stdout)
