"""
Where rows of tables lead: labels that hold the uid of a dashboard, and links that read them.

What a link carries is Grafana's "Configure panel options / data links": the datasource, variables
and the time range, so that the reader goes on with what was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from obsgen import names
from obsgen.artefacts import Json
from obsgen.model import Service
from obsgen.packs._panels import override

_HOMES: Final = ("overview", "red", "slo", "use", "probes", "security", "alerts")
"""What tells most of a service, the best first."""


def home_of(service: Service, *, without: str = "") -> str:
    """Return the uid of the dashboard that tells most of a service; empty where it has none."""
    words = (word for word in _HOMES if word in service.ready_dashboards and word != without)
    word = next(words, "")
    return names.uid(word, service.name) if word else ""


def uids_of(word: str, services: Iterable[Service]) -> Mapping[str, str]:
    """Return the uid of a word's dashboard of each service, else of the service's home."""
    found = {
        service.name: names.uid(word, service.name)
        if word in service.ready_dashboards
        else home_of(service)
        for service in services
    }
    return {name: uid for name, uid in found.items() if uid}


def with_uids(expr: str, label: str, uids: Mapping[str, str], *, of: str = "service") -> str:
    """
    Return an expression with a label that says which dashboard a row leads to.

    Args:
        uids: The uid by the value of the label *of*; a row of none of them leads nowhere.
    """
    by_start: dict[str, list[str]] = {}
    for value, uid in uids.items():
        by_start.setdefault(uid.removesuffix(value), []).append(value)
    for start, values in by_start.items():
        if all(uids[value] == start + value for value in values):
            expr = _labelled(expr, label, f"{start}$1", of, f"({'|'.join(values)})")
        else:
            expr = _labelled(expr, label, start, of, "|".join(values))
    return expr


def _labelled(expr: str, label: str, value: str, source: str, pattern: str) -> str:
    return f'label_replace({expr}, "{label}", "{value}", "{source}", "{pattern}")'


def way(field: str, **variables: str) -> str:
    """
    Return the URL of a row's dashboard.

    Args:
        field: The column that holds its uid.
        variables: The column that each of its variables begins with.
    """
    return way_to(f"${{__data.fields.{field}}}", **variables)


def way_to(uid: str, **variables: str) -> str:
    """
    Return the URL of one dashboard, as `way` does.

    >>> way_to("obs-slo-shop", slo="slo").partition("&")[2]
    'var-slo=${__data.fields.slo}&${__url_time_range}'
    """
    chosen = "".join(
        f"&var-{name}=${{__data.fields.{column}}}" for name, column in variables.items()
    )
    return f"/d/{uid}?${{datasource:queryparam}}{chosen}&${{__url_time_range}}"


def cell_links(column: str, links: Sequence[tuple[str, str]]) -> Mapping[str, Json]:
    """Return the override that gives the cells of a column links: (title, URL)."""
    listed: list[Json] = [
        {"title": title, "url": url, "targetBlank": url.startswith("http")} for title, url in links
    ]
    return override(column, {"links": listed})
