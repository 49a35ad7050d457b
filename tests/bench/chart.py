#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A bar chart of results.json, as SVG: chart.py [RESULTS [CHART]]."""

import json
import pathlib
import statistics
import sys
import xml.etree.ElementTree as xml

HERE = pathlib.Path(__file__).resolve().parent

ROWS = {
    "tokens": "list the tokens",
    "objects": "list the objects",
    "sign": "log in and sign, authentication key",
    "sign-signature": "log in and sign, signature key",
    "tls-1.2": "curl, TLS 1.2",
    "tls-1.3": "curl, TLS 1.3",
    "ssh": "ssh",
    "firefox": "Firefox, TLS 1.3",
    "chromium": "Chromium, TLS 1.3",
}
PANELS = (("exchanges", "Exchanges with the card", 1, ""),
          ("contactless_ms", "Seconds, contactless card", 1000, " s"))
BARS = (("OpenSC", "cold", "theirs", "OpenSC {version}, cold"),
        ("ours", "cold", "cold", "jpki-pkcs11, cold"),
        ("ours", "warm", "warm", "jpki-pkcs11, warm"))
# What is written where there is no bar.
WORDS = {"fails": "fails", "untried": "not tried"}

# Colours that can be told apart on white and on black, and by those who see no red.
STYLE = """
text { font: 13px sans-serif; fill: #24292f }
.value { font-size: 11px } .head { font-weight: bold; font-size: 14px }
.axis { stroke: #8c959f } .none { font-style: italic; fill: #6e7781 }
.theirs { fill: #9a6700 } .cold { fill: #54aeff } .warm { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .none { fill: #9198a1 }
  .theirs { fill: #d29922 } .cold { fill: #79c0ff } .warm { fill: #388bfd }
}
"""

LABEL, PANEL, GAP, BAR, SPACE, TOP = 260, 300, 50, 13, 12, 70


def median(row, module, mode, name):
    taken = row.get(module, {}).get(mode, {}).get(name, [])
    return statistics.median(taken) if taken and "fails" not in row.get(module, {}) else None


class Drawing:
    """The elements of a picture."""

    def __init__(self, width, height, title):
        self.root = xml.Element("svg", {
            "xmlns": "http://www.w3.org/2000/svg", "width": str(width), "height": str(height),
            "viewBox": f"0 0 {width} {height}", "role": "img", "aria-label": title})
        xml.SubElement(self.root, "title").text = title
        xml.SubElement(self.root, "style").text = STYLE

    def text(self, x, y, words, kind=None, anchor="start"):
        attributes = {"x": f"{x:g}", "y": f"{y:g}", "text-anchor": anchor}
        if kind:
            attributes["class"] = kind
        xml.SubElement(self.root, "text", attributes).text = words

    def bar(self, x, y, width, kind):
        xml.SubElement(self.root, "rect", {
            "x": f"{x:g}", "y": f"{y:g}", "width": f"{max(width, 1):.1f}", "height": f"{BAR - 2}",
            "class": kind})

    def rule(self, x, top, bottom):
        xml.SubElement(self.root, "line", {
            "x1": f"{x:g}", "x2": f"{x:g}", "y1": f"{top:g}", "y2": f"{bottom:g}",
            "class": "axis"})


def draw_legend(picture, version):
    for number, (_, _, kind, words) in enumerate(BARS):
        x = LABEL + number * 190
        picture.bar(x, 14, BAR, kind)
        picture.text(x + BAR + 6, 24, words.format(version=version))


def missing(row, module):
    """Why there is no bar."""
    return next((words for word, words in WORDS.items() if word in row.get(module, {})),
                "not measured")


def draw_row(picture, panel, x, y, row, scale):
    """The bars of a row in a panel."""
    name, _, divisor, unit = panel
    for number, (module, mode, kind, _) in enumerate(BARS):
        value = median(row, module, mode, name)
        at = y + number * BAR
        if value is None:
            picture.text(x + 6, at + BAR - 3, missing(row, module), "value none")
            continue
        picture.bar(x, at, value * scale, kind)
        words = f"{value / divisor:.2f}{unit}" if unit else f"{value:g}"
        picture.text(x + value * scale + 5, at + BAR - 3, words, "value")


def draw(results):
    """The chart of these results, as text."""
    rows = {name: results["rows"][name] for name in ROWS if name in results["rows"]}
    step = len(BARS) * BAR + SPACE
    bottom = TOP + len(rows) * step
    picture = Drawing(LABEL + 2 * (PANEL + GAP) + 20, bottom + 10,
                      "What a login costs: OpenSC and jpki-pkcs11 side by side")
    draw_legend(picture, results["about"]["modules"]["OpenSC"]["version"].split("-")[0])
    for y, name in zip(range(TOP, bottom, step), rows):
        picture.text(LABEL - 10, y + 1.5 * BAR + 4, ROWS[name], anchor="end")
    for number, panel in enumerate(PANELS):
        x = LABEL + number * (PANEL + GAP)
        most = max([median(row, module, mode, panel[0]) or 0
                    for row in rows.values() for module, mode, *_ in BARS] or [1]) or 1
        picture.text(x, TOP - 18, panel[1], "head")
        picture.rule(x, TOP - 6, bottom)
        for y, row in zip(range(TOP, bottom, step), rows.values()):
            draw_row(picture, panel, x, y, row, (PANEL - 30) / most)
    xml.indent(picture.root)
    return xml.tostring(picture.root, encoding="unicode") + "\n"


def main():
    defaults = (HERE / "results.json", HERE / "chart.svg")
    source, target = map(pathlib.Path, (*sys.argv[1:], *defaults[len(sys.argv) - 1:]))
    target.write_text(draw(json.loads(source.read_text())))


if __name__ == "__main__":
    main()
