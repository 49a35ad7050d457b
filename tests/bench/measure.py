# SPDX-License-Identifier: BSD-2-Clause
"""Take the figures of a row, the modules in turn."""

import collections
import contextlib

from place import CONTACTLESS, MODULES, NO_DELAY, OURS, Place


@contextlib.contextmanager
def place_for(row, folder, card):
    """A place where all is ready for a row."""
    place = Place(folder, card)
    try:
        row.prepare(place)
        yield place
    finally:
        if hasattr(place.sandbox, "elsewhere"):
            place.sandbox.elsewhere.stop()
        place.stop()


class Figures:
    """Of a row: for each module and mode, what was taken, a list a figure. A module that cannot do
    it has the reason instead."""

    def __init__(self):
        self.taken = collections.defaultdict(lambda: collections.defaultdict(list))
        self.fails = {}

    def add(self, module, mode, **values):
        for name, value in values.items():
            self.taken[module.name, mode][name].append(value)

    def as_data(self):
        names = dict.fromkeys([name for name, _ in self.taken] + [*self.fails])
        return {name: {**({"fails": self.fails[name]} if name in self.fails else {}),
                       **{mode: dict(figures) for (owner, mode), figures in self.taken.items()
                          if owner == name}}
                for name in names}


def reason(taken):
    """What a program that failed said last."""
    lines = [line for line in taken.said.splitlines() if line.strip()]
    return lines[-1].strip()[:120] if lines else f"status {taken.status}"


class Taker:
    """Takes a row's figures at its place."""

    def __init__(self, row, place, modules=MODULES):
        self.row, self.place, self.modules = row, place, modules
        self.figures = Figures()
        self.homes = {}

    def begin(self, module, mode):
        """Cold: a card that has just been put in, and no cache. Warm: after that. Returns the
        command and its environment."""
        if mode == "cold" or module.name not in self.homes:
            self.homes[module.name] = self.place.renew()
            self.place.reinsert()
        self.place.environment = self.homes[module.name]
        return self.row.command(self.place, module)

    def run(self, module, mode):
        taken = self.place.take(*self.begin(module, mode))
        if taken.status != 0:
            self.figures.fails[module.name] = reason(taken)
        self.figures.add(module, mode, exchanges=taken.exchanges, bytes=taken.bytes)
        return taken

    def works(self, module):
        return module.name not in self.figures.fails

    def try_all(self):
        """Once, before anything is timed: who cannot do it is left out from then on; and a mode
        that is warm alone has its cache."""
        self.place.delay(NO_DELAY)
        for module in self.modules:
            for mode in ("cold", "warm"):
                if self.works(module):
                    taken = self.place.take(*self.begin(module, mode))
                    if taken.status != 0:
                        self.figures.fails[module.name] = reason(taken)
                        self.figures.add(module, "cold", exchanges=taken.exchanges,
                                         bytes=taken.bytes)

    def time(self, model, times, wall):
        """The modules in turn, so many times."""
        self.place.delay(model)
        for _ in range(times):
            for mode in self.row.modes:
                for module in filter(self.works, self.modules):
                    taken = self.run(module, mode)
                    self.figures.add(module, mode, **{wall: taken.wall_ms})
                    if model is NO_DELAY:
                        self.figures.add(module, mode, cpu_ms=taken.cpu_ms,
                                         memory_kb=taken.memory_kb)
        self.place.delay(NO_DELAY)

    def count(self):
        """What is counted by programs that make the other slow."""
        for module in filter(self.works, self.modules):
            for mode in self.row.modes:
                command, env = self.begin(module, mode)
                self.figures.add(module, mode,
                                 system_calls=self.place.system_calls(command, env))
                command, env = self.begin(module, mode)
                if self.row.shorter:
                    command, env = self.row.shorter(self.place, module)
                self.figures.add(module, mode, instructions=self.place.instructions(command, env))


def measure(row, folder, card):
    """All figures of a row."""
    with place_for(row, folder, card) as place:
        taker = Taker(row, place)
        taker.try_all()
        taker.time(NO_DELAY, row.plain, "wall_ms")
        taker.count()
        if row.contactless > 1:
            taker.time(CONTACTLESS, row.contactless, "contactless_ms")
        return taker.figures


def measure_slowly(row, folder, card, figures):
    """What takes long and waits for the card nearly all of the time: added to its other figures."""
    with place_for(row, folder, card) as place:
        taker = Taker(row, place)
        taker.figures = figures
        taker.time(CONTACTLESS, row.contactless, "contactless_ms")


def count(row, folder, card):
    """What --quick looks at: exchanges and bytes of our module, cold and warm."""
    with place_for(row, folder, card) as place:
        taker = Taker(row, place, (OURS,))
        found = {}
        for mode in ("cold", "warm"):
            taken = taker.run(OURS, mode)
            assert taken.status == 0, taken.said
            found[mode] = [taken.exchanges, taken.bytes]
        return found
