"""Several conditions in one alert: how they are read, and on which labels they meet."""

from __future__ import annotations

from dataclasses import dataclass

from obsgen.catalogue import Metric
from obsgen.model import Condition, Reader
from obsgen.source import Node, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """Conditions that make one alert together; at least one."""

    conditions: tuple[Condition, ...]

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What the measures read."""
        return tuple(m for c in self.conditions for m in c.measure.metrics)


def read_conditions(node: Node, reader: Reader) -> tuple[Condition, ...]:
    """Read a list of conditions; none of them where one cannot be read."""
    items = node.items if isinstance(node, Sequence) else ()
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
