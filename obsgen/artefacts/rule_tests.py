"""Unit tests of rules: series that are played, and which alerts fire at which times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from obsgen import names
from obsgen.artefacts.prometheus import AlertingRule
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.units import Duration

Number = int | Decimal | Fraction


class Run(NamedTuple):
    """
    Samples at equal distances: *start*, *start + step*, …, as many as *times*.

    A run without a start is that many samples that are missing, or one marker that the series has
    ended, as Prometheus writes it when a target goes.
    """

    times: int
    start: Number | None = None
    step: Number = 0
    ends: bool = False


ENDS: Final = Run(times=1, ends=True)
"""The series is not there any more."""


class InputSeries(NamedTuple):
    """A series that a test plays: a sample an interval, the first at 0s."""

    name: str
    labels: Mapping[str, str]
    runs: tuple[Run, ...]


class Expected(NamedTuple):
    """
    What a test expects at a time.

    Attributes:
        alerts: The label sets of all alerts of the rule that fire then, `alertname` excepted;
            None where at least one must fire, whatever its labels.
    """

    at: Duration
    alerts: tuple[Mapping[str, str], ...] | None


QUIET: tuple[Mapping[str, str], ...] = ()
"""Nothing fires."""


class RuleTest(NamedTuple):
    """
    A unit test of one alerting rule.

    Attributes:
        name: A sentence that says what is shown.
        selects: Labels that the rule sets, and by which its alerts are told from others.
        interval: The distance of the samples.
        evaluation_interval: At which it is to be evaluated, or 0s for the Project's.
        services: Other services whose rules take part.
    """

    name: str
    alert: str
    selects: Mapping[str, str]
    interval: Duration
    series: tuple[InputSeries, ...]
    expected: tuple[Expected, ...]
    evaluation_interval: Duration = Duration(0)
    services: tuple[str, ...] = ()
    origin: Origin = NOWHERE

    def is_of(self, rule: AlertingRule) -> bool:
        """Say whether it tests this rule; the rule's service is not looked at."""
        return _is_of(self, rule)


class Unproven(NamedTuple):
    """
    An alerting rule of which no unit test can be told.

    Attributes:
        selects: Labels that the rule sets, and by which its alerts are told from others.
        reason: Goes on after "it cannot be proven: ".
    """

    service: str
    alert: str
    selects: Mapping[str, str]
    reason: str
    origin: Origin = NOWHERE

    def is_of(self, rule: AlertingRule) -> bool:
        """Say whether it speaks of this rule; the rule's service is not looked at."""
        return _is_of(self, rule)


def _is_of(what: RuleTest | Unproven, rule: AlertingRule) -> bool:
    # An escalation has the name and the labels of the alert that it escalates.
    is_same_step = what.selects.get(names.ESCALATED) == rule.labels.get(names.ESCALATED)
    is_named = what.alert == rule.alert and what.selects.items() <= rule.labels.items()
    return is_named and is_same_step


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTestFile:
    """
    Unit tests that run together: promtool evaluates all rules of a file at one interval.

    Attributes:
        service: Whose rules are tested.
        part: What of the service is tested, or empty: `availability`.
        rules: The part of its rules that is tested (see `RuleFile`).
        others: Further services whose rules take part.
        groups: The rule groups, in the order in which they are evaluated.
        evaluation_interval: At which every rule is evaluated, whatever its group says.
    """

    service: str
    evaluation_interval: Duration
    tests: tuple[RuleTest, ...]
    sources: tuple[str, ...]
    groups: tuple[str, ...]
    others: tuple[str, ...] = ()
    part: str = ""
    rules: str = ""


def counted(
    spans: Iterable[tuple[int, int | Fraction | None]], *, since: int | Fraction = 0
) -> tuple[Run, ...]:
    """
    Return the samples of a counter.

    Args:
        spans: (intervals, growth within each); a sample ends every interval, and one begins all.
            Without a growth the series has ended.
        since: What it had counted before.

    >>> counted([(2, 5), (3, 0)])
    (Run(times=3, start=0, step=5, ends=False), Run(times=3, start=10, step=0, ends=False))
    """
    value = since
    runs: list[Run] = []
    for intervals, growth in spans:
        if intervals <= 0:
            continue
        first = 0 if runs else 1
        if growth is None:
            runs.extend(_absent(intervals + first))
            continue
        start = value if first else exact(value + growth)
        times = intervals + first
        runs.append(Run(times=times, start=start, step=growth))
        value = exact(start + (times - 1) * growth)
    return _ended(runs)


def standing(spans: Iterable[tuple[int, Number | None]]) -> tuple[Run, ...]:
    """
    Return the samples of a gauge.

    Args:
        spans: (intervals, level at the end of each); the first level stands at 0s, too. Without a
            level the series has ended.

    >>> [run.start for run in standing([(2, 5), (1, 0)])]
    [5, 0]
    """
    runs: list[Run] = []
    for intervals, level in spans:
        times = intervals + (not runs)
        if intervals > 0 and level is None:
            runs.extend(_absent(times))
        elif intervals > 0:
            runs.append(Run(times=times, start=level))
    return _ended(runs)


def united(series: Iterable[InputSeries]) -> tuple[InputSeries, ...] | str:
    """Return series that are played together, each once; else the name of one with two courses."""
    found: dict[tuple[str, frozenset[tuple[str, str]]], InputSeries] = {}
    for each in series:
        first = found.setdefault((each.name, frozenset(each.labels.items())), each)
        if first.runs != each.runs:
            return each.name
    return tuple(found.values())


def _absent(times: int) -> Iterable[Run]:
    yield ENDS
    if times > 1:
        yield Run(times=times - 1)


def _ended(runs: list[Run]) -> tuple[Run, ...]:
    """Leave out missing samples behind which nothing comes."""
    while runs and runs[-1].start is None and not runs[-1].ends:
        runs.pop()
    return tuple(runs)


def exact(value: int | Fraction) -> int | Fraction:
    """Return a whole number as such."""
    return value.numerator if value.denominator == 1 else value
