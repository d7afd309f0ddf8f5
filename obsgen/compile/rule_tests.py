"""The unit tests of one service's alerts: which there are, and what no test can be told of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import AlertingRule, RuleFile, RuleTest, RuleTestFile, Unproven
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.model import Alert, AlertParts, Context, Environment, Proof, Slo, Unprovable
from obsgen.units import Duration

UNPROVEN: Final = Code(
    "ALR534",
    "unproven-alert",
    why="no series are known that make it fire, so nobody has seen it fire before it is needed",
    fix="Add `tests:` with series and what the alert does then, or use a kind of alert instead of "
    "raw PromQL.",
    severity=Severity.WARNING,
)
CODES: Final = (UNPROVEN,)

BUDGET_SUFFIX: Final = "-slo-budget"
"""Ends the name of the group of an SLO's slower rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """
    What is shown of the alerts of one SLO, or of one alert.

    Attributes:
        unproven: The rules of which a test is missing, each with the reasons.
    """

    tests: tuple[RuleTest, ...]
    unproven: tuple[tuple[AlertingRule, str], ...]

    @property
    def reason(self) -> str:
        """All reasons, each once."""
        return "; ".join(dict.fromkeys(reason for _, reason in self.unproven))


def shown(proofs: Iterable[Proof], *, with_tests: bool) -> Shown:
    """Return what proofs show; without tests, only which are known to be missing."""
    tests: list[RuleTest] = []
    missing: list[tuple[AlertingRule, str]] = []
    for proof in proofs:
        found = proof.test() if proof.test is not None and with_tests else None
        if isinstance(found, RuleTest):
            tests.append(found)
        elif reason := found.reason if isinstance(found, Unprovable) else proof.unproven:
            missing.append((proof.rule, reason))
    return Shown(tests=tuple(tests), unproven=tuple(missing))


def warnings(
    slos: Iterable[tuple[Slo, Shown]], alerts: Iterable[tuple[Alert, Shown]]
) -> Iterator[Diagnostic]:
    """Yield a finding for each SLO and alert that is not proven."""
    for slo, found in slos:
        if found.reason:
            message = f"alerts of SLO `{slo.name}` are not proven: {found.reason}"
            hint = "what is proven of which SLI stands in docs/specs.md, under Proof"
            yield finding(UNPROVEN, slo.origin / "name", message, hint)
    for alert, found in alerts:
        if found.reason and not alert.tests:
            message = f"alert `{alert.name}` is not proven: {found.reason}"
            hint = "add `tests: [{given: […], expect: {4m: quiet, 11m: firing}}]`"
            yield finding(UNPROVEN, alert.origin / "name", message, hint)


def unproven(
    rules: RuleFile, found: Iterable[Shown], environment: Environment
) -> Iterator[Unproven]:
    """Yield what is not proven of the rules of a service, each rule once."""
    told: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[AlertingRule, list[str]]] = {}
    for rule, reason in (pair for each in found for pair in each.unproven):
        key = (rule.alert, tuple(sorted(rule.labels.items())))
        told.setdefault(key, (rule, []))[1].append(reason)
    for rule, reasons in told.values():
        yield Unproven(
            service=rules.service,
            alert=rule.alert,
            selects={**environment.labels, **rule.labels},
            reason="; ".join(dict.fromkeys(reasons)),
            origin=rule.origin,
        )


def test_files(
    rules: RuleFile,
    slos: Iterable[tuple[Slo, Shown]],
    alerts: Iterable[tuple[AlertParts, Shown]],
    context: Context,
) -> Iterator[RuleTestFile]:
    """Yield the unit tests of a service: promtool evaluates all tests of a file at one interval."""
    usual = context.project.evaluation_interval
    own = [test for parts, found in alerts for test in (*found.tests, *parts.tests)]
    yield from _by_interval(rules, "alerts", own, usual, context.environment)
    for slo, found in slos:
        yield from _by_interval(rules, slo.name, found.tests, None, context.environment)


def _by_interval(
    rules: RuleFile,
    part: str,
    tests: Iterable[RuleTest],
    usual: Duration | None,
    environment: Environment,
) -> Iterator[RuleTestFile]:
    """Yield a file for each interval; that of the usual one goes without a name of its part."""
    by_interval: dict[Duration, list[RuleTest]] = {}
    for test in tests:
        by_interval.setdefault(test.evaluation_interval, []).append(test)
    for interval in sorted(by_interval):
        chosen = by_interval[interval]
        named = dict.fromkeys(service for test in chosen for service in test.services)
        yield RuleTestFile(
            service=rules.service,
            part=f"{part}.{interval}" if interval.ms else "",
            evaluation_interval=interval if interval.ms or usual is None else usual,
            groups=evaluation_order(rules),
            others=tuple(name for name in named if name != rules.service),
            tests=tuple(_labelled(test, environment.labels) for test in chosen),
            sources=rules.sources,
        )


def evaluation_order(rules: RuleFile) -> tuple[str, ...]:
    """Return the groups of a rule file as tests evaluate them: the slower ones of SLOs first."""
    names = [group.name for group in rules.groups]
    return tuple(sorted(names, key=lambda name: not name.endswith(BUDGET_SUFFIX)))


def _labelled(test: RuleTest, labels: Mapping[str, str]) -> RuleTest:
    """Expect the labels of an environment on every alert."""
    return test._replace(
        selects={**labels, **test.selects},
        expected=tuple(
            each
            if each.alerts is None
            else each._replace(alerts=tuple({**labels, **alert} for alert in each.alerts))
            for each in test.expected
        ),
    )
