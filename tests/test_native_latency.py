"""
The ledger of a native histogram: real Prometheus with native histograms, known truth.

Observations fall into buckets whose bounds are powers of two, as Prometheus' own schema 0 has
them, so that a limit of 500ms divides them exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final

import pytest
from oracles import Server, promtool_check_rules, running_prometheus
from problems import problems
from recorded import Recorded, record
from remote_write import RECEIVER, Native, Series, write

from obsgen import Options, build

SPEC: Final = """
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {{version: "{version}"}}
---
apiVersion: obsgen/v1
kind: Service
name: {job}
where: {{job: {job}}}
metrics:
  latency_seconds: {{type: native_histogram, labels: {{region: [eu, us]}}}}
slos:
  - name: latency
    objective: 95
    sli: {{latency: {{histogram: latency_seconds, below: {below}}}}}
"""
SCRAPE: Final = 15_000
MINUTE: Final = 60_000
SCRAPES: Final = 8 * 60
START: Final = 1_700_006_400_000
MOMENTS: Final = range(START + MINUTE, START + 121 * MINUTE, MINUTE)
FIRST: Final = -4
"""The bounds of the buckets are 1/16 to 8 seconds; of the fourth of them, half a second."""
FAST: Final = 4
QUIET: Final = 8
"""Scrapes at both ends during which nothing happens."""


def histories(
    seed: int, *, born: int = 0, reset: int = 0
) -> tuple[list[Native | None], list[tuple[int, int]]]:
    """
    Return the histogram at each scrape, and all and slow observations between two of them.

    Args:
        born: The scrape before which there is no series; it has counted a little when it comes.
        reset: The scrape at which everything begins anew.
    """
    random = Random(seed)
    buckets = [0] * 8
    seen: list[Native | None] = []
    grown = []
    for scrape in range(SCRAPES + 1):
        if reset and scrape == reset:
            buckets = [0] * 8
        here = [random.randint(0, 3) for _ in buckets]
        if not QUIET <= scrape < SCRAPES - QUIET or scrape < born:
            here = [0] * 8
        buckets = [a + b for a, b in zip(buckets, here, strict=True)]
        seen.append(None if scrape < born else Native(FIRST, tuple(buckets)))
        grown.append((sum(here), sum(here[FAST:])))
    return seen, grown


def series(job: str, region: str, values: Sequence[Native | None]) -> Series:
    told = [(START + n * SCRAPE, v) for n, v in enumerate(values) if v is not None]
    labels = {"__name__": "latency_seconds", "job": job, "instance": "one", "region": region}
    return Series(labels=labels, times=[t for t, _ in told], values=[v for _, v in told])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    config = tmp_path_factory.mktemp("native") / "prometheus.yml"
    config.write_text("{}")
    with running_prometheus(config, *RECEIVER, "--enable-feature=native-histograms") as running:
        yield running


def counted(server: Server, job: str, below: str = "500ms") -> dict[str, Recorded]:
    built = build({"a.yaml": SPEC.format(job=job, below=below, version="2.42")})
    (rules,) = built.compiled[0].rule_files
    return record(server, rules.groups[0].rules, [MOMENTS])


def stored(server: Server, job: str, *worlds: Sequence[Native | None]) -> None:
    up = {"job": job, "instance": "one", "__name__": "up"}
    times = range(START, START + SCRAPES * SCRAPE + 1, SCRAPE)
    every = [
        series(job, region, values) for region, values in zip(("eu", "us"), worlds, strict=False)
    ]
    write(server.url, [*every, Series(labels=up, times=times, values=[1.0] * len(times))])


def test_every_observation_counts_and_those_above_a_power_of_two_are_slow(server: Server):
    (one, grown), (other, more) = histories(1), histories(2)
    stored(server, "steady", one, other)
    found = counted(server, "steady")

    both = [*grown, *more]
    assert sum(total for total, _ in both) == pytest.approx(
        found["slo:total_events:increase1m"].sum(), rel=1e-12
    )
    assert sum(slow for _, slow in both) == pytest.approx(
        found["slo:bad_events:increase1m"].sum(), rel=1e-9
    )


def test_limits_may_differ_by_a_label(server: Server):
    (one, grown), (other, more) = histories(3), histories(4)
    stored(server, "regions", one, other)
    found = counted(server, "regions", "{by: region, eu: 500ms, us: 8s}")

    # All is at most 8 seconds.
    assert sum(slow for _, slow in grown) == pytest.approx(
        found["slo:bad_events:increase1m"].sum(), rel=1e-9
    )
    assert sum(total for total, _ in [*grown, *more]) == pytest.approx(
        found["slo:total_events:increase1m"].sum(), rel=1e-12
    )


def test_a_new_series_counts_from_its_first_observation(server: Server):
    (one, grown), (other, more) = histories(5), histories(6, born=120)
    stored(server, "born", one, other)
    found = counted(server, "born")

    assert sum(slow for _, slow in [*grown, *more]) == pytest.approx(
        found["slo:bad_events:increase1m"].sum(), rel=1e-9
    )
    assert 0 < found["slo:total_born:increase1m"].sum()


def test_after_a_reset_what_was_counted_since_counts(server: Server):
    one, grown = histories(7, reset=240)
    stored(server, "reset", one)
    found = counted(server, "reset")

    # What came between the last tile and the reset within the same tile is not seen.
    tile = MINUTE // SCRAPE
    hidden = sum(slow for _, slow in grown[240 - tile : 240])
    slow = sum(slow for _, slow in grown)
    assert slow - hidden <= found["slo:bad_events:increase1m"].sum() <= slow * (1 + 1e-9)


def test_promtool_accepts_the_rules(tmp_path: Path):
    built = build({"a.yaml": SPEC.format(job="x", below="0.3s", version="2.42")})
    (file,) = (f for f in built.files if f.path.endswith(".rules.yml"))
    (tmp_path / "rules.yml").write_bytes(file.data)
    promtool_check_rules([tmp_path / "rules.yml"])


def test_an_older_prometheus_is_an_error():
    built = build({"a.yaml": SPEC.format(job="x", below="500ms", version="2.39")}, Options())

    assert ["SLO334"] == [d.code.id for d in problems(built)]
