"""Good or bad: an SLI states one of the two, and the other follows."""

from __future__ import annotations

from typing import Final

from obsgen.diagnostics import Code, finding
from obsgen.model import Reader
from obsgen.source import MappingNode

BAD_OR_GOOD: Final = Code(
    "SLO311",
    "bad-or-good",
    why="an event is bad or good; the one follows from the other, so exactly one is stated",
    fix='Write `bad: {status: "5.."}`, or `good: {status: "[23].."}`, not both.',
)
CODES: Final = (BAD_OR_GOOD,)


def one_side(node: MappingNode, kind: str, hint: str, reader: Reader) -> str | None:
    """Return which of `bad` and `good` is stated, reporting where it is not exactly one."""
    sides = [word for word in ("bad", "good") if word in node.entries]
    if len(sides) == 1:
        return sides[0]
    found = "both" if sides else "neither"
    message = f"`{kind}` takes exactly one of `bad` and `good`, found {found}"
    reader.report(finding(BAD_OR_GOOD, node.origin, message, hint))
    return None
