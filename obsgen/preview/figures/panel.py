"""What a figure is given and what it gives: values in their fields, HTML and plots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from obsgen.preview.colors import css
from obsgen.preview.fields import Shown
from obsgen.preview.frames import Frame
from obsgen.preview.markup import Html, html
from obsgen.preview.ranges import TimeRange
from obsgen.preview.reduce import reduced

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """
    An annotation: a moment, or from one to another, in milliseconds.

    Attributes:
        title: What is said of it.
    """

    start: int
    end: int
    title: str
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelData:
    """
    A panel with the answers to its queries.

    Attributes:
        key: Names its plots: unique on the page.
        panel: Grafana's JSON.
        frames: After all transformations.
        shown: The fields of each frame, as they are shown; those of numbers are in `numeric`.
        marks: The annotations of the dashboard.
        width, height: Of its inside, in pixels, on a page of 1400.
        href: Makes the address of a link out of Grafana's; empty for one that leads nowhere.
    """

    key: str
    panel: Json
    frames: tuple[Frame, ...]
    shown: tuple[tuple[Shown, ...], ...]
    range: TimeRange
    marks: tuple[Mark, ...] = ()
    width: int = 600
    height: int = 250
    href: Callable[[str], str] = str
    fill: Callable[[str], str] = str

    @property
    def options(self) -> Json:
        """The options of the panel's type."""
        found = self.panel.get("options")
        return found if isinstance(found, Mapping) else {}

    @property
    def numeric(self) -> tuple[tuple[Frame, Shown], ...]:
        """Each field of numbers, with its frame."""
        return tuple(
            (frame, one)
            for frame, fields in zip(self.frames, self.shown, strict=True)
            for one in fields
            if one.field in frame.numeric
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """
    What stands in a panel.

    Attributes:
        body: HTML with places for plots: `<div class="plot" data-plot="KEY">`.
        plots: Figures of plotly by their keys.
        note: Why nothing is drawn, or what is missing; empty for all is there.
    """

    body: Html
    plots: Mapping[str, Json] = field(default_factory=dict)
    note: str = ""


def panel_targets(panel: Json) -> Sequence[Json]:
    """Return the queries of a panel that are not turned off."""
    return [one for one in panel.get("targets") or () if not one.get("hide")]


def none_of(panel: Json) -> Sequence[Json]:
    """Return no queries."""
    del panel
    return ()


@dataclass(frozen=True, slots=True)
class Figure:
    """
    How a type of panel is drawn.

    Attributes:
        targets: What it asks of Prometheus; by the panel's own queries, or by its type.
        is_foreign: It asks another datasource.
        is_still: It shows what it has without asking.
    """

    draw: Callable[[PanelData], Drawn]
    targets: Callable[[Json], Sequence[Json]] = panel_targets
    is_foreign: bool = False
    is_still: bool = False


def plot(key: str) -> Html:
    """Return the place of a plot."""
    return html('<div class="plot" data-plot="{{ key }}"></div>', key=key)


@dataclass(frozen=True, slots=True)
class Single:
    """
    One value of a stat, a gauge, a bar or a slice.

    Attributes:
        series: The values that it was made of.
    """

    name: str
    text: str
    color: str
    value: float | None
    shown: Shown
    series: tuple[float | None, ...]

    @property
    def css(self) -> str:
        """The colour, for a style."""
        return css(self.color)


def singles(data: PanelData) -> tuple[Single, ...]:
    """Return the values that `reduceOptions` make of the fields: one each, or one a row."""
    options = data.options.get("reduceOptions") or {}
    calculation = (options.get("calcs") or ["lastNotNull"])[0]
    found = []
    for frame, one in data.numeric:
        if options.get("values"):
            names = [f for f in frame.fields if f.kind == "string"]
            for place, value in enumerate(one.field.numbers):
                name = " ".join(str(f.values[place]) for f in names) or one.name
                found.append(_single(one, name, value, ()))
            continue
        values = one.field.numbers
        found.append(_single(one, one.name, reduced(values, calculation), values))
    return tuple(found)


def _single(one: Shown, name: str, value: float | None, series: tuple[float | None, ...]) -> Single:
    cell = one.cell(value)
    return Single(name, cell.text, cell.color, value, one, series)
