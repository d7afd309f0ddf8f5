"""What is tested: of each environment the alerts, their tests, and those that have none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from obsgen import names
from obsgen.artefacts import (
    AlertingRule,
    Compiled,
    RuleTest,
    RuleTestFile,
    Unproven,
    alert_path,
    alert_title,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAlert:
    """
    An alerting rule and the service whose rule file it stands in.

    Attributes:
        number: Of the rule among all of its environment.
    """

    number: int
    service: str
    rule: AlertingRule

    @property
    def path(self) -> str:
        """Its name as `-k` searches it."""
        return alert_path(self.service, self.rule.alert, self.rule.labels)

    def is_meant_by(self, service: str, what: RuleTest | Unproven) -> bool:
        """Say whether a test, or the lack of one, of a service speaks of this rule."""
        return service == self.service and what.is_of(self.rule)


_Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """
    What is tested in one environment.

    Attributes:
        compiled: Everything of the environment: rules need the others of their service.
        rules: All alerting rules, by service and name.
        alerts: Those that are to be shown to work.
        tests: Their tests.
        unproven: Those of which no test can be told.
    """

    environment: str
    compiled: Compiled
    rules: Mapping[_Key, tuple[ServiceAlert, ...]]
    alerts: tuple[ServiceAlert, ...]
    tests: tuple[RuleTestFile, ...]
    unproven: tuple[Unproven, ...]

    @property
    def count(self) -> int:
        """The number of tests."""
        return sum(len(file.tests) for file in self.tests)

    def meant_by(self, service: str, what: RuleTest | Unproven) -> tuple[ServiceAlert, ...]:
        """Return the rules that a test, or the lack of one, of a service speaks of."""
        return tuple(
            rule
            for rule in self.rules.get((service, what.alert), ())
            if rule.is_meant_by(service, what)
        )

    def reasons(self) -> Mapping[int, str]:
        """Return why rules have no test, by their numbers."""
        return {
            rule.number: unproven.reason
            for unproven in self.unproven
            for rule in self.meant_by(unproven.service, unproven)
        }

    def title(self, alert: ServiceAlert) -> str:
        """Name a rule, with the first label that tells it from others of its name, if any."""
        labels = alert.rule.labels
        others = [
            other.rule.labels
            for other in self.rules[alert.service, alert.rule.alert]
            if other.number != alert.number and other.path == alert.path
        ]
        telling = (
            label
            for label, value in labels.items()
            if others and all(other.get(label) != value for other in others)
        )
        kept = {*names.IDENTITY, next(telling, "")}
        shown = {label: value for label, value in labels.items() if label in kept}
        return alert_title(alert.service, alert.rule.alert, shown)


def suites(
    environments: Iterable[tuple[str, Compiled]], pattern: re.Pattern[str] | None = None
) -> tuple[Suite, ...]:
    """
    Return what is tested.

    Args:
        environments: What was compiled, with the environment's name.
        pattern: Only alerts in whose path (see `artefacts.alert_path`) it is found.
    """
    return tuple(_suite(name, compiled, pattern) for name, compiled in environments)


def _suite(environment: str, compiled: Compiled, pattern: re.Pattern[str] | None) -> Suite:
    rules: dict[_Key, tuple[ServiceAlert, ...]] = {}
    for alert in _alerts(compiled):
        key = alert.service, alert.rule.alert
        rules[key] = (*rules.get(key, ()), alert)
    whole = Suite(
        environment=environment,
        compiled=compiled,
        rules=rules,
        alerts=tuple(alert for several in rules.values() for alert in several),
        tests=compiled.rule_tests,
        unproven=compiled.unproven,
    )
    return whole if pattern is None else _narrowed(whole, pattern)


def _narrowed(suite: Suite, pattern: re.Pattern[str]) -> Suite:
    def is_wanted(service: str, what: RuleTest | Unproven) -> bool:
        meant = suite.meant_by(service, what)
        # What no rule is meant by is found by its own name, and then said.
        paths = [rule.path for rule in meant] or [alert_path(service, what.alert, what.selects)]
        return any(pattern.search(path) for path in paths)

    files = (
        replace(file, tests=tuple(t for t in file.tests if is_wanted(file.service, t)))
        for file in suite.tests
    )
    return replace(
        suite,
        alerts=tuple(alert for alert in suite.alerts if pattern.search(alert.path)),
        tests=tuple(file for file in files if file.tests),
        unproven=tuple(u for u in suite.unproven if is_wanted(u.service, u)),
    )


def _alerts(compiled: Compiled) -> Iterator[ServiceAlert]:
    every = (
        (rule_file.service, rule)
        for rule_file in compiled.rule_files
        for group in rule_file.groups
        for rule in group.rules
        if isinstance(rule, AlertingRule)
    )
    for number, (service, rule) in enumerate(every):
        yield ServiceAlert(number=number, service=service, rule=rule)
