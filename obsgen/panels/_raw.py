"""
Panels in Grafana's own words: a whole one, or what is changed of one that a kind has made.

What is understood (queries, units, thresholds, overrides, links, …) becomes part of the panel, so
that it is checked like any other; the rest is written as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from obsgen.artefacts import Json, Link, Panel, Threshold
from obsgen.diagnostics import NOWHERE, Code, Origin, finding
from obsgen.model import Reader, Reports
from obsgen.panels._merged import check_merged
from obsgen.panels._raw_shapes import DEFAULTS, FIELD_CONFIG, PANEL, has_shape, texts_in
from obsgen.panels._raw_targets import Targets, read_targets
from obsgen.panels._words_of_grafana import json_of, patched, report_value
from obsgen.source import MappingNode, Node, Scalar, Sequence

KEY: Final = Code(
    "DSH650",
    "raw-key",
    why="the place of a panel, its number and its datasource follow from the rest of the spec",
    fix="Write `width` and `height` for a size, a section for a row, `datasource` on a query.",
)
CODES: Final = (KEY,)

_REFUSED: Final = {
    "gridPos": "write `width` and `height`: panels flow",
    "id": "leave it out: panels are numbered",
    "datasource": "write it on each of the `targets`: `{datasource: loki, …}`",
    "panels": "write a section for a row of panels",
    "x": "write `width`: panels flow",
    "y": "write `width`: panels flow",
    "w": "write `width: 1/2`",
    "h": "write `height: 8`",
}
_ROW: Final = "row"

# Panel keys that are fields of the artefact: with what a null leaves behind.
_FIELDS: Final[Mapping[str, tuple[str, object]]] = {
    "title": ("title", ""),
    "description": ("description", ""),
    "timeFrom": ("time", ""),
    "interval": ("min_interval", ""),
    "repeat": ("repeat", ""),
    "maxPerRow": ("most_in_a_row", 0),
}
_DEFAULT_FIELDS: Final[Mapping[str, tuple[str, object]]] = {
    "decimals": ("decimals", None),
    "min": ("minimum", None),
    "max": ("maximum", None),
    "noValue": ("no_value", ""),
}
_ENDS: Final = ("minimum", "maximum")
_LINK_KEYS: Final = frozenset({"title", "url", "targetBlank"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPanel:
    """
    A panel or a part of one, in Grafana's words.

    Attributes:
        words: All but the queries.
        targets: The queries, which replace those that are there; None leaves them.
        links: Of the panel, where all that they say is understood; likewise.
        data_links: On each value, likewise.
    """

    words: Mapping[str, Json]
    targets: Targets | None = None
    links: tuple[Link, ...] | None = None
    data_links: tuple[Link, ...] | None = None
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    def text(self, key: str) -> str:
        """Return one of the panel's texts."""
        found = self.words.get(key)
        return found if isinstance(found, str) else ""

    def applied(self, panel: Panel, report: Reports) -> Panel:
        """Return a panel with this laid over it: mappings key by key, lists replaced."""
        merged = self._over(panel)
        check_merged(merged, self.origin, report)
        return merged

    def _over(self, panel: Panel) -> Panel:
        rest = dict(self.words)
        changes = _taken(rest, _FIELDS)
        if kind := rest.pop("type", None):
            changes["type"] = kind
        if "options" in rest:
            changes["options"] = _over(panel.options, rest.pop("options"))
        if "transformations" in rest:
            changes["transformations"] = _items(rest.pop("transformations"))
        if self.links is not None or "links" in rest:
            changes["links"] = self.links or ()
        config = rest.pop("fieldConfig", {})
        if isinstance(config, dict):
            changes |= self._field_config(panel, config)
        if self.targets is not None:
            changes |= {"targets": self.targets.own, "foreign": self.targets.foreign}
        return replace(panel, **changes, extra=patched(panel.extra, rest))

    def _field_config(self, panel: Panel, config: Mapping[str, Json]) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        if "overrides" in config:
            # The units of single queries are overrides, too.
            changes["overrides"] = _items(config["overrides"])
            changes["targets"] = tuple(replace(target, unit=None) for target in panel.targets)
        defaults = config.get("defaults")
        rest = dict(defaults) if isinstance(defaults, dict) else {}
        changes |= _taken(rest, _DEFAULT_FIELDS)
        changes |= {end: Decimal(changes[end]) for end in _ENDS if changes.get(end) is not None}
        if "custom" in rest:
            changes["custom"] = _over(panel.custom, rest.pop("custom"))
        if "color" in rest:
            changes["color"] = _over(panel.color, rest.pop("color"))
        if "mappings" in rest:
            changes["mappings"] = _items(rest.pop("mappings"))
        if "thresholds" in rest:
            changes |= _thresholds(rest.pop("thresholds"))
        if "unit" in rest:
            # Grafana's id is written as it stands; nothing is known of what it means.
            changes["unit"] = None
        if self.data_links is not None or "links" in rest:
            changes["data_links"] = self.data_links or ()
        return {**changes, "defaults": patched(panel.defaults, rest)}


