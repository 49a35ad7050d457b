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
    """Of a row: for each module and mode, what was taken, a list a figure. A module that fails, or
    was not tried, has the reason beside that."""

    def __init__(self):
        self.taken = collections.defaultdict(lambda: collections.defaultdict(list))
        self.fails, self.untried = {}, {}

    def add(self, module, mode, **values):
        for name, value in values.items():
            self.taken[module.name, mode][name].append(value)

    def as_data(self):
        found = collections.defaultdict(dict)
        for word, reasons in (("fails", self.fails), ("untried", self.untried)):
            for name, why in reasons.items():
                found[name][word] = why
        for (name, mode), figures in self.taken.items():
            found[name][mode] = dict(figures)
        return dict(found)


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

    def begin(self, module, mode, insert):
        """Cold: no cache, and a card that has just been put in, if that is to be waited for. Warm:
        after that. Returns the command and its environment."""
        if mode == "cold" or module.name not in self.homes:
            self.homes[module.name] = self.place.renew()
            if insert:
                self.place.reinsert()
        self.place.environment = self.homes[module.name]
        return self.row.command(self.place, module)

    def run(self, module, mode, insert=True):
        """Once; a module that cannot do it is left out from then on."""
        taken = self.place.take(*self.begin(module, mode, insert))
        self.figures.add(module, mode, exchanges=taken.exchanges, bytes=taken.bytes)
        if taken.status != 0:
            self.figures.fails[module.name] = reason(taken)
        return taken

    def works(self, module):
        return module.name not in self.figures.fails

    def warm_up(self):
        """Once, before anything is timed; a row that is warm alone has its cache then."""
        for module in self.modules:
            self.place.take(*self.begin(module, "cold", True))

    def time(self, model, times, **kept):
        """The modules in turn, so many times; of each run these figures are kept, under names."""
        self.place.delay(model)
        for _ in range(times):
            for mode in self.row.modes:
                for module in filter(self.works, self.modules):
                    taken = self.run(module, mode, insert=model is not NO_DELAY)
                    self.figures.add(module, mode, **{name: getattr(taken, what)
                                                      for name, what in kept.items()})
        self.place.delay(NO_DELAY)

    def count(self):
        """What is counted by programs that make the other slow."""
        for mode in self.row.counted:
            for module in filter(self.works, self.modules):
                command, env = self.begin(module, mode, False)
                self.figures.add(module, mode,
                                 system_calls=self.place.system_calls(command, env))
                command, env = self.begin(module, mode, False)
                if self.row.shorter:
                    command, env = self.row.shorter(self.place, module)
                self.figures.add(module, mode, instructions=self.place.instructions(command, env))


def measure(row, folder, card):
    """The figures of a row but those with delays."""
    with place_for(row, folder, card) as place:
        taker = Taker(row, place)
        taker.warm_up()
        taker.time(NO_DELAY, row.plain, wall_ms="wall_ms", cpu_ms="cpu_ms", memory_kb="memory_kb")
        taker.count()
        return taker.figures


def measure_slowly(row, folder, card, figures):
    """Those with delays, added to the others. Nearly all of the time, this waits for the card."""
    with place_for(row, folder, card) as place:
        taker = Taker(row, place)
        taker.figures = figures
        taker.time(CONTACTLESS, row.contactless, contactless_ms="wall_ms")
        return figures


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
