# SPDX-License-Identifier: BSD-2-Clause
"""How costs grow: readers, processes at one card, sessions, bytes to sign. The cost of one of them
is to stay flat."""

import re
import statistics
import subprocess

from measure import place_for
from place import CALLS, OURS, THEIRS
from rows import Row
from support import AUTH, PIN, built

READERS = (2, 4, 16, 64)
PROCESSES = (1, 8, 32)
SESSIONS = (1, 1000, 10000, 100000)
KILOBYTES = (1, 1024, 64 * 1024, 1024 * 1024)
# How many times a figure is taken, and one of processes; the median counts.
TIMES, PROCESS_TIMES = 5, 5
# Seconds for a step: one that takes longer has grown.
PATIENCE = 20
TIMED_OUT = 124  # what timeout(1) ends with
# What one costs may be so many times as much where there are more of them, and be called flat.
FLAT = 1.5
# Looks at sessions, and times that one is replaced, of "calls sessions".
SAMPLES = 1000

AUTH_MODULE = str(built("jpki-pkcs11-auth"))
LIBRARY = {"LD_LIBRARY_PATH": CALLS.parent}


class TooSlow(Exception):
    """A step has not come to its end in time."""


def parts(place, *words, env=None):
    """The times that `calls` tells, in nanoseconds, by name; and what it told of readers."""
    told = []
    for _ in range(TIMES):
        status, said = place.run(("timeout", PATIENCE, CALLS, *words), env)
        if status == TIMED_OUT:
            raise TooSlow
        assert status == 0, said
        told.append({name: int(number) for name, number in
                     re.findall(r"^([a-z-]+) (\d+)$", said, re.MULTILINE)})
        counted = re.search(r"^readers: (\d+) calls, (\d+) commands$", said, re.MULTILINE)
        if counted:
            told[-1]["calls"], told[-1]["commands"] = map(int, counted.groups())
    return {name: statistics.median(one[name] for one in told) for name in told[0]}


class Series:
    """The cost of one, for each size; None where it took too long."""

    def __init__(self, what, unit):
        self.what, self.unit, self.sizes, self.costs = what, unit, [], []

    def add(self, size, cost):
        self.sizes.append(size)
        self.costs.append(cost)

    def as_data(self):
        """With how many times as much as the first one costs at most."""
        ratio = None
        if None not in self.costs:
            ratio = max(self.costs[1:]) / self.costs[0] if self.costs[0] else 1.0
        return {"what": self.what, "unit": self.unit, "sizes": self.sizes, "costs": self.costs,
                "ratio": ratio, "flat": ratio is not None and ratio <= FLAT}


def of_readers(place):
    """With a PC/SC library of our own, as the service has sixteen readers at most."""
    for what, more in (("a reader, empty", {}),
                       ("a reader with a card", {"JPKI_BENCH_PKI": place.folder / "state"})):
        time = Series(f"{what}: list slots and tokens, CPU", "µs")
        calls = Series(f"{what}: PC/SC calls", "calls")
        commands = Series(f"{what}: exchanges", "exchanges")
        for readers in READERS:
            env = {**LIBRARY, "JPKI_BENCH_READERS": readers, **more}
            told = parts(place, OURS.file, "tokens", env=env)
            time.add(readers, told["tokens"] / 1000 / readers)
            calls.add(readers, told["calls"] / readers)
            commands.add(readers, told["commands"] / readers)
        yield from (time, calls) + ((commands,) if more else ())


def of_processes(place):
    """OpenSC's beside it: how long they wait for each other is the service's doing too."""
    for name, module, label in (("", AUTH_MODULE, AUTH),
                                (", OpenSC", THEIRS.file, THEIRS.labels[AUTH])):
        wall = Series(f"a process, login and signature{name}: wall", "ms")
        cpu = Series(f"a process, login and signature{name}: CPU", "ms")
        exchanges = Series(f"a process, login and signature{name}: exchanges", "exchanges")
        for processes in PROCESSES:
            taken = [place.take((CALLS, module, "sign", label, PIN[AUTH], 1), times=processes)
                     for _ in range(PROCESS_TIMES)]
            assert not (module == AUTH_MODULE and any(one.status for one in taken)), taken[0].said
            for series, values in ((wall, [one.wall_ms for one in taken]),
                                   (cpu, [one.cpu_ms for one in taken]),
                                   (exchanges, [one.exchanges for one in taken])):
                series.add(processes, statistics.median(values) / processes)
        yield from (wall, cpu, exchanges)


def of_sessions(place):
    ways = {"open": "open one of them", "find": "find one by its handle",
            "replace": "close one and open another one", "close-all": "close one of them all"}
    series = {way: Series(f"sessions: {text}, CPU", "µs") for way, text in ways.items()}
    for sessions in SESSIONS:
        try:
            told = parts(place, OURS.file, "sessions", AUTH, sessions)
        except TooSlow:
            told = None
        for way, one in series.items():
            many = SAMPLES if way in ("find", "replace") else sessions
            one.add(sessions, told[way] / 1000 / many if told else None)
    yield from series.values()


def of_bytes(place):
    time = Series("a kilobyte to sign, given by 1 kB: CPU", "µs")
    for kilobytes in KILOBYTES:
        told = parts(place, OURS.file, "update", AUTH, PIN[AUTH], 1024, kilobytes * 1024)
        time.add(kilobytes, told["update"] / 1000 / kilobytes)
    yield time


def measure(work, card, say):
    found = []
    for part in (of_readers, of_processes, of_sessions, of_bytes):
        with place_for(Row("", None), work / part.__name__, card) as place:
            place.renew()
            try:
                found += [series.as_data() for series in part(place)]
            except subprocess.TimeoutExpired:
                say(f"{part.__name__}: left out, not done in time")
        say(f"{part.__name__.replace('_', ' ')}: done")
    return found
