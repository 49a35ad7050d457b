# SPDX-License-Identifier: BSD-2-Clause
"""The way to the card, over a real service: nobody waits for another program longer than he likes,
and a card is locked in the end."""

import fcntl
import re
import select
import shutil
import signal
import struct

import pytest

from neighbour import LEAVE, Neighbour
from support import BUILD, SLOWNESS, TIMEOUT, first_line, listens, wait_until

OK, BUSY, CANCELLED, HELD, DATA = 0, -14, -16, -18, -37
WAY = BUILD / "tests" / "e2e" / "way"
GUARD = BUILD / "src" / "jpki-guard"
# As often may a wait of a second and a half wait for an answer of the service; who asks again at once
# does so thousands of times. Who asks without any wait takes more of the processor than a part of the
# time.
WAITS, MUCH = 200, 4
# A patience, in milliseconds, beside which one of a second and a half is short on any machine; that of
# a login, on one that is not slow, is longer.
LONG = 12000 * SLOWNESS


class Way:
    """tests/e2e/way.c, with a guard beside it."""

    def __init__(self, sandbox, folder):
        for program in (WAY, GUARD):
            shutil.copy(program, folder)
        self.log = folder / "log"
        self.process = sandbox.start(folder / "way", self.log)
        assert self("look")[0] == OK

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """It comes back from its call, and ends."""
        self.process.communicate(timeout=TIMEOUT)

    def start(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def has_answered(self):
        """Whether the call that has been started has come back."""
        return bool(select.select([self.process.stdout], [], [], 0)[0])

    def ask(self, *words):
        """What the call returned, its milliseconds, and the rest."""
        self.start(*words)
        code, ms, *rest = first_line(self.process).split(" ", 2)
        return int(code), int(ms), "".join(rest)

    def __call__(self, *words):
        code, _, rest = self.ask(*words)
        return code, rest

    def held_for(self, ms, *words):
        """The call gave up while the card is held, and not before that time."""
        code, took, _ = self.ask(*words)
        assert code == HELD and took >= ms

    def threads(self):
        return int(self("threads")[1])

    def die(self):
        """By SIGKILL."""
        self.process.communicate("die\n", TIMEOUT)
        assert self.process.returncode == -signal.SIGKILL


@pytest.fixture
def way(sandbox, tmp_path):
    made = Way(sandbox, tmp_path)
    yield made
    if made.process.poll() is None:
        made.process.communicate(timeout=TIMEOUT)


@pytest.fixture
def neighbour(sandbox, card):
    """Another program, which stays at the card, so that the service does not cut its power."""
    with Neighbour(sandbox) as made:
        assert card.serial()
        made.connect()
        yield made


def cuts(card):
    return len(card.events("power-off"))


def guards(sandbox):
    return len(sandbox.run("pidof", "jpki-guard", status=None).split())


class Share:
    """A file by which programs share the card, with its mark: the card is open for somebody."""

    def __init__(self, path):
        self.path = path
        self.path.touch()
        self.path.chmod(0o700)
        self.file = None

    def is_marked(self):
        return self.path.stat().st_mode & 0o100 != 0

    def lock(self, kind):
        """Whether that lock is to be had; it is kept then."""
        self.file = open(self.path, "r+")
        wanted = struct.pack("hhqqi", kind, 0, 0, 0, 0)
        try:
            fcntl.fcntl(self.file, fcntl.F_OFD_SETLK, wanted)
        except BlockingIOError:
            self.file.close()
            return False
        return True


@pytest.fixture
def share(tmp_path):
    made = Share(tmp_path / "share")
    yield made
    if made.file:
        made.file.close()


def test_begin_gives_up_and_goes_on_later(way, neighbour):
    assert way("open", 1000) == (OK, "")
    assert neighbour.ask("begin") == "0"
    way.held_for(300, "begin", 300)
    way.held_for(0, "begin", 0)
    way.held_for(200, "begin", 200)
    assert way.threads() == 2
    assert neighbour.ask("end", LEAVE) == "0"
    assert way("begin", 10000) == (OK, "")
    assert way("check") == (OK, "")
    assert way("end") == (OK, "")
    wait_until(lambda: way.threads() == 1)


def test_a_transaction_that_comes_too_late_is_ended(way, neighbour):
    assert way("open", 1000) == (OK, "")
    assert neighbour.ask("begin") == "0"
    way.held_for(100, "begin", 100)
    assert neighbour.ask("end", LEAVE) == "0"
    wait_until(lambda: way.threads() == 1)
    assert neighbour.ask("begin") == "0"
    way.held_for(100, "begin", 100)
    assert neighbour.ask("end", LEAVE) == "0"
    assert way("begin", 10000) == (OK, "")


def test_open_gives_up_and_goes_on_later(way, neighbour):
    assert neighbour.ask("begin") == "0"
    way.held_for(300, "open", 300)
    way.held_for(0, "open", 0)
    assert way.threads() == 2
    assert neighbour.ask("end", LEAVE) == "0"
    assert way("open", 10000) == (OK, "")
    assert way("begin", 1000) == (OK, "")
    assert way("close", "leave") == (OK, "")


def test_what_is_opened_too_late_is_let_go(way, neighbour):
    assert neighbour.ask("begin") == "0"
    way.held_for(100, "open", 100)
    assert neighbour.ask("end", LEAVE) == "0"
    wait_until(lambda: way.threads() == 1)
    neighbour.disconnect()
    neighbour.connect("exclusive")
    assert way("open", 1000)[0] == BUSY
    neighbour.disconnect()
    assert way("open", 1000) == (OK, "")


@pytest.mark.parametrize("words", ["begin 300", "open 300", "close power"])
def test_who_has_less_patience_gives_up_first(sandbox, way, neighbour, tmp_path, words):
    """Though another program has begun to wait before."""
    (tmp_path / "other").mkdir()
    with Way(sandbox, tmp_path / "other") as other:
        assert other("open", -1) == (OK, "")
        if not words.startswith("open"):
            assert way("open", -1) == (OK, "")
        assert neighbour.ask("begin") == "0"
        other.start("begin", LONG)
        assert way(words)[0] == HELD
        assert not other.has_answered()
        assert neighbour.ask("end", LEAVE) == "0"


def test_close_gives_up_and_the_power_is_cut_later(way, card, neighbour, share):
    assert way("open", 1000) == (OK, "")
    before = cuts(card)
    assert neighbour.ask("begin") == "0"
    way.held_for(1500, "close", "power", share.path)
    assert not share.lock(fcntl.F_RDLCK)
    assert cuts(card) == before
    assert neighbour.ask("end", LEAVE) == "0"
    wait_until(lambda: share.lock(fcntl.F_RDLCK))
    assert cuts(card) == before + 1
    wait_until(lambda: way.threads() == 1)


def test_close_within_a_transaction_waits_for_nobody(way, card, neighbour, share):
    assert way("open", 1000) == (OK, "")
    assert way("begin", 1000) == (OK, "")
    before = cuts(card)
    assert way("close", "power", share.path) == (OK, "")
    assert share.lock(fcntl.F_WRLCK)
    assert cuts(card) == before + 1
    assert neighbour.ask("begin") == "80100068"


@pytest.mark.parametrize("how, cut", [("leave", 0), ("power", 1)])
def test_close_while_a_transaction_is_still_to_come(way, card, neighbour, how, cut):
    assert way("open", 1000) == (OK, "")
    assert neighbour.ask("begin") == "0"
    way.held_for(100, "begin", 100)
    before = cuts(card)
    assert way("close", how)[0] == (HELD if cut else OK)
    assert way.threads() == 2
    assert neighbour.ask("end", LEAVE) == "0"
    wait_until(lambda: way.threads() == 1)
    assert cuts(card) == before + cut
    if not cut:  # nothing is left of the transaction
        assert neighbour.ask("begin") == "0"


def die(way, sandbox, *guarded):
    assert way("open", 1000) == (OK, "")
    for path in guarded:
        way("guard", path)
    assert guards(sandbox) == 1
    way.die()


def test_a_guard_leaves_the_card_to_others(sandbox, way, card, neighbour, share):
    """And tells them by the mark, should they not know that it is open."""
    before = cuts(card)
    share.path.chmod(0o600)
    assert share.lock(fcntl.F_RDLCK)
    die(way, sandbox, share.path)
    wait_until(lambda: guards(sandbox) == 0)
    assert cuts(card) == before
    assert share.is_marked()
    assert neighbour.ask("begin") == "0"


def test_a_guard_of_the_last_cuts_the_power(sandbox, way, card, neighbour, share):
    before = cuts(card)
    die(way, sandbox, share.path)
    wait_until(lambda: guards(sandbox) == 0)
    assert cuts(card) == before + 1
    assert not share.is_marked()


def test_a_guard_leaves_the_next_card_alone(sandbox, way, card, neighbour):
    assert way("open", 1000) == (OK, "")
    way("guard")
    neighbour.disconnect()
    card.eject()
    card.insert()
    assert card.serial()
    neighbour.connect()
    before = cuts(card)
    assert guards(sandbox) == 1
    way.die()
    wait_until(lambda: guards(sandbox) == 0)
    assert cuts(card) == before
    assert neighbour.ask("begin") == "0"


@pytest.mark.parametrize("heeds", [[False], [True, False], [True, False, True]],
                         ids=["at first", "later", "for a while"])
def test_a_guard_that_is_told_so_heeds_nobody(sandbox, way, card, neighbour, share, heeds):
    before = cuts(card)
    assert share.lock(fcntl.F_RDLCK)
    die(way, sandbox, *[share.path if others else "" for others in heeds])
    wait_until(lambda: guards(sandbox) == 0)
    assert cuts(card) == before + (not heeds[-1])
    assert share.is_marked()


def test_a_guard_whose_file_is_gone_cuts_the_power(sandbox, way, card, neighbour, share):
    before = cuts(card)
    share.path.unlink()
    die(way, sandbox, share.path)
    wait_until(lambda: guards(sandbox) == 0)
    assert cuts(card) == before + 1


def test_a_guard_that_is_trying_can_be_ended(sandbox, way, card, neighbour, share):
    before = cuts(card)
    assert way("open", 1000) == (OK, "")
    way("guard", share.path)
    assert neighbour.ask("begin") == "0"
    way.die()
    # it has the lock while it tries
    wait_until(lambda: not share.lock(fcntl.F_RDLCK) or share.file.close())
    assert guards(sandbox) == 1
    sandbox.run("sh", "-c", "kill $(pidof jpki-guard)")
    wait_until(lambda: guards(sandbox) == 0)
    assert neighbour.ask("end", LEAVE) == "0"
    assert neighbour.ask("begin") == "0"
    assert cuts(card) == before


def test_a_guard_goes_on_where_a_program_has_been_killed(sandbox, way, card, neighbour, share):
    """It had not been told that all is well."""
    before = cuts(card)
    assert way("open", 1000) == (OK, "")
    way("guard", share.path)
    assert neighbour.ask("begin") == "0"
    way.held_for(1500, "close", "power", share.path)
    assert guards(sandbox) == 1
    way.die()
    assert neighbour.ask("end", LEAVE) == "0"
    wait_until(lambda: guards(sandbox) == 0)
    assert cuts(card) == before + 1


def test_a_guard_stands_down_when_the_power_was_cut_late(sandbox, way, card, neighbour):
    before = cuts(card)
    assert way("open", 1000) == (OK, "")
    way("guard")
    assert neighbour.ask("begin") == "0"
    way.held_for(1500, "close", "power")
    assert guards(sandbox) == 1
    assert neighbour.ask("end", LEAVE) == "0"
    wait_until(lambda: guards(sandbox) == 0)
    assert cuts(card) == before + 1


def test_a_guard_waits_for_a_service_that_is_started_anew(sandbox, way, card):
    assert way("open", 1000) == (OK, "")
    way("guard")
    sandbox.service("kill")
    way.die()
    assert guards(sandbox) == 1
    sandbox.service("start")
    wait_until(lambda: guards(sandbox) == 0)
    assert listens(sandbox, "/run/pcscd/pcscd.comm")
    assert card.verified() == []


def test_what_the_service_refuses_is_in_the_log_by_its_name(way, neighbour):
    neighbour.disconnect()
    neighbour.connect("exclusive")
    for _ in range(2):
        assert way("open", 1000)[0] == BUSY
    line = ("SCardConnect: SCARD_E_SHARING_VIOLATION (0x8010000B): "
            "another program holds the card exclusively")
    assert way.log.read_text().count(line) == 2


def test_a_service_that_is_gone_is_in_the_log_once(sandbox, way):
    sandbox.service("kill")
    for _ in range(5):
        assert way("look")[0] != OK
    said = re.findall(r"(SCard\w+): SCARD_E_NO_SERVICE", way.log.read_text())
    assert 1 <= len(said) == len(set(said))


def test_an_insertion_has_one_name_for_all(sandbox, way, card, tmp_path):
    seen = way("look")[1].split()[0]
    assert seen.startswith("attached,present:")
    (tmp_path / "other").mkdir()
    other = Way(sandbox, tmp_path / "other")
    assert other("look")[1].split()[0] == seen
    card.eject()
    assert way("look")[1].split()[0] == "attached:0"
    card.insert()
    assert way("look")[1].split()[0] not in (seen, "attached:0")
    other.process.communicate(timeout=TIMEOUT)


def test_a_wait_is_ended_by_a_card_or_by_us(way, card):
    assert way("wait-and-cancel")[0] == CANCELLED
    code, took, rest = way.ask("wait", 1500)
    waits, used = map(int, rest.split())
    assert code == -15 and took >= 1500 and waits < WAITS and used < took / MUCH
    card.eject()
    assert way("wait", -1)[0] == OK


SELECT = "00A4040C0AD392F000260100000001"
LONG_READ = "00B08A00000800"


def open_application(way):
    assert way("open", -1)[0] == OK
    assert way("begin", -1)[0] == OK
    assert way("transmit", SELECT) == (OK, "9000 0")


def test_long_answers_come_through(way, card):
    card("quirk", "set", "extended", "yes")
    open_application(way)
    # Debian's vpcd does not tell; newer ones do
    assert way("longest") in ((OK, "256"), (OK, "65536"))
    assert way("transmit", LONG_READ) == (OK, "9000 2048")
    card("quirk", "set", "authentication-certificate", "length-8193")
    assert way("transmit", "00B08A00002000") == (OK, "9000 8192")
    assert way("transmit", "00B08A00002001") == (DATA, "")
    card("quirk", "set", "extended", "no")
    assert way("transmit", LONG_READ) == (OK, "6700 0")
    card("quirk", "set", "extended", "short")
    assert way("transmit", LONG_READ) == (OK, "9000 256")


def test_a_reader_that_chokes_comes_back(way, card):
    card("quirk", "set", "extended", "chokes")
    seen = way("look")[1].split()[0]
    open_application(way)
    assert way("transmit", LONG_READ)[1] == ""
    assert way("close", "leave")[0] == OK
    wait_until(lambda: way("look")[1].split()[0] not in (seen, "attached:0"))
    open_application(way)
    assert way("transmit", "00B08A0000") == (OK, "9000 256")
