"""`tests:` of the Routing, played on the tree and the inhibitions as they are compiled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import AlertmanagerConfig, AlertRef, InhibitRule, RouteTest
from obsgen.catalogue import near
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.diagnostics import Code, Diagnostic, Origin, finding
from obsgen.names import ESCALATED
from obsgen.routing import PossibleLabels, Reached, Tree, any_of, inhibits, is_open
from obsgen.routing.alerts import RoutedAlert

TEST_FAILS: Final = Code(
    "ALR655",
    "route-test-fails",
    why="the alert reaches others than its author says; whoever waits for it waits in vain",
    fix="Correct the routes, or the test. `obsgen routes --labels …` shows the way of an alert.",
)
UNKNOWN_ALERT: Final = Code(
    "ALR656",
    "route-test-alert",
    why="no rule of the build has such an alert, so the test says nothing",
    fix="Write `service/Alert` of an alert of these specs, with labels that it can have.",
)
CODES: Final = (TEST_FAILS, UNKNOWN_ALERT)


def _run(subject: Subject) -> Iterator[Diagnostic]:
    config = subject.compiled.alertmanager
    alerts = subject.routed
    if config is None or not alerts:
        return
    stage = _Stage(config, alerts)
    for test in config.tests:
        yield from _Player(stage, test).findings()


class _Stage:
    """On what all tests are played."""

    def __init__(self, config: AlertmanagerConfig, alerts: tuple[RoutedAlert, ...]) -> None:
        self.tree = Tree(config.route)
        self.inhibit_rules = config.inhibit_rules
        self.where = f" in `{config.environment}`" if config.environment else ""
        self.intervals = {interval.name: interval for interval in config.time_intervals}
        self.by_name: dict[str, list[RoutedAlert]] = {}
        for alert in alerts:
            self.by_name.setdefault(alert.rule.alert, []).append(alert)

    def alerts(self, ref: AlertRef) -> list[RoutedAlert]:
        """Return the alerts of a name, of one service or of all."""
        return [
            alert
            for alert in self.by_name.get(ref.alert, ())
            if ref.service in ("", alert.rule.labels.get("service", ""))
        ]


@dataclass(frozen=True, slots=True)
class _Player:
    """Plays one test."""

    stage: _Stage
    test: RouteTest

    def findings(self) -> Iterator[Diagnostic]:
        for ref in (self.test.alert, *self.test.beside):
            alerts = self.stage.alerts(ref)
            if not alerts:
                yield self._unknown(ref)
                return
            if not any(alert.labels.narrowed(ref.labels) for alert in alerts):
                yield _never_so(ref, ref.labels, alerts[0], ref.origin)
                return
        named = [a for a in self.stage.alerts(self.test.alert) if self._is_meant(a)]
        narrowed = [(a, labels) for a in named if (labels := a.labels.narrowed(self.test.labels))]
        if not narrowed:
            place = self.test.origin / "labels"
            yield _never_so(self.test.alert, self.test.labels, named[0], place)
        for alert, labels in narrowed:
            if problem := self._problem(labels):
                message = f"alert `{alert.name}`{self.stage.where} {problem}"
                hint = _way(alert)
                if self.stage.where:
                    hint += "; `environment` says where a test holds"
                yield finding(TEST_FAILS, self.test.origin / "reaches", message, hint)
                return

    def _is_meant(self, alert: RoutedAlert) -> bool:
        """Say whether it is no escalation, which has the name of its alert, or one is asked for."""
        return ESCALATED in self.test.labels or ESCALATED not in alert.labels.fixed

    def _unknown(self, ref: AlertRef) -> Diagnostic:
        every = (alert for alerts in self.stage.by_name.values() for alert in alerts)
        known = sorted({a.name if ref.service else a.rule.alert for a in every})
        guess = near(str(ref), known)
        hint = f"did you mean `{guess}`?" if guess else "write `service/Alert`"
        return finding(UNKNOWN_ALERT, ref.origin, f"no alert `{ref}` is in these specs", hint)

    def _problem(self, labels: PossibleLabels) -> str:
        """Return what is not as the test says, or an empty text."""
        for ref in self.test.beside:
            for source in self.stage.alerts(ref):
                given = source.labels.narrowed(ref.labels)
                if given is None:
                    continue
                rules = self.stage.inhibit_rules
                verdict = any_of(
                    *(inhibits(rule, _as_of(given, labels, rule), labels) for rule in rules)
                )
                if verdict is None:
                    open_ = sorted(labels.varying - labels.fixed.keys())
                    needed = f"labels `{{{', '.join(f'{k}: …' for k in open_)}}}`"
                    return f"may or may not be silenced by `{source.name}`: give {needed}"
                if verdict:
                    wanted = _listed(self.test.reaches)
                    problem = f"is silenced by `{source.name}`, and reaches nobody, not {wanted}"
                    return problem if self.test.reaches else ""
        reached = [r for r in self.stage.tree.dispatch(labels) if self._is_open(r)]
        sure = tuple(dict.fromkeys(r.receiver for r in reached if r.is_sure))
        unsure = [r for r in reached if not r.is_sure and r.receiver not in sure]
        if unsure:
            names = sorted(
                {
                    matcher.label
                    for each in unsure
                    for route in each.path
                    for matcher in route.matchers
                    if labels.value(matcher.label) is None
                }
            )
            return f"may reach `{unsure[0].receiver}`: that depends on {_listed(tuple(names))}"
        if set(sure) == set(self.test.reaches):
            return ""
        return f"reaches {_listed(sure)}, not {_listed(self.test.reaches)}"

    def _is_open(self, reached: Reached) -> bool:
        at = self.test.at
        return at is None or is_open(reached.route, self.stage.intervals, at)


def _as_of(source: PossibleLabels, target: PossibleLabels, rule: InhibitRule) -> PossibleLabels:
    """Return an alert that has what a rule compares in common with another, where it may."""
    compared = (label for label in rule.equal if source.value(label) is None)
    known = {label: value for label in compared if (value := target.value(label)) is not None}
    return source.narrowed(known) or source


def _never_so(
    ref: AlertRef, labels: Mapping[str, str], alert: RoutedAlert, place: Origin
) -> Diagnostic:
    shown = ", ".join(f"{k}={v!r}" for k, v in labels.items())
    message = f"no alert `{ref}` has the labels {shown}"
    return finding(UNKNOWN_ALERT, place, message, f"its labels are {_shown(alert.labels)}")


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(f"`{name}`" for name in names) or "nobody"


def _shown(labels: PossibleLabels) -> str:
    fixed = [f'`{name}="{value}"`' for name, value in sorted(labels.fixed.items())]
    return ", ".join((*fixed, *(f"`{name}`" for name in sorted(labels.varying))))


def _way(alert: RoutedAlert) -> str:
    return f"`obsgen routes --alert {alert.name}` shows its way"


KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=TEST_FAILS,
            wrong="tests: [{alert: gateway/HighErrorRate, reaches: [chat]}]",
            right="tests: [{alert: gateway/HighErrorRate, reaches: [oncall]}]",
        ),
        Example(
            code=UNKNOWN_ALERT,
            wrong="tests: [{alert: gateway/HighErrorRatio, reaches: [oncall]}]",
            right="tests: [{alert: gateway/HighErrorRate, reaches: [oncall]}]",
        ),
    ),
)
