#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the module costs, side by side with Debian's OpenSC, on the virtual card.

Without options: all rows and the growth, some ten minutes; a table on the terminal, and the same
with the figures as results.md and results.json in the folder of --results. tools/doc/bench.md tells
what is measured and how.
"""

import argparse
import concurrent.futures
import datetime
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "common"), str(HERE.parent / "apps")]

# pylint: disable=wrong-import-position
import pytest  # noqa: E402

import chart  # noqa: E402
import growth  # noqa: E402
import report  # noqa: E402
from browsers import BROWSERS, browse  # noqa: E402
from measure import count, measure, measure_slowly  # noqa: E402
from place import CONTACTLESS, LENGTHS, MODULES, OURS, make_card  # noqa: E402
from rows import ROWS  # noqa: E402

RECORDED, CHART, COUNTS = HERE / "results.json", HERE / "chart.svg", HERE / "counts.json"
# A machine that stands still for seconds makes the module ask a card once more: so many times is
# a count taken until it is as recorded.
TURNS = 3
EVERYWHERE = "any"


def say(text):
    print(text, file=sys.stderr, flush=True)


def release():
    """Of the system, as counts.json has it: programs of another one may ask for other things."""
    return platform.freedesktop_os_release().get("VERSION_CODENAME", "unknown")


# --- all figures --------------------------------------------------------------------------------


def module_size(module):
    """Of code and data in memory, in kB, with the libraries that come with it."""
    said = subprocess.run(["size", *module.libraries], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    return sum(int(line.split()[3]) for line in said.splitlines()[1:]) // 1024


def version(module):
    """What a module says of itself."""
    said = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "opensc-pkcs11"],
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    return said if module.name == "OpenSC" else "this tree"


def processor():
    found = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    return found.group(1) if found else platform.machine()


def about():
    """When, where and of what."""
    return {
        "date": datetime.date.today().isoformat(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", ""),
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "model": CONTACTLESS,
        "modules": {module.name: {"version": version(module), "size_kb": module_size(module)}
                    for module in MODULES},
    }


def chosen(only, rows):
    return [name for name in rows if re.search(only, name)]


def measure_rows(names, work, card):
    """The figures of these rows without delays, by name."""
    taken = {}
    for name in names:
        begun = time.monotonic()
        try:
            taken[name] = measure(ROWS[name], work / name, card)
            say(f"{name}: {time.monotonic() - begun:.0f} s")
        except pytest.skip.Exception as why:
            say(f"{name}: left out, {why}")
    return taken


def beside_each_other(jobs):
    """Two at a time of what waits nearly all of the time: pairs of a name and a function."""
    done = {}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        waiting = {pool.submit(job): name for name, job in jobs}
        for future in concurrent.futures.as_completed(waiting):
            name = waiting[future]
            try:
                done[name] = future.result()
                say(f"{name}: done")
            except pytest.skip.Exception as why:
                say(f"{name}: left out, {why}")
    return done


def slowly(name, taken, work, card):
    return name, lambda: measure_slowly(ROWS[name], work / f"{name}-slow", card, taken[name])


def measure_all(options, work, card):
    names = [name for name in chosen(options.only, ROWS) if ROWS[name].plain]
    browsers = chosen(options.only, BROWSERS)
    taken = measure_rows(names, work, card)
    rows = [name for name in taken if ROWS[name].contactless]
    timed = [name for name in rows if ROWS[name].contactless > 1]
    beside_each_other([slowly(name, taken, work, card) for name in timed])
    # browsers keep the machine busy, but what runs beside them takes half a minute
    taken |= beside_each_other(
        [slowly(name, taken, work, card) for name in rows if name not in timed] +
        [(name, lambda name=name: browse(BROWSERS[name], work / name, card)) for name in browsers])
    titles = {name: row.title for name, row in (ROWS | BROWSERS).items()}
    return {name: {"title": titles[name], **taken[name].as_data()} for name in titles
            if name in taken}


def all_figures(options):
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jpki-bench.") as folder:
        work = pathlib.Path(folder)
        card = work / "card"
        make_card(card)
        results = {"about": about()}
        results["rows"] = {} if options.growth else measure_all(options, work, card)
        if options.growth or not options.only:
            results["growth"] = growth.measure(work, card, say)
    results["about"]["seconds"] = round(time.monotonic() - begun)
    return results


def keep(results, options):
    """In the folder of the results; those of everything may be recorded too. The exit status."""
    folder = pathlib.Path(options.results)
    folder.mkdir(parents=True, exist_ok=True)
    text = report.markdown(results)
    (folder / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (folder / "results.md").write_text(text)
    print(text)
    if not (options.only or options.growth):
        (folder / "chart.svg").write_text(chart.draw(results))
        if options.record:
            for file in (RECORDED, CHART):
                shutil.copy(folder / file.name, file)
    say(f"The table and the figures are in {folder}.")
    failed = [name for name, row in results["rows"].items() if "fails" in row.get(OURS.name, {})]
    if failed:
        say(f"Our module fails in: {', '.join(failed)}")
    return 1 if failed else 0


# --- exact counts -------------------------------------------------------------------------------


def counted_rows(only):
    return [name for name in chosen(only, ROWS) if ROWS[name].quick]


def kind(name):
    """Under which heading of counts.json a row is recorded."""
    return EVERYWHERE if ROWS[name].portable else release()


def recorded():
    return json.loads(COUNTS.read_text()) if COUNTS.exists() else {}


def take(name, wanted, work, card):
    """The counts of a row; again if they are not as wanted."""
    for turn in range(TURNS):
        found = count(ROWS[name], work / f"{name}-{turn}", card)
        if found == wanted or wanted is None:
            break
    return found


def check(name, wanted, work, card, number):
    """A line of TAP, or more; whether all is well."""
    if wanted is None:
        print(f"ok {number} - {name} # skip not recorded for {kind(name)}", flush=True)
        return True
    try:
        found = take(name, wanted, work, card)
    except pytest.skip.Exception as why:
        print(f"ok {number} - {name} # skip {why}", flush=True)
        return True
    said = "; ".join(f"{mode}: {exchanges} exchanges, {size} bytes"
                     for mode, (exchanges, size) in found.items())
    right = found == wanted
    print(f"{'ok' if right else 'not ok'} {number} - {name}: {said}", flush=True)
    if not right:
        print(f"# recorded are {wanted['cold']} cold, {wanted['warm']} warm. If that changed on"
              " purpose: tests/bench/run --quick --record", flush=True)
    return right


def with_card(function):
    with tempfile.TemporaryDirectory(prefix="jpki-bench.") as folder:
        work = pathlib.Path(folder)
        make_card(work / "card")
        return function(work, work / "card")


def check_counts(options):
    """Against the recorded ones, as TAP."""
    known, names = recorded(), counted_rows(options.only)

    def check_all(work, card):
        return [check(name, known.get(kind(name), {}).get(name), work, card, number)
                for number, name in enumerate(names, 1)]

    well = with_card(check_all)
    print(f"1..{len(names)}")
    return 0 if all(well) else 1


def record_counts(options):
    known = recorded()

    def count_all(work, card):
        for name in counted_rows(options.only):
            known.setdefault(kind(name), {})[name] = take(name, None, work, card)
            say(f"{name}: {known[kind(name)][name]}")

    with_card(count_all)
    known["certificates"] = LENGTHS
    text = json.dumps(known, indent=1, sort_keys=True)
    COUNTS.write_text(re.sub(r"\[\s+(\d+),\s+(\d+)\s+\]", r"[\1, \2]", text) + "\n")
    say(f"Recorded in {COUNTS}.")


# --- the command line -----------------------------------------------------------------------------


def parse():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="the names of the rows")
    parser.add_argument("--only", default="", metavar="REGEX", help="the rows with such a name")
    parser.add_argument("--growth", action="store_true",
                        help="only how costs grow with readers, processes, sessions and data")
    parser.add_argument("--quick", action="store_true",
                        help="only whether exchanges and bytes are as recorded, as TAP; no times")
    parser.add_argument("--record", action="store_true",
                        help="write the counts (counts.json) and, without --quick, --only and "
                        "--growth, the results (results.json, chart.svg) into the tree")
    parser.add_argument("--results", default=str(HERE.parent.parent / "build-tests" / "bench"),
                        metavar="FOLDER", help="where results go (default: build-tests/bench)")
    return parser.parse_args()


def main():
    options = parse()
    if options.list:
        for name, row in (ROWS | BROWSERS).items():
            print(f"{name:20} {row.title}{' (--quick)' if row.quick else ''}")
        return 0
    if options.quick and not options.record:
        return check_counts(options)
    if options.record and not options.growth:
        record_counts(options)
    return 0 if options.quick else keep(all_figures(options), options)


if __name__ == "__main__":
    sys.exit(main())
