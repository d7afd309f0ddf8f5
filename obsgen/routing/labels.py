"""The labels that an alert has when it arrives at Alertmanager, as far as they are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from obsgen.artefacts import AlertingRule

ALERTNAME: Final = "alertname"


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleLabels:
    """
    The labels of all alerts of a rule.

    Attributes:
        fixed: Labels that each of them has with this value.
        varying: Labels whose value, were it the empty one, differs from alert to alert.
        is_open: Any other label is possible, too.
    """

    fixed: Mapping[str, str]
    varying: frozenset[str] = field(default_factory=frozenset)
    is_open: bool = False

    def value(self, label: str) -> str | None:
        """Return the value of a label, empty where it is surely not there; None if unknown."""
        if label in self.fixed:
            return self.fixed[label]
        return None if self.is_open or label in self.varying else ""

    def may_have(self, label: str) -> bool:
        """Say whether some alert may have the label."""
        return self.is_open or bool(self.fixed.get(label)) or label in self.varying

    def narrowed(self, labels: Mapping[str, str]) -> PossibleLabels | None:
        """Return those alerts that have these labels, too; None if there are none."""
        for label, value in labels.items():
            known = self.value(label)
            if known is not None and known != value:
                return None
        return PossibleLabels(
            fixed={**self.fixed, **labels},
            varying=self.varying - labels.keys(),
            is_open=self.is_open,
        )


def possible_labels(
    rule: AlertingRule, external_labels: Mapping[str, str] | None = None
) -> PossibleLabels:
    """
    Return the labels of a rule's alerts as Prometheus sends them.

    A label of the rule is a template: one with `{{` may become anything, and an empty one is left
    out. External labels are added where the alert does not have them (Prometheus documentation,
    "Alerting rules" and `external_labels`).
    """
    carried = rule.carries if rule.carries is not None else frozenset()
    plain = {label: value for label, value in rule.labels.items() if "{{" not in value}
    templates = rule.labels.keys() - plain.keys()
    fixed = {label: value for label, value in plain.items() if value}
    varying = frozenset((carried - plain.keys()) | templates) - {ALERTNAME}
    for label, value in (external_labels or {}).items():
        if label not in varying:
            fixed.setdefault(label, value)
    return PossibleLabels(
        fixed={ALERTNAME: rule.alert, **fixed}, varying=varying, is_open=rule.carries is None
    )
