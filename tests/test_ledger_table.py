"""
The ledger counts right to the event whatever happens to scrapes: real Prometheus, known truth.

Each row is a world of 40 targets over 6 hours, with bursts of bad events inside one scrape; its
samples are written with the stale markers that a scrape loop writes, and the generated rules are
evaluated over them every minute (tile 1m, declared scrape interval 15s, 7.3s past the minute). The
truth is counted by the generator of the events.

Where events are lost the row says how many, and why: never more, and never less, since a spike
would be less.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import pytest
from ledger_worlds import (
    MINUTE,
    MOMENTS,
    PHASE,
    SECOND,
    TRAFFIC,
    Scenario,
    World,
    world,
)
from oracles import Server, running_prometheus
from problems import problems
from recorded import Recorded, ask, record
from remote_write import RECEIVER, write

from obsgen import build
from obsgen.artefacts import AlertingRule, RecordingRule

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
  requests_total: {{type: counter, labels: [code, route]}}
slos:
  - name: availability
    objective: 99
    sli: {{events: {{total: requests_total, bad: {{code: "5.."}}}}}}
    ledger: {ledger}
"""
WIDE: Final = "{bridge: 5m}"
DEFAULT: Final = "{}"  # with scrapes every 15s: a bridge of 2m


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """From *least* to *most* percent are lost."""

    least: float
    most: float

    def holds(self, counted: float, truth: float) -> bool:
        return self.least <= 100 * (truth - counted) / truth <= self.most


