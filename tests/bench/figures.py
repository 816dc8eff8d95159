#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""figures.py DATA FOLDER: makes bench.md, a table, and bench.svg, a plot, of what the bench has kept.

The plot's first part has a bar for each figure that is bounded: how much it uses of what is
allowed. The other parts have the bars that the bench has put side by side.
"""
import json
import sys
from pathlib import Path
from xml.sax.saxutils import escape

WIDTH, LABELS, BARS, ROW = 920, 480, 360, 22
STYLE = """text { font: 13px sans-serif; fill: #222; } .head { font-weight: bold; }
.bar { fill: #4878a8; } .over { fill: #c0504d; } .peer { fill: #b8b8b8; }
.limit { stroke: #222; stroke-dasharray: 4 3; }"""
# A bar that is longer than this many times the bound is cut off, and its figure says so.
LONGEST = 1.25


class Drawing:
    """Grows downwards."""

    def __init__(self):
        self.y, self.parts = 10, []

    def text(self, x, words, kind="", anchor="start"):
        self.parts.append(f'<text x="{x:.0f}" y="{self.y + 15}" class="{kind}" '
                          f'text-anchor="{anchor}">{escape(words)}</text>')

    def head(self, words):
        self.y += 8
        self.text(10, words, "head")
        self.y += ROW + 4

    def bar(self, name, share, figure, kind):
        """`share`: its length as a part of the width for bars."""
        self.text(LABELS - 8, name, anchor="end")
        width = max(1.0, share * BARS)
        self.parts.append(f'<rect x="{LABELS}" y="{self.y + 2}" width="{width:.1f}" '
                          f'height="{ROW - 6}" class="{kind}"/>')
        self.text(LABELS + BARS + 6, figure)
        self.y += ROW

    def limit(self, share, top):
        x = LABELS + share * BARS
        self.parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{self.y}" class="limit"/>')

    def svg(self):
        height = self.y + 12
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}">',
            f"<style>{STYLE}</style>", f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
            *self.parts, "</svg>", ""])


def plot(rows, bars):
    drawing = Drawing()
    drawing.head("What is used of what is allowed (dashed: the bound; shorter is better)")
    top = drawing.y
    for row in rows:
        for words, share in row["shares"]:
            drawing.bar(f"{row['what']}: {words}", min(share, LONGEST) / LONGEST, f"{100 * share:.0f} %",
                        "bar" if share <= 1 else "over")
    drawing.limit(1 / LONGEST, top)
    for group in dict.fromkeys(bar["group"] for bar in bars):
        drawing.head(group)
        members = [bar for bar in bars if bar["group"] == group]
        longest = max(bar["value"] for bar in members)
        for bar in members:
            drawing.bar(bar["name"], bar["value"] / longest / LONGEST, f"{bar['value']:.4g}",
                        "bar" if "smsotp" in bar["name"] else "peer")
    return drawing.svg()


def table(rows):
    lines = ["| measured (median) | figure | against | ratio | bound |", "|---|---|---|---|---|"]
    for row in rows:
        cells = (row[key].replace("|", "\\|") for key in ("what", "figure", "against", "ratio",
                                                          "bound"))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    data, folder = sys.argv[1:]
    items = [json.loads(line) for line in Path(data).read_text("utf-8").splitlines()]
    rows, bars = ([item for item in items if key in item] for key in ("what", "group"))
    for name, text in (("bench.md", table(rows)), ("bench.svg", plot(rows, bars))):
        path = Path(folder, name)
        path.write_text(text, "utf-8")
        print(f"{name}: {path}")


if __name__ == "__main__":
    main()
