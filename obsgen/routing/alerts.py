"""The alerts of a build on their way through the routing tree."""

from __future__ import annotations

from dataclasses import dataclass

from obsgen.artefacts import AlertingRule, Compiled
from obsgen.routing.dispatch import Reached, Tree
from obsgen.routing.labels import PossibleLabels, possible_labels


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutedAlert:
    """
    The alerts of one rule.

    Attributes:
        reached: The routes that take them, surely or perhaps; none without a Routing.
    """

    rule: AlertingRule
    labels: PossibleLabels
    reached: tuple[Reached, ...] = ()

    @property
    def name(self) -> str:
        """Name them as specs do: `gateway/HighErrorRate`."""
        service = self.rule.labels.get("service", "")
        return f"{service}/{self.rule.alert}" if service else self.rule.alert


def routed_alerts(compiled: Compiled) -> tuple[RoutedAlert, ...]:
    """Return the alerts of every rule, in the order of the rule files, Loki's at the end."""
    tree = None if compiled.alertmanager is None else Tree(compiled.alertmanager.route)
    found = []
    files = (*compiled.rule_files, *compiled.log_files)
    for rule in (rule for file in files for rule in file.alerts):
        labels = possible_labels(rule, compiled.prometheus.external_labels)
        reached = () if tree is None else tree.dispatch(labels)
        found.append(RoutedAlert(rule=rule, labels=labels, reached=reached))
    return tuple(found)
