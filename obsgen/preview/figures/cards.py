"""Cards: what stands in a panel that the preview cannot fill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from obsgen.preview.figures.panel import Drawn, PanelData
from obsgen.preview.markup import html


def card(title: str, text: str, *queries: str) -> Drawn:
    """Return a card with what is to be said, and the queries as they would be asked."""
    body = html(
        '<div class="card"><strong>{{ title }}</strong><span>{{ text }}</span>'
        "{% for query in queries %}<code>{{ query }}</code>{% endfor %}</div>",
        title=title,
        text=text,
        queries=queries,
    )
    return Drawn(body=body, note=f"{title}: {text}")


def foreign(data: PanelData) -> Drawn:
    """Return the card of a panel that asks another datasource than Prometheus."""
    source = (data.panel.get("datasource") or {}).get("type") or "another datasource"
    queries = (data.fill(_query(one)) for one in data.panel.get("targets") or ())
    return card(f"Asks {source}", "the preview asks Prometheus alone", *filter(None, queries))


def _query(target: Mapping[str, Any]) -> str:
    query = str(target.get("expr") or target.get("query") or "")
    asked = (f"{words} {target[key]}" for key, words in _SEARCH.items() if target.get(key))
    return ", ".join(filter(None, (query, *asked)))


# Shape: Jaeger's `JaegerQuery` of a search; `limit` is not what is looked for.
_SEARCH: Final[Mapping[str, str]] = {
    "service": "service",
    "operation": "operation",
    "tags": "tags",
    "minDuration": "at least",
    "maxDuration": "at most",
}
