"""Several conditions in one alert: how they are read, and on which labels they meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, finding
from obsgen.model import AlertRole, Condition, Reader
from obsgen.source import Node, Sequence

NO_CONDITIONS: Final = Code(
    "ALR532",
    "no-conditions",
    why="an alert without a condition would never fire, or always",
    fix="Write at least one condition, or remove the alert.",
)
CODES: Final = (NO_CONDITIONS,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """Conditions that make one alert together; at least one."""

    conditions: tuple[Condition, ...]

    @property
    def role(self) -> AlertRole:
        """A symptom: something else may be its cause."""
        return AlertRole.SYMPTOM

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What the measures read."""
        return tuple(m for c in self.conditions for m in c.measure.metrics)

    @property
    def threshold(self) -> None:
        """It has no one limit of a measure."""


def read_conditions(node: Node, reader: Reader) -> tuple[Condition, ...]:
    """Read a list of conditions; none of them where one cannot be read."""
    items = node.items if isinstance(node, Sequence) else ()
    if isinstance(node, Sequence) and not items:
        hint = "write conditions: `[{rate: errors_total, above: 5/s}, …]`"
        reader.report(finding(NO_CONDITIONS, node.origin, "the list of conditions is empty", hint))
    found = tuple(c for item in items if (c := reader.condition(item)) is not None)
    return found if len(found) == len(items) else ()


def on_shared(one: frozenset[str] | None, other: frozenset[str] | None) -> str:
    """
    Return the clause that matches two results on the labels that both keep.

    Nothing where they keep the same ones, or where that cannot be told.
    """
    if one is None or other is None or one == other:
        return ""
    return f"on ({', '.join(sorted(one & other))})"
