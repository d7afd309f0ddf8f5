"""
Unit tests of escalations: alerts are played as the series that Prometheus keeps of them.

Beside the alert stand those that must not be escalated: for each matcher an alert that it alone
keeps out (one that is escalated already among them), and one that never fires.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from obsgen.artefacts import ENDS, QUIET, AlertingRule, Expected, InputSeries, RuleTest, Run
from obsgen.matchers import Matcher
from obsgen.names import ESCALATED
from obsgen.specimens import specimens
from obsgen.units import Duration

_AFTERWARDS: Final = 2
"""Evaluations at which it still fires once it is escalated."""

_PENDING: Final = {"played": "pending"}
"""What tells the alert that never fires from the one that does."""

_Matchers = tuple[Matcher, ...]


def escalation_test(
    rule: AlertingRule,
    waits: tuple[Duration, Duration],
    asked: tuple[_Matchers, tuple[_Matchers, ...]],
    interval: Duration,
) -> RuleTest | None:
    """
    Return a test that shows when an alert is escalated, and for how long.

    Args:
        rule: The escalation.
        waits: How long the alert is pending, and how long it fires until it is escalated.
        asked: The matchers that name the alert, and those of each way to be escalated.
        interval: Of evaluations, and of samples.

    Returns:
        None where no labels are known that the matchers take.
    """
    base, ways = asked
    own = {label: text for label, text in rule.labels.items() if label != ESCALATED}
    found = specimens({}, (*base, *ways[0]), own)
    if found is None:
        return None
    labels = {**own, **found.taken}
    pending, fires = waits
    due = -(-(pending.ms + fires.ms) // interval.ms)
    lasting = (-(-pending.ms // interval.ms), due + _AFTERWARDS)
    # Of several ways, one may take what another leaves out.
    telling = [d for d in found.decoys if len(ways) == 1 or d.refused_by in base]
    decoys = {decoy.refused_by: decoy.labels for decoy in reversed(telling)}
    series = (
        *_firing(labels, lasting),
        *(s for decoy in reversed(decoys.values()) for s in _firing({**own, **decoy}, lasting)),
        *_waiting({**labels, **_PENDING}, due + _AFTERWARDS),
    )
    escalated = {k: v for k, v in {**labels, **rule.labels}.items() if k != "alertname"}
    times = {due - 1: QUIET, due: (escalated,), lasting[1]: (escalated,), lasting[1] + 1: QUIET}
    return RuleTest(
        name=f"{rule.alert} is escalated when it has fired for {fires}, and while it fires",
        alert=rule.alert,
        selects=rule.labels,
        interval=interval,
        series=series,
        expected=tuple(
            Expected(at=Duration(number * interval.ms), alerts=alerts)
            for number, alerts in times.items()
        ),
        origin=rule.origin,
    )


def _firing(labels: Mapping[str, str], lasting: tuple[int, int]) -> Iterator[InputSeries]:
    """Play an alert that becomes active at once, and fires from one sample to another."""
    first, last = lasting
    since = (Run(times=last + 1, start=0), ENDS)
    absent = (Run(times=first),) if first else ()
    fires = (*absent, Run(times=last + 1 - first, start=1), ENDS)
    yield InputSeries("ALERTS_FOR_STATE", labels, since)
    yield InputSeries("ALERTS", {**labels, "alertstate": "firing"}, fires)


def _waiting(labels: Mapping[str, str], last: int) -> Iterator[InputSeries]:
    """Play an alert that is active for as long, and never fires."""
    runs = tuple(Run(times=last + 1, start=value) for value in (0, 1))
    yield InputSeries("ALERTS_FOR_STATE", labels, runs[:1])
    yield InputSeries("ALERTS", {**labels, "alertstate": "pending"}, runs[1:])
