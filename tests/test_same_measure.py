"""Of alerts on one measure the one that says more silences the others, and nothing else does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from oracles import running_alertmanager
from problems import problems

from obsgen.artefacts import AlertingRule, Compiled
from obsgen.pipeline import build
from obsgen.routing import PossibleLabels, inhibitors, possible_labels

SPEC: Final = """\
apiVersion: obsgen/v1
kind: Project
name: shop
teams: [web, disks]
---
apiVersion: obsgen/v1
kind: Service
name: cart
team: web
where: {job: cart}
metrics:
  queue_length: {type: gauge, labels: [queue]}
  free_bytes: {type: gauge, labels: [disk]}
  requests_total: {type: counter, labels: [code]}
alerts:
  - {name: Long, threshold: {value: queue_length, above: 5}, severity: medium}
  - {name: Longer, threshold: {value: queue_length, above: 50}, severity: medium}
  - {name: AtLeastLonger, threshold: {value: queue_length, at_least: 20}, severity: low}
  - {name: LongestButMild, threshold: {value: queue_length, above: 500}, severity: low}
  - {name: LongAndUrgent, threshold: {value: queue_length, above: 2}, severity: high}
  - {name: Short, threshold: {value: queue_length, below: 1}, severity: low}
  - {name: LongOfDisks, threshold: {value: queue_length, above: 4}, severity: low, team: disks}
  - {name: LongCost, threshold: {value: queue_length, above: 4}, severity: low, category: cost}
  - {name: LongHeard, threshold: {value: queue_length, above: 4}, severity: low, notify: auditors}
  - name: LongMail
    threshold: {value: queue_length, where: {queue: mail}, above: 4}
    severity: low
  - {name: LongInAll, threshold: {max: queue_length, above: 4}, severity: low}
  - {name: LongForecast, forecast: {value: queue_length, above: 4, within: 4h}, severity: low}
  - {name: Exactly, threshold: {value: queue_length, equals: 7}, severity: low}
  - {name: SpaceLow, threshold: {value: free_bytes, below: 10GB}, severity: low}
  - {name: SpaceGone, threshold: {value: free_bytes, below: 1GB}, severity: high}
  - {name: Errors, threshold: {share: {code: "5.."}, of: requests_total, above: 2%}, severity: low}
  - name: ErrorsHigh
    threshold: {share: {code: "5.."}, of: requests_total, above: 20%}
    severity: high
  - name: ErrorsHour
    threshold: {share: {code: "5.."}, of: requests_total, window: 1h, above: 2%}
    severity: low
---
apiVersion: obsgen/v1
kind: Service
name: desk
team: web
where: {job: desk}
metrics:
  queue_length: {type: gauge, labels: [queue]}
alerts:
  - {name: Long, threshold: {value: queue_length, above: 5}, severity: medium}
---
apiVersion: obsgen/v1
kind: Routing
receivers:
  chat: {webhook: {url: "http://127.0.0.1:9/"}}
  auditors: {webhook: {url: "http://127.0.0.1:9/"}}
