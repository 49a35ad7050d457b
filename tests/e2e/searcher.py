# SPDX-License-Identifier: BSD-2-Clause
"""Runs inside a sandbox and looks at its processes: a question a line, an answer a line (JSON).

A process is searched from here, so that what is searched for is not in its own memory.
"""

import array
import json
import os
import re
import sys

PAGE = os.sysconf("SC_PAGESIZE")
# proc(5), pagemap: in memory, or swapped out
THERE = 3 << 62


def mappings(pid):
    """All of a process's memory; "own" are the kilobytes that are in no file."""
    head = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+ *(.*)")
    found = []
    with open(f"/proc/{pid}/smaps", encoding="utf-8") as smaps:
        for line in smaps:
            begin = head.match(line)
            if begin:
                first, end, permissions, name = begin.groups()
                found.append({"first": int(first, 16), "end": int(end, 16), "name": name,
                              "permissions": permissions, "own": 0})
            elif line.startswith(("Anonymous:", "Swap:")):
                found[-1]["own"] += int(line.split()[1])
            elif line.startswith("VmFlags:"):
                found[-1]["flags"] = line.split()[1:]
    return found


def is_untouched(mapping):
    """Nobody has written there: it is what a file is, or nothing."""
    return mapping["own"] == 0 and mapping["permissions"][1::2] != "ws"


def touched(pid, mapping):
    """The pages that there are: (address, bytes), a row of them in one piece."""
    first, count = mapping["first"], (mapping["end"] - mapping["first"]) // PAGE
    entries = array.array("Q")
    with open(f"/proc/{pid}/pagemap", "rb") as pagemap, open(f"/proc/{pid}/mem", "rb") as memory:
        entries.frombytes(os.pread(pagemap.fileno(), 8 * count, first // PAGE * 8))
        assert len(entries) == count
        page = 0
        while page < count:
            end = page
            while end < count and entries[end] & THERE:
                end += 1
            if end > page:
                data = os.pread(memory.fileno(), (end - page) * PAGE, first + page * PAGE)
                assert len(data) == (end - page) * PAGE, mapping
                yield first + page * PAGE, data
            page = end + 1


def occurrences(needle, data):
    at = data.find(needle)
    while at >= 0:
        yield at
        at = data.find(needle, at + 1)


def search(pid, needles):
    """Where the needles are, and how many bytes were looked at."""
    needles = [bytes.fromhex(needle) for needle in needles]
    found, size = [], 0
    for mapping in mappings(pid):
        for first, data in [] if is_untouched(mapping) else touched(pid, mapping):
            size += len(data)
            for needle in needles:
                found += [(first + at, mapping["name"], mapping["flags"], needle.hex())
                          for at in occurrences(needle, data)]
    return found, size


def runs(pid, program):
    try:
        return os.path.samefile(f"/proc/{pid}/exe", program)
    except OSError:  # it has just ended
        return False


def processes(program):
    """The ids of those that run this file."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and runs(name, program)]


def signal_all(program, number):
    told = processes(program)
    for pid in told:
        os.kill(pid, number)
    return told


def main():
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        print(json.dumps({"search": search, "signal": signal_all, "processes": processes}[what](*arguments)), flush=True)


if __name__ == "__main__":
    main()