EXACT: Final = Band(least=-0.05, most=0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One row.

    Attributes:
        untold: Of the bad events, those that no scrape told before their process was gone.
        lost: Of the bad events that were told, those that the ledger lacks.
        total_lost: Of all events, those that the ledger lacks.
    """

    scenario: Scenario = field(default_factory=Scenario)
    untold: Band = EXACT
    lost: Band = EXACT
    total_lost: Band = EXACT


def outages(minutes: int) -> tuple[range, ...]:
    """Three, each at another moment of a scrape interval and of a tile."""
    starts = [TRAFFIC.start + (60 + 120 * n) * MINUTE + (11 + 20 * n) * SECOND for n in range(3)]
    return tuple(range(start, start + minutes * MINUTE) for start in starts)


# Half of a scrape interval, 7.5s of each 20 minutes, lies between the last scrape of a process and
# its end: 0.62 %, give or take what 720 of them come to by chance.
LAST_WORDS: Final = Band(least=0.3, most=0.9)

# What a gap of 10 minutes hides each half hour, and the scrape interval in which it begins and
# ends: 615s of 1800s are 34.2 %, give or take 1 by chance.
TEN_MINUTES: Final = Band(least=32.7, most=35.7)

ROWS: Final = {
    "scrapes every 15s": Row(),
    "samples at the moment of evaluation": Row(scenario=Scenario(first=PHASE)),
    # Read 5s late, these lie on the edges of the tiles.
    "samples at the edge of the tile": Row(scenario=Scenario(first=PHASE - 5 * SECOND)),
    "scrapes 50ms early or late": Row(scenario=Scenario(jitter=50)),
    "scrapes 1s early or late": Row(scenario=Scenario(jitter=SECOND)),
    "scrapes 4s early or late": Row(scenario=Scenario(jitter=4 * SECOND)),
    "2% of the scrapes missed": Row(scenario=Scenario(missed=0.02)),
    "20% of the scrapes missed": Row(scenario=Scenario(missed=0.2)),
    "in truth every 5s": Row(scenario=Scenario(intervals=(5 * SECOND,))),
    "in truth every 10s": Row(scenario=Scenario(intervals=(10 * SECOND,))),
    "in truth every 20s": Row(scenario=Scenario(intervals=(20 * SECOND,))),
    "in truth every 30s": Row(scenario=Scenario(intervals=(30 * SECOND,))),
    "in truth every 60s": Row(scenario=Scenario(intervals=(60 * SECOND,))),
    "every 10s, 15s, 30s and 60s": Row(
        scenario=Scenario(intervals=(10 * SECOND, 15 * SECOND, 30 * SECOND, 60 * SECOND))
    ),
    "every 13s": Row(scenario=Scenario(intervals=(13 * SECOND,))),
    "every 25s": Row(scenario=Scenario(intervals=(25 * SECOND,))),
    # Some tiles hold no sample at all.
    "every 75s, longer than the tile": Row(scenario=Scenario(intervals=(75 * SECOND,))),
    "every 290s, shorter than the bridge": Row(scenario=Scenario(intervals=(290 * SECOND,))),
    # No sample has a predecessor, so nothing is counted; the counters at 50,000 are not, either.
    "every 370s, longer than bridge and tile": Row(
        scenario=Scenario(intervals=(370 * SECOND,)),
        lost=Band(least=100, most=100),
        total_lost=Band(least=100, most=100),
    ),
    "old series at 0": Row(scenario=Scenario(stood=0)),
    "8 rare routes a target, born with their first error": Row(
        scenario=Scenario(routes=8, bad_gap=14 * MINUTE)
    ),
    "restarts, 5s down": Row(
        scenario=Scenario(crashes=((0, 5 * SECOND),)), untold=LAST_WORDS, total_lost=LAST_WORDS
    ),
    "restarts, 40s down": Row(
        scenario=Scenario(crashes=((0, 40 * SECOND),)), untold=LAST_WORDS, total_lost=LAST_WORDS
    ),
    # Last words twice; and of the 18s between, the 10.5s that are told on average are lost where
    # both resets fall into one tile, two times of three, which sees one peak only: 0.6 %.
    "two resets 20s apart": Row(
        scenario=Scenario(crashes=((0, 2 * SECOND), (20 * SECOND, 2 * SECOND))),
        untold=Band(least=0.8, most=1.6),
        lost=Band(least=0.3, most=1.0),
        total_lost=Band(least=1.3, most=2.4),
    ),
    "targets do not answer for 50s": Row(scenario=Scenario(unreachable=50 * SECOND)),
    "targets do not answer for 100s": Row(scenario=Scenario(unreachable=100 * SECOND)),
    # From one sample to the next at most 295s, within the bridge.
    "targets do not answer for 280s": Row(scenario=Scenario(unreachable=280 * SECOND)),
    # At least 375s, beyond bridge and tile: 395s of each 1800s are 21.9 %.
    "targets do not answer for 380s": Row(
        scenario=Scenario(unreachable=380 * SECOND),
        lost=Band(least=20.4, most=23.4),
        total_lost=Band(least=20.4, most=23.4),
    ),
    "targets do not answer for 600s": Row(
        scenario=Scenario(unreachable=600 * SECOND), lost=TEN_MINUTES, total_lost=TEN_MINUTES
    ),
    "series gone for 100s": Row(scenario=Scenario(hidden=100 * SECOND)),
    # Their targets were up all the time: what returns looks born, and is refused.
    "series gone for 600s": Row(
        scenario=Scenario(hidden=600 * SECOND), lost=TEN_MINUTES, total_lost=TEN_MINUTES
    ),
    # The first half of a scrape interval of each new pod is lost, too.
    "pods replaced": Row(
        scenario=Scenario(crashes=((0, 0),), is_replaced=True),
        untold=LAST_WORDS,
        lost=LAST_WORDS,
        total_lost=Band(least=0.9, most=1.6),
    ),
    # Births of bad events count, since the process is young; those of good ones never do.
    "pods replaced that tell their start": Row(
        scenario=Scenario(crashes=((0, 0),), is_replaced=True, tells_start=True),
        untold=LAST_WORDS,
        total_lost=Band(least=0.9, most=1.6),
    ),
    # One scrape interval of six hours is lost, 0.07 %; the old series end without a marker.
    "every series gets another label": Row(
        scenario=Scenario(relabelled=TRAFFIC.start + 180 * MINUTE),
        lost=Band(least=0, most=0.2),
        total_lost=Band(least=0, most=0.2),
    ),
    # What the last tile before an outage did not hold is lost: at most a tile and a scrape, three
    # times 75s of six hours. The outage itself is counted when it is over.
    "Prometheus down for 3 minutes, three times": Row(
        scenario=Scenario(outages=outages(3)),
        lost=Band(least=0, most=1.05),
        total_lost=Band(least=0, most=1.05),
    ),
    # Three times 10m are 8.3 %; and at most 75s each around them.
    "Prometheus down for 10 minutes, three times": Row(
        scenario=Scenario(outages=outages(10)),
        lost=Band(least=8, most=9.7),
        total_lost=Band(least=8, most=9.7),
    ),
}

# With the bridge that is set without a word: the same, but for gaps longer than 2m.
SAME_BY_DEFAULT: Final = (
    "scrapes every 15s",
    "samples at the edge of the tile",
    "scrapes 4s early or late",
    "20% of the scrapes missed",
    "every 10s, 15s, 30s and 60s",
    "every 75s, longer than the tile",
    "8 rare routes a target, born with their first error",
    "restarts, 40s down",
    "targets do not answer for 100s",
    "series gone for 100s",
    "series gone for 600s",
    "pods replaced that tell their start",
    "every series gets another label",
)
BY_DEFAULT: Final = {
    **{name: ROWS[name] for name in SAME_BY_DEFAULT},
    # At least 185s from one sample to the next, beyond bridge and tile: 205s of 1800s are 11.4 %.
    "targets do not answer for 190s": Row(
        scenario=Scenario(unreachable=190 * SECOND),
        lost=Band(least=10.2, most=12.6),
        total_lost=Band(least=10.2, most=12.6),
    ),
    # Three times 3m are 2.5 %; and at most 75s each around them.
    "Prometheus down for 3 minutes, three times": Row(
        scenario=Scenario(outages=outages(3)),
        lost=Band(least=2.3, most=3.9),
        total_lost=Band(least=2.3, most=3.9),
    ),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    config = tmp_path_factory.mktemp("ledger") / "prometheus.yml"
    config.write_text("global: {scrape_interval: 15s}\n")
    with running_prometheus(config, *RECEIVER) as running:
        yield running


@cache
def rules(name: str, ledger: str) -> tuple[RecordingRule | AlertingRule, ...]:
    """Return the rules of the ledger's group for the targets of the job *name*."""
    built = build({"specs/shop.yaml": SPEC.format(name=name, ledger=ledger)})
    assert not problems(built)
    return built.compiled[0].rule_files[0].groups[0].rules


def counted(server: Server, name: str, row: Row, ledger: str) -> tuple[World, dict[str, Recorded]]:
    happened = world(name, row.scenario)
    write(server.url, happened.series)
    return happened, record(server, rules(name, ledger), happened.runs)


def check(row: Row, happened: World, recorded: dict[str, Recorded]) -> None:
    bad = recorded["slo:bad_events:increase1m"]
    total = recorded["slo:total_events:increase1m"]
    born = recorded["slo:bad_born:increase1m"].sum()
    shown = f"bad {bad.sum()} of {happened.bad_told} told of {happened.bad}, {born} born; "
    shown += f"total {total.sum()} of {happened.total}"
    assert row.untold.holds(happened.bad_told, happened.bad), shown
    assert row.lost.holds(bad.sum(), happened.bad_told), shown
    assert row.total_lost.holds(total.sum(), happened.total), shown
    assert not [
        time
        for moments in happened.runs
        for time in moments
        if not 0 <= (bad.at(time) or 0) <= (total.at(time) or 0)
    ]


@pytest.mark.parametrize("name", ROWS)
def test_the_ledger_counts_every_bad_event_that_a_scrape_could_tell(server: Server, name: str):
    row = ROWS[name]

    happened, recorded = counted(server, f"wide-{list(ROWS).index(name)}", row, WIDE)

    check(row, happened, recorded)


@pytest.mark.parametrize("name", BY_DEFAULT)
def test_the_default_bridge_counts_them_as_well(server: Server, name: str):
    row = BY_DEFAULT[name]

    happened, recorded = counted(server, f"default-{list(BY_DEFAULT).index(name)}", row, DEFAULT)

    check(row, happened, recorded)


def test_the_coarse_ledger_holds_the_same_events(server: Server):
    row = ROWS["8 rare routes a target, born with their first error"]

    happened, recorded = counted(server, "coarse", row, WIDE)

    for name in ("slo:bad_events", "slo:total_events"):
        fine, coarse = recorded[f"{name}:increase1m"], recorded[f"{name}:increase5m"]
        assert fine.sum() == pytest.approx(coarse.sum())
    assert EXACT.holds(recorded["slo:bad_events:increase5m"].sum(), happened.bad)


@pytest.mark.parametrize(
    ("name", "most"),
    [
        # Six hours hold some three bursts a route, and the first of them is its birth.
        pytest.param("8 rare routes a target, born with their first error", 0.8, id="births"),
        pytest.param("20% of the scrapes missed", 0.93, id="missed"),
    ],
)
def test_the_plain_formula_fails_in_the_same_worlds(server: Server, name: str, most: float):
    # Guards the table: in a world without difficulties every formula would pass.
    job = f"plain-{list(ROWS).index(name)}"
    happened = world(job, ROWS[name].scenario)
    write(server.url, happened.series)

    tiles = ask(server, f'sum(increase(requests_total{{job="{job}",code="500"}}[1m]))', MOMENTS)

    plain = sum(float(value) for one in tiles for _, value in one["values"])
    assert plain < most * happened.bad
