"""Legends, as Grafana writes them: a list below the plot or at its side, or a table of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from obsgen.preview.colors import css
from obsgen.preview.fields import Shown
from obsgen.preview.markup import Html, html
from obsgen.preview.reduce import reduced, title

_LIST: Final = """\
<ul class="legend list">
{% for entry in entries %}
<li title="{{ entry.name }}"><i style="background:{{ entry.color }}"></i>
<span class="name">{{ entry.name }}</span>
{% for name, text in entry.figures %}<span class="calc">{{ name }}: {{ text }}</span>{% endfor %}
</li>
{% endfor %}
</ul>"""
_TABLE: Final = """\
<div class="legend table" style="--calcs:{{ heads | length }}"><table>
<thead><tr><th>Name</th>{% for name in heads %}<th>{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for entry in entries %}
<tr><td title="{{ entry.name }}"><i style="background:{{ entry.color }}"></i>
<span class="name">{{ entry.name }}</span></td>
{% for _, text in entry.figures %}<td>{{ text }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table></div>"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a legend: with figures by their names."""

    name: str
    color: str
    figures: tuple[tuple[str, str], ...] = ()


def entries(fields: Sequence[Shown], options: Mapping[str, Any]) -> tuple[Entry, ...]:
    """Return the entries of series, with what the legend calculates of each."""
    calculations = _of(options).get("calcs") or ()
    found = []
    for one in fields:
        if (one.custom.get("hideFrom") or {}).get("legend"):
            continue
        figures = tuple(
            (title(name), one.text(reduced(one.field.numbers, name))) for name in calculations
        )
        found.append(Entry(one.name, css(one.series_color), figures))
    return tuple(found)


def with_legend(plot: Html, found: Sequence[Entry], options: Mapping[str, Any]) -> Html:
    """Return a plot with its legend where the options say."""
    legend = _of(options)
    is_hidden = legend.get("showLegend") is False or legend.get("displayMode") == "hidden"
    if is_hidden or not found:
        return html('<div class="chart">{{ plot }}</div>', plot=plot)
    side = "right" if legend.get("placement") == "right" else "bottom"
    template = _TABLE if legend.get("displayMode") == "table" else _LIST
    heads = [name for name, _ in found[0].figures]
    return html(
        '<div class="chart {{ side }}">{{ plot }}{{ legend }}</div>',
        side=side,
        plot=plot,
        legend=html(template, entries=found, heads=heads),
    )


def room(
    found: Sequence[Entry], options: Mapping[str, Any], size: tuple[int, int]
) -> tuple[int, int]:
    """Return the width and height that a legend leaves of *size*, about."""
    legend = _of(options)
    width, height = size
    if legend.get("showLegend") is False or not found:
        return size
    if legend.get("placement") == "right":
        return round(width * 0.7), height
    lines = len(found) + 1 if legend.get("displayMode") == "table" else 1 + len(found) // 6
    return width, max(60, height - min(round(height * 0.35), 22 * lines))


def _of(options: Mapping[str, Any]) -> Mapping[str, Any]:
    found = options.get("legend")
    return found if isinstance(found, Mapping) else {}
