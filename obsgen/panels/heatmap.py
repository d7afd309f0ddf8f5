"""`heatmap`: how the values of a histogram, or of many series, spread over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import Json, Panel, Target
from obsgen.artefacts.grafana_units import unit_id
from obsgen.diagnostics import Code, finding
from obsgen.model import DashboardContext, Measure, PanelSpec, Reader
from obsgen.panels._measured import Asking, MeasuredBody, measures_schema
from obsgen.panels._own_keys import read_measured
from obsgen.panels._takes import BUCKETS
from obsgen.panels._words import described_as
from obsgen.schema.shared import one_of_words
from obsgen.source import MappingNode, Node
from obsgen.units import COUNT, Unit

SEVERAL: Final = Code(
    "DSH641",
    "heatmap-of-several",
    why="a heatmap has one scale of colours: two histograms in it cannot be told apart",
    fix="Write a panel for each.",
)
CODES: Final = (SEVERAL,)

# Grafana's own list, "Color scheme" of the heatmap; the names are those of d3-scale-chromatic.
# fmt: off
SCHEMES: Final = (
    "Oranges", "Blues", "Greens", "Greys", "Purples", "Reds",
    "BrBG", "PiYG", "PRGn", "PuOr", "RdBu", "RdGy", "RdYlBu", "RdYlGn", "Spectral",
    "Turbo", "Cividis", "Viridis", "Magma", "Inferno", "Plasma", "Warm", "Cool", "Cubehelix",
    "BuGn", "BuPu", "GnBu", "OrRd", "PuBuGn", "PuBu", "PuRd", "RdPu",
    "YlGnBu", "YlGn", "YlOrBr", "YlOrRd", "Rainbow", "Sinebow",
)
# fmt: on

# Shape: Grafana's Heatmap panel, `Options`, as far as the schema asks for it or Grafana's own
# default is another.
OPTIONS: Final[Mapping[str, Json]] = {
    "showValue": "never",
    "legend": {"show": True},
    "tooltip": {"mode": "single", "yHistogram": True, "showColorScale": True},
    "exemplars": {"color": "rgba(255,0,255,0.7)"},
}
SCALE_OF_COLORS: Final[Mapping[str, Json]] = {
    "fill": "dark-orange",
    "exponent": Decimal("0.5"),
    "steps": 64,
    "reverse": False,
}
# Where the samples themselves are sorted into cells.
_CALCULATION: Final[Mapping[str, Json]] = {
    "xBuckets": {"mode": "count", "value": "60"},
    "yBuckets": {"mode": "count", "value": "20", "scale": {"type": "linear"}},
}
_ASKING: Final = Asking(window="$__rate_interval", width=Fraction(1, 2), height=9, instant=False)
_BOUND: Final = frozenset({"le"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Heatmap(MeasuredBody):
    """The buckets of a histogram over time; of any other measure its samples, sorted by size."""

    scheme: str = SCHEMES[0]

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel."""
        framed = self.framed("heatmap", common, context, _ASKING)
        measure = self.measures[0]
        has_buckets = measure.labels == _BOUND
        (target,) = framed.targets
        unit = _observed(measure) if has_buckets else framed.unit or COUNT
        words = "How many observations had which value:" if has_buckets else "How values spread:"
        return replace(
            framed,
            description=described_as(words, framed.description, common),
            targets=(_bucketed(measure, target) if has_buckets else target,),
            unit=COUNT if has_buckets else framed.unit,
            options=options(unit, scheme=self.scheme, calculate=not has_buckets),
        )


def options(unit: Unit, *, scheme: str = SCHEMES[0], calculate: bool = False) -> dict[str, Json]:
    """
    Return the options.

    Args:
        unit: Of the values, which stand on the y axis.
        calculate: The samples themselves are sorted into cells: there are no buckets.
    """
    color: dict[str, Json] = {**SCALE_OF_COLORS, "scheme": scheme}
    axis: dict[str, Json] = {"axisPlacement": "left", "reverse": False, "unit": unit_id(unit)}
    calculation: dict[str, Json] = {"calculate": True, "calculation": dict(_CALCULATION)}
    return {
        **(calculation if calculate else {}),
        "color": color,
        **OPTIONS,
        "cellValues": {"unit": unit_id(COUNT)},
        "yAxis": axis,
    }


def _bucketed(measure: Measure, target: Target) -> Target:
    """Return the query of buckets: one series each, or a native histogram in one."""
    is_native = all(metric.type == "native_histogram" for metric in measure.metrics)
    return replace(target, legend="" if is_native else "{{le}}", as_heatmap=True)


def _observed(measure: Measure) -> Unit:
    """Return the unit of what a histogram observes."""
    return next((metric.unit for metric in measure.metrics), COUNT)


class HeatmapKind:
    """Reads `heatmap: {of: HISTOGRAM}` and `heatmap: MEASURE`, with `scheme`."""

    key: Final = "heatmap"
    takes: Final = BUCKETS
    own: Final = {
        "scheme": one_of_words(SCHEMES, "Grafana's colour scheme; `Oranges` where left out."),
    }
    schema: Final[Mapping[str, Any]] = measures_schema(
        "How values spread over time: `of` a histogram, or a measure or its name.",
        {"of": "http_request_duration_seconds", "where": {"method": "GET"}, "scheme": "Blues"},
        {"value": "queue_length"},
        own=own,
    )

    def read(self, node: Node, reader: Reader) -> Heatmap | None:
        """Read the one measure and the colours."""
        read = read_measured(_with_kind(node), self.own, reader)
        if read is None:
            return None
        if len(read.measures) > 1:
            message = f"a heatmap shows one measure, found {len(read.measures)}"
            reader.report(finding(SEVERAL, node.origin, message, "write a panel for each"))
            return None
        return Heatmap(measures=read.measures, scheme=read.word("scheme", SCHEMES[0]))


def _with_kind(node: Node) -> Node:
    """Return `{of: HISTOGRAM}` as the measure that it is short for: its distribution."""
    if not isinstance(node, MappingNode) or "of" not in node.entries:
        return node
    if _KINDS_WITH_OF & set(node.entries):
        return node
    renamed = {"distribution" if key == "of" else key: entry for key, entry in node.entries.items()}
    return replace(node, entries=renamed)


_KINDS_WITH_OF: Final = frozenset({"quantile", "share", "distribution"})


KIND: Final = HeatmapKind()
