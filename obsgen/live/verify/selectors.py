"""
What alerts read is there.

An alert gives nothing while all is well, so it is not its expression that must give something but
each selector in it. One whose metric is there, and of which just these series are not (`status` of
5xx, before the first), is worth knowing alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from obsgen.artefacts import AlertingRule
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.live.verify.counting import counts
from obsgen.live.verify.panels import ALERT_SERIES, QUERY_FAILS
from obsgen.live.verify.rules import shown
from obsgen.live.verify.world import Outcome, World
from obsgen.promql import Node, PromqlError, VectorSelector, layout, parse, selectors

TITLE: Final = "what alerts read"
SERVER: Final = "prometheus"

SELECTOR_EMPTY: Final = Code(
    "LIV723",
    "alert-reads-nothing",
    why="an alert on series that are not there never fires",
    fix="Look at the metric and the matchers; LIV701 tells which declared metrics are not there.",
    severity=Severity.WARNING,
)
CODES: Final = (SELECTOR_EMPTY,)

_WIDTH: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Read:
    rule: AlertingRule
    selector: VectorSelector

    @property
    def query(self) -> str:
        return layout(replace(self.selector, offset_ms=0, at=""), _WIDTH)

    @property
    def metric(self) -> str:
        return self.selector.metric_name or ""


def check(world: World) -> Outcome:
    """Evaluate every alert, and count the series of each selector in it."""
    alerts = [rule for file in world.compiled.rule_files for rule in file.alerts]
    numbers = counts(world, (alert.expr for alert in alerts))
    findings: list[Diagnostic] = []
    for alert in alerts:
        reason = numbers[alert.expr]
        if isinstance(reason, str):
            findings.append(finding(QUERY_FAILS, alert.origin, f"{shown(alert)} fails: {reason}"))
    reads = [read for alert in alerts for read in _reads(world, alert)]
    found = counts(world, (read.query for read in reads))
    empty = [read for read in reads if found[read.query] == 0]
    metrics = counts(world, (read.metric for read in empty if read.metric))
    for read in empty:
        findings.append(_nothing(read, is_there=bool(metrics.get(read.metric))))
    looked = len({read.query for read in reads})
    return Outcome(looked=looked, what="selector", findings=tuple(findings))


def _reads(world: World, alert: AlertingRule) -> Iterator[_Read]:
    planned = {
        name
        for service in world.spec.services
        for metric in service.catalogue.metrics.values()
        if metric.planned
        for name in metric.series()
    }
    seen: set[Node] = set()
    try:
        every = selectors(parse(alert.expr))
    except PromqlError:
        return
    for one in every:
        plain = replace(one, offset_ms=0, at="")
        if plain not in seen and one.metric_name not in ALERT_SERIES | planned:
            seen.add(plain)
            yield _Read(alert, plain)


def _nothing(read: _Read, *, is_there: bool) -> Diagnostic:
    message = f"{shown(read.rule)} reads `{read.query}`, which has no series"
    if not is_there:
        return finding(SELECTOR_EMPTY, read.rule.origin, message)
    return Diagnostic(
        code=SELECTOR_EMPTY,
        message=f"{message}; the metric has others",
        origin=read.rule.origin,
        severity=Severity.INFO,
    )
