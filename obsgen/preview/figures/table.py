"""Tables: a column for each field, cells coloured, filled like gauges, or leading somewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from obsgen.preview.colors import TEXT, css, faded, is_light
from obsgen.preview.fields import Shown
from obsgen.preview.figures.panel import Drawn, Figure, PanelData
from obsgen.preview.frames import NUMBER, Frame
from obsgen.preview.markup import Html, html
from obsgen.preview.transformations import ordered

_TEMPLATE: Final = """\
<div class="rows"><table>
{% if heads %}<thead><tr>{% for head in heads %}
<th class="{{ head.side }}" style="{{ head.style }}">{{ head.name }}</th>
{% endfor %}</tr></thead>{% endif %}
<tbody>
{% for row in rows %}<tr>{% for cell in row %}
<td class="{{ cell.side }}" style="{{ cell.style }}">{{ cell.body }}</td>
{% endfor %}</tr>
{% endfor %}
</tbody></table></div>"""
_GAUGE: Final = (
    '<span class="meter"><span class="track"><span class="bar" style="{{ style }}"></span></span>'
    '<span class="value" style="color:{{ color }}">{{ text }}</span></span>'
)
_LINK: Final = (
    '<a href="{{ href }}"{% if is_far %} target="_blank" rel="noopener noreferrer"{% endif %}>'
    "{{ text }}</a>"
)
_MOST_ROWS: Final = 500
_FROM_ROW: Final = re.compile(r"\$\{__data\.fields(?:\.([\w ]+)|\[[\"']?(.+?)[\"']?\])\}")
_FROM_LABELS: Final = re.compile(r"\$\{__field\.labels\.(\w+)\}")


def _draw(data: PanelData) -> Drawn:
    if not data.frames:
        return Drawn(body=html('<div class="none">No data</div>'))
    frame, fields = _sorted(data, data.frames[0], data.shown[0])
    fields = tuple(one for one in fields if not one.custom.get("hidden"))
    heads = [_head(one) for one in fields] if data.options.get("showHeader", True) else []
    count = min(frame.rows, _MOST_ROWS)
    rows = [[_cell(data, frame, one, place) for one in fields] for place in range(count)]
    more = [f"the first of {len(data.frames)} frames"] if len(data.frames) > 1 else []
    more += [f"the first {_MOST_ROWS} of {frame.rows} rows"] if frame.rows > _MOST_ROWS else []
    return Drawn(body=html(_TEMPLATE, heads=heads, rows=rows), note=", ".join(more))


FIGURE: Final = Figure(draw=_draw)


def _sorted(
    data: PanelData, frame: Frame, fields: tuple[Shown, ...]
) -> tuple[Frame, tuple[Shown, ...]]:
    for wanted in data.options.get("sortBy") or ():
        key = next((one for one in fields if one.name == wanted.get("displayName")), None)
        if key is not None:
            frame = ordered(frame, key.field, descending=bool(wanted.get("desc")))
            fields = tuple(
                replace(one, field=new) for one, new in zip(fields, frame.fields, strict=True)
            )
    return frame, fields


def _side(one: Shown) -> str:
    align = one.custom.get("align")
    if align in {"left", "center", "right"}:
        return str(align)
    return "right" if one.field.kind == NUMBER else "left"


def _head(one: Shown) -> dict[str, object]:
    width = one.custom.get("width")
    return {"name": one.name, "side": _side(one), "style": f"width:{int(width)}px" if width else ""}


def _cell(data: PanelData, frame: Frame, one: Shown, place: int) -> dict[str, object]:
    value = one.field.values[place]
    cell = one.cell(value)
    options = one.custom.get("cellOptions") or {}
    body: Html | str = cell.text
    style = ""
    match options.get("type"):
        case "color-text":
            style = f"color:{css(cell.color)}"
        case "color-background" if cell.color != TEXT:
            text = "#1F1F20" if is_light(cell.color) else "#FFFFFF"
            style = f"background:{css(cell.color)};color:{text}"
        case "gauge":
            number = value if isinstance(value, float) else None
            if number is not None:
                mode = str(options.get("mode"))
                body = _gauge(one.share(number), css(cell.color), cell.text, mode)
    if href := _href(data, frame, one, place):
        is_far = href.startswith("http")
        body = html(_LINK, href=href, text=body, is_far=is_far)
    return {"side": _side(one), "style": style, "body": body}


def _gauge(share: float, color: str, text: str, mode: str) -> Html:
    paint = f"background:linear-gradient(90deg,{faded(color, 0.4)},{color})"
    if mode == "lcd":
        paint = f"background:repeating-linear-gradient(90deg,{color} 0 5px,transparent 5px 7px)"
    style = f"width:max({share * 100:.2f}%,1px);{paint}"
    return html(_GAUGE, style=style, color=color, text=text)


def _href(data: PanelData, frame: Frame, one: Shown, place: int) -> str:
    """Return where the first link of a cell leads, with what its row says filled in."""
    links = one.config.get("links") or ()
    first: Mapping[str, Any] = next(iter(links), {})
    url = str(first.get("url") or "")
    row = {name: str(f.values[place]) for f in frame.fields for name in (f.name, f.title) if name}
    url = _FROM_ROW.sub(lambda found: row.get(found[1] or found[2], ""), url)
    url = _FROM_LABELS.sub(lambda found: one.field.labels.get(found[1], ""), url)
    return data.href(url) if url else ""
