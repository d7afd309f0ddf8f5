"""A dashboard drawn: its JSON as it ships, asked of a Prometheus, as blocks of panels."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from obsgen.preview import asking, fields, ranges, transformations, variables
from obsgen.preview.expansion import Block, Placed, blocks
from obsgen.preview.figures import figure
from obsgen.preview.figures.cards import card
from obsgen.preview.figures.panel import Drawn, Figure, Mark, PanelData
from obsgen.preview.frames import Frame
from obsgen.preview.links import Addresses, Link
from obsgen.preview.markup import Html, html
from obsgen.preview.ranges import SECOND, TimeRange
from obsgen.preview.server import Prometheus
from obsgen.preview.variables import Chosen, Values

Json = Mapping[str, Any]

PAGE: Final = 1400
"""The width for which steps are worked out, in pixels."""
_EDGE: Final = 16
_ROW, _GAP = 30, 8
_HEADER, _INSIDE = 34, 16
"""What the title of a panel takes, and the air around its inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """
    How dashboards are looked at.

    Attributes:
        now: Milliseconds since the epoch.
        start: Replaces the beginning of the time range of all dashboards, or empty.
        scrape: Milliseconds between scrapes.
        longest: There is no more data than so many milliseconds, or None.
        source: Where the data is from, for the head of a page.
    """

    now: int
    source: str
    start: str = ""
    scrape: int = 15 * SECOND
    longest: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    A panel without data.

    Attributes:
        number: Of the panel, rows left out; below zero for the dashboard itself.
        has_failed: Its query failed, rather than found nothing.
    """

    number: int
    panel: str
    text: str
    has_failed: bool


@dataclass(frozen=True, slots=True)
class DrawnPanel:
    """A panel of a page."""

    place: Placed
    title: str
    description: str
    time: str
    links: tuple[Link, ...]
    body: Html
    note: str
    kind: str


@dataclass(frozen=True, slots=True)
class DrawnBlock:
    """A row with its panels."""

    block: Block
    panels: tuple[DrawnPanel, ...]

    @property
    def height(self) -> int:
        """In rows of the grid."""
        return max((p.place.y + p.place.height for p in self.panels), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnDashboard:
    """
    A dashboard, ready for its page.

    Attributes:
        plots: Figures of plotly by the keys that the panels name.
    """

    dashboard: Json
    range: TimeRange
    variables: tuple[Chosen, ...]
    links: tuple[Link, ...]
    blocks: tuple[DrawnBlock, ...]
    plots: Mapping[str, Json]
    problems: tuple[Problem, ...]

    @property
    def time(self) -> str:
        """The time range in words."""
        ends = (self.range.start, self.range.end)
        first, last = (datetime.datetime.fromtimestamp(at / SECOND, datetime.UTC) for at in ends)
        end = last.strftime("%H:%M" if first.date() == last.date() else "%Y-%m-%d %H:%M")
        return f"{first.strftime('%Y-%m-%d %H:%M')} to {end} UTC"


def draw(
    dashboard: Json,
    server: Prometheus,
    view: View,
    addresses: Addresses,
    advance: Callable[[int], None] = lambda steps: None,
) -> DrawnDashboard:
    """
    Draw a dashboard.

    Args:
        dashboard: Grafana's JSON.
        advance: Is told when a panel is done.

    Raises:
        HttpError, ApiUnreadable: there is no Prometheus any more.
    """
    return _Artist(dashboard, server, view, addresses, advance).drawn()


@dataclass(slots=True)
class _Artist:
    dashboard: Json
    server: Prometheus
    view: View
    addresses: Addresses
    advance: Callable[[int], None]
    plots: dict[str, Json] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    marks: tuple[Mark, ...] = ()

    def drawn(self) -> DrawnDashboard:
        span = self._range()
        values = Values(range=span, scrape=self.view.scrape)
        listed = (self.dashboard.get("templating") or {}).get("list") or ()
        known = variables.chosen(listed, self.server, values)
        values = replace(values, variables=known)
        annotations = (self.dashboard.get("annotations") or {}).get("list") or ()
        self.marks, failures = asking.marks(self.server, annotations, values)
        for name, reason in failures:
            self._tell(-1, f"annotation {name}", reason, has_failed=True)
        found = tuple(
            DrawnBlock(block, tuple(self._panels(block, values)))
            for block in blocks(self.dashboard.get("panels") or (), known)
        )
        return DrawnDashboard(
            dashboard=self.dashboard,
            range=span,
            variables=tuple(v for v in known.values() if not v.is_hidden),
            links=self.addresses.of_dashboard(self.dashboard.get("links") or (), values),
            blocks=found,
            plots=self.plots,
            problems=tuple(self.problems),
        )

    def _range(self) -> TimeRange:
        time = self.dashboard.get("time") or {}
        start, end = self.view.start or str(time.get("from", "now-6h")), str(time.get("to", "now"))
        now = self.view.now
        found = ranges.time_range(start, "now" if self.view.start else end, now)
        return (found or TimeRange(now - 6 * ranges.HOUR, now)).within(self.view.longest)

    def _panels(self, block: Block, values: Values) -> Iterator[DrawnPanel]:
        for count, place in enumerate(block.panels):
            key = f"p{place.number}-{count}"
            own = values
            for name, value in place.scope:
                own = replace(own, variables=variables.scoped(own.variables, name, value))
            yield self._panel(place, f"{key}-{len(self.plots)}", own)
            self.advance(1)

    def _panel(self, place: Placed, key: str, values: Values) -> DrawnPanel:
        panel = place.panel
        relative = str(panel.get("timeFrom") or "")
        span = ranges.panel_range(values.fill(relative), values.range, self.view.now)
        # A sum since the first of the month is one of all there is, however much is drawn.
        longest = None if relative and asking.is_instant(panel) else self.view.longest
        values = replace(values, range=span.within(longest))
        title = values.fill(str(panel.get("title") or ""))
        kind = str(panel.get("type"))
        drawn = self._drawn(place, key, kind, title, values)
        self.plots.update(drawn.plots)
        return DrawnPanel(
            place=place,
            title=title,
            description=values.fill(str(panel.get("description") or "")),
            time=_time(relative),
            links=self.addresses.of_panel(panel.get("links") or (), values),
            body=drawn.body,
            note=drawn.note,
            kind=kind,
        )

    def _drawn(self, place: Placed, key: str, kind: str, title: str, values: Values) -> Drawn:
        panel = place.panel
        data = PanelData(
            key=key,
            panel=panel,
            frames=(),
            shown=(),
            range=values.range,
            marks=self.marks,
            width=_width(place),
            height=_height(place),
            href=lambda url: self.addresses.href(url, values),
            fill=values.fill,
        )
        found = figure(kind)
        if found is None:
            return card(f"Type {kind}", "the preview does not draw it")
        targets = found.targets(panel)
        source = (panel.get("datasource") or {}).get("type")
        if not found.is_still and targets and source not in {None, "prometheus"}:
            return found.draw(data) if found.is_foreign else _foreign(data)
        return self._asked(place, found, data, title, values)

    def _asked(
        self, place: Placed, found: Figure, data: PanelData, title: str, values: Values
    ) -> Drawn:
        targets = found.targets(data.panel)
        answers = asking.ask(self.server, data.panel, targets, values, data.width)
        for ref, reason in answers.failures:
            self._tell(place.number, title, f"query {ref} failed: {reason}", has_failed=True)
        frames, unknown = transformations.transformed(
            answers.frames, data.panel.get("transformations") or ()
        )
        config = data.panel.get("fieldConfig") or {}
        data = replace(data, frames=frames, shown=_shown(frames, config))
        if targets and not any(frame.rows for frame in answers.frames) and not found.is_still:
            if not answers.failures and not asking.may_be_empty(data.panel, targets):
                self._tell(place.number, title, "its queries return nothing", has_failed=False)
            return _nothing(data, [reason for _, reason in answers.failures])
        drawn = found.draw(data)
        notes = [drawn.note, *(f"not applied: {name}" for name in unknown)]
        notes += [f"query {ref}: {reason}" for ref, reason in answers.failures]
        return replace(drawn, note=", ".join(filter(None, notes)))

    def _tell(self, number: int, panel: str, text: str, *, has_failed: bool) -> None:
        self.problems.append(Problem(number=number, panel=panel, text=text, has_failed=has_failed))


def _shown(frames: tuple[Frame, ...], config: Json) -> tuple[tuple[fields.Shown, ...], ...]:
    """Return the fields of all frames as they are shown; series are counted across frames."""
    flat = fields.shown([one for frame in frames for one in frame.fields], config)
    found, first = [], 0
    for frame in frames:
        found.append(flat[first : first + len(frame.fields)])
        first += len(frame.fields)
    return tuple(found)


def _nothing(data: PanelData, reasons: list[str]) -> Drawn:
    said = str(((data.panel.get("fieldConfig") or {}).get("defaults") or {}).get("noValue") or "")
    text = reasons[0] if reasons else said or "No data"
    kind = "none failed" if reasons else "none"
    body = html('<div class="{{ kind }}">{{ text }}</div>', kind=kind, text=text)
    return Drawn(body=body, note=text)


def _foreign(data: PanelData) -> Drawn:
    from obsgen.preview.figures.cards import foreign

    return foreign(data)


def _time(relative: str) -> str:
    return f"Last {relative}" if relative and not relative.startswith("now") else relative


def _width(place: Placed) -> int:
    column = (PAGE - 2 * _EDGE + _GAP) / 24
    return max(80, round(place.width * column - _GAP - _INSIDE))


def _height(place: Placed) -> int:
    return max(40, place.height * (_ROW + _GAP) - _GAP - _HEADER - _INSIDE // 2)
