"""At which parts of a budget of money somebody is told, and how urgently."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Final, Literal, get_args

from obsgen import names
from obsgen.diagnostics import NOWHERE, Code, Origin, Severity, finding
from obsgen.model import Reader, Spend
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import RATIO, number_text

SPEND_LEVEL: Final = Code(
    "ALR612",
    "spend-level",
    why="a level says at which part of the budget somebody is told, spent already or projected",
    fix="Write `{spent: 90%, severity: high}` or `{projected: 100%, severity: medium}`, each once.",
)
SPEND_PACE: Final = Code(
    "ALR614",
    "spend-pace",
    why="a projection goes on as the period began, or as the last days were; a rolling period has "
    "no beginning, and days that are longer than it say nothing new",
    fix="Write `project: 7d` (shorter than the period), or, by the calendar, `project: elapsed`.",
)
FALLING_SEVERITY: Final = Code(
    "ALR674",
    "falling-severity",
    why="the more is spent, the less urgent the alert: whoever is called at the lower level is not "
    "called when it gets worse",
    fix="Let severities rise with the amounts: `{spent: 80%, severity: medium}`, "
    "`{spent: 100%, severity: high}`.",
    severity=Severity.WARNING,
)
CODES: Final = (SPEND_LEVEL, SPEND_PACE, FALLING_SEVERITY)

Projected = Literal["spent", "projected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendLevel:
    """
    A part of the budget at which somebody is told.

    Attributes:
        shown: What is compared: what is spent, or what will be at the end of the period.
        share: Of the budget; 1 is all of it.
        text: As the author wrote it: `90%`.
    """

    shown: Projected
    share: Decimal
    text: str
    severity: str
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def label(self) -> str:
        """What tells the alert of this level from others: `spent-90`."""
        return f"{self.shown}-{number_text(self.share * 100)}"

    @property
    def series(self) -> str:
        """The recorded series that is compared."""
        return names.SPENT if self.shown == "spent" else names.SPEND_PROJECTED


def read_levels(node: Node | None, spend: Spend, reader: Reader) -> tuple[SpendLevel, ...]:
    """Read all levels; none where one is wrong."""
    items = node.items if isinstance(node, Sequence) else ()
    if isinstance(node, Sequence) and not items:
        hint = "write `levels: [{spent: 90%, severity: high}]`"
        message = "a budget without levels tells nobody"
        reader.report(finding(SPEND_LEVEL, node.origin, message, hint))
    found: dict[str, SpendLevel] = {}
    for item in items:
        level = _level(item, spend, reader) if isinstance(item, MappingNode) else None
        if level is None:
            continue
        if level.label in found:
            message = f"`{level.shown}: {level.text}` stands twice"
            reader.report(finding(SPEND_LEVEL, item.origin, message, "remove one of the two"))
            continue
        found[level.label] = level
    _check_order(found.values(), reader)
    return tuple(found.values()) if len(found) == len(items) else ()


def _check_order(levels: Iterable[SpendLevel], reader: Reader) -> None:
    """Report a level at which more is spent than at another, and which is less urgent."""
    for shown in get_args(Projected):
        rising = sorted((e for e in levels if e.shown == shown), key=lambda each: each.share)
        for lower, higher in pairwise(rising):
            if not reader.project.severities.is_as_urgent(higher.severity, lower.severity):
                message = f"`{shown}: {higher.text}` is `{higher.severity}`, less urgent than "
                message += f"`{lower.severity}` at {lower.text}"
                hint = f"write `severity: {lower.severity}` or a more urgent one"
                place = higher.origin / "severity"
                reader.report(finding(FALLING_SEVERITY, place, message, hint))


def _level(node: MappingNode, spend: Spend, reader: Reader) -> SpendLevel | None:
    chosen: list[Projected] = [word for word in get_args(Projected) if word in node.entries]
    if len(chosen) != 1:
        message = f"a level takes one of `spent` and `projected`, found {len(chosen) or 'none'}"
        hint = "write `{spent: 90%, severity: high}`"
        reader.report(finding(SPEND_LEVEL, node.origin, message, hint))
        return None
    shown = chosen[0]
    written = node.entries[shown].value
    severity = reader.severity(node.get("severity"))
    if "severity" not in node.entries:
        message = "a level has no severity: each of them makes an alert of its own"
        hint = f"add `severity: {reader.project.severities.names[0]}`"
        reader.report(finding(SPEND_LEVEL, node.origin, message, hint))
    share = reader.amount(written, RATIO)
    if share is None or severity is None or not isinstance(written, Scalar):
        return None
    if share <= 0:
        message = f"`{shown}` {written.word} is not above 0"
        reader.report(finding(SPEND_LEVEL, written.origin, message, f"write `{shown}: 90%`"))
        return None
    if shown == "projected" and not spend.is_projected:
        message = f"a rolling period of {spend.period} has no end to project to"
        hint = "add `project: 1d`: what the period would cost at the pace of the last day"
        reader.report(finding(SPEND_PACE, written.origin, message, hint))
        return None
    return SpendLevel(
        shown=shown,
        share=Decimal(number_text(share)),
        text=written.text,
        severity=severity,
        origin=node.origin,
    )