def read_raw(node: Node | None, reader: Reader) -> RawPanel | None:
    """Read a mapping in Grafana's words; None where its shape is not Grafana's."""
    if not isinstance(node, MappingNode):
        return None
    kept = {
        key: entry.value for key, entry in sorted(node.entries.items()) if not key.startswith("x-")
    }
    for key in [key for key in kept if key in _REFUSED]:
        message = f"`{key}` is not written in Grafana's words"
        reader.report(finding(KEY, (node.origin / key).key(), message, _REFUSED[key]))
        del kept[key]
    _check_type(kept.get("type"), reader)
    targets = kept.pop("targets", None)
    config = kept.get("fieldConfig")
    if isinstance(config, Scalar) and config.is_null:
        report_value(config.origin, "fieldConfig", "a mapping", config, reader)
        return None
    is_panel, is_config = has_shape(node, PANEL, reader), _is_field_config(config, reader)
    if not (is_panel and is_config):
        return None
    links = _links(kept.get("links"), reader)
    data_links = _links(_default(config, "links"), reader)
    words = {key: json_of(value, reader) for key, value in kept.items()}
    words |= texts_in(node, PANEL)
    if isinstance(config, MappingNode) and "fieldConfig" in words:
        words["fieldConfig"] = _with_texts(words["fieldConfig"], config)
    if links is not None:
        del words["links"]
    if data_links is not None:
        words["fieldConfig"] = _without_links(words["fieldConfig"])
    return RawPanel(
        words=words,
        targets=None if targets is None else read_targets(targets, reader),
        links=links,
        data_links=data_links,
        origin=node.origin,
    )


def _check_type(node: Node | None, reader: Reader) -> None:
    if isinstance(node, Scalar) and node.text == _ROW:
        message = "a row is no panel"
        reader.report(finding(KEY, node.origin, message, "write a section"))


def _is_field_config(node: Node | None, reader: Reader) -> bool:
    if not isinstance(node, MappingNode):
        return True
    for key in node.entries:
        if key not in FIELD_CONFIG and not key.startswith("x-"):
            message = f"`fieldConfig` has no `{key}`"
            hint = "it holds `defaults` and `overrides`"
            reader.report(finding(KEY, (node.origin / key).key(), message, hint))
    defaults = node.get("defaults")
    is_right = has_shape(node, FIELD_CONFIG, reader)
    if isinstance(defaults, MappingNode):
        is_right = has_shape(defaults, DEFAULTS, reader) and is_right
    return is_right


def _with_texts(words: Json, config: MappingNode) -> Json:
    """Return a field configuration whose texts are texts."""
    node = config.get("defaults")
    defaults = words.get("defaults") if isinstance(words, dict) else None
    if not isinstance(words, dict) or not isinstance(defaults, dict):
        return words
    texts = texts_in(node, DEFAULTS) if isinstance(node, MappingNode) else {}
    return {**words, "defaults": {**defaults, **texts}}


def _default(config: Node | None, key: str) -> Node | None:
    defaults = config.get("defaults") if isinstance(config, MappingNode) else None
    return defaults.get(key) if isinstance(defaults, MappingNode) else None


def _links(node: Node | None, reader: Reader) -> tuple[Link, ...] | None:
    """Return links of which all is understood; None where there are others, or none are said."""
    if not isinstance(node, Sequence):
        return None
    found = []
    for item in node.items:
        if not isinstance(item, MappingNode) or set(item.entries) - _LINK_KEYS:
            return None
        url, blank = reader.text(item.get("url")), item.get("targetBlank")
        title = reader.text(item.get("title")) or url
        is_new = isinstance(blank, Scalar) and blank.is_true
        found.append(Link(title=title, url=url, new_tab=is_new, origin=item.origin))
    return tuple(found)


def _without_links(config: Json) -> Json:
    defaults = config.get("defaults") if isinstance(config, dict) else None
    if not isinstance(config, dict) or not isinstance(defaults, dict):
        return config
    kept = {key: value for key, value in defaults.items() if key != "links"}
    return {**config, "defaults": kept}


def _taken(words: dict[str, Json], fields: Mapping[str, tuple[str, object]]) -> dict[str, Any]:
    """Take the keys that are fields of the artefact out of *words*."""
    found = {}
    for key, (name, nothing) in fields.items():
        if key in words:
            value = words.pop(key)
            found[name] = nothing if value is None else value
    return found


def _over(base: Mapping[str, Json], patch: Json) -> dict[str, Json]:
    return patched(base, patch) if isinstance(patch, dict) else {}


def _items(value: Json) -> tuple[Json, ...]:
    return tuple(value) if isinstance(value, list) else ()


def _thresholds(value: Json) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {"thresholds": (), "thresholds_percentage": False}
    found: dict[str, Any] = {}
    if "mode" in value:
        found["thresholds_percentage"] = value["mode"] == "percentage"
    steps = value.get("steps")
    if isinstance(steps, list):
        found["thresholds"] = tuple(_step(step) for step in steps if isinstance(step, dict))
    return found


def _step(step: Mapping[str, Json]) -> Threshold:
    value = step.get("value")
    amount = Decimal(value) if isinstance(value, int | Decimal) else None
    return Threshold(value=amount, color=str(step["color"]))
