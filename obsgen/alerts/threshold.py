"""`threshold`: a measure beyond a limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.alerts._proofs import proven
from obsgen.alerts._rule import condition_firing, one_rule
from obsgen.catalogue import Metric
from obsgen.model import Alert, AlertParts, AlertRole, Condition, Context, Reader, Schema, Watched
from obsgen.schema.shared import ref
from obsgen.source import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """Fires for every series of a measure that is beyond its limit."""

    condition: Condition

    @property
    def role(self) -> AlertRole:
        """A symptom: something else may be its cause."""
        return AlertRole.SYMPTOM

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What the measure reads."""
        return self.condition.measure.metrics

    @property
    def threshold(self) -> Condition | None:
        """The condition."""
        return self.condition

    @property
    def watched(self) -> Watched:
        """The condition."""
        return Watched(conditions=(self.condition,))

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rule."""
        expr = self.condition.expr(context.query())
        parts = one_rule(alert, context, condition_firing(self.condition, context, expr))
        return proven(parts, alert, context, (self.condition,), all_of=True)


class ThresholdKind:
    """Reads `threshold: {<measure>, above: LIMIT}`."""

    key: Final = "threshold"
    schema: Final[Schema] = ref("condition", "A measure beyond a limit.")

    def read(self, node: Node, reader: Reader) -> Threshold | None:
        """Read the condition."""
        condition = reader.condition(node)
        return None if condition is None else Threshold(condition=condition)


KIND: Final = ThresholdKind()
