"""
Panels as Grafana shows them: what an author said in Grafana's own words lies over the rest.

Checks ask these and not the artefacts, so that a raw panel is held to the same as any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import (
    PROMETHEUS,
    Dashboard,
    ForeignTarget,
    Json,
    Panel,
    Section,
    Target,
    datasource_variable,
)
from obsgen.diagnostics import Origin
from obsgen.names import target_letter
from obsgen.panels._words_of_grafana import patched
from obsgen.units import Unit

Words = Mapping[str, Json]
_NONE: Final[Words] = {}
_QUERIES: Final = ("expr", "query")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTarget:
    """
    A query of a panel.

    Attributes:
        index: Its place among the panel's queries, from 0.
        ref: Its `refId`.
        datasource: The type of what it asks.
        uid: How the datasource is named: `${datasource}`.
        expr: What it asks, in the datasource's own language; empty where that has no text.
        words: All that its author wrote in Grafana's own words.
        is_instant: Only the value at the end of the time range.
        unit: Of its values, where it is not the panel's.
        name: The column or the legend that its values have, where one is set.
    """

    index: int
    ref: str
    datasource: str
    uid: str
    expr: str
    words: Words
    is_hidden: bool
    is_instant: bool
    unit: Unit | None
    name: str
    origin: Origin

    @property
    def is_promql(self) -> bool:
        """Say whether a Prometheus is asked."""
        return self.datasource == PROMETHEUS


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPanel:
    """
    A panel.

    Attributes:
        options: The type's own options.
        defaults: `fieldConfig.defaults`, as far as they are in Grafana's own words.
        overrides: `fieldConfig.overrides`.
        origin: Of the panel, else of its dashboard.
    """

    dashboard: Dashboard
    section: Section
    panel: Panel
    type: str
    title: str
    description: str
    options: Words
    defaults: Words
    overrides: tuple[Words, ...]
    targets: tuple[ShownTarget, ...]
    origin: Origin

    @property
    def unit_id(self) -> str:
        """Grafana's id of the unit, where an author wrote one; else *unit* says it."""
        return _text(self.defaults.get("unit"))

    @property
    def unit(self) -> Unit | None:
        """The unit, unless an author wrote Grafana's id of one."""
        return None if self.unit_id else self.panel.unit

    @property
    def has_mappings(self) -> bool:
        """Say whether values are shown as texts."""
        return bool(self.panel.mappings or self.defaults.get("mappings"))

    @property
    def shown_title(self) -> str:
        """Name the panel for a message."""
        return self.title or f"a {self.type} without a title"


def shown_panels(dashboard: Dashboard) -> Iterator[ShownPanel]:
    """Yield the panels of a dashboard, section by section."""
    for section in dashboard.sections:
        for panel in section.panels:
            yield _shown(dashboard, section, panel)


def mapping_of(value: object) -> Words:
    """Return a mapping as it is, and an empty one for anything else."""
    return value if isinstance(value, Mapping) else _NONE


def items_of(value: object) -> Sequence[Json]:
    """Return the items of a list, and nothing for anything else."""
    return value if isinstance(value, list) else ()


def _shown(dashboard: Dashboard, section: Section, panel: Panel) -> ShownPanel:
    extra = panel.extra
    config = mapping_of(extra.get("fieldConfig"))
    origin = panel.origin if panel.origin.file else dashboard.origin
    overrides = (
        tuple(map(mapping_of, items_of(config["overrides"])))
        if "overrides" in config
        else (panel.overrides)
    )
    return ShownPanel(
        dashboard=dashboard,
        section=section,
        panel=panel,
        type=_text(extra.get("type", panel.type)),
        title=_text(extra.get("title", panel.title)),
        description=_text(extra.get("description", panel.description)),
        options=patched(panel.options, mapping_of(extra.get("options"))),
        defaults=patched(panel.defaults, mapping_of(config.get("defaults"))),
        overrides=overrides,
        targets=tuple(_targets(panel, origin)),
        origin=origin,
    )


def _targets(panel: Panel, origin: Origin) -> Iterator[ShownTarget]:
    source = mapping_of(panel.extra.get("datasource"))
    type_ = _text(source.get("type")) or panel.datasource or PROMETHEUS
    uid = _text(source.get("uid")) or _variable(type_)
    if "targets" in panel.extra:
        for index, words in enumerate(items_of(panel.extra["targets"])):
            yield _foreign(index, mapping_of(words), (type_, uid), origin)
        return
    for index, target in enumerate(panel.targets):
        yield _own(index, target, origin)
    for index, foreign in enumerate(panel.foreign, len(panel.targets)):
        place = _origin(foreign, origin)
        named = (foreign.datasource, _variable(foreign.datasource))
        yield _foreign(index, foreign.query, named, place)


def _own(index: int, target: Target, origin: Origin) -> ShownTarget:
    return ShownTarget(
        index=index,
        ref=target_letter(index),
        datasource=PROMETHEUS,
        uid=_variable(PROMETHEUS),
        expr=target.expr,
        words=_NONE,
        is_hidden=False,
        is_instant=target.instant,
        unit=target.unit,
        name=target.column if target.as_table else target.legend,
        origin=_origin(target, origin),
    )


def _foreign(index: int, words: Words, named: tuple[str, str], origin: Origin) -> ShownTarget:
    source = mapping_of(words.get("datasource"))
    return ShownTarget(
        index=index,
        ref=_text(words.get("refId")) or target_letter(index),
        datasource=_text(source.get("type")) or named[0],
        uid=_text(source.get("uid")) or named[1],
        expr=next((_text(words[key]) for key in _QUERIES if words.get(key)), ""),
        words=words,
        is_hidden=words.get("hide") is True,
        is_instant=words.get("instant") is True or words.get("queryType") == "instant",
        unit=None,
        name=_text(words.get("legendFormat")),
        origin=origin,
    )


def _origin(target: Target | ForeignTarget, otherwise: Origin) -> Origin:
    return target.origin if target.origin.file else otherwise


def _variable(type_: str) -> str:
    return f"${{{datasource_variable(type_)}}}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
