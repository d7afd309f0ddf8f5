"""`ratio`: one measure over another, on the labels that both keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from obsgen.catalogue import Metric
from obsgen.diagnostics import NOWHERE, Origin, finding
from obsgen.measures._parts import COMMON_MODIFIERS, UNMATCHED_OPERANDS, quotient, spoken
from obsgen.model import Measure, ModifierNodes, Query, Reader
from obsgen.promql.build import Expr, aggregate, binary, call, number
from obsgen.schema.shared import ref
from obsgen.source import MappingNode
from obsgen.units import Unit


@dataclass(frozen=True, slots=True)
class Pairing:
    """
    How series pair whose labels differ.

    Attributes:
        on: The labels of the side that has fewer.
        many_parts: The part is the side that has more.
    """

    on: tuple[str, ...]
    many_parts: bool

    @property
    def clause(self) -> str:
        """The matching clause of the quotient."""
        return f"{self._on} group_{'left' if self.many_parts else 'right'} ()"

    @property
    def _on(self) -> str:
        return f"on ({', '.join(self.on)})"

    def filled(self, part: Expr, whole: Expr) -> Expr:
        """Return the part, and 0 where it has no series and the whole has."""
        zero = binary(number("0"), "*", whole)
        if self.many_parts:
            return binary(part, "or", zero, matching=self._on)
        return binary(part, "or", aggregate("sum", zero, by=self.on))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """`part / whole`; *pairing* joins a side that has fewer labels, and is None where none has."""

    part: Measure
    whole: Measure
    pairing: Pairing | None
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
        if self.pairing is not None:
            part = self.pairing.filled(part, whole)
        matching = self.pairing.clause if self.pairing is not None else ""
        divided = quotient(part, whole, fill=self.pairing is None, matching=matching)
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
        if not _can_pair(part, whole):
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
            pairing=_pairing(part, whole),
            legend=own.legend,
            top=own.top,
            named=modifiers.named,
            origin=node.origin,
        )
        return (found,)


def _can_pair(part: Measure, whole: Measure) -> bool:
    few, many = whole.labels, part.labels
    return few is None or many is None or few <= many or many <= few


def _pairing(part: Measure, whole: Measure) -> Pairing | None:
    if part.labels is None or whole.labels is None or part.labels == whole.labels:
        return None
    few = min(part.labels, whole.labels, key=len)
    return Pairing(tuple(sorted(few)), many_parts=whole.labels == few)


def _labels(measure: Measure) -> str:
    names = sorted(measure.labels or ())
    return f"the labels ({', '.join(names)})" if names else "the single series"


KIND: Final = RatioKind()
