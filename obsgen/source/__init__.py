"""
YAML text to nodes with places, from the parser's events.

Nodes keep the scalar's own text (numbers stay exact, `on` and `1:30` stay strings) and know where
they stand, also through aliases.
"""

from __future__ import annotations

from obsgen.source.builder import MAX_DEPTH, MAX_NODES, MAX_REPEATED_NODES, read_source
from obsgen.source.nodes import Entry, MappingNode, Node, Place, Scalar, Sequence, Source
from obsgen.source.places import SourceMap, part_span
from obsgen.source.problems import (
    CODES,
    DUPLICATE_KEY,
    FORBIDDEN_CHARACTER,
    KEY_NOT_TEXT,
    NOT_UTF8,
    TOO_DEEP,
    TOO_LARGE,
    UNKNOWN_ANCHOR,
    UNKNOWN_TAG,
    YAML_SYNTAX,
)
from obsgen.source.text import decode, has_odd_breaks, with_plain_breaks
from obsgen.source.tokens import SourceToken, TokenKind, source_tokens

__all__ = [
    "CODES",
    "DUPLICATE_KEY",
    "FORBIDDEN_CHARACTER",
    "KEY_NOT_TEXT",
    "MAX_DEPTH",
    "MAX_NODES",
    "MAX_REPEATED_NODES",
    "NOT_UTF8",
    "TOO_DEEP",
    "TOO_LARGE",
    "UNKNOWN_ANCHOR",
    "UNKNOWN_TAG",
    "YAML_SYNTAX",
    "Entry",
    "MappingNode",
    "Node",
    "Place",
    "Scalar",
    "Sequence",
    "Source",
    "SourceMap",
    "SourceToken",
    "TokenKind",
    "decode",
    "has_odd_breaks",
    "part_span",
    "read_source",
    "source_tokens",
    "with_plain_breaks",
]
