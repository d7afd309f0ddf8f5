"""
The ledger of latencies counts slow requests right to the event: real Prometheus, known truth.

Rows as in `test_ledger_table`, of 8 pods over 2 hours. What a pair of bucket and count cannot tell
is lost or, where the two come apart within a tile, taken for slow; the row says how many at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest
from latency_worlds import MOMENTS, Scenario, world
from oracles import Server, running_prometheus
from problems import problems
from recorded import Recorded, ask, record
from remote_write import RECEIVER, write

from obsgen import build

SPEC: Final = """
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {{scrape_interval: 15s}}
---
apiVersion: obsgen/v1
kind: Service
name: {name}
where: {{job: {name}}}
metrics:
  latency_seconds: {{type: histogram, labels: [route], buckets: [0.5, 1, 2]}}
slos:
  - name: latency
    objective: 95
    sli: {{latency: {{histogram: latency_seconds, below: 1s}}}}
    ledger: {ledger}
"""
WIDE: Final = "{bridge: 5m}"
DEFAULT: Final = "{}"  # with scrapes every 15s: a bridge of 2m


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One row.

    Attributes:
        missing: So many of the slow requests at most are not counted, in percent.
        taken: So many fast ones at most are counted as slow.
        total_missing: So many of all requests at most are not counted, in percent.
    """

    scenario: Scenario
    ledger: str = WIDE
    missing: float = 0
    taken: int = 0
    total_missing: float = 0


ROWS: Final = {
    "nothing happens": Row(scenario=Scenario()),
    "the bucket is spelled 1.0": Row(scenario=Scenario(respelled=True)),
    "the bucket is spelled 1.0, default bridge": Row(
        scenario=Scenario(respelled=True), ledger=DEFAULT
    ),
    # Eight million requests of before are born at once, and refused. One scrape interval of 2h is
    # lost: 0.2 %, of 8 pods by chance up to 0.5.
    "every series gets another label": Row(
        scenario=Scenario(relabelled=True), missing=0.6, total_missing=0.6
    ),
    # Between the last scrape and the end lie 7.5s of 2h: 0.1 %, of 8 pods by chance up to 0.3.
    "processes restart": Row(scenario=Scenario(restarted=True), missing=0.5, total_missing=0.5),
    # The old spelling stands beside the new one for the rest of the tile, 25s with 8 pods and 2
    # requests a second, and hides the reset: those are taken for slow. For the length of the
    # bridge, 5m of 2h, the old one is the larger predecessor: 4 % are missing.
    "processes restart and spell the bucket 1.0": Row(
        scenario=Scenario(restarted=True, respelled=True),
        missing=7,
        taken=600,
        total_missing=0.5,
    ),
    # Pods with neither bucket nor pair are in neither count: what can be told is told.
    "half of the pods are replaced by some without the bucket": Row(
        scenario=Scenario(lacking=True), missing=0.5, total_missing=0.5
    ),
    "60 rare routes, born with their first request": Row(scenario=Scenario(routes=60)),
    "60 rare routes, born with their first request, default bridge": Row(
        scenario=Scenario(routes=60), ledger=DEFAULT
    ),
    # Once a minute and pod, at the last scrape of a tile, the bucket may be ahead of the count by
    # what comes in 200ms at 2 a second, and behind it in the next: 130 x 8 x 0.4 = 416.
    "buckets are read 200ms after their count": Row(scenario=Scenario(torn=200), taken=600),
    # Some 4 % of the slow requests are first ones of their route; where the bucket comes in the
    # next tile (one time of four) they are missing. What came between is taken for slow: few.
    "counts are born a scrape before their bucket": Row(
        scenario=Scenario(routes=60, late=15_000), missing=4, taken=10, total_missing=0.5
    ),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    config = tmp_path_factory.mktemp("latency") / "prometheus.yml"
    config.write_text("global: {scrape_interval: 15s}\n")
    with running_prometheus(config, *RECEIVER) as running:
        yield running


def recorded(server: Server, name: str, ledger: str) -> dict[str, Recorded]:
    built = build({"specs/shop.yaml": SPEC.format(name=name, ledger=ledger)})
    assert not problems(built)
    return record(server, built.compiled[0].rule_files[0].groups[0].rules, [MOMENTS])


@pytest.mark.parametrize("name", ROWS)
def test_the_ledger_counts_every_slow_request_that_a_pair_can_tell(server: Server, name: str):
    row = ROWS[name]
    job = f"latency-{list(ROWS).index(name)}"
    happened = world(job, row.scenario)
    write(server.url, happened.series)

    found = recorded(server, job, row.ledger)

    bad, total = found["slo:bad_events:increase1m"], found["slo:total_events:increase1m"]
    shown = f"bad {bad.sum()} of {happened.bad}, total {total.sum()} of {happened.total}"
    assert happened.bad * (1 - row.missing / 100) <= bad.sum() <= happened.bad + row.taken, shown
    assert happened.total * (1 - row.total_missing / 100) <= total.sum() <= happened.total, shown
    negative = [t for t in MOMENTS if not 0 <= (bad.at(t) or 0) <= (total.at(t) or 0)]
    assert not negative


@pytest.mark.parametrize(
    ("scenario", "off"),
    [
        # From the middle on the bucket is not found any more, and no difference either.
        pytest.param(Scenario(respelled=True), 0.1, id="spelled-1.0"),
        # Every request of a pod without the bucket is slow.
        pytest.param(Scenario(lacking=True), 10, id="without-the-bucket"),
    ],
)
def test_the_difference_of_sums_fails_in_the_same_worlds(server: Server, scenario, off):
    # Guards the table: sum(count) - sum(bucket) is what is usually written.
    job = f"sums-{'re' if scenario.respelled else 'no'}"
    happened = world(job, scenario)
    write(server.url, happened.series)
    count, bucket = (
        f'sum(increase(latency_seconds_{part}{{job="{job}"{le}}}[1m]))'
        for part, le in (("count", ""), ("bucket", ',le="1"'))
    )

    tiles = ask(server, f"{count} - {bucket}", MOMENTS)

    found = sum(float(value) for one in tiles for _, value in one["values"])
    assert abs(found - happened.bad) > off * happened.bad
