"""
How the values of a field are shown: its defaults with the overrides that fit it.

Colours, thresholds and mappings follow Grafana's field configuration.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any, Final

from obsgen.preview import colors, formats
from obsgen.preview.frames import NUMBER, STRING, TIME, Field, Value

Config = Mapping[str, Any]
_KINDS: Final = {TIME: "time", NUMBER: "number", STRING: "string"}
_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as it is shown."""

    text: str
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """
    A field and how it is shown.

    Attributes:
        place: Of the series among all that the panel shows.
        config: `fieldConfig.defaults` with what overrides say, `custom` among it.
        low, high: The ends of the scale, for percentages and schemes of colours.
    """

    field: Field
    name: str
    place: int
    config: Config = made(default_factory=dict)
    low: float = 0.0
    high: float = 100.0

    @property
    def custom(self) -> Config:
        """The configuration of the panel's type."""
        found = self.config.get("custom")
        return found if isinstance(found, Mapping) else {}

    @property
    def unit(self) -> str:
        """Grafana's id, or empty."""
        return str(self.config.get("unit") or "")

    @property
    def decimals(self) -> int | None:
        """As asked for."""
        found = self.config.get("decimals")
        return None if found is None else int(found)

    def text(self, value: float | None) -> str:
        """Return a number in its unit; what stands for none, if it is none."""
        if value is None:
            return str(self.config.get("noValue") or "")
        return formats.shown(value, self.unit, self.decimals)

    def cell(self, value: Value) -> Cell:
        """Return a value with its mapping, its unit and its colour."""
        mapped = self._mapped(value)
        number = value if isinstance(value, float) else None
        color = self.color_of(number)
        if mapped is not None:
            if mapped.get("color"):
                color = colors.color(mapped["color"])
            if mapped.get("text"):
                return Cell(str(mapped["text"]), color)
        if isinstance(value, str):
            return Cell(value, color)
        if self.field.kind == TIME and number is not None:
            return Cell(formats.shown(number, self.unit or "dateTimeAsIso"), color)
        return Cell(self.text(number), color)

    def color_of(self, value: float | None) -> str:
        """Return the colour of a value, by the mode that the configuration says."""
        mode = str(self._color.get("mode") or "thresholds")
        if mode == "fixed":
            return colors.color(self._color.get("fixedColor"))
        if mode == "shades":
            return colors.color(self._color.get("fixedColor"))
        if mode.startswith("palette-classic"):
            return colors.of_palette(self.place)
        if colors.is_scheme(mode):
            return colors.between(colors.scheme(mode), self.share(value))
        return self.threshold_of(value)

    @property
    def series_color(self) -> str:
        """The one colour of a line; of a series coloured by value that of its last one."""
        mode = str(self._color.get("mode") or "palette-classic")
        if mode.startswith("palette"):
            return colors.of_palette(self.place)
        there = [value for value in self.field.numbers if value is not None]
        return self.color_of(there[-1] if there else None)

    @property
    def steps(self) -> tuple[tuple[float, str], ...]:
        """The thresholds as values and colours, the base first at minus infinity."""
        thresholds = self.config.get("thresholds") or {}
        is_share = thresholds.get("mode") == "percentage"
        found = []
        for step in thresholds.get("steps") or ():
            value = step.get("value")
            at = float("-inf") if value is None else float(value)
            if is_share and value is not None:
                at = self.low + (self.high - self.low) * at / _PERCENT
            found.append((at, colors.color(step.get("color"))))
        return tuple(found)

    def threshold_of(self, value: float | None) -> str:
        """Return the colour of the last step that a value has reached."""
        found = self.steps[0][1] if self.steps else colors.color("green")
        for at, color in self.steps:
            if value is not None and value >= at:
                found = color
        return found

    def share(self, value: float | None) -> float:
        """Return where a value stands between both ends, from 0 to 1."""
        if value is None or self.high <= self.low:
            return 0.0
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    @property
    def mappings(self) -> tuple[tuple[str, str], ...]:
        """The texts and colours of value mappings, for a legend."""
        found = []
        for mapping in self.config.get("mappings") or ():
            options = mapping.get("options") or {}
            results = (
                options.values() if mapping.get("type") == "value" else [options.get("result")]
            )
            found += [
                (str(r.get("text") or ""), colors.color(r.get("color")))
                for r in results
                if isinstance(r, Mapping) and r.get("text")
            ]
        return tuple(found)

    def is_mapped(self, value: Value) -> bool:
        """Whether a mapping says what a value is called."""
        return self._mapped(value) is not None

    @property
    def _color(self) -> Config:
        found = self.config.get("color")
        return found if isinstance(found, Mapping) else {}

    def _mapped(self, value: Value) -> Config | None:
        for mapping in self.config.get("mappings") or ():
            fits = _MAPPINGS.get(str(mapping.get("type")))
            result = fits(mapping.get("options") or {}, value) if fits else None
            if result is not None:
                return result
        return None


