"""How many raw samples rules read, as Prometheus itself counts them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import requests
from oracles import Server
from recorded import record
from remote_write import Series, write

from benchmarks.backfill import DAY, MINUTE, START, service_for
from benchmarks.formulas import SLIS, empty_server, recording
from benchmarks.table import Figure

_WINDOWS: Final = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
"""Of the usual rules: those of the tiers (SRE Workbook, chapter 5)."""
_SCRAPE: Final = 15_000
_RECORDED: Final = 90 * MINUTE
"""So much of the ledger is there when it is asked what it reads: births look an hour back."""
_AIM: Final = 1 / 1_000
_TIMEOUT_SECONDS: Final = 120


def cost(series: int) -> Iterator[Figure]:
    """Yield what one evaluation reads, as Prometheus counts it, a tenth of the series being bad."""
    _, groups = service_for(30, 1)
    end = START + 3 * DAY + DAY // 2
    with empty_server() as server:
        write(server.url, list(_counters(series, end)))
        moments = range(end - _RECORDED, end + 1, MINUTE)
        record(server, recording(groups[0], "increase"), [moments])
        own = [
            rule for group in groups for rule in group.rules if rule.labels["slo"] == "availability"
        ]
        raw = [r for r in own if "requests_total" in r.expr]
        read = sum(_read(server, rule.expr, end) for rule in raw)
        sli = SLIS["availability"]
        queries = [f"{bad} / {total}" for total, bad in (sli.counted("rate", w) for w in _WINDOWS)]
        usual = 2 * sum(_read(server, query, end) for query in queries)
    what = f"{series:,} series, a tenth bad, scraped every 15s: raw samples a minute"
    yield Figure(what=f"{what}, seven windows every 30s", measured=f"{usual:,}")
    yield Figure(
        what=f"{what}, obsgen",
        measured=f"{read:,}, 1/{usual / read:,.0f}",
        ratio=1000 * read / usual,
        at_most=1000 * _AIM,
        unit="‰",
    )


def _counters(series: int, end: int) -> Iterator[Series]:
    """Yield counters that grow steadily; how fast makes no difference to what is read."""
    times = range(START, end + 1, _SCRAPE)
    values = [float(place) for place in range(len(times))]
    up = {"__name__": "up", "job": "shop", "instance": "shop-1:8080"}
    yield Series(labels=up, times=times, values=[1.0] * len(times))
    for number in range(series):
        code = "500" if number % 10 == 0 else "200"
        labels = {"__name__": "requests_total", "job": "shop", "instance": "shop-1:8080"}
        yield Series(
            labels={**labels, "code": code, "method": str(number)}, times=times, values=values
        )


def _read(server: Server, query: str, moment: int) -> int:
    """Return how many samples an evaluation reads."""
    with requests.Session() as session:
        session.trust_env = False  # a proxy of the environment does not know our loopback
        data = {"query": query, "time": f"{moment / 1000:.3f}", "stats": "all"}
        answer = session.post(f"{server.url}/api/v1/query", data=data, timeout=_TIMEOUT_SECONDS)
    answer.raise_for_status()
    samples: int = answer.json()["data"]["stats"]["samples"]["totalQueryableSamples"]
    return samples
