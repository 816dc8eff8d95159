# SPDX-License-Identifier: BSD-2-Clause
"""What docs/RECIPES.md says, taken from its very text.

A section "## NAME" is a recipe. A line that begins with a file's path in backquotes and ends with
a colon stands before the block that is this file:

    `/etc/pam.d/sudo`, installed as `/usr/share/smsotp/pam.d/sudo`:

A line that begins with "As in [NAME](#name):" and names files in backquotes has them from another
section. Blocks of kind `console` are commands, "#" those of root and "$" those of a user.
"""
import dataclasses
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCUMENT = ROOT + "/docs/RECIPES.md"
INSTALLED = "/usr/share/smsotp"
CONFIGURATION = "/etc/smsotp/smsotp.conf"

_FILE = re.compile(r"`(?P<place>(?:/etc|~)/[^`]+)`(?:, installed as `" + INSTALLED +
                   r"/(?P<example>[^`]+)`)?.*:")
_SAME = re.compile(r"As in \[(?P<section>[^]]+)\]\(#(?P<anchor>[^)]+)\): (?P<places>.*)")


@dataclasses.dataclass
class Block:
    """A file: where it belongs, under which name it is installed as an example, and what is in
    it."""
    place: str
    example: str
    text: str
    borrowed: bool = False


class Section:
    def __init__(self, name):
        self.name = name
        self.blocks = []
        self.consoles = []

    def first_blocks(self):
        """The first of each place. A second one is said to be in place of it."""
        found = {}
        for block in self.blocks:
            found.setdefault(block.place, block)
        return list(found.values())

    def block(self, place, number=0):
        return [block for block in self.blocks if block.place == place][number]

    def commands(self, mark):
        """The lines of the consoles that begin with `mark`, "#" or "$"."""
        return [line[2:] for text in self.consoles for line in text.splitlines()
                if line.startswith(mark + " ")]


def anchor(name):
    """As GitHub makes it of a heading."""
    return re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-")


def read(path=DOCUMENT):
    """{name: Section}. A block that is not told apart, or closed, is an error of the document."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    sections, section, borrowed = {}, Section(""), []
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if line.startswith("## "):
            section = Section(line[3:])
            assert section.name not in sections, f"two sections {section.name}"
            sections[section.name] = section
        elif line.startswith("```"):
            end = lines.index("```", number)
            text = "".join(inner + "\n" for inner in lines[number:end])
            _take(section, line[3:], lines[:number - 1], text, number)
            number = end + 1
        else:
            match = _SAME.match(line)
            if match:
                borrowed.append((section, match))
    for section, match in borrowed:
        _borrow(sections, section, match)
    return sections


def _take(section, kind, before, text, number):
    if kind == "console":
        section.consoles.append(text)
        return
    while before and not before[-1]:
        before = before[:-1]
    match = _FILE.fullmatch(before[-1])
    assert match, f"line {number}: the block has no line before it that names its file"
    section.blocks.append(Block(match["place"], match["example"], text))


def _borrow(sections, section, match):
    source = sections[match["section"]]
    assert match["anchor"] == anchor(source.name), f"a link to #{match['anchor']}"
    for place in re.findall(r"`([^`]+)`", match["places"]):
        blocks = [block for block in source.blocks if block.place == place]
        assert len(blocks) == 1, f"{source.name} has {len(blocks)} of {place}"
        section.blocks.append(dataclasses.replace(blocks[0], borrowed=True))