def shown(fields: Sequence[Field], config: Config) -> tuple[Shown, ...]:
    """Return fields with all that the panel's `fieldConfig` says of each."""
    found = []
    place = 0
    for one in fields:
        merged = _merged(one, config)
        name = str(merged.get("displayName") or one.title or one.name)
        low, high = _ends(one, merged)
        found.append(Shown(field=one, name=name, place=place, config=merged, low=low, high=high))
        place += one.kind == NUMBER
    return tuple(found)


def _merged(one: Field, config: Config) -> dict[str, Any]:
    merged = dict(config.get("defaults") or {})
    merged["custom"] = dict(merged.get("custom") or {})
    if one.kind != NUMBER:
        # A unit of numbers says nothing of texts and times.
        merged.pop("unit", None)
    for override in config.get("overrides") or ():
        if _matches(one, override.get("matcher") or {}):
            for item in override.get("properties") or ():
                _set(merged, str(item.get("id")), item.get("value"))
    return merged


def _set(config: dict[str, Any], name: str, value: object) -> None:
    if name.startswith("custom."):
        place = config["custom"]
        *parents, last = name.removeprefix("custom.").split(".")
        for parent in parents:
            place[parent] = dict(place.get(parent) or {})
            place = place[parent]
        place[last] = value
    else:
        config[name] = value


def _matches(one: Field, matcher: Config) -> bool:
    names = {one.name, one.title} - {""}
    options = matcher.get("options")
    match matcher.get("id"):
        case "byName":
            return options in names
        case "byNames":
            listed = options.get("names") if isinstance(options, Mapping) else None
            return bool(names & set(listed or ()))
        case "byRegexp":
            return _searches(str(options), names)
        case "byType":
            return options == _KINDS[one.kind]
        case "byFrameRefID":
            return options == one.ref
    return False


def _searches(pattern: str, names: set[str]) -> bool:
    try:
        return any(re.search(pattern.strip("/"), name) for name in names)
    except re.error:
        return False


def _ends(one: Field, config: Config) -> tuple[float, float]:
    """Return the ends of the scale: as configured, else those of the values."""
    there = [value for value in one.numbers if value is not None]
    is_share = config.get("unit") == "percentunit"
    low, high = config.get("min"), config.get("max")
    least = (
        float(low)
        if low is not None
        else min((0.0, *there))
        if is_share
        else min(there, default=0.0)
    )
    most = float(high) if high is not None else 1.0 if is_share else max(there, default=100.0)
    return least, most


def _of_value(options: Config, value: Value) -> Config | None:
    if value is None:
        return options.get("null")
    texts = [value] if isinstance(value, str) else [f"{value:g}", json.dumps(value), str(value)]
    return next((options[text] for text in texts if text in options), None)


def _of_range(options: Config, value: Value) -> Config | None:
    if not isinstance(value, float):
        return None
    low, high = options.get("from"), options.get("to")
    is_inside = (low is None or value >= float(low)) and (high is None or value <= float(high))
    return options.get("result") if is_inside else None


def _of_special(options: Config, value: Value) -> Config | None:
    match = options.get("match")
    is_none = value is None
    fits = {
        "null": is_none,
        "nan": is_none,
        "null+nan": is_none,
        "empty": value == "",
    }.get(str(match), False)
    return options.get("result") if fits else None


def _of_regex(options: Config, value: Value) -> Config | None:
    if isinstance(value, str) and _searches(str(options.get("pattern", "")), {value}):
        return options.get("result")
    return None


_MAPPINGS: Final[Mapping[str, Callable[[Config, Value], Config | None]]] = {
    "value": _of_value,
    "range": _of_range,
    "special": _of_special,
    "regex": _of_regex,
}
