# SPDX-License-Identifier: BSD-2-Clause
"""Readers and cards as nobody wishes to have them (odd_reader.c), beside the virtual ones."""

import os

from support import BUILD, wait_until

DRIVER = BUILD / "tests" / "e2e" / "odd-reader.so"
ENTRY = 'FRIENDLYNAME "{name}"\nDEVICENAME {file}\nLIBPATH {driver}\nCHANNELID {number}\n'


class OddReader:
    """One of them; it is as the words in its file say."""

    def __init__(self, folder, name, *words):
        self.name = name
        self.file = folder / f"odd-{len(list(folder.glob('odd-*')))}"
        self.log = self.file.with_suffix(".log")
        self.be(*words)

    def be(self, *words):
        new = self.file.with_suffix(".new")
        new.write_text(" ".join(words))
        os.replace(new, self.file)

    def notes(self):
        """What the service has done with the card."""
        said = self.log.read_text() if self.log.exists() else ""
        return [line.partition(" ")[2] for line in said.splitlines()]

    def count(self, beginning):
        return sum(note.startswith(beginning) for note in self.notes())


def plug(sandbox, *readers):
    """Start the service again with these too, after the virtual ones. The name may be bytes."""
    entries = b"".join(
        ENTRY.format(name="@", file=reader.file, driver=DRIVER, number=number).encode().replace(
            b"@", reader.name if isinstance(reader.name, bytes) else reader.name.encode())
        for number, reader in enumerate(readers, 1))
    sandbox.service("stop")
    hexadecimal = entries.hex()
    sandbox.run("/usr/bin/python3", "-c",
                "import sys; open(sys.argv[1], 'ab').write(bytes.fromhex(sys.argv[2]))",
                sandbox.folder / "readers" / "vpcd", hexadecimal)
    sandbox.service("start")
    wait_until(lambda: all(reader.count("looked") for reader in readers))