default_receiver: chat
"""


@cache
def compiled() -> Compiled:
    built = build({"shop.yaml": SPEC})
    assert not [d for d in problems(built) if d.severity.name == "ERROR"]
    (found,) = built.compiled
    return found


@cache
def configuration() -> dict[str, bytes]:
    files = build({"shop.yaml": SPEC}).files
    return {f.path: f.data for f in files if f.path.startswith("alertmanager/")}


def rules() -> Iterator[AlertingRule]:
    return (rule for file in compiled().rule_files for rule in file.alerts)


def alert(name: str, **series: str) -> PossibleLabels:
    """Return an alert of a series, as it arrives at Alertmanager."""
    service = series.pop("service", "cart")
    (rule,) = (r for r in rules() if r.alert == name and r.labels["service"] == service)
    own = {"job": service, "instance": "a:80", **series}
    known = possible_labels(rule)
    kept = {k: v for k, v in own.items() if known.may_have(k)}
    return PossibleLabels(fixed={**known.fixed, **kept})


# What fires, what fires beside it, and whether that is silenced. By hand: a queue of more than 50
# is one of more than 5, and a disk with less than 1 GB one with less than 10.
PAIRS: Final = (
    # The stricter limit silences the milder one, also the other way round the scale.
    (alert("Longer", queue="q"), alert("Long", queue="q"), True),
    (alert("Longer", queue="q"), alert("AtLeastLonger", queue="q"), True),
    (alert("SpaceGone", disk="d"), alert("SpaceLow", disk="d"), True),
    (alert("ErrorsHigh"), alert("Errors"), True),
    # The milder one says less.
    (alert("Long", queue="q"), alert("Longer", queue="q"), False),
    (alert("Long", queue="q"), alert("AtLeastLonger", queue="q"), False),
    (alert("SpaceLow", disk="d"), alert("SpaceGone", disk="d"), False),
    (alert("Errors"), alert("ErrorsHigh"), False),
    # What is less urgent silences nothing, however strict it is.
    (alert("LongestButMild", queue="q"), alert("Long", queue="q"), False),
    (alert("Longer", queue="q"), alert("LongAndUrgent", queue="q"), False),
    # Another series, service, team, category; somebody who would not be told.
    (alert("Longer", queue="q"), alert("Long", queue="other"), False),
    (alert("Longer", queue="q"), alert("Long", queue="q", instance="b:80"), False),
    (alert("Longer", queue="q"), alert("Long", queue="q", service="desk"), False),
    (alert("Longer", queue="q"), alert("LongOfDisks", queue="q"), False),
    (alert("Longer", queue="q"), alert("LongCost", queue="q"), False),
    (alert("Longer", queue="q"), alert("LongHeard", queue="q"), False),
    # Another measure, or another side of the limit.
    (alert("Longer", queue="mail"), alert("LongMail", queue="mail"), False),
    (alert("Longer", queue="q"), alert("LongInAll"), False),
    (alert("Longer", queue="q"), alert("Short", queue="q"), False),
    (alert("Longer", queue="q"), alert("Exactly", queue="q"), False),
    (alert("Longer", queue="q"), alert("LongForecast", queue="q"), False),
    (alert("ErrorsHigh"), alert("ErrorsHour"), False),
)


def named(value: object) -> str:
    return value.fixed["alertname"] if isinstance(value, PossibleLabels) else str(value)


@pytest.mark.parametrize(("source", "target", "is_silenced"), PAIRS, ids=named)
def test_the_stricter_limit_silences_the_milder_one(
    source: PossibleLabels, target: PossibleLabels, is_silenced: bool
):
    config = compiled().alertmanager

    assert config is not None
    assert is_silenced is bool(inhibitors(config.inhibit_rules, target, [source]))


def test_an_alertmanager_silences_the_same(tmp_path: Path):
    for path, data in configuration().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    # Each pair has targets of its own, so that no other alert is on them.
    on_targets = [pair for pair in PAIRS if all("job" in each.fixed for each in pair[:2])]
    told = [
        [{**each.fixed, "job": f"{each.fixed['job']}-{number}"} for each in pair[:2]]
        for number, pair in enumerate(on_targets)
    ]

    with running_alertmanager(tmp_path / "alertmanager" / "alertmanager.yml") as server:
        url = f"{server.url}/api/v2/alerts"
        posted = [{"labels": labels} for pair in told for labels in pair]
        requests.post(url, json=posted, timeout=10).raise_for_status()
        silenced = [_is_silenced(url, target) for _, target in told]

    assert [is_silenced for _, _, is_silenced in on_targets] == silenced


def _is_silenced(url: str, labels: dict[str, str]) -> bool:
    found: list[Any] = []
    for _ in range(50):
        got = requests.get(url, timeout=10).json()
        found = [each for each in got if each["labels"] == labels]
        if found:
            break
        time.sleep(0.1)
    (each,) = found
    return bool(each["status"]["inhibitedBy"])
