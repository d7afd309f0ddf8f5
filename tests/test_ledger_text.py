"""
What the rules of a ledger must never say: read from the text of every kind of SLI.

A range in Prometheus 2.x is closed on its left and in 3.x open; a subquery repeats the last tile
while there is no new one; an instant selector sees samples of five minutes ago.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import pytest

from obsgen import build, names
from obsgen.artefacts import AlertingRule, RecordingRule, RuleGroup
from obsgen.promql import Call, MatrixSelector, Node, Subquery, VectorSelector, parse, walk

SPEC: Final = """
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {retention: 120d}
---
apiVersion: obsgen/v1
kind: Service
name: cart
where: {job: cart}
metrics:
  requests_total: {type: counter, labels: [code, route]}
  failures_total: {type: counter, labels: [route]}
  latency_seconds: {type: histogram, labels: {region: [eu, us]}, buckets: [0.5, 1, 2]}
  fine_seconds: {type: native_histogram, labels: [route]}
  probe_success: {type: gauge}
slos:
  - {name: plain, objective: 99, sli: {events: {total: requests_total, bad: {code: "5.."}}}}
  - name: routes
    objective: 99
    by: [route]
    sli: {events: {total: requests_total, good: {code: "[23].."}}}
    alerts: {budget: [{spent: 20%, severity: medium}], absent: target_down}
  - name: second
    objective: 99
    period: 7d
    sli: {events: {total: requests_total, bad: {counter: failures_total}}}
  - {name: latency, objective: 95, sli: {latency: {histogram: latency_seconds, below: 1s}}}
  - name: regions
    objective: 95
    ledger: {bridge: 5m, settle: 20s}
    sli: {latency: {histogram: latency_seconds, below: {by: region, eu: 2s, default: 500ms}}}
  - {name: native, objective: 95, sli: {latency: {histogram: fine_seconds, below: 500ms}}}
  - name: slices
    objective: 95
    period: month
    sli: {time_slice: {quantile: 0.95, of: latency_seconds, below: 1s, slice: 5m}}
  - {name: probe, objective: 99, period: quarter, sli: {probe: {metric: probe_success}}}
  - {name: mixed, objective: 99, sli: {composite: {weighted: {plain: 2, latency: 1}}}}
  - {name: all, objective: 99, sli: {composite: {all_of: [plain, latency]}}}
"""
KINDS: Final = (
    *("plain", "routes", "second", "latency", "regions", "native", "slices", "probe", "mixed"),
    "all",
)


def groups() -> tuple[RuleGroup, ...]:
    (rule_file,) = build({"specs/cart.yaml": SPEC}).compiled[0].rule_files
    return rule_file.groups


GROUPS: Final = groups()
RULES: Final = [rule for group in GROUPS for rule in group.rules]
Rule = RecordingRule | AlertingRule


def titled(rule: Rule) -> str:
    name = rule.record if isinstance(rule, RecordingRule) else rule.alert
    return f"{name}{dict(rule.labels)}"


def nodes(rule: Rule) -> Iterator[Node]:
    yield from walk(parse(rule.expr))


def ranges(rule: Rule) -> Iterator[MatrixSelector]:
    yield from (node for node in nodes(rule) if isinstance(node, MatrixSelector))


def key(rule: RecordingRule) -> tuple[str, str]:
    return rule.labels["slo"], rule.record


def read(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield the recorded series that a rule reads: the SLO and the name."""
    for node in nodes(rule):
        if isinstance(node, VectorSelector) and names.is_slo_series(node.metric_name or ""):
            yield next(m.value for m in node.matchers if m.label == "slo"), node.metric_name or ""


def test_the_spec_holds_every_kind_of_sli():
    from obsgen import slis

    told = {"queries"}  # what their authors write is theirs
    (service,) = build({"specs/cart.yaml": SPEC}).specs[0].services
    assert set(slis.KINDS) - told == {slo.sli.kind for slo in service.slos}
    assert set(KINDS) == {slo.name for slo in service.slos}


def those(is_wrong: Callable[[Rule], bool]) -> list[str]:
    return [titled(rule) for rule in RULES if is_wrong(rule)]


def test_no_rule_has_a_subquery():
    assert [] == those(lambda rule: any(isinstance(node, Subquery) for node in nodes(rule)))


def test_ranges_of_recorded_series_are_a_millisecond_short():
    def is_wrong(rule: Rule) -> bool:
        recorded = (r for r in ranges(rule) if names.is_slo_series(r.selector.metric_name or ""))
        return any(r.range_ms % 60_000 != 59_999 for r in recorded)

    assert [] == those(is_wrong)


def test_windows_are_whole_tiles_of_the_ledger_that_they_sum():
    def is_wrong(rule: Rule) -> bool:
        tiled = ((r, names.tile_of(r.selector.metric_name or "")) for r in ranges(rule))
        return any(tile is not None and (r.range_ms + 1) % tile.ms for r, tile in tiled)

    assert [] == those(is_wrong)


def test_up_is_read_over_a_range_and_never_at_a_past_moment():
    def is_wrong(rule: Rule) -> bool:
        inside = {id(r.selector) for r in ranges(rule)}
        instant = (n for n in nodes(rule) if isinstance(n, VectorSelector) and id(n) not in inside)
        return any(n.metric_name == "up" and n.offset_ms for n in instant)

    assert [] == those(is_wrong)


def test_nothing_is_extrapolated():
    def is_wrong(rule: Rule) -> bool:
        functions = {node.function for node in nodes(rule) if isinstance(node, Call)}
        # What a slice compares is a measure: a rate where its author asks for one.
        is_measured = rule.labels.get("slo") == "slices"
        return not is_measured and bool(functions & {"increase", "rate", "irate", "delta"})

    assert [] == those(is_wrong)


@pytest.mark.parametrize("slo", KINDS)
def test_a_rule_reads_what_the_rules_before_it_recorded(slo: str):
    # Between groups there is no order: of the slower one only the ledger's own series are read.
    for group in GROUPS:
        recorded: set[tuple[str, str]] = set()
        here = {key(rule) for rule in group.rules if isinstance(rule, RecordingRule)}
        for rule in group.rules:
            own = rule.labels.get("slo") == slo
            assert not own or here.intersection(read(rule)) <= recorded, titled(rule)
            if isinstance(rule, RecordingRule):
                recorded.add(key(rule))


def test_no_recorded_series_is_made_of_itself():
    made_of: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for rule in RULES:
        if isinstance(rule, RecordingRule):
            made_of.setdefault(key(rule), set()).update(read(rule))

    done: set[tuple[str, str]] = set()
    while ready := {k for k, parts in made_of.items() if k not in done and parts <= done}:
        done |= ready
    assert set(made_of) == done


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_groups_are_evaluated_more_often_than_samples_are_forgotten(group: RuleGroup):
    assert 0 < group.interval.ms < 300_000
