"""What a dashboard of resources is made of: rows of one resource each, which tables describe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import Panel, Threshold
from obsgen.catalogue import Metric
from obsgen.model import Measure
from obsgen.packs._measures import Panels
from obsgen.packs._panels import steps
from obsgen.units import Unit

INSTANCE: Final = "instance"
HOST: Final = (INSTANCE,)
MOST_SERIES: Final = 10
"""Lines in a graph of things that there may be hundreds of."""

HOUR: Final = "1h"
"""Rare events are counted over it: over the step of a graph they would be fractions."""

USED_COLORS: Final = steps("green", ("0.8", "orange"), ("0.9", "red"))
USED_LINES: Final = steps("transparent", ("0.8", "orange"), ("0.9", "red"))
RARE_LINES: Final = steps("transparent", ("1", "red"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """
    A panel, there if all that it reads is declared.

    Attributes:
        reads: The names of metrics.
        measures: Given the panels of the dashboard and these metrics, what is shown.
    """

    title: str
    description: str
    reads: tuple[str, ...]
    measures: Callable[..., tuple[Measure, ...]]
    colors: tuple[Threshold, ...] = ()
    unit: Unit | None = None
    no_value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceKind:
    """
    What is worth knowing of a kind of resource.

    Attributes:
        stats: The fullest one now.
        graphs: Utilization, saturation and errors, in this order.
    """

    title: str
    stats: tuple[Signal, ...] = ()
    graphs: tuple[Signal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """
    The panels of a resource, of whichever metrics there are.

    Attributes:
        metrics: What is read.
    """

    title: str
    stats: tuple[Panel, ...]
    graphs: tuple[Panel, ...]
    metrics: tuple[Metric, ...]


def resources(
    kinds: Iterable[ResourceKind], declared: Mapping[str, Metric], panels: Panels
) -> Iterator[Resource]:
    """Yield a resource for each kind of which something is declared."""
    for kind in kinds:
        stats = [(signal, found) for signal in kind.stats if (found := _read(signal, declared))]
        graphs = [(signal, found) for signal in kind.graphs if (found := _read(signal, declared))]
        read = {metric.name: metric for _, found in (*stats, *graphs) for metric in found}
        if graphs:
            yield Resource(
                title=kind.title,
                stats=tuple(_panel(panels.stat, panels, *each) for each in stats),
                graphs=tuple(_panel(panels.graph, panels, *each) for each in graphs),
                metrics=tuple(read.values()),
            )


def _read(signal: Signal, declared: Mapping[str, Metric]) -> tuple[Metric, ...]:
    found = tuple(declared[name] for name in signal.reads if name in declared)
    return found if len(found) == len(signal.reads) else ()


def _panel(
    make: Callable[..., Panel], panels: Panels, signal: Signal, metrics: tuple[Metric, ...]
) -> Panel:
    return make(
        signal.title,
        signal.description,
        *signal.measures(panels, *metrics),
        colors=signal.colors,
        unit=signal.unit,
        no_value=signal.no_value,
    )
