"""An alert explained: what it means, when it fires, and what shows that it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from obsgen.artefacts import AlertingRule, Compiled, Json, RuleGroup, RuleTest, alert_title
from obsgen.names import BUDGET_ANNOTATION
from obsgen.sections import Section
from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertExplanation:
    """
    What there is to know of an alerting rule.

    Attributes:
        place: Where it is written.
        evaluation: How often it is evaluated.
        tests: What shows that it fires, and that it stays quiet.
        unproven: Why no test can be told, or empty.
    """

    environment: str
    service: str
    rule: AlertingRule
    place: str
    evaluation: Duration
    tests: tuple[RuleTest, ...]
    unproven: str

    @property
    def title(self) -> str:
        """Its name, and the label that tells it from others of the name."""
        kept = ("service", "slo", "tier", "spent", "level")
        labels = {k: v for k, v in self.rule.labels.items() if k in kept}
        return alert_title(self.service, self.rule.alert, labels)


def explain_alert(
    service: str,
    group: RuleGroup,
    rule: AlertingRule,
    compiled: Compiled,
    *,
    environment: str,
    place: str,
) -> AlertExplanation:
    """Return what there is to know of an alerting rule."""
    tests = (
        test
        for file in compiled.rule_tests
        if file.service == service
        for test in file.tests
        if test.is_of(rule)
    )
    reasons = (u.reason for u in compiled.unproven if u.service == service and u.is_of(rule))
    return AlertExplanation(
        environment=environment,
        service=service,
        rule=rule,
        place=place,
        evaluation=group.interval if group.interval.ms else compiled.prometheus.evaluation_interval,
        tests=tuple(tests),
        unproven=next(reasons, ""),
    )


def alert_sections(found: AlertExplanation) -> tuple[Section, ...]:
    """Return all that is known, for people."""
    rule = found.rule
    where = f" in {found.environment}" if found.environment else ""
    # A query that is asked while the alert fires says nothing before.
    shown = (text for name, text in rule.annotations.items() if name != BUDGET_ANNOTATION)
    annotations = [text for text in shown if text]
    waits = {"for": rule.for_, "keep_firing_for": rule.keep_firing_for}
    facts = [f"severity: {rule.labels.get('severity', 'none')}"]
    facts += [f"{name}: {wait}" for name, wait in waits.items() if wait.ms]
    facts.append(f"evaluated every {found.evaluation}")
    facts.append("labels: " + ", ".join(f"{k}={v}" for k, v in rule.labels.items()))
    if found.place:
        facts.append(f"written in {found.place}")
    return (
        Section(title=f"{found.title}{where}", lines=(*annotations, *facts)),
        Section(title="fires while this gives a series", lines=tuple(rule.expr.splitlines())),
        Section(title="proof, run by `obsgen test`", lines=tuple(_proof(found))),
    )


def _proof(found: AlertExplanation) -> Iterator[str]:
    for test in found.tests:
        yield test.name
        states = [
            f"{each.at} {'quiet' if each.alerts == () else 'firing'}" for each in test.expected
        ]
        yield f"  {', '.join(states)}"
    if not found.tests:
        yield f"none: {found.unproven or 'it has no unit test'}"


def alert_json(found: AlertExplanation) -> dict[str, Json]:
    """Return all that is known, for programs."""
    rule = found.rule
    return {
        "alert": found.title,
        "environment": found.environment,
        "source": found.place,
        "severity": rule.labels.get("severity", ""),
        "labels": dict(rule.labels),
        "annotations": dict(rule.annotations),
        "expr": rule.expr,
        "for": str(rule.for_),
        "keep_firing_for": str(rule.keep_firing_for),
        "evaluated_every": str(found.evaluation),
        "tests": [
            {
                "name": test.name,
                "expected": [
                    {"at": str(each.at), "firing": each.alerts != ()} for each in test.expected
                ],
            }
            for test in found.tests
        ],
        "unproven": found.unproven,
    }
