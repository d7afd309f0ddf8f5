"""How many series a query gives: counted by the server, so that no answer is large."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from obsgen.live.verify.several import answers
from obsgen.live.verify.world import World
from obsgen.preview.server import QueryFailed
from obsgen.promql import PromqlError, Type, parse, result_type

Count = int | str
"""Of series; a text says why the query fails."""


def counts(world: World, queries: Iterable[str]) -> Mapping[str, Count]:
    """
    Return how many series each query gives now, each asked once.

    Raises:
        HttpError, ApiUnreadable: there is no Prometheus any more.
    """
    every = tuple(dict.fromkeys(queries))
    return dict(zip(every, answers(lambda query: _count(world, query), every), strict=True))


def gave(world: World, queries: Iterable[tuple[str, int]]) -> Mapping[tuple[str, int], bool]:
    """
    Say which queries gave something within so many milliseconds before now.

    Raises:
        As `counts`.
    """
    every = tuple(dict.fromkeys(queries))

    def ask(question: tuple[str, int]) -> bool:
        query, span = question
        step = max(60_000, span // 100)
        try:
            start = world.now - span // step * step
            return bool(world.live.range(_counted(query), start, world.now, step))
        except QueryFailed:
            return False

    return dict(zip(every, answers(ask, every), strict=True))


def _count(world: World, query: str) -> Count:
    try:
        found = world.live.instant(_counted(query), world.now)
    except QueryFailed as failed:
        return str(failed)
    return sum(_whole(value) for one in found for value in one.points.values())


def _whole(value: float) -> int:
    return round(value) if math.isfinite(value) else 1


def _counted(query: str) -> str:
    try:
        kind = result_type(parse(query))
    except PromqlError:
        kind = Type.VECTOR
    # A number is one series. The line end closes a comment.
    return f"count(vector({query}\n))" if kind is Type.SCALAR else f"count({query}\n)"
