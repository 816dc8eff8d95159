# SPDX-License-Identifier: BSD-2-Clause
"""The table that the bench prints, row by row, so that a long run can be watched.

Each row goes to the file BENCH_DATA, too, one JSON object to a line, for tests/bench/figures.py.
"""
import dataclasses
import json
import os

FORMAT = "{:<58} {:>14} {:>16} {:>10}  {}"


@dataclasses.dataclass
class Bound:
    """What the project demands of a figure: at most `limit`; `words` say so in its own unit."""
    value: float
    limit: float
    words: str

    def __str__(self):
        return f"{self.words}: {'met' if self.value <= self.limit else 'MISSED'}"


class Table:
    def __init__(self):
        self._data = os.environ.get("BENCH_DATA")
        print(FORMAT.format("measured (median)", "figure", "against", "ratio", "bound"))
        print("-" * 118)

    def row(self, what, figure, against="", ratio="", *bounds):
        """`bounds`: each a Bound, or words that demand nothing."""
        words = "; ".join(map(str, bounds))
        print(FORMAT.format(what, figure, against, ratio, words).rstrip(), flush=True)
        self._keep({"what": what.strip(), "figure": figure, "against": against, "ratio": ratio,
                    "bound": words, "shares": [(bound.words, bound.value / bound.limit)
                                               for bound in bounds if isinstance(bound, Bound)]})

    def bar(self, group, name, value):
        """For the plot alone: one of the bars that stand side by side below `group`."""
        self._keep({"group": group, "name": name, "value": value})

    def _keep(self, item):
        if self._data:
            with open(self._data, "a", encoding="utf-8") as file:
                file.write(json.dumps(item) + "\n")
