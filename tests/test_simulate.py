"""
Simulated traffic: the same seed gives the same bytes, and what is true is what the counters say.

A small service for some hours; the history is read back line by line, and by the real promtool.
"""

from __future__ import annotations

import io
import re
import subprocess
from collections import defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from oracles import tool

from obsgen import build
from obsgen.matchers import Matcher
from obsgen.simulate import Scraper, Selection, Size, Span, World, populate, tell, write_history
from obsgen.simulate.stories import Plot

HOUR = 3_600_000
START = 1_700_000_040_000 // 60_000 * 60_000
"""A whole minute, in milliseconds."""

SPEC = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: cart
scrape: [{job: cart, targets: ["cart-1:80", "cart-2:80"]}]
where: {job: cart}
metrics:
  requests_total:
    {type: counter, labels: {code: ["200", "404", "500"]}, role: requests, bad: {code: "5.."}}
  duration_seconds: {type: histogram, labels: [route], buckets: [0.1, 0.5, 1], role: duration}
  queue_length: {type: gauge}
"""

QUIET = Plot(
    arrivals=2000, idle=0, incidents=0, bursts=0, restarts=0, gaps=0, long_gaps=0, missed_ppm=0
)
RICH = Plot(
    arrivals=2000,
    failing_ppm=2000,
    idle=4,
    incidents=24,
    bursts=200,
    restarts=12,
    gaps=24,
    long_gaps=0,
)


def simulated(plot: Plot, seed: int, hours: int = 4) -> tuple[str, dict[str, int]]:
    """Return the history of the service, and the true counts of a few selections."""
    service = build({"specs/cart.yaml": SPEC}).specs[0].services[0]
    targets = populate(service, Size(targets=2))
    span = Span(START, START + hours * HOUR)
    story = tell(plot, span, targets=len(targets), seed=seed)
    world = World(targets, story.traffic, seed=seed, start=START)
    wanted = {
        "total": Selection(metric="requests_total"),
        "bad": Selection(metric="requests_total", where=(Matcher("code", "=~", "5.."),)),
    }
    accounts = {name: world.account(selection) for name, selection in wanted.items()}
    file = io.StringIO()
    write_history(Scraper(world, story.scraping, seed=seed), span.end, file)
    truth = {name: account.events(span) for name, account in accounts.items()}
    truth |= {f"{name} lost": account.lost(span) for name, account in accounts.items()}
    return file.getvalue(), truth


@cache
def quiet() -> tuple[str, dict[str, int]]:
    return simulated(QUIET, seed=7)


@cache
def rich() -> tuple[str, dict[str, int]]:
    return simulated(RICH, seed=7)


def samples(text: str, name: str) -> dict[str, list[tuple[float, float]]]:
    """Return (time, value) of each series of a name, by its labels."""
    found = defaultdict(list)
    for line in text.splitlines():
        if match := re.fullmatch(rf"{name}(\{{.*\}})? (\S+) (\S+)", line):
            found[match[1] or ""].append((float(match[3]), float(match[2])))
    return dict(found)


def test_the_same_seed_gives_the_same_bytes_and_another_one_others():
    assert quiet() == simulated(QUIET, seed=7)
    assert quiet()[0] != simulated(QUIET, seed=8)[0]


def test_the_truth_is_what_the_counters_have_grown_by_where_nothing_was_missed():
    # Counters begin at zero with their process and the account with it: the last value of each
    # series is what happened until the last scrape, at most 16s before the end.
    text, truth = quiet()
    series = samples(text, "requests_total")
    grown = sum(values[-1][1] for values in series.values())
    bad = sum(values[-1][1] for labels, values in series.items() if 'code="500"' in labels)

    assert 0 < truth["total"] - grown + 1 <= truth["total"] * 16 / (4 * 3600) * 5
    assert 0 <= truth["bad"] - bad <= 20
    assert truth["total"] > 1000


def test_counters_fall_only_when_their_process_restarts():
    text, _ = rich()
    starts = samples(text, "process_start_time_seconds")
    born = sorted({value for values in starts.values() for _, value in values})

    assert len(born) > 2
    for values in samples(text, "requests_total").values():
        for (before, low), (after, high) in pairwise(values):
            if high < low:
                assert any(before < moment <= after for moment in born)


def test_series_are_born_with_their_first_event_and_targets_come_and_go():
    text, truth = rich()
    first = min(values[0][0] for values in samples(text, "requests_total").values())
    ups = [value for values in samples(text, "up").values() for _, value in values]

    assert any(values[0][0] > first + 60 for values in samples(text, "requests_total").values())
    assert {0.0, 1.0} == set(ups)
    assert truth["bad"] > 0
    assert truth["total lost"] > 0


def test_buckets_are_cumulative_and_their_bounds_the_declared_ones():
    text, _ = quiet()
    by_route: dict[str, dict[str, dict[float, float]]] = defaultdict(dict)
    for labels, values in samples(text, "duration_seconds_bucket").items():
        le = re.search(r'le="([^"]+)"', labels)[1]
        by_route[re.sub(r',?le="[^"]+"', "", labels)][le] = dict(values)

    assert by_route
    for buckets in by_route.values():
        assert {"0.1", "0.5", "1.0", "+Inf"} == set(buckets) or {"0.1", "0.5", "1", "+Inf"} == set(
            buckets
        )
        ordered = sorted(buckets, key=float)
        for moment in buckets[ordered[0]]:
            counts = [buckets[le][moment] for le in ordered]
            assert counts == sorted(counts)


def test_only_declared_label_values_appear():
    text, _ = rich()

    assert {"200", "404", "500"} >= set(re.findall(r'requests_total\{[^}]*code="(\d+)"', text))


@pytest.mark.parametrize("history", [quiet, rich])
def test_promtool_makes_blocks_of_a_history(tmp_path: Path, history):
    (tmp_path / "data.om").write_text(history()[0])
    command = [
        *(tool("promtool"), "tsdb", "create-blocks-from", "openmetrics"),
        *(tmp_path / "data.om", tmp_path / "data"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stderr
    assert list((tmp_path / "data").iterdir())
