"""`expr`: PromQL as it stands, for a condition that no kind of alert says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.alerts._cause import Unlimited
from obsgen.alerts._proof import unproven
from obsgen.alerts._prose import Firing
from obsgen.alerts._rule import one_rule
from obsgen.catalogue import Catalogue, Metric
from obsgen.model import Alert, AlertParts, AlertRole, Context, Reader, Schema
from obsgen.promql import parse, result_labels, selectors
from obsgen.promql.build import as_written
from obsgen.schema.shared import text
from obsgen.source import Node, Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAlert(Unlimited):
    """Fires for every series that an expression gives."""

    scalar: Scalar
    catalogue: Catalogue

    @property
    def role(self) -> AlertRole:
        """A symptom: something else may be its cause."""
        return AlertRole.SYMPTOM

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The declared metrics that its selectors name."""
        chosen = selectors(parse(self.scalar.text))
        found = (self.catalogue.metric_of(s.metric_name or "") for s in chosen)
        return tuple({m.name: m for m in found if m is not None}.values())

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rule, its labels told by the expression itself."""
        labels = result_labels(parse(self.scalar.text), context.catalogue)
        firing = Firing(
            expr=as_written(self.scalar.text),
            labels=None if labels.is_open else labels.names,
            fallback=f"{alert.name} of {context.service.name}",
            has_value=False,
        )
        compiled = one_rule(alert, context, firing)
        return unproven(compiled, "raw PromQL cannot be turned round into series")


class RawAlertKind:
    """Reads `expr: PROMQL`."""

    key: Final = "expr"
    schema: Final[Schema] = text(
        "PromQL with its comparison, in a block scalar or quotes.",
        examples=["sum(rate(http_requests_total[5m])) < 1"],
    )

    def read(self, node: Node, reader: Reader) -> RawAlert | None:
        """Read the expression."""
        scalar = reader.promql(node)
        return None if scalar is None else RawAlert(scalar=scalar, catalogue=reader.catalogue)


KIND: Final = RawAlertKind()
