"""
Questions to a Prometheus, and what of its answers is numbers.

A query that Prometheus refuses is a `QueryFailed`, of one panel; a server that is not there, or no
Prometheus, is an error of the whole run.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from obsgen.http import Client, ServerRefused, ServerTooSlow, shown
from obsgen.importers import answers
from obsgen.importers.prometheus import ApiUnreadable

_API: Final = "/api/v1/"
_JSON: Final = "application/json"
_MS: Final = 1_000
_MOST_POINTS: Final = 11_000
"""Of one series that Prometheus gives."""


class QueryFailed(Exception):
    """Prometheus does not answer one query; the text says why, on one line."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """
    A series of an answer.

    Attributes:
        points: Values by milliseconds since the epoch; NaN and infinities are among them.
    """

    labels: Mapping[str, str]
    points: Mapping[int, float]


Matrix = tuple[Sampled, ...]


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A server that is asked; *url* is without `/api/v1`."""

    client: Client
    url: str

    def check(self) -> None:
        """
        Demand that it is one, and answers.

        Raises:
            HttpError, ApiUnreadable: it is not there, or something else.
        """
        try:
            self.data("query", (("query", "1"),))
        except QueryFailed as failed:
            raise ApiUnreadable(f"`{shown(self.url)}` does not answer queries: {failed}") from None

    def range(self, query: str, start: int, end: int, step: int) -> Matrix:
        """
        Return the series of a query between two moments, all in milliseconds.

        Raises:
            QueryFailed: Prometheus refuses it.
            HttpError, ApiUnreadable: there is no Prometheus any more.
        """
        found: dict[tuple[tuple[str, str], ...], dict[int, float]] = {}
        span = step * (_MOST_POINTS - 1)
        for first in range(start, end + 1, span + step):
            params = (
                ("query", query),
                ("start", _seconds(first)),
                ("end", _seconds(min(first + span, end))),
                ("step", _seconds(step)),
            )
            for one in answers.rows(answers.mapping(self.data("query_range", params))["result"]):
                key = tuple(sorted(_labels(one).items()))
                found.setdefault(key, {}).update(_points(answers.items(one.get("values"))))
        return tuple(Sampled(dict(key), points) for key, points in found.items())

    def instant(self, query: str, at: int) -> Matrix:
        """
        Return the series of a query at one moment; a plain number is a series without labels.

        Raises:
            As `range`.
        """
        data = answers.mapping(self.data("query", (("query", query), ("time", _seconds(at)))))
        result = data.get("result")
        if data.get("resultType") in {"scalar", "string"}:
            return (Sampled({}, dict(_points([result]))),)
        return tuple(
            Sampled(_labels(one), dict(_points([one.get("value")]))) for one in answers.rows(result)
        )

    def label_values(self, label: str, selector: str, start: int, end: int) -> tuple[str, ...]:
        """
        Return the values of a label, of all series or of those of a selector, sorted.

        Raises:
            As `range`.
        """
        params = [("start", _seconds(start)), ("end", _seconds(end))]
        if selector:
            params.append(("match[]", selector))
        return tuple(sorted(answers.texts(self.data(f"label/{quote(label)}/values", params))))

    def data(self, path: str, params: Sequence[tuple[str, str]] = ()) -> object:
        """
        Return the `data` of what a path below `/api/v1/` answers.

        Raises:
            As `range`.
        """
        where = shown(self.url)
        try:
            answer = self.client.get(self.url + _API + path, params, accept=_JSON)
        except ServerRefused as refused:
            if said := answers.error_text(refused.body):
                raise QueryFailed(said) from refused
            raise
        except ServerTooSlow as slow:
            raise QueryFailed(
                f"{slow.message}: ask for less, or wait longer (`--timeout`)"
            ) from slow
        try:
            document = json.loads(answer.body)
        except (ValueError, RecursionError):
            document = None
        if answers.mapping(document).get("status") != "success":
            raise ApiUnreadable(
                f"`{where}` answers with something else than a Prometheus does",
                "give the address at which its own pages begin: `http://prometheus:9090`",
            )
        data = answers.mapping(document).get("data")
        if path in {"query", "query_range"} and "result" not in answers.mapping(data):
            raise ApiUnreadable(f"`{where}` gives no result to a query")
        return data


def _labels(one: Mapping[str, object]) -> dict[str, str]:
    metric = answers.mapping(one.get("metric"))
    return {name: value for name, value in metric.items() if isinstance(value, str)}


def _points(samples: Sequence[object]) -> Iterator[tuple[int, float]]:
    for sample in samples:
        try:
            at, value = answers.items(sample)
            yield round(float(str(at)) * _MS), float(str(value))
        except (ValueError, OverflowError):
            yield 0, math.nan


def _seconds(ms: int) -> str:
    return f"{ms // _MS}.{ms % _MS:03d}"
