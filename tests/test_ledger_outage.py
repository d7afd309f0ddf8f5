"""
The ledger when things are at their worst: no ruler for a while, and a total outage.

Samples are written into a real Prometheus and the rules evaluated at the moments of a ruler; how
fast a total outage is seen is compared with raw rules that are evaluated at the same moments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import mean
from typing import Final

import pytest
from oracles import Server, running_prometheus
from recorded import ask, record
from remote_write import RECEIVER, Series, write

from obsgen import build
from obsgen.artefacts import AlertingRule, RuleGroup

SPEC: Final = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: {name}
where: {{job: {name}}}
metrics:
  requests_total: {{type: counter, labels: [code]}}
slos:
  - name: availability
    objective: 99.9
    sli: {{events: {{total: requests_total, bad: {{code: "5.."}}}}}}
"""
SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
SCRAPE: Final = 15 * SECOND
START: Final = 1_700_006_400_000
EACH: Final = 30
"""Requests between two scrapes."""


def ledger(name: str) -> RuleGroup:
    (rule_file,) = build({"a.yaml": SPEC.format(name=name)}).compiled[0].rule_files
    return rule_file.groups[0]


def scraped(name: str, length: int, outage: range) -> list[Series]:
    """Return steady traffic that fails altogether for a while, scraped from the start on."""
    times = range(START, START + length + 1, SCRAPE)
    good, bad, values = 1_000, 1_000, {"200": [], "500": []}
    for time in times:
        if time in outage:
            bad += EACH
        else:
            good += EACH
        values["200"].append(float(good))
        values["500"].append(float(bad))
    labels = {"job": name, "instance": "one"}
    return [
        Series(
            labels={"__name__": "requests_total", **labels, "code": code}, times=times, values=own
        )
        for code, own in values.items()
    ] + [Series(labels={"__name__": "up", **labels}, times=times, values=[1.0] * len(times))]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    config = tmp_path_factory.mktemp("outage") / "prometheus.yml"
    config.write_text("{}")
    with running_prometheus(config, *RECEIVER) as running:
        yield running


# --- no ruler ----------------------------------------------------------------------------------

LAST: Final = START + 16 * MINUTE
"""The last evaluation before the ruler is away: of a tile in which everything fails."""
AWAY: Final = range(LAST + MINUTE, LAST + 20 * MINUTE, MINUTE)


@pytest.fixture(scope="module")
def away(server: Server) -> Server:
    failing = range(START + 15 * MINUTE, START + 16 * MINUTE)
    write(server.url, scraped("away", HOUR, failing))
    runs = [range(START + MINUTE, LAST + 1, MINUTE), range(AWAY.stop, START + HOUR, MINUTE)]
    record(server, ledger("away").rules, runs)
    return server


def values(server: Server, query: str, moments: range) -> list[float]:
    return [float(v) for found in ask(server, query, moments) for _, v in found["values"]]


def ratio(window: str) -> str:
    bad, total = (f"slo:{part}_events:increase1m" for part in ("bad", "total"))
    of = '{service="away"}'
    return f"sum_over_time({bad}{of}[{window}]) / sum_over_time({total}{of}[{window}])"


def test_a_ratio_does_not_grow_while_nobody_evaluates(away: Server):
    # Seen are 14 whole tiles, the first being without a past: 1 of them failed.
    (before,) = values(away, ratio("59m59s999ms"), range(LAST, LAST + 1, MINUTE))

    assert {before} == set(values(away, ratio("59m59s999ms"), AWAY))
    assert 0.05 < before < 0.08


def test_a_subquery_would_count_the_last_tile_again_and_again(away: Server):
    (before,) = values(away, ratio("59m59s999ms"), range(LAST, LAST + 1, MINUTE))

    assert max(values(away, ratio("1h:1m"), AWAY)) > 2 * before


# --- a total outage ----------------------------------------------------------------------------

PHASES: Final = tuple(range(0, 60, 7))
"""So many seconds after a full minute an outage begins: at every phase of tile and scrape."""
BEGINS: Final = START + 2 * HOUR


@pytest.fixture(scope="module")
def delays(server: Server) -> tuple[list[float], list[float]]:
    """Return after how many seconds the fastest tier fires, by raw rules and by the ledger."""
    raw, own = [], []
    for phase in PHASES:
        name = f"phase-{phase}"
        begins = BEGINS + phase * SECOND
        write(server.url, scraped(name, 2 * HOUR + 20 * MINUTE, range(begins, begins + HOUR)))
        moments = range(START + MINUTE, START + 2 * HOUR + 20 * MINUTE, MINUTE)
        group = ledger(name)
        record(server, group.rules, [moments])
        raw.append((first(server, usual(name), moments) - begins) / SECOND)
        own.append((first(server, fastest(group.rules).expr, moments) - begins) / SECOND)
    return raw, own


def fastest(rules: Sequence[object]) -> AlertingRule:
    alerts = (rule for rule in rules if isinstance(rule, AlertingRule))
    return next(rule for rule in alerts if rule.labels.get("tier") == "fast")


def usual(name: str) -> str:
    """The rule of the SRE Workbook, chapter 5: 14.4 times the budget of 0.001 over 1h and 5m."""

    def above(window: str) -> str:
        bad = f'sum(rate(requests_total{{job="{name}",code=~"5.."}}[{window}]))'
        return f'{bad} / sum(rate(requests_total{{job="{name}"}}[{window}])) > 0.0144'

    return f"({above('1h')}) and ({above('5m')})"


def first(server: Server, query: str, moments: range) -> int:
    (found,) = ask(server, query, moments)
    return min(round(time * 1000) for time, _ in found["values"])


def test_a_total_outage_is_seen_at_most_a_minute_later_than_by_raw_rules(delays):
    raw, own = delays

    assert all(0 <= mine - theirs <= 60 for theirs, mine in zip(raw, own, strict=True))


def test_a_total_outage_is_seen_as_fast_as_was_worked_out(delays):
    # 1.44 % of an hour's 240 scrapes are 3.5: the fourth that brings only failures is enough. It
    # comes 45s to 60s after the beginning, and the next evaluation up to 60s later. The ledger
    # waits 5s more for a scrape to be stored.
    raw, own = delays

    assert 45 <= min(raw)
    assert max(raw) <= 60 + 60
    assert 45 <= min(own)
    assert max(own) <= 60 + 5 + 60
    assert mean(own) - mean(raw) <= 20
