# SPDX-License-Identifier: BSD-2-Clause
"""The figures as tables in Markdown."""

import statistics

EXACT, NEARLY, NOISY = "exact", "nearly exact", "noisy"
# Name in results.json; heading; unit; digits after the point; what it is worth.
FIGURES = (
    ("exchanges", "Exchanges with the card", "", 0, EXACT),
    ("bytes", "Bytes to and from the card", "", 0, EXACT),
    ("contactless_ms", "Wall time with the delays of a contactless card", "ms", 0, NOISY),
    ("wall_ms", "Wall time with a card that needs none", "ms", 1, NOISY),
    ("cpu_ms", "CPU time, user and system", "ms", 1, NOISY),
    ("instructions", "Instructions of the program", "million", 2, NEARLY),
    ("system_calls", "System calls, of what it starts too", "", 0, NEARLY),
    ("memory_kb", "Peak memory", "MB", 1, NOISY),
)
DIVISOR = {"instructions": 1e6, "memory_kb": 1024}
MODES = ("cold", "warm")
MODULES = ("OpenSC", "ours")

HEAD = """# What the module costs

{date}, {system}, {processor}; {seconds} s. OpenSC is Debian's {theirs}.
With delays: {exchange:g} ms for an exchange, {byte:g} for a byte, {signature:g} for a signature.

*Cold*: the card was just put in, and no program of this user has seen it. *Warm*: the same command
was run once before. **Exact** figures are the same in each run on the same system; **nearly exact**
ones differ by some in a hundred, as programs wait for each other; **noisy** ones are medians, with
the smallest and the largest in brackets where they differ. The last column is how much of OpenSC's,
warm, ours is; `~` before it says that the two ranges overlap: the difference means nothing.
"""


def values(row, module, mode, name):
    """All that was taken, in the unit of the table."""
    return [value / DIVISOR.get(name, 1)
            for value in row.get(module, {}).get(mode, {}).get(name, [])]


def cell(taken, digits):
    """A median and, where there are several, the range."""
    if not taken:
        return ""
    low, middle, high = (f"{value:,.{digits}f}"
                         for value in (min(taken), statistics.median(taken), max(taken)))
    return middle if low == high else f"{middle} ({low}–{high})"


def ratio(row, name):
    """Ours to theirs, in the mode that both have."""
    pair = [values(row, module, "warm", name) for module in reversed(MODULES)]
    if not all(pair) or any("fails" in row[module] for module in MODULES):
        return ""
    ours, theirs = pair
    overlap = min(ours) <= max(theirs) and min(theirs) <= max(ours)
    base = statistics.median(theirs)
    share = statistics.median(ours) / base if base else 1.0
    same = overlap and not ours == theirs
    return f"{'~' if same else ''}{share:.2f}"


def cells(row, module, name, digits):
    """Both modes of a module."""
    if "untried" in row.get(module, {}):
        return ["not tried", ""]
    if "fails" in row.get(module, {}):
        return ["fails", ""]
    return [cell(values(row, module, mode, name), digits) for mode in MODES]


def line(row, name, digits):
    both = [text for module in MODULES for text in cells(row, module, name, digits)]
    return f"| {row['title']} | {' | '.join(both)} | {ratio(row, name)} |"


def table(rows, name, heading, unit, digits, worth):
    lines = [line(row, name, digits) for row in rows.values()
             if any(values(row, module, mode, name) for module in MODULES for mode in MODES)]
    if not lines:
        return ""
    return "\n".join((
        f"\n## {heading} ({', '.join(filter(None, (unit, worth)))})\n",
        "| | OpenSC cold | OpenSC warm | ours cold | ours warm | ours / OpenSC |",
        "| --- | ---: | ---: | ---: | ---: | ---: |", *lines, ""))


def failures(rows):
    """What a module could not do, and what it was not asked."""
    for row in rows.values():
        for module in MODULES:
            for word, words in (("fails", "fails"), ("untried", "was not tried")):
                if word in row.get(module, {}):
                    yield f"* {row['title']}: {module} {words}: {row[module][word]}"


def sizes(about):
    return "\n## Size in memory, code and data (exact)\n\n" + "".join(
        f"* {name}: {module['size_kb']:,} kB\n" for name, module in about["modules"].items())


def cost(value):
    if value is None:
        return "too long"
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"


def growth(series):
    lines = ["\n## Growth: what one costs (CPU and wall are noisy)\n",
             "| | unit | how many: what one costs | most / first | |",
             "| --- | --- | --- | ---: | --- |"]
    for one in series:
        pairs = " · ".join(f"{size:,}: {cost(value)}"
                           for size, value in zip(one["sizes"], one["costs"]))
        times = "" if one["ratio"] is None else f"{one['ratio']:.2f}"
        lines.append(f"| {one['what']} | {one['unit']} | {pairs} | {times} | "
                     f"{'flat' if one['flat'] else '**not flat**'} |")
    return "\n".join(lines) + "\n"


def markdown(results):
    about = results["about"]
    text = HEAD.format(theirs=about["modules"]["OpenSC"]["version"], **about,
                       **{name: value / 1000 for name, value in about["model"].items()})
    text += "".join(table(results["rows"], *figure) for figure in FIGURES)
    told = [*failures(results["rows"])]
    if told:
        text += "\n## What fails, or was not tried\n\n" + "\n".join(told) + "\n"
    if results["rows"]:
        text += sizes(about)
    if "growth" in results:
        text += growth(results["growth"])
    return text
