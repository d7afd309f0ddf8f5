"""
The unit tests that are generated for alerts: they pass, and a rule that is changed fails them.

A mutant changes the limit, the comparison, a window, the wait, or a matcher of one alert. Those
that no test can see are listed, each with the reason.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import oracles
import pytest
import yaml
from problems import problems

from obsgen.artefacts import OutputFile
from obsgen.pipeline import build

SPEC: Final = """
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {retention: 60d}
---
apiVersion: obsgen/v1
kind: Service
name: desk
where: {job: desk}
metrics:
  requests_total: {type: counter, labels: [code, route]}
  errors_total: {type: counter, labels: [route]}
  latency_seconds: {type: histogram, labels: [route], buckets: [0.1, 0.5, 1, 2]}
  queue: {type: gauge, labels: [name]}
  mem_bytes: {type: gauge}
  free_bytes: {type: gauge}
  done_timestamp_seconds: {type: gauge, labels: [task]}
  other_up: {type: gauge, where: {job: other}}
alerts:
"""

ALERTS: Final = {
    "Rate": 'threshold: {rate: requests_total, where: {code: "5.."}, by: [route], above: 5/s}',
    "RatePerHour": "threshold: {rate: errors_total, per: 1h, above: 50/h}",
    "Increase": "threshold: {increase: errors_total, window: 10m, at_least: 10}",
    "Share": 'threshold: {share: {code: ["401", "403"]}, of: requests_total, above: 20%}',
    "Slow": "threshold: {share: {above: 500ms}, of: latency_seconds, above: 5%}",
    "Quantile": "threshold: {quantile: 0.99, of: latency_seconds, by: [route], above: 1.5s}",
    "Mean": "threshold: {mean: latency_seconds, above: 300ms}",
    "Value": "threshold: {value: queue, where: {name: {not: dead}}, above: 100}",
    "Sum": "threshold: {sum: queue, below: 3}",
    "Average": "threshold: {avg: queue, window: 10m, by: [name], above: 100}",
    "Least": "threshold: {min: queue, window: 10m, below: 5}",
    "Most": "threshold: {max: queue, above: 500}",
    "Age": "threshold: {age: done_timestamp_seconds, above: 1d}",
    "Until": "threshold: {until: done_timestamp_seconds, below: 14d}",
    "Used": "threshold: {used_of: mem_bytes, free: free_bytes, above: 90%}",
    "Count": "threshold: {count: queue, which: {above: 10}, at_least: 3}",
    "Ratio": "threshold: {ratio: {rate: errors_total}, over: {rate: requests_total}, above: 10%}",
    "AnyOf": "any_of: [{rate: errors_total, above: 5/s}, {sum: queue, above: 100}]",
    "AllOf": "all_of: [{rate: errors_total, above: 5/s}, {sum: queue, above: 100}]",
    "OnlyWhen": (
        "threshold: {rate: errors_total, above: 5/s}, "
        "only_when: {rate: requests_total, above: 50/s}"
    ),
    "ShareOnlyWhen": (
        'threshold: {share: {code: ["401", "403"]}, of: requests_total, above: 20%}, '
        "only_when: {rate: requests_total, above: 50/s}"
    ),
    "ShareOnlyWhenByRoute": (
        'threshold: {share: {code: "5.."}, of: requests_total, by: [route], above: 20%}, '
        "only_when: {rate: requests_total, by: [route], at_least: 0.5/s}"
    ),
    "ShareOnlyWhenOfItsOwn": (
        'threshold: {share: {code: "5.."}, of: requests_total, above: 20%}, '
        'only_when: {increase: requests_total, where: {code: "5.."}, above: 30}'
    ),
    "SlowOnlyWhen": (
        "threshold: {share: {above: 500ms}, of: latency_seconds, above: 5%}, "
        "only_when: {rate: latency_seconds, above: 20/s}"
    ),
    "During": "threshold: {rate: errors_total, above: 5/s}, during: mornings",
    "DownDuring": "down: up, during: nights",
    "AbsentDuring": "absent: queue, during: nights",
    "Down": "down: {any_of: [up], or_absent: true}",
    "DownElsewhere": "down: {any_of: [other_up, up]}",
    "DownOnlyWhen": "down: {metric: up, or_absent: true}, only_when: {sum: queue, above: 100}",
    "ForecastBytes": "forecast: {value: free_bytes, below: 0B, within: 4h, from: 30m}",
    "ForecastSum": "forecast: {sum: queue, above: 1000, within: 2h, from: 30m}",
    "ForecastUsed": (
        "forecast: {used_of: mem_bytes, free: free_bytes, above: 90%, within: 1h, from: 20m}"
    ),
    "ForecastFull": (
        "forecast: {used_of: mem_bytes, free: free_bytes, above: 100%, within: 1h, from: 20m}"
    ),
    "ForecastOnlyWhen": (
        "forecast: {value: free_bytes, below: 0B, within: 4h, from: 30m}, "
        "only_when: {sum: queue, above: 100}"
    ),
    "ForecastDuring": (
        "forecast: {value: free_bytes, below: 0B, within: 2h, from: 12m}, during: mornings"
    ),
    "AnomalyOfGauge": "anomaly: {sum: queue, sigma: 3, baseline: 2h, min_samples: 200}",
    "AnomalyBelow": (
        "anomaly: {value: queue, sigma: 2.5, direction: below, baseline: 2h, min_samples: 200}"
    ),
    "AnomalyRatio": "anomaly: {sum: queue, baseline: 2h, min_samples: 200, above: 150%}",
    "Absent": "absent: {metric: queue, where: {name: mail}}",
    "AbsentOnlyWhen": "absent: errors_total, only_when: {sum: queue, above: 100}",
    "Heartbeat": "heartbeat: {metric: errors_total, by: [route], within: 20m, seen_in: 2h}",
    "HeartbeatOfAll": (
        'heartbeat: {metric: requests_total, where: {code: "2.."}, within: 20m, seen_in: 2h}'
    ),
    "HeartbeatTime": (
        "heartbeat: {metric: done_timestamp_seconds, by: [task], within: 50m, seen_in: 6h}"
    ),
    "Budget": "threshold: {slo: gate/requests, show: budget_remaining, below: 30%}",
    "Events": "threshold: {slo: gate/requests, show: events, window: 10m, below: 1000}",
    "ByRoute": (
        "threshold: {rate: requests_total, by: [route], "
        'above: {by: route, "/a": 1/s, default: 3/s}}'
    ),
}

# 1970 begins on a Thursday; in UTC these are from 1 to 3 each day, and on Thursday from 9 to 11:30.
ROUTING: Final = """
---
apiVersion: obsgen/v1
kind: Routing
receivers: {chat: {webhook: {url: "http://chat/"}}}
default_receiver: chat
"""
INTERVALS: Final = {
    "mornings": '{times: ["02:00-04:00"], location: Etc/GMT-1}',
    "nights": '{days: thursday, times: ["23:00-01:30"], location: Etc/GMT-14}',
}

OTHER: Final = """
---
apiVersion: obsgen/v1
kind: Service
name: gate
metrics:
  gate_requests_total: {type: counter, labels: [code]}
