"""What stands beside a panel's kind: how its values look, and what holds for some of them alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from obsgen.diagnostics import NOWHERE, Origin
from obsgen.source import Scalar
from obsgen.units import Unit

ThresholdSpecs = tuple[tuple[str, Scalar | None], ...]
"""Colours with the amount from which each counts; None for the base."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueText:
    """
    What is shown instead of some values.

    Attributes:
        amounts: One amount, or the two ends of a range, None for an open one; empty for a word.
        special: `null`, `nan`, `null+nan`, `empty`, `true` or `false`.
        literal: A value that is a text.
    """

    text: str
    color: str = ""
    amounts: tuple[Scalar | None, ...] = ()
    special: str = ""
    literal: str = ""
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendStyle:
    """
    What the legend of a graph looks like.

    Attributes:
        display: Grafana's word: `list` or `table`; `hidden` for none.
        placement: `bottom` or `right`.
        calcs: What is said of each series beside its name: `lastNotNull`, `max`, ….
    """

    display: str = "list"
    placement: str = "bottom"
    calcs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelStyle:
    """
    How values look; whatever is None or empty is left to the kind.

    Attributes:
        minimum, maximum: The ends of the scale, amounts in the unit that the panel shows.
        fill: Percent of the area below a line.
        log_base: Of a logarithmic scale, or 0.
        axis_place: `left`, `right` or `hidden`.
        no_value: What stands there when a query gives nothing.
        min_step: The finest step that queries are asked in.
    """

    decimals: int | None = None
    minimum: Scalar | None = None
    maximum: Scalar | None = None
    is_stacked: bool = False
    fill: int | None = None
    log_base: int = 0
    axis_label: str = ""
    axis_place: str = ""
    no_value: str = ""
    texts: tuple[ValueText, ...] = ()
    has_exemplars: bool = False
    min_step: str = ""
    legend: LegendStyle | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideSpec:
    """
    What holds for some of a panel's series or columns.

    Attributes:
        by: How they are told.
        name: The series, the column, or the pattern of their names.
        measure: Which of the panel's measures, from 1.
        alert_limits: Alerts whose limits are thresholds too.
        width: Of a line in pixels, or of a table's column.
    """

    by: Literal["series", "matching", "measure", "column"]
    name: str = ""
    measure: int = 0
    title: str = ""
    unit: Unit | None = None
    color: str = ""
    style: PanelStyle = field(default_factory=PanelStyle)
    thresholds: ThresholdSpecs = ()
    alert_limits: tuple[Scalar, ...] = ()
    is_dashed: bool = False
    is_hidden: bool = False
    width: int | None = None
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)
