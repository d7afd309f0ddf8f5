"""Which series an expression reads, how far back, and how often in one evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from obsgen.matchers import Matcher
from obsgen.promql import MatrixSelector, Node, Subquery, VectorSelector, parse
from obsgen.units import Duration


@dataclass(frozen=True, slots=True)
class Selection:
    """Series of one name that pass matchers, whatever their order."""

    name: str
    matchers: frozenset[Matcher]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """
    What one selector of an expression reads in one evaluation.

    Attributes:
        range: How far back; 0s for the newest sample alone.
        times: How often: in a subquery once a step.
    """

    selection: Selection
    range: Duration
    times: Fraction

    def samples(self, interval: Duration) -> Fraction:
        """
        Return how many samples of a series it reads, on average over its phases.

        Args:
            interval: The distance of the samples.
        """
        if not self.range.ms:
            return self.times
        return self.times * Fraction(_whole(self.range.ms), interval.ms)


def reads(expr: str, *, step: Duration) -> tuple[Read, ...]:
    """
    Return what an expression reads.

    Args:
        step: Of subqueries that name none: the server's evaluation interval.
    """
    return tuple(_reads(parse(expr), step))


def _reads(root: Node, step: Duration) -> Iterator[Read]:
    pending = [(root, Fraction(1))]
    while pending:
        node, times = pending.pop()
        if isinstance(node, VectorSelector):
            yield Read(selection=_selection(node), range=Duration(0), times=times)
        elif isinstance(node, MatrixSelector):
            over = Duration(node.range_ms)
            yield Read(selection=_selection(node.selector), range=over, times=times)
        else:
            if isinstance(node, Subquery):
                times *= Fraction(_whole(node.range_ms), node.step_ms or step.ms)
            pending.extend((child, times) for child in node.children)


def _selection(node: VectorSelector) -> Selection:
    matchers = (Matcher(m.label, m.op, m.value) for m in node.matchers if m.label != "__name__")
    return Selection(node.metric_name or "", frozenset(matchers))


def _whole(range_ms: int) -> int:
    """Return a range that is one millisecond short, for the sake of its edge, without that."""
    return range_ms + 1 if (range_ms + 1) % 1000 == 0 else range_ms
