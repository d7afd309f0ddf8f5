"""What can be wrong with a file before it is a spec."""

from __future__ import annotations

import re
from typing import Final

from obsgen.diagnostics import Code

YAML_SYNTAX: Final = Code(
    "SRC001",
    "yaml-syntax",
    why="the file is not YAML from this place on, so nothing after it was read",
    fix="Quote values that hold `{`, `[`, `!`, `*`, `#` or `: `; indent with spaces, never tabs.",
)
DUPLICATE_KEY: Final = Code(
    "SRC002",
    "duplicate-key",
    why="a mapping holds one value a key; which of the two was meant cannot be known",
    fix="Remove one of the two, or merge them.",
)
NOT_UTF8: Final = Code(
    "SRC003",
    "not-utf-8",
    why="specs are read as UTF-8 on every machine",
    fix="Save the file as UTF-8.",
)
FORBIDDEN_CHARACTER: Final = Code(
    "SRC004",
    "forbidden-character",
    why="YAML does not allow control characters; NUL bytes often mean UTF-16 or a binary file",
    fix='Remove the character, or write it escaped in double quotes: `"\\u0007"`.',
)
TOO_DEEP: Final = Code(
    "SRC005",
    "nested-too-deeply",
    why="no spec needs a hundred levels; a file that has them is broken or an attack",
    fix="Flatten the structure.",
)
TOO_LARGE: Final = Code(
    "SRC006",
    "too-many-nodes",
    why="aliases that repeat aliases grow without bound; a spec has no use for that",
    fix="Write the values out, or use a Preset.",
)
UNKNOWN_TAG: Final = Code(
    "SRC007",
    "yaml-tag",
    why="specs hold text, numbers, lists and mappings; a YAML tag (`!…`) asks for something else",
    fix="Quote a value that begins with `!`, and write `{not: …}` for a negated matcher.",
)
KEY_NOT_TEXT: Final = Code(
    "SRC008",
    "key-is-not-text",
    why="keys are words; a `{` or `[` at the beginning of a value starts a mapping or a list",
    fix='Quote the value: `summary: "{{ $labels.job }} is down"`.',
)
UNKNOWN_ANCHOR: Final = Code(
    "SRC009",
    "unknown-anchor",
    why="an alias `*name` repeats what an anchor `&name` marked earlier in the same document",
    fix="Set the anchor before it is used, or quote the value if it only begins with `*`.",
)
CODES: Final = (
    YAML_SYNTAX,
    DUPLICATE_KEY,
    NOT_UTF8,
    FORBIDDEN_CHARACTER,
    TOO_DEEP,
    TOO_LARGE,
    UNKNOWN_TAG,
    KEY_NOT_TEXT,
    UNKNOWN_ANCHOR,
)

_TRAPS: Final = (
    (r"^\s*\t", "indent with spaces, not with tabs"),
    (
        r":\s+[>|][+\-0-9]*\s+[^\s#]",
        "`>` begins a block scalar; write the comparison as a key: `above: 5%`",
    ),
    (
        r"^\s*\{\{-?\s*(?:if|else|end|range|with|include|template|define|/\*|\$)",
        "this is a template, of Helm for one: read what `helm template` prints",
    ),
    (
        r"\{\{-?\s*\.(?:Values|Release|Chart)\b",
        "this is a template of Helm: read what `helm template` prints",
    ),
    (r"\{\{", 'quote texts that hold `{{`: summary: "{{ $labels.job }} is down"'),
    (r"\w\[\w+\]", 'quote PromQL, or write it as a block scalar: "rate(x[5m])"'),
    (r"\w\{\w+[=!]", "quote PromQL, or write it as a block scalar: 'x{a=\"b\"}'"),
    (r":\s+[!*&@`%]", "quote values that begin with one of `[ { ! * & @ ` %`"),
    (r":\s[^\"'{\[|>#]*:\s", "quote values that hold `: `"),
)


def trap_hint(rows: tuple[str, ...]) -> str:
    """Tell the traps that people really fall into, from the lines around a place, last first."""
    for row in reversed(rows):
        for pattern, hint in _TRAPS:
            if re.search(pattern, row):
                return hint
    return ""
