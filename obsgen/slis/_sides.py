"""Good or bad: an SLI states one of the two, and the other follows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from obsgen.diagnostics import Code, Origin, finding
from obsgen.matchers import Matcher, unmet
from obsgen.model import Reader
from obsgen.source import MappingNode

BAD_OR_GOOD: Final = Code(
    "SLO311",
    "bad-or-good",
    why="an event is bad or good; the one follows from the other, so exactly one is stated",
    fix='Write `bad: {status: "5.."}`, or `good: {status: "[23].."}`, not both.',
)
BEYOND_TOTAL: Final = Code(
    "SLO320",
    "beyond-total",
    why="the bad (or the good) events must be some of all events; counted among others too, they "
    "give a ratio of two different things",
    fix="Write the matchers of the total into the other side, too.",
)
CODES: Final = (BAD_OR_GOOD, BEYOND_TOTAL)


def within_total(
    word: str, total: Iterable[Matcher], side: Iterable[Matcher], origin: Origin, reader: Reader
) -> bool:
    """Say whether a side counts among all events only, reporting where it surely does not."""
    missed = unmet(total, side)
    if missed is not None:
        message = f"`{word}` counts beyond `{missed}`, where the total does not"
        hint = f"match `{missed.label}` in `{word}`, too"
        reader.report(finding(BEYOND_TOTAL, origin, message, hint))
    return missed is None


def one_side(node: MappingNode, kind: str, hint: str, reader: Reader) -> str | None:
    """Return which of `bad` and `good` is stated, reporting where it is not exactly one."""
    sides = [word for word in ("bad", "good") if word in node.entries]
    if len(sides) == 1:
        return sides[0]
    found = "both" if sides else "neither"
    message = f"`{kind}` takes exactly one of `bad` and `good`, found {found}"
    reader.report(finding(BAD_OR_GOOD, node.origin, message, hint))
    return None