slos:
  - name: requests
    objective: 99.9
    sli: {events: {total: gate_requests_total, bad: {code: "5.."}}}
    alerts: none
"""

# Each mutant that all tests pass, with the reason why none can see it.
EQUIVALENT: Final = {
    "DownDuring limit 2 x1.1": "a day has no minute after 1439",
    "AbsentDuring limit 2 x1.1": "a day has no minute after 1439",
    "Count limit x0.9": "2.7 series are 3 series",
    'Slow le="0.5" widened': "the bound of no other bucket contains it",
    'SlowOnlyWhen le="0.5" widened': "the bound of no other bucket contains it",
    'ForecastFull without job="desk"': "a decoy stands at most at 100%, and does not fire",
    'ForecastFull job="desk" widened': "a decoy stands at most at 100%, and does not fire",
    'ByRoute route="/a" widened': "no route whose name contains another's is played",
    'ByRoute without route!="/a"': "a route that is beyond the higher limit is beyond its own",
}


# Evaluated less often, so that days are not played minute by minute.
LONG: Final = {
    "AnomalyOfADay": "anomaly: {rate: errors_total, by: [route]}",
    "AnomalyOfShare": 'anomaly: {share: {code: "5.."}, of: requests_total, direction: above}',
    "AnomalyWeekly": "anomaly: {rate: errors_total, baseline: weekly}",
    "AnomalyLastWeek": "anomaly: {rate: errors_total, baseline: weekly, above: 150%}",
    "AnomalyOfAWeek": "anomaly: {rate: errors_total, window: 1h, baseline: 7d, above: 300%}",
    "ForecastOfADay": "forecast: {value: free_bytes, below: 0B, within: 24h, from: 6h}",
    "ForecastOfARate": "forecast: {rate: errors_total, above: 50/s, within: 6h, from: 2h}",
    "HeartbeatOfADay": "heartbeat: {metric: done_timestamp_seconds, by: [task], within: 26h}",
    "HeartbeatOfAWeek": "heartbeat: {metric: errors_total, within: 8d, seen_in: 14d}",
}


def generated(name: str, more: str = "for: 5m, keep_firing_for: 2m") -> dict[str, OutputFile]:
    body = {**ALERTS, **LONG}[name]
    other = OTHER if "slo:" in body else ""
    if (during := re.search(r"during: (\w+)", body)) is not None:
        interval = f"{during[1]}: {INTERVALS[during[1]]}"
        other = f"{ROUTING}intervals: {{{interval}}}\n"
    spec = f"{SPEC}  - {{name: {name}, severity: high, {more}, {body}}}\n{other}"
    built = build({"specs/desk.yaml": spec})
    assert not problems(built), problems(built)
    return {f.path: f for f in built.files if f.path.startswith("prometheus/")}


def unit_tests_of(files: dict[str, OutputFile]) -> bytes:
    """Return the one file of tests: at another interval than the usual one it has another name."""
    (found,) = (file.data for path, file in files.items() if path.startswith("prometheus/tests/"))
    return found


def written(rules: str, tests: bytes, folder: Path) -> Path:
    for name in ("rules", "tests"):
        (folder / name).mkdir(parents=True)
    (folder / "rules" / "desk.rules.yml").write_text(rules)
    test = folder / "tests" / "desk.test.yml"
    test.write_bytes(tests)
    return test


@pytest.mark.parametrize("name", [*ALERTS, *LONG])
@pytest.mark.parametrize("waits", ["for: 5m, keep_firing_for: 2m", "runbook: /runbooks/one"])
def test_generated_tests_pass(tmp_path: Path, name: str, waits: str):
    files = generated(name, waits)
    rules = files["prometheus/rules/desk.rules.yml"].data.decode()

    oracles.promtool_test(written(rules, unit_tests_of(files), tmp_path))


@pytest.mark.parametrize("name", ALERTS)
def test_each_test_sees_the_alert_quiet_and_firing(name: str):
    document = yaml.safe_load(unit_tests_of(generated(name)))

    for test in document["tests"]:
        fires = {bool(check["exp_samples"]) for check in test["promql_expr_test"]}
        assert {True, False} == fires, test["name"]


def test_a_rate_crosses_its_limit_where_a_hand_says():
    # From 4.95 to 5.05 a second the mean over five minutes passes 5 when half of the window is new.
    # Both stretches are sampled every 15s; the alert fires 5m after the first evaluation beyond.
    document = yaml.safe_load(unit_tests_of(generated("Rate")))
    (test,) = document["tests"]
    series = test["input_series"][0]["values"]
    runs = [re.fullmatch(r"[\d.]+\+([\d.]+)x(\d+)", run) for run in series.split()[:3]]
    samples = sum(int(run[2]) + 1 for run in runs[:2] if run) - 1
    step = samples * 15
    firing = next(c["eval_time"] for c in test["promql_expr_test"] if c["exp_samples"])

    first_beyond = -(-(step + 150) // 30) * 30
    assert ["60", "74.25", "75.75"] == [run[1] for run in runs if run]
    assert abs(seconds(firing) - (first_beyond + 300)) <= 30


def seconds(duration: str) -> int:
    units = {"h": 3600, "m": 60, "s": 1}
    return sum(int(n) * units[unit] for n, unit in re.findall(r"(\d+)([hms])", duration))


WINDOWS: Final = {
    "[5m]": ("[10m]", "[2m30s]"),
    "[10m]": ("[20m]", "[5m]"),
    "[20m]": ("[40m]", "[10m]"),
    "[30m]": ("[45m]", "[20m]"),
    "[30m:1m]": ("[45m:1m]", "[20m:1m]"),
    "[20m:1m]": ("[40m:1m]", "[10m:1m]"),
    "[2h]": ("[4h]", "[1h]"),
    "[6h]": ("[7h]", "[5h]"),
}


def mutants(rules: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield changed rules."""
    expr = rules[: rules.index("    annotations:")]
    limits = list(re.finditer(r"(>=|<=|==|>|<) (\d[\d.]*)(?=\s|$)", expr))
    for number, match in enumerate(m for m in limits if m[2] != "0"):
        place = "" if number == 0 else f" {number + 1}"
        for share in (1.1, 0.9):
            changed = f"{match[1]} {float(match[2]) * share:.6g}"
            yield f"{name} limit{place} x{share}", _put(rules, match, changed)
        flipped = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "!="}[match[1]]
        yield f"{name} comparison{place}", _put(rules, match, f"{flipped} {match[2]}")
    for window, others in WINDOWS.items():
        for other in others:
            if window in rules:
                yield f"{name} {window} is {other}", rules.replace(window, other)
    for match in re.finditer(r", (\d+)\)", expr):
        for share in (1.1, 0.9):
            changed = f", {int(match[1]) * share:.0f})"
            yield f"{name} horizon x{share}", _put(rules, match, changed)
    for match in re.finditer(r"\s+and present_over_time\(.+ offset (\d+)m\)", expr):
        yield f"{name} without what was before", _put(rules, match, "")
        for apart in (-1, 1):
            changed = match[0].replace(f"offset {match[1]}m", f"offset {int(match[1]) + apart}m")
            yield f"{name} offset {apart:+}m", _put(rules, match, changed)
    yield f"{name} waits 30s more", rules.replace("for: 5m\n", "for: 5m30s\n", 1)
    yield f"{name} keeps on 30s more", rules.replace("for: 2m\n", "for: 2m30s\n", 1)
    for matcher in dict.fromkeys(re.findall(r'\w+(?:=~|!=|!~|=)"[^"]*"', expr)):
        yield f"{name} without {matcher}", _without(rules, matcher)
        label, op, value = re.fullmatch(r'(\w+)(=~|!=|!~|=)"(.*)"', matcher).groups()  # type: ignore[union-attr]
        if op in {"=", "=~"}:
            yield f"{name} {matcher} widened", rules.replace(matcher, f'{label}=~".*({value}).*"')


def _put(rules: str, match: re.Match[str], text: str) -> str:
    return rules[: match.start()] + text + rules[match.end() :]


def _without(rules: str, matcher: str) -> str:
    for text in (f"{matcher},", f",{matcher}", f"{{{matcher}}}"):
        rules = rules.replace(text, "")
    return rules


def survives(rules: str, tests: bytes, folder: Path) -> bool:
    test = written(rules, tests, folder)
    command = [oracles.tool("promtool"), "test", "rules", str(test)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", ALERTS)
def test_a_rule_with_one_thing_changed_fails(tmp_path: Path, name: str):
    files: dict[str, Any] = generated(name)
    rules = files["prometheus/rules/desk.rules.yml"].data.decode()
    tests = unit_tests_of(files)
    every = list(mutants(rules, name))
    assert all(changed != rules for _, changed in every)

    with ThreadPoolExecutor(max_workers=2) as pool:
        alive = pool.map(
            lambda each: survives(each[1][1], tests, tmp_path / str(each[0])), enumerate(every)
        )
        survivors = [what for (what, _), lives in zip(every, alive, strict=True) if lives]
    assert [what for what in EQUIVALENT if what.startswith(f"{name} ")] == survivors
