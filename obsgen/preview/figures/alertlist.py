"""The alerts that fire, of Prometheus itself: their names, states, labels, and since when."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from obsgen.preview.figures.panel import Drawn, Figure, Json, PanelData
from obsgen.preview.formats import shown
from obsgen.preview.frames import Frame, Value
from obsgen.preview.markup import html
from obsgen.preview.ranges import SECOND

_TEMPLATE: Final = """\
<ul class="alerts">
{% for group in groups %}
{% if group.name %}<li class="group"><strong>{{ group.name }}</strong>
<span class="since">{{ group.alerts | length }}</span></li>{% endif %}
{% for alert in group.alerts %}
<li><span class="state {{ alert.state }}">{{ alert.state }}</span>
<span class="what"><strong>{{ alert.name }}</strong>
<span class="tags">
{% for tag in alert.tags %}
<span class="tag">{{ tag }}</span>
{% endfor %}
</span></span>
<span class="since">{{ alert.since }}</span></li>
{% endfor %}
{% else %}
<li class="none">No alerts matching filters</li>
{% endfor %}
</ul>"""
_SHOWN_ALREADY: Final = frozenset({"alertname", "alertstate", "Time", "Value #A", "Value #B"})
_MOST: Final = 20

# Grafana's `SortOrder` of lists of alerts, and its order of importance.
_BY_NAME_DOWN, _BY_IMPORTANCE, _OLDEST_FIRST, _NEWEST_FIRST = 2, 3, 4, 5
_IMPORTANCE: Final = {"firing": 0, "pending": 1}


def _targets(panel: Json) -> Sequence[Json]:
    options = panel.get("options") or {}
    wanted = options.get("stateFilter") or {}
    states = [state for state in ("firing", "pending") if wanted.get(state, state == "firing")]
    matchers = [f'alertstate=~"{"|".join(states)}"']
    if name := options.get("alertName"):
        matchers.append(f"alertname=~{json.dumps(f'.*{name}.*')}")
    inner = str(options.get("alertInstanceLabelFilter") or "").strip("{} ")
    selector = ",".join(filter(None, [*matchers, inner]))
    since = 'label_replace(ALERTS_FOR_STATE, "alertstate", "firing", "", "")'
    return (
        {"refId": "A", "expr": f"ALERTS{{{selector}}}", "instant": True, "format": "table"},
        {"refId": "B", "expr": since, "instant": True, "format": "table"},
    )


@dataclass(frozen=True, slots=True)
class _Alert:
    name: str
    state: str
    tags: tuple[str, ...]
    since: str
    began: float


@dataclass(frozen=True, slots=True)
class _Group:
    """Alerts that stand together under what they share; without a name if all do."""

    name: str
    alerts: tuple[_Alert, ...]


def _draw(data: PanelData) -> Drawn:
    tables = {frame.ref: frame for frame in data.frames}
    began = {
        _identity(row): row.get("Value #B")
        for row in _rows(tables.get("B"))
        if row.get("alertname")
    }
    most = int(data.options.get("maxItems") or _MOST)
    by = [str(label) for label in data.options.get("groupBy") or ()]
    found: dict[str, list[_Alert]] = {}
    for row in _rows(tables.get("A")):
        alert = _alert(row, began.get(_identity(row)), data.range.end, by)
        name = ", ".join(f"{label}={row[label]}" for label in by if row.get(label))
        found.setdefault(name, []).append(alert)
    order = _order(int(data.options.get("sortOrder") or 1))
    every = [alert for name in sorted(found) for alert in sorted(found[name], key=order)]
    kept = set(map(id, every[:most]))
    groups = [
        _Group(name, tuple(a for a in sorted(found[name], key=order) if id(a) in kept))
        for name in sorted(found)
    ]
    return Drawn(body=html(_TEMPLATE, groups=[group for group in groups if group.alerts]))


def _order(wanted: int) -> Callable[[_Alert], tuple[object, ...]]:
    """Return the key by which Grafana sorts alerts."""
    keys: Mapping[int, Callable[[_Alert], tuple[object, ...]]] = {
        _BY_NAME_DOWN: lambda a: tuple(-ord(letter) for letter in a.name),
        _BY_IMPORTANCE: lambda a: (_IMPORTANCE.get(a.state, len(_IMPORTANCE)), a.name),
        _OLDEST_FIRST: lambda a: (a.began, a.name),
        _NEWEST_FIRST: lambda a: (-a.began, a.name),
    }
    return keys.get(wanted, lambda a: (a.name, a.tags))


FIGURE: Final = Figure(draw=_draw, targets=_targets, is_still=True)


def _rows(frame: Frame | None) -> Sequence[Mapping[str, Value]]:
    if frame is None:
        return ()
    names = [field.name for field in frame.fields]
    columns = (field.values for field in frame.fields)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _identity(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    own = {k: v for k, v in row.items() if isinstance(v, str) and v}
    for name in ("alertstate", "__name__"):
        own.pop(name, None)
    return tuple(sorted(own.items()))


def _alert(row: Mapping[str, Value], began: Value, now: int, by: Sequence[str]) -> _Alert:
    tags = (
        f"{name}={value}"
        for name, value in row.items()
        if isinstance(value, str) and value and name not in {*_SHOWN_ALREADY, *by, "__name__"}
    )
    since = ""
    if isinstance(began, float):
        since = f"for {shown(max(0.0, now / SECOND - began), 'dtdurations', 0)}"
    return _Alert(
        name=str(row["alertname"]),
        state=str(row.get("alertstate")),
        tags=tuple(tags),
        since=since,
        began=began if isinstance(began, float) else float(now),
    )
