"""Which blocks are open, and what names mean inside of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from obsgen.gotemplate.dialect import Dialect
from obsgen.gotemplate.kinds import Kind
from obsgen.gotemplate.lexer import Token


@dataclass(slots=True)
class Block:
    """An open `if`, `range`, `with`, `define` or `block`, and what names meant before it."""

    word: str
    start: int
    end: int
    variables: dict[str, Kind]
    dot: Kind
    has_else: bool = False


@dataclass(slots=True)
class Scope:
    """
    What the action being read can see.

    Attributes:
        dialect: Whose template it is.
        blocks: The open ones, the innermost last.
        dot: What `.` means.
        templates: The names that the text defines so far.
        called: The names that it calls, in quotes, and what each is given; they may be defined
            further down.
    """

    dialect: Dialect
    blocks: list[Block] = field(default_factory=list)
    variables: dict[str, Kind] = field(default_factory=dict)
    dot: Kind = Kind.OTHER
    templates: set[str] = field(default_factory=set)
    called: list[tuple[Token, Kind | None]] = field(default_factory=list)

    @classmethod
    def at_start(cls, dialect: Dialect) -> Scope:
        """Return what the first action of a text sees."""
        return cls(dialect, variables=dict(dialect.variables), dot=dialect.root)

    def open(self, word: str, start: int, end: int) -> None:
        """Open a block; its variables are gone when it is closed."""
        self.blocks.append(Block(word, start, end, dict(self.variables), self.dot))

    def close(self) -> None:
        """Close the innermost block."""
        block = self.blocks.pop()
        self.variables, self.dot = block.variables, block.dot
