"""
The same values in layouts that people really write, and in some that nobody does.

Indentation, brackets, quotes, blank lines, comments and line ends are thrown with dice; what the
text means is the value, whichever way they fall.
"""

from __future__ import annotations

import random
import re
from typing import Any, Final

_PLAIN: Final = re.compile(r"[A-Za-z0-9_/.%][A-Za-z0-9_/.%-]*(?: [A-Za-z0-9_/.%-]+)*", re.ASCII)
_PLAIN_IN_BLOCK: Final = re.compile(r"[A-Za-z(][^\n]*[A-Za-z0-9)\]}]")
_QUERY: Final = re.compile(r"^(?:sum|rate|max|avg|topk|histogram_quantile)\b.*[(]")
_OPERATOR: Final = re.compile(r"\s([-+*/<>]|>=|==)\s")
_BLANKS: Final = ("", "", "", " ", "  ", "\t")


def scrambled(documents: list[Any], dice: random.Random) -> bytes:
    """Return documents of mappings, lists, texts and booleans as YAML in some layout."""
    writer = _Scrambler(dice)
    for number, document in enumerate(documents):
        if number or dice.random() < 0.5:
            writer.row("---" + dice.choice(("", "", "  ", " # the next document")))
        writer.mapping(document, 0)
    if dice.random() < 0.3:
        writer.row("# the end")
    text = "".join(writer.rows)
    end = dice.random()
    if end < 0.1:
        text = text.rstrip("\n")
    elif end < 0.2:
        text = text.replace("\n", "\r\n")
    elif end < 0.3:
        text = f"\n\n{text}\n \n"
    return text.encode()


class _Scrambler:
    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.rows: list[str] = []
        self.count = 0

    def chance(self, odds: float) -> bool:
        return self.dice.random() < odds

    def row(self, text: str) -> None:
        self.rows.append(f"{text}\n")

    def note(self) -> str:
        self.count += 1
        if self.chance(0.1):
            return f"# obsgen: ignore[SLO3{self.count:02}] for now"
        return f"# note {self.count}: '{{"

    def between(self, indent: int) -> None:
        """Write blank lines and comments before an entry."""
        for _ in range(self.dice.choice((0, 0, 0, 0, 1, 2, 3))):
            column = self.dice.choice((0, indent, indent, indent + 1, indent + 4))
            blank = self.dice.choice(("", "   "))
            self.row(" " * column + self.note() if self.chance(0.5) else blank)

    def behind(self, head: str = "") -> str:
        """Write a comment or blanks behind a line; libyaml allows no tab behind a dash."""
        if self.chance(0.15):
            return " " * self.dice.choice((1, 1, 2, 3, 9)) + self.note()
        return self.dice.choice(_BLANKS).replace("\t", " " if head.endswith("-") else "\t")

    def mapping(self, value: dict[str, Any], indent: int, begun: str = "") -> None:
        for key, inner in value.items():
            if not begun:
                self.between(indent)
            head = (begun or " " * indent) + self.key(key)
            begun = ""
            self.value(head + self.dice.choice(("", "", "", " ")) + ":", inner, indent)

    def sequence(self, value: list[Any], indent: int, begun: str = "") -> None:
        for item in value:
            if not begun:
                self.between(indent)
            head = (begun or " " * indent) + "-"
            begun = ""
            if isinstance(item, dict | list) and item and self.chance(0.5):
                gap = self.dice.choice((1, 1, 1, 2, 3))
                self.collection(item, len(head) + gap, head + " " * gap)
            else:
                self.value(head, item, indent, is_item=True)

    def collection(self, value: Any, indent: int, begun: str = "") -> None:
        if isinstance(value, dict):
            self.mapping(value, indent, begun)
        else:
            self.sequence(value, indent, begun)

    def value(self, head: str, value: Any, indent: int, *, is_item: bool = False) -> None:
        is_collection = isinstance(value, dict | list) and bool(value)
        if is_collection and not self.chance(0.3):
            self.row(head + self.behind(head))
            is_indentless = isinstance(value, list) and not is_item and self.chance(0.3)
            self.collection(
                value, indent + (0 if is_indentless else self.dice.choice((1, 2, 2, 4)))
            )
            return
        if isinstance(value, str) and _QUERY.search(value):
            value = self.query(value)
        is_long = isinstance(value, str) and "\n" in value and self.chance(0.7)
        if is_long and self.block_scalar(head, value, indent):
            return
        gap = self.dice.choice((" ", " ", " ", "   ", "   " if is_item else "\t"))
        if self.chance(0.1):
            gap = (self.behind(head) if self.chance(0.5) else "") + "\n" + " " * (indent + 3)
        self.row(head + gap + self.flow(value, indent) + self.behind())

    def query(self, value: str) -> str:
        """Return PromQL with other white space and other quotes, if it is any."""
        value = _OPERATOR.sub(self.dice.choice((r"\1", r" \1 ", r"\n  \1  ", r" \1\n")), value)
        return value.replace(", ", self.dice.choice((",", ", ", " ,  ", ",\n    ")))

    def block_scalar(self, head: str, value: str, indent: int) -> bool:
        lines = value.rstrip("\n").split("\n")
        if not lines[0].strip() or lines[0].startswith(" ") or any(c in value for c in "\t\r\x85"):
            return False
        if not all(line.isprintable() for line in lines):
            return False
        inner = " " * (indent + self.dice.choice((1, 2, 5)))
        style = self.dice.choice("|||>") + self.dice.choice(("", "", "-", "+", "1"))
        if style.endswith("1"):
            inner = " " * (indent + 1)
        self.row(f"{head} {style}{self.behind()}")
        for line in lines:
            self.row(inner + line if line else "")
            if ">" in style and self.chance(0.2):
                self.row("")
        return True

    def key(self, key: str) -> str:
        if _PLAIN.fullmatch(key) and self.chance(0.9):
            return key
        return self.quoted(key)

    def flow(self, value: Any, indent: int, *, inside: bool = False) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str):
            return self.scalar(value, inside=inside)
        parts = []
        for part in value:
            inner = value[part] if isinstance(value, dict) else part
            text = self.flow(inner, indent, inside=True)
            parts.append(f"{self.key(part)}: {text}" if isinstance(value, dict) else text)
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        body = ""
        for number, part in enumerate(parts):
            comma = self.dice.choice((",", ", ", " ,  ")) if number < len(parts) - 1 else ""
            body += part + comma + self.line_break(indent, odds=0.05)
        blank = self.dice.choice(("", "", " ", "  "))
        return opening + blank + self.line_break(indent, odds=0.05) + body + blank + closing

    def line_break(self, indent: int, *, odds: float) -> str:
        if not self.chance(odds):
            return ""
        note = f"  {self.note()}" if self.chance(0.2) else ""
        return f"{note}\n" + " " * (indent + self.dice.choice((1, 2, 6)))

    def scalar(self, text: str, *, inside: bool) -> str:
        if _PLAIN.fullmatch(text) and text not in {"true", "false", "null", ".", ".."}:
            return text if self.chance(0.7) else self.quoted(text)
        is_fine = _PLAIN_IN_BLOCK.fullmatch(text) and not re.search(r":(\s|$)|\s#", text)
        if is_fine and not inside and text.isprintable() and self.chance(0.4):
            return text
        return self.quoted(text)

    def quoted(self, text: str) -> str:
        if text.isprintable() and self.chance(0.5):
            return "'" + text.replace("'", "''") + "'"
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        written = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped)
        return f'"{written}"'
