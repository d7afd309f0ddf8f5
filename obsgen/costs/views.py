"""Costs as people and programs read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Final

from obsgen.artefacts import Json
from obsgen.costs.series import BAD_SHARE, DEFAULT_SERIES, Assumptions
from obsgen.costs.slos import (
    PLAIN_EVALUATION,
    PLAIN_PERIOD_EVALUATION,
    PLAIN_WINDOWS,
    SloCost,
    total,
)
from obsgen.sections import Column, Section
from obsgen.units import number_text

_COLUMNS: Final = (
    Column("SLO"),
    Column("raw series", is_number=True),
    Column("bad series", is_number=True),
    Column("recorded series", is_number=True),
    Column("raw samples", is_number=True),
    Column("recorded samples", is_number=True),
    Column("stored", is_number=True),
    Column("plain: windows", is_number=True),
    Column("plain: period", is_number=True),
    Column("times cheaper", is_number=True),
)


def sections(costs: Iterable[SloCost], assumptions: Assumptions) -> tuple[Section, ...]:
    """Return a table for each environment, each service with its sum."""
    by_environment = groupby(costs, key=lambda cost: cost.environment)
    tables = tuple(
        Section(
            title=f"cost an hour{f' in {name}' if name else ''}",
            columns=_COLUMNS,
            rows=tuple(_rows(tuple(several))),
        )
        for name, several in by_environment
    )
    return (*tables, Section(title="what is counted", lines=tuple(_words(assumptions))))


def _rows(costs: tuple[SloCost, ...]) -> Iterator[tuple[str, ...]]:
    for service, several in groupby(costs, key=lambda cost: cost.service):
        own = tuple(several)
        for cost in own:
            yield _row(f"{service}/{cost.slo}", cost)
        if len(own) > 1:
            yield _row(f"{service}, all", total(own, service=service))


def _row(title: str, cost: SloCost) -> tuple[str, ...]:
    cheaper = cost.times_cheaper
    figures = (
        cost.raw_series,
        cost.bad_series,
        Fraction(cost.recorded_series),
        cost.raw_samples,
        cost.recorded_samples,
        cost.stored_samples,
        cost.plain_windows,
        cost.plain_period,
    )
    return (title, *map(_whole, figures), "" if cheaper is None else _whole(cheaper))


def _whole(value: Fraction) -> str:
    """
    Write a number without its part below one, in groups of three.

    >>> _whole(Fraction("3344880000.5"))
    '3,344,880,000'
    """
    return f"{round(value):,}"


def _words(assumptions: Assumptions) -> Iterator[str]:
    yield (
        "Samples are those that Prometheus counts (`totalQueryableSamples`), read by the rules of "
        "the SLOs in an hour: raw ones of scraped series, recorded ones of recorded series. Stored "
        "are those that the rules record. All are rounded to whole ones."
    )
    windows = ", ".join(map(str, PLAIN_WINDOWS))
    yield (
        f"Plain range queries read each series once in each of the windows {windows} every "
        f"{PLAIN_EVALUATION}, as the rules of Sloth and Pyrra do; and once in the period every "
        f"{PLAIN_PERIOD_EVALUATION}, as those of Pyrra do. Times cheaper: windows by raw samples."
    )
    share = f"{BAD_SHARE.denominator}th"
    yield (
        f"Series are as told by `--series`, else as the declared label values give, else "
        f"{DEFAULT_SERIES:,} for all events and a {share} of them for the bad ones; targets as "
        f"`scrape:` lists them, else one; {assumptions.groups} groups `by` labels without declared "
        "values (`--groups`)."
    )


def as_json(costs: Iterable[SloCost], assumptions: Assumptions) -> dict[str, Json]:
    """Return all figures, exactly or with 15 significant digits."""
    every = tuple(costs)
    scrape = assumptions.scrape_interval
    by_service = groupby(every, key=lambda cost: (cost.environment, cost.service))
    return {
        "assumptions": {
            "series": assumptions.series,
            "metrics": dict(assumptions.by_metric),
            "groups": assumptions.groups,
            "scrape_interval": None if scrape is None else str(scrape),
        },
        "services": [_json_service(tuple(several)) for _, several in by_service],
    }


def _json_service(costs: tuple[SloCost, ...]) -> dict[str, Json]:
    first = costs[0]
    return {
        "environment": first.environment,
        "service": first.service,
        **_figures(total(costs, service=first.service)),
        "slos": [{"slo": cost.slo, **_figures(cost)} for cost in costs],
    }


def _figures(cost: SloCost) -> dict[str, Json]:
    cheaper = cost.times_cheaper
    return {
        "raw_series": _exact(cost.raw_series),
        "bad_series": _exact(cost.bad_series),
        "recorded_series": cost.recorded_series,
        "raw_samples_per_hour": _exact(cost.raw_samples),
        "recorded_samples_per_hour": _exact(cost.recorded_samples),
        "stored_samples_per_hour": _exact(cost.stored_samples),
        "plain_windows_samples_per_hour": _exact(cost.plain_windows),
        "plain_period_samples_per_hour": _exact(cost.plain_period),
        "times_cheaper": None if cheaper is None else _exact(cheaper),
    }


def _exact(value: Fraction) -> Decimal:
    return Decimal(number_text(value))
