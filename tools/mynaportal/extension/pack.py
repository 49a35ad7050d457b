#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""pack.py SOURCE XPI FOLDER FILE...: the extension as an archive that Firefox takes, and as a folder
for Chromium.

The FILEs are named from the folder SOURCE; an absolute path is that of manifest.json, which has
been given the project's version already. The same files make the same archive, byte for
byte, on each machine: order, times and modes are fixed, and nothing is compressed, as each version
of zlib does that its own way."""

import pathlib
import shutil
import sys
import zipfile

# The first that an archive can hold.
TIME = (1980, 1, 1, 0, 0, 0)
MODE = 0o644


def contents(source, files):
    """Name and bytes of each file."""
    places = {"manifest.json" if file.is_absolute() else str(file): source / file for file in files}
    return {name: places[name].read_bytes() for name in sorted(places)}


def write_archive(archive, found):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        for name, data in found.items():
            entry = zipfile.ZipInfo(name, TIME)
            entry.create_system = 3  # Unix, wherever this runs
            entry.external_attr = (0o100000 | MODE) << 16
            file.writestr(entry, data)


def write_folder(folder, found):
    """Nothing is left of what was there."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in found.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod(MODE)


def main():
    source, archive, folder, *files = map(pathlib.Path, sys.argv[1:])
    found = contents(source, files)
    write_archive(archive, found)
    write_folder(folder, found)


main()
