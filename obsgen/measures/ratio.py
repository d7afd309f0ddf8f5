"""`ratio`: one measure over another, on the labels that both keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from obsgen.catalogue import Metric
from obsgen.diagnostics import NOWHERE, Code, Origin, finding
from obsgen.measures._parts import COMMON_MODIFIERS, quotient, spoken
from obsgen.model import Measure, ModifierNodes, Query, Reader
from obsgen.promql.build import Expr, call
from obsgen.schema.shared import ref
from obsgen.source import MappingNode
from obsgen.units import Unit

UNMATCHED_OPERANDS: Final = Code(
    "PQL412",
    "unmatched-operands",
    why="a quotient pairs series with equal labels; these two sides never have the same ones",
    fix="Give both operands the same `by`, or one of them a `by` within that of the other.",
)
CODES: Final = (UNMATCHED_OPERANDS,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """`part / whole`; *matching* joins a side that has fewer labels."""

    part: Measure
    whole: Measure
    matching: str
    legend: str
    top: int
    named: str
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def unit(self) -> Unit:
        """A ratio if the units agree, else one over the other."""
        return self.part.unit.over(self.whole.unit)

    @property
    def labels(self) -> frozenset[str] | None:
        """The labels of the side that has more."""
        if self.part.labels is None or self.whole.labels is None:
            return None
        return self.part.labels | self.whole.labels

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What both sides read."""
        return (*self.part.metrics, *self.whole.metrics)

    @property
    def title(self) -> str:
        """One over the other."""
        return spoken(self.named) or f"{self.part.title} over {self.whole.title}"

    def window(self, default: str) -> str:
        """Return the window of the part."""
        return self.part.window(default)

    def expr(self, query: Query) -> Expr:
        """Return the PromQL; 0 where only the part is missing."""
        part, whole = self.part.expr(query), self.whole.expr(query)
        divided = quotient(part, whole, fill=not self.matching, matching=self.matching)
        return call("topk", str(self.top), divided) if self.top else divided


class RatioKind:
    """Reads `{ratio: MEASURE, over: MEASURE}`."""

    key: Final = "ratio"
    modifiers: Final = COMMON_MODIFIERS
    schema: Final[Mapping[str, Any]] = {
        "ratio": ref("measure", "The measure that is divided."),
        "over": ref("measure", "The measure that it is divided by."),
    }

    def read(
        self, node: MappingNode, modifiers: ModifierNodes, reader: Reader
    ) -> tuple[Ratio, ...]:
        """Read both operands; they inherit what they do not set themselves."""
        operands = ModifierNodes(
            where=modifiers.where,
            nodes={k: v for k, v in modifiers.nodes.items() if k in {"by", "window", "offset"}},
        )
        part = reader.measure(node.get("ratio"), operands)
        whole = reader.measure(node.get("over"), operands)
        if part is None or whole is None:
            return ()
        matching = _matching(part, whole)
        if matching is None:
            hint = "give both operands the same `by`"
            message = f"{_labels(part)} of `ratio` and {_labels(whole)} of `over` never match"
            reader.report(finding(UNMATCHED_OPERANDS, node.origin, message, hint))
            return ()
        own = reader.modifiers(
            ModifierNodes(
                nodes={k: v for k, v in modifiers.nodes.items() if k in {"top", "legend"}}
            ),
            (),
        )
        found = Ratio(
            part=part,
            whole=whole,
            matching=matching,
            legend=own.legend,
            top=own.top,
            named=modifiers.named,
            origin=node.origin,
        )
        return (found,)


def _matching(part: Measure, whole: Measure) -> str | None:
    """Return the matching clause for two label sets, or None where no series can ever pair."""
    few, many = whole.labels, part.labels
    if few is None or many is None or few == many:
        return ""
    side = "group_left"
    if not few <= many:
        few, many, side = many, few, "group_right"
    if not few <= many:
        return None
    return f"on ({', '.join(sorted(few))}) {side} ()"


def _labels(measure: Measure) -> str:
    names = sorted(measure.labels or ())
    return f"the labels ({', '.join(names)})" if names else "the single series"


KIND: Final = RatioKind()
