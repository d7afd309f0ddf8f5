"""
Recording rules as a ruler evaluates them, at past moments and without waiting.

Each rule is asked of a real Prometheus over all moments at once (`query_range`), and what it
gives is written back under the recorded name before the next rule is asked, with the stale marker
that a ruler writes when a series vanishes: the rules of a group see each other as they would live.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import requests
from oracles import Server
from remote_write import Series, write

from obsgen.artefacts import AlertingRule, RecordingRule

_TIMEOUT_SECONDS: Final = 120
_MOST_MOMENTS: Final = 10_000
"""Prometheus gives no more than 11,000 of a series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """
    What one rule recorded.

    Attributes:
        series: For each label set (without name) the value at each moment that has one.
    """

    series: Mapping[tuple[tuple[str, str], ...], Mapping[int, float]]

    def sum(self) -> float:
        """Add up every value of every series."""
        return sum(sum(values.values()) for values in self.series.values())

    def at(self, time: int) -> float | None:
        """Return the sum of all series at a moment, None where there are none."""
        found = [values[time] for values in self.series.values() if time in values]
        return sum(found) if found else None


def ask(server: Server, query: str, moments: range) -> list[dict[str, Any]]:
    """Return the series of a query at moments, which are milliseconds."""
    if len(moments) > _MOST_MOMENTS:
        parts = (
            ask(server, query, moments[:_MOST_MOMENTS]),
            ask(server, query, moments[_MOST_MOMENTS:]),
        )
        return [series for part in parts for series in part]
    data = {
        "query": query,
        "start": f"{moments[0] / 1000:.3f}",
        "end": f"{moments[-1] / 1000:.3f}",
        "step": f"{moments.step / 1000:.3f}",
    }
    with requests.Session() as session:
        session.trust_env = False  # a proxy of the environment does not know our loopback
        url = f"{server.url}/api/v1/query_range"
        answer = session.post(url, data=data, timeout=_TIMEOUT_SECONDS).json()
    assert answer["status"] == "success", f"{answer['error']}\n{query}"
    found: list[dict[str, Any]] = answer["data"]["result"]
    return found


def record(
    server: Server,
    rules: Iterable[RecordingRule | AlertingRule],
    runs: Sequence[range],
) -> dict[str, Recorded]:
    """
    Evaluate the recording rules in their order.

    Args:
        rules: Of one group; alerting rules are passed over.
        runs: The moments of evaluation, milliseconds; one range for each time the server was up.

    Returns:
        What was recorded under each name.
    """
    found = {}
    for rule in rules:
        if isinstance(rule, RecordingRule):
            found[rule.record] = _evaluated(server, rule, runs)
    return found


def _evaluated(server: Server, rule: RecordingRule, runs: Sequence[range]) -> Recorded:
    series: dict[tuple[tuple[str, str], ...], dict[int, float]] = {}
    markers: dict[tuple[tuple[str, str], ...], set[int]] = {}
    for moments in runs:
        for one in ask(server, rule.expr, moments):
            labels = {**one["metric"], **rule.labels}
            labels.pop("__name__", None)
            key = tuple(sorted(labels.items()))
            values = {round(time * 1000): float(value) for time, value in one["values"]}
            series.setdefault(key, {}).update(values)
            # A ruler that was down does not know what it had recorded before.
            ends = {time + moments.step for time in values} - values.keys()
            markers.setdefault(key, set()).update(ends & set(moments))
    write(server.url, [_written(rule.record, key, series[key], markers[key]) for key in series])
    return Recorded(series=series)


def _written(
    name: str, key: tuple[tuple[str, str], ...], values: Mapping[int, float], markers: set[int]
) -> Series:
    times = sorted(values.keys() | markers)
    return Series(
        labels={"__name__": name, **dict(key)},
        times=times,
        values=[values.get(time) for time in times],
    )
