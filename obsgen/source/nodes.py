"""Nodes of YAML: the author's own text, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.diagnostics import Origin

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_NUMBER: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_BOOLEAN: Final = frozenset({"true", "True", "TRUE", "false", "False", "FALSE"})

Place = tuple[int, int]
"""Line and column, from 0."""


UNREAD: Final = "?"
"""The style of a scalar in the place of what could not be read: that was reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """
    A value as the author wrote it.

    Attributes:
        text: The characters, unescaped; numbers are not read.
        style: `""` plain, or one of `'`, `"`, `|`, `>`; `UNREAD` for what could not be read.
        swallowed: The comment that made this value empty (`channel: #alerts`), if one did.
    """

    text: str
    style: str
    origin: Origin
    start: Place
    end: Place
    swallowed: str = ""

    @property
    def is_null(self) -> bool:
        """Say whether the value is YAML's null, or nothing at all."""
        return not self.style and self.text in _NULL

    @property
    def is_unread(self) -> bool:
        """Say whether it stands for what could not be read, as was reported."""
        return self.style == UNREAD

    @property
    def is_boolean(self) -> bool:
        """Say whether the value is one of YAML 1.2's two booleans."""
        return not self.style and self.text in _BOOLEAN

    @property
    def is_true(self) -> bool:
        """Say whether the value is the boolean `true`."""
        return self.is_boolean and self.text.lower() == "true"

    @property
    def is_number(self) -> bool:
        """Say whether the value is a plain decimal number."""
        return not self.style and bool(_NUMBER.fullmatch(self.text))

    @property
    def word(self) -> str:
        """Say what this is, for messages."""
        return "nothing" if self.is_null else f"`{self.text}`" if self.text else "an empty text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    origin: Origin
    start: Place
    end: Place
    size: int = 1

    @property
    def word(self) -> str:
        """Say what this is, for messages."""
        return "a list"


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingNode:
    """Keys with their values, in the order of the file."""

    entries: Mapping[str, Entry]
    origin: Origin
    start: Place
    end: Place
    size: int = 1

    def get(self, key: str) -> Node | None:
        """Return the value of *key*, or None."""
        entry = self.entries.get(key)
        return None if entry is None else entry.value

    @property
    def word(self) -> str:
        """Say what this is, for messages."""
        return "a mapping"


Node = Scalar | Sequence | MappingNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file: its lines as they stand and its documents."""

    file: str
    lines: tuple[str, ...]
    documents: tuple[Node, ...]


def size_of(node: Node) -> int:
    """Return how many nodes there are in a node, itself included."""
    return 1 if isinstance(node, Scalar) else node.size
