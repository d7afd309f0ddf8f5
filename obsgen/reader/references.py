"""What one document may ask of another: the SLOs of other services, the intervals of routing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from obsgen.catalogue import near
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.model import Hours, Reports, Slo, SloPart, Spend, SpendPart
from obsgen.reader.intervals import UNKNOWN_HOURS, fixed_offset, read_interval
from obsgen.reader.shape import words
from obsgen.source import MappingNode, Node, Scalar

UNKNOWN_SLO: Final = Code(
    "REF220",
    "unknown-slo",
    why="what is made of it, or shows it, would have no value",
    fix="Write `SERVICE/SLO`, or just the name for an SLO of the same service.",
)
SLO_CYCLE: Final = Code(
    "SLO317",
    "slo-cycle",
    why="an SLO that is made of itself has no events of its own",
    fix="Take one of the SLOs out of the circle.",
)
UNKNOWN_SPEND: Final = Code(
    "ALR617",
    "unknown-spend",
    why="there is no alert of that name with a budget of money, so nothing is recorded of it",
    fix="Write `SERVICE/ALERT`, or just the name for an alert of the same service.",
)
CODES: Final = (UNKNOWN_SLO, SLO_CYCLE, UNKNOWN_SPEND)

_Key = tuple[str, str]


@dataclass(slots=True)
class References:
    """
    Looks up what stands elsewhere; each SLO is read once, when it is first asked for.

    Attributes:
        intervals: The intervals of the Routing documents, by name.
        labels: What the environment adds to everything that is recorded.
        used_intervals: Those that were asked for.
    """

    intervals: Mapping[str, Node]
    labels: Mapping[str, str] = field(default_factory=dict)
    used_intervals: set[str] = field(default_factory=set)
    _readings: dict[_Key, Callable[[], Slo | None]] = field(default_factory=dict)
    _read: dict[_Key, Slo | None] = field(default_factory=dict)
    _open: list[_Key] = field(default_factory=list)
    _spends: dict[_Key, Callable[[], Spend | None]] = field(default_factory=dict)

    def offer(self, service: str, slo: str, reading: Callable[[], Slo | None]) -> None:
        """Say how an SLO is read."""
        self._readings[service, slo] = reading

    def promise(self, service: str, slo: str) -> Slo | None:
        """Return an SLO, or None where it cannot be read; that was reported then."""
        key = (service, slo)
        if key not in self._read:
            self._open.append(key)
            try:
                self._read[key] = self._readings[key]()
            finally:
                self._open.pop()
        return self._read[key]

    def part(self, node: Scalar, weight: Decimal, service: str, report: Reports) -> SloPart | None:
        """Return the SLO that is named in *service*, reporting where there is none."""
        owner, slash, name = node.text.rpartition("/")
        key = (owner if slash else service, name)
        if key not in self._readings:
            report(self._unknown(node, service))
            return None
        if key in self._open:
            circle = (*self._open[self._open.index(key) :], key)
            shown = " → ".join("/".join(each) for each in circle)
            message = f"SLO `{'/'.join(key)}` is made of itself: {shown}"
            report(finding(SLO_CYCLE, node.origin, message))
            return None
        slo = self.promise(*key)
        if slo is None:
            return None
        return SloPart(
            service=key[0], slo=slo, weight=weight, labels=self.labels, origin=node.origin
        )

    def _unknown(self, node: Scalar, service: str) -> Diagnostic:
        own = [slo for owner, slo in self._readings if owner == service]
        known = [*("/".join(key) for key in self._readings), *own]
        guess = near(node.text, known)
        hint = f"did you mean `{guess}`?" if guess else "write `SERVICE/SLO`"
        return finding(UNKNOWN_SLO, node.origin, f"SLO {node.word} is not defined", hint)

    def offer_spend(self, service: str, name: str, reading: Callable[[], Spend | None]) -> None:
        """Say how a budget of money is read."""
        self._spends[service, name] = reading

    def spend(self, node: Scalar, service: str, report: Reports) -> SpendPart | None:
        """Return the budget of money that is named in *service*, reporting where there is none."""
        owner, slash, name = node.text.rpartition("/")
        key = (owner if slash else service, name)
        if key not in self._spends:
            own = [spend for each, spend in self._spends if each == service]
            guess = near(node.text, [*("/".join(each) for each in self._spends), *own])
            hint = f"did you mean `{guess}`?" if guess else "write `SERVICE/ALERT`"
            message = f"no alert {node.word} has a budget of money"
            report(finding(UNKNOWN_SPEND, node.origin, message, hint))
            return None
        spend = self._spends[key]()
        if spend is None:
            return None
        return SpendPart(service=key[0], spend=spend, labels=self.labels, origin=node.origin)

    def spends_of(self, service: str) -> tuple[SpendPart, ...]:
        """Return the budgets of money of a service, those that can be read."""
        own = (reading for (owner, _), reading in self._spends.items() if owner == service)
        read = (reading() for reading in own)
        return tuple(
            SpendPart(service=service, spend=spend, labels=self.labels)
            for spend in read
            if spend is not None
        )

    def hours(self, node: Node, report: Reports) -> Hours | None:
        """Return a named interval as hours of a place that is always as far from UTC."""
        if not isinstance(node, Scalar) or node.is_null:
            return None
        found = self.intervals.get(node.text)
        if not isinstance(found, MappingNode):
            guess = near(node.text, self.intervals)
            hint = f"did you mean `{guess}`?" if guess else _known(self.intervals)
            message = f"interval {node.word} is not defined"
            report(finding(UNKNOWN_HOURS, node.origin, message, hint))
            return None
        self.used_intervals.add(node.text)
        # What is wrong in it is told where routing reads it.
        interval = read_interval(node.text, found, lambda _: None)
        if interval is None:
            message = f"interval `{node.text}` cannot be read"
            report(finding(UNKNOWN_HOURS, node.origin, message, "correct the interval"))
            return None
        offset = fixed_offset(interval)
        if offset is None:
            message = f"the hours of interval `{node.text}` move with daylight saving time"
            hint = "name an interval whose `location` has none, such as `UTC` or `Etc/GMT-1`"
            report(finding(UNKNOWN_HOURS, node.origin, message, hint))
            return None
        return Hours(interval=interval, utc_offset_seconds=offset)


def _known(names: Iterable[str]) -> str:
    listed = list(names)
    return f"it has {words(listed)}" if listed else "declare it under `intervals:` of the Routing"
