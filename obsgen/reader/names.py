"""Names that stand for one thing only."""

from __future__ import annotations

from typing import Final

from obsgen.diagnostics import Code, Diagnostic, Origin, Related, finding

NAME_TWICE: Final = Code(
    "REF212",
    "name-twice",
    why="a name stands for one thing; which of the two is meant cannot be known",
    fix="Rename one of the two, or remove it.",
)
CODES: Final = (NAME_TWICE,)


def twice(subject: str, origin: Origin, first: Origin) -> Diagnostic:
    """Return the finding for a name that stands for two things."""
    related = (Related("first written here", first),)
    hint = "rename one of the two, or remove it"
    return finding(NAME_TWICE, origin, f"{subject} is written twice", hint, related=related)
