"""How fast a total outage is seen, beside raw rules that are evaluated at the same moments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeGuard

from oracles import Server
from recorded import ask, record
from remote_write import write

from benchmarks.backfill import DAY, MINUTE, START, played, service_for
from benchmarks.formulas import SLIS, empty_server, recording
from benchmarks.table import Figure
from obsgen.artefacts import AlertingRule, RecordingRule
from obsgen.simulate import Incident, Span, tell
from obsgen.simulate.stories import Plot

_HOUR: Final = 60 * MINUTE
_TARGETS: Final = 2
_OUTAGES: Final = 8
_AIM_SECONDS: Final = 60
_ALL: Final = 1_000_000
"""Parts per million that fail."""


def detection(seed: int) -> Figure:
    """Return how much later than by raw rules the fastest tier sees total outages."""
    service, groups = service_for(1, _TARGETS)
    span = Span(START, START + DAY)
    # Every two hours and a bit, so that each begins at another second of a tile.
    starts = [span.start + (4 + 2 * n) * _HOUR + n * 7_000 + 1_000 for n in range(_OUTAGES)]
    outages = tuple(
        Incident(span=Span(start, start + _HOUR // 2), failing_ppm=_ALL) for start in starts
    )
    plot = Plot(arrivals=20_000, incidents=0, restarts=0, gaps=0, long_gaps=0, idle=0, missed_ppm=0)
    told = tell(plot, span, targets=_TARGETS, seed=seed)
    story = replace(told, traffic=replace(told.traffic, incidents=outages))
    backfill = played(service, story, span, seed=seed)
    (alert,) = (r for r in groups[0].rules if _is_fastest(r))
    moments = range(span.start + MINUTE, span.end + 1, MINUTE)
    limit = re.findall(r"> ([0-9.]+)", alert.expr)[0]
    windows = [alert.labels["long_window"], alert.labels["short_window"]]
    sides = [SLIS["availability"].counted("rate", window) for window in windows]
    usual = " and ".join(f"({bad} / {total} > {limit})" for total, bad in sides)
    with empty_server() as server:
        write(server.url, backfill.series)
        record(server, recording(groups[0], ":"), [moments])
        own, raw = (_firing(server, query, moments) for query in (alert.expr, usual))
    delays = [(_first(own, start) - _first(raw, start)) / 1000 for start in starts]
    return Figure(
        what=f"{len(delays)} total outages: later than raw {'/'.join(windows)} rules, at most",
        measured=" ".join(f"{delay:.0f}s" for delay in delays),
        ratio=max(delays),
        at_most=_AIM_SECONDS,
        unit="s",
    )


def _is_fastest(rule: RecordingRule | AlertingRule) -> TypeGuard[AlertingRule]:
    is_alert = isinstance(rule, AlertingRule)
    return is_alert and rule.labels.items() >= {"slo": "availability", "tier": "fast"}.items()


def _firing(server: Server, query: str, moments: range) -> list[int]:
    found = ask(server, query, moments)
    return sorted({round(at * 1000) for series in found for at, _ in series["values"]})


def _first(moments: Sequence[int], start: int) -> int:
    return next(moment for moment in moments if moment > start)
