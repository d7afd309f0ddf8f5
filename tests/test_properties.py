"""
The laws that hold for every spec: over generated ones, and over damaged ones.

A law compares bytes. Examples are bounded: the whole file takes less than a minute on two cores.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import oracles
import pytest
import yaml
from generate import MAX_SIZE, YOUNG_RECEIVERS, a_tree, trees
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from spectree import Style, Tree, commented, damaged, shuffled

from obsgen import alerts, disk, measures, panels, probes, receivers, slis
from obsgen.artefacts import AlertingRule, Compiled, RecordingRule
from obsgen.diagnostics import Diagnostic, Severity
from obsgen.model import Project
from obsgen.names import ESCALATED
from obsgen.names import rule_file as rule_file_name
from obsgen.pipeline import Built, Options, build
from obsgen.promql import layout, parse, substitute_variables
from obsgen.reader.profiles import SHIPPED
from obsgen.units import Duration

SEEDS = st.integers(0, 2**32 - 1)


def lawful(examples: int):
    """Bound a law: example by example these specs take a tenth of a second."""
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )


@cache
def options() -> Options:
    return Options(presets=disk.shipped_presets())


def built(texts: Mapping[str, bytes], *, with_tests: bool = False) -> Built:
    """Build; unit tests take most of the time, and are worked out where they are looked at."""
    return build(texts, replace(options(), with_tests=with_tests))


def files(texts: Mapping[str, bytes], *, with_tests: bool = False) -> dict[str, bytes]:
    """Return the files of valid specs by path."""
    found = built(texts, with_tests=with_tests)
    assert not errors(found), errors(found)
    return {file.path: file.data for file in found.files}


def errors(found: Built) -> list[tuple[str, str]]:
    return [(d.code.id, d.message) for d in found.diagnostics if d.severity is Severity.ERROR]


def rules(compiled: Compiled) -> Iterator[RecordingRule | AlertingRule]:
    for rule_file in compiled.rule_files:
        for group in rule_file.groups:
            yield from group.rules


# --- what is generated is valid ----------------------------------------------------------------


@lawful(40)
@given(trees())
def test_a_valid_spec_has_no_errors_and_gives_files(tree: Tree):
    found = built(tree.texts())

    assert not errors(found)
    assert found.files


def test_every_kind_is_among_the_generated_ones():
    keys: set[str] = set()
    for seed in range(30):
        keys.update(_keys([*a_tree(seed, MAX_SIZE).documents()]))

    every = {*alerts.KINDS, *measures.KINDS, *panels.KINDS, *receivers.KINDS, *slis.KINDS}
    assert not {*every, *probes.KINDS} - keys - YOUNG_RECEIVERS


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


# --- same meaning, same bytes ------------------------------------------------------------------


@lawful(12)
@given(trees(3))
def test_building_twice_gives_the_same_bytes(tree: Tree):
    one, other = (files(tree.texts(), with_tests=True) for _ in range(2))

    assert one == other


@lawful(12)
@given(trees(3), SEEDS)
def test_the_order_in_which_files_are_given_does_not_matter(tree: Tree, seed: int):
    texts = list(tree.texts().items())
    expected = files(dict(texts))
    random.Random(seed).shuffle(texts)

    assert expected == files(dict(texts))


@lawful(12)
@given(trees(2), st.sampled_from(['"', "'", ""]), st.booleans())
def test_quoting_and_flow_style_do_not_matter(tree: Tree, quote: str, flow: bool):
    assert files(tree.texts()) == files(tree.texts(Style(quote, flow)))


@lawful(10)
@given(trees(2))
def test_comments_do_not_matter(tree: Tree):
    texts = tree.texts()

    assert files(texts) == files({name: commented(data) for name, data in texts.items()})


@lawful(10)
@given(trees(2))
def test_windows_line_ends_do_not_matter(tree: Tree):
    texts = tree.texts()

    assert files(texts) == files({n: data.replace(b"\n", b"\r\n") for n, data in texts.items()})


@lawful(20)
@given(trees(3), SEEDS)
def test_the_order_of_keys_does_not_matter(tree: Tree, seed: int):
    assert files(tree.texts()) == files(shuffled(tree, random.Random(seed)).texts())


@lawful(12)
@given(trees(MAX_SIZE, 2), SEEDS)
def test_a_service_that_goes_leaves_the_files_of_the_others_as_they_are(tree: Tree, seed: int):
    # Environments name services in their paths, and would be at fault without them.
    calm = tree.where(lambda document: document["kind"] != "Environment")
    names = sorted(d["name"] for d in calm.documents("Service"))
    gone = random.Random(seed).choice(names)
    before = files(calm.texts())
    others = [name for name in names if name != gone]
    # Routes that name it would be at fault, too.
    assume(not any(gone in str(document) for document in calm.documents("Routing")))

    def is_of(document: dict[str, Any]) -> bool:
        owner = document["name"] if document["kind"] == "Service" else document.get("service")
        return bool(owner == gone)

    after = files(calm.where(lambda document: not is_of(document)).texts())

    own = {path for path in before for name in others if _belongs(path, name)}
    assert own
    assert own == {path for path in after for name in others if _belongs(path, name)}
    assert {p: _alone(before[p], p) for p in own} == {p: _alone(after[p], p) for p in own}


def _alone(data: bytes, path: str) -> Any:
    """Return a file without the links of a dashboard to what several services have."""
    if not path.endswith(".json"):
        return data
    return {key: value for key, value in json.loads(data).items() if key != "links"}


def _belongs(path: str, service: str) -> bool:
    own = (
        rf"(/|obs-(slo-|red-|probes-)?){service}(-board-\d)?(\.escalations)?\.(rules\.yml|json|md)"
    )
    return bool(re.search(f"{own}$", path))


# --- what is written ---------------------------------------------------------------------------


@lawful(12)
@given(trees(3))
def test_every_expression_parses_and_its_layout_says_the_same(tree: Tree):
    found = built(tree.texts())
    for compiled in found.compiled:
        for rule in rules(compiled):
            _check_expression(rule.expr)
            # The ledger breaks its lines by what they count; all else is canonical.
            assert _joined(layout(parse(rule.expr))) == _joined(rule.expr)
        for dashboard in compiled.dashboards:
            for section in dashboard.sections:
                for target in (t for panel in section.panels for t in panel.targets):
                    _check_expression(substitute_variables(target.expr))


def _joined(text: str) -> str:
    """Return an expression on one line, without the blanks that lines are broken at."""
    return re.sub(r"(?<=[({,])\s+|\s+(?=[)}])", "", " ".join(text.split()))


def _check_expression(text: str) -> None:
    tree = parse(text)
    written = layout(tree)

    assert tree == parse(written)
    assert written == layout(parse(written))


@lawful(15)
@given(trees())
def test_emitted_yaml_loads_back_to_what_was_compiled(tree: Tree):
    found = built(tree.texts())
    by_path = {file.path: file.data for file in found.files}
    for spec, compiled in zip(found.specs, found.compiled, strict=True):
        folder = f"{spec.environment.name}/" if spec.environment.name else ""
        for rule_file in compiled.rule_files:
            path = rule_file_name(rule_file.service, rule_file.part)
            loaded = yaml.safe_load(by_path[f"{folder}prometheus/{path}"])
            assert [g.name for g in rule_file.groups] == [g["name"] for g in loaded["groups"]]
            written = [rule for group in loaded["groups"] for rule in group["rules"]]
            kept = [rule for group in rule_file.groups for rule in group.rules]
            assert list(map(_as_written, kept)) == written
        if compiled.alertmanager is not None:
            loaded = yaml.safe_load(by_path[f"{folder}alertmanager/alertmanager.yml"])
            names = [r.name for r in compiled.alertmanager.receivers]
            assert names == [r["name"] for r in loaded["receivers"]]
            for kept, written in zip(
                compiled.alertmanager.receivers, loaded["receivers"], strict=True
            ):
                integrations = {key: [_plain(fields)] for key, fields in kept.integrations}
                assert {"name": kept.name, **integrations} == written


def _as_written(rule: RecordingRule | AlertingRule) -> dict[str, Any]:
    if isinstance(rule, RecordingRule):
        return {"record": rule.record, "expr": rule.expr, "labels": dict(rule.labels)}
    waits = {"for": rule.for_, "keep_firing_for": rule.keep_firing_for}
    return {
        "alert": rule.alert,
        "expr": rule.expr,
        **{key: str(wait) for key, wait in waits.items() if wait.ms},
        "labels": dict(rule.labels),
        "annotations": dict(rule.annotations),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, Duration) else value


@lawful(15)
@given(trees())
def test_emitted_dashboards_load_back_to_what_was_compiled(tree: Tree):
    found = built(tree.texts())
    by_path = {file.path: file.data for file in found.files}
    for spec, compiled in zip(found.specs, found.compiled, strict=True):
        folder = f"{spec.environment.name}/" if spec.environment.name else ""
        for dashboard in compiled.dashboards:
            own = rf"{folder}grafana/dashboards/[^/]*/{re.escape(dashboard.uid)}\.json"
            (path,) = (p for p in by_path if re.fullmatch(own, p))
            loaded = json.loads(by_path[path], parse_float=Decimal)
            assert (dashboard.uid, dashboard.title) == (loaded["uid"], loaded["title"])
            shown = [p for p in _panels(loaded) if p["type"] != "row"]
            kept = [panel for section in dashboard.sections for panel in section.panels]
            titles = [(p["type"], p.get("title", "")) for p in shown]
            assert [(p.type, p.title) for p in kept] == titles
            for panel, written in zip(kept, shown, strict=True):
                targets = written.get("targets", [])
                asked = targets[: len(panel.targets)]
                assert [target.expr for target in panel.targets] == [t["expr"] for t in asked]
                assert len(panel.targets) + len(panel.foreign) == len(targets)


def _panels(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", ())


@lawful(15)
@given(trees())
def test_panels_have_ids_of_their_own_and_never_overlap(tree: Tree):
    for path, data in files(tree.texts()).items():
        if not path.endswith(".json") or "/dashboards/" not in path:
            continue
        dashboard = json.loads(data)
        every = list(_panels(dashboard))
        ids = [panel["id"] for panel in every]
        assert len(set(ids)) == len(ids)
        _check_places(dashboard["panels"])
        for row in every:
            _check_places(row.get("panels", ()))


def _check_places(placed: Any) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in placed:
        place = panel["gridPos"]
        assert place["x"] >= 0
        assert place["y"] >= 0
        assert place["w"] >= 1
        assert place["h"] >= 1
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        taken |= cells


# --- burn rates --------------------------------------------------------------------------------


@lawful(40)
@given(
    st.sampled_from(("standard", "page-only", "tickets")),
    st.sampled_from(("6h", "1d", "7d", "13d", "28d", "30d", "31d", "90d")),
    st.sampled_from(("50", "90", "99", "99.9", "99.95", "99.999", "97.3")),
    st.integers(1, 9999),
    st.sampled_from(("1h", "90m", "6h", "12h", "1d", "2d")),
)
def test_factor_times_long_window_over_period_is_the_share_of_the_budget(
    profile: str, period: str, objective: str, share: int, long: str
):
    # A share of so many hundredths of a percent; the tier's other numbers follow from it.
    spends = Fraction(share, 10_000)
    whole = Duration.parse(period)
    window = Duration.parse(long)
    factor = spends * whole.ms / window.ms
    budget = 1 - Fraction(objective) / 100
    text = f"""
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {{retention: 100d}}
alert_profiles:
  own: [{{tier: t, spends: {Decimal(share) / 100}%, long: {long}, short: 10m, severity: page}}]
---
apiVersion: obsgen/v1
kind: Service
name: cart
metrics: {{requests_total: {{type: counter, labels: [code]}}}}
slos:
  - {{name: own, objective: {objective}, period: {period}, alerts: own,
     sli: {{events: {{total: requests_total, bad: {{code: "5.."}}}}}}}}
  - {{name: shipped, objective: {objective}, period: {period}, alerts: {profile},
     sli: {{events: {{total: requests_total, bad: {{code: "5.."}}}}}}}}
"""
    found = build({"specs/cart.yaml": text})
    own, shipped = found.specs[0].services[0].slos
    fits = window < whole and factor >= 1 and factor * budget < 1

    assert bool(own.tiers) is fits
    assert bool(errors(found)) is not fits
    for tier in own.tiers:
        assert factor == tier.factor
        assert spends == tier.factor * tier.long.ms / whole.ms
    written, written_for = SHIPPED[profile].for_period(whole)
    shares = {tier.name: tier.spends for tier in written}
    for tier in shipped.tiers:
        assert shares[tier.name] == tier.factor * Fraction(tier.long.ms, written_for.ms)
        assert 1 <= tier.factor
        assert tier.factor * budget < 1
        assert tier.long < whole


# --- routing -----------------------------------------------------------------------------------


@lawful(15)
@given(trees())
def test_every_alert_reaches_exactly_the_receivers_that_the_routes_name(tree: Tree):
    found = built(tree.texts())
    routing = next(tree.documents("Routing"), None)
    by_path = {file.path: file.data for file in found.files}
    for spec, compiled in zip(found.specs, found.compiled, strict=True):
        folder = f"{spec.environment.name}/" if spec.environment.name else ""
        if routing is None:
            assert f"{folder}alertmanager/alertmanager.yml" not in by_path
            continue
        config = yaml.safe_load(by_path[f"{folder}alertmanager/alertmanager.yml"])
        defined = {r["name"]: r for r in config["receivers"]}
        for rule in rules(compiled):
            if not isinstance(rule, AlertingRule):
                continue
            labels = {**rule.labels, "alertname": rule.alert}
            reached = list(_reached(config["route"], labels))
            assert reached
            assert all(len(defined[name]) > 1 for name in reached)
            if ESCALATED in labels:
                assert set(_escalated(routing, labels, spec.project)) == set(reached)
                continue
            level = {"where": {}, "to": routing["default_receiver"], "routes": routing["routes"]}
            assert set(_meant(level, labels, ())) == set(reached)


def _escalated(routing: dict[str, Any], labels: dict[str, str], project: Project) -> Iterator[str]:
    """Read the spec's own words: every entry of that time whose alerts it is one of."""
    levels = {level.name: str(level.respond_within) for level in project.severities.levels}
    for entry in routing["escalate"]:
        after = entry.get("after") or levels.get(labels.get("severity", ""))
        where = entry["where"].items()
        if after == labels[ESCALATED] and all(_means(k, v, labels.get(k, "")) for k, v in where):
            yield from [entry["to"]] if isinstance(entry["to"], str) else entry["to"]


def _reached(route: dict[str, Any], labels: dict[str, str]) -> Iterator[str]:
    """Walk the tree as Alertmanager does (its package `dispatch`)."""
    matched = False
    for child in route.get("routes", ()):
        if all(_holds(matcher, labels) for matcher in child.get("matchers", ())):
            yield from _reached({"receiver": route["receiver"], **child}, labels)
            matched = True
            if not child.get("continue"):
                break
    if not matched:
        yield route["receiver"]


def _holds(matcher: str, labels: dict[str, str]) -> bool:
    label, op, value = re.fullmatch(r'(\w+)(=~|!~|!=|=)"(.*)"', matcher).groups()
    value = value.replace('\\"', '"').replace("\\\\", "\\")
    found = labels.get(label, "")
    same = bool(re.fullmatch(value, found)) if "~" in op else value == found
    return same != op.startswith("!")


def _meant(route: dict[str, Any], labels: dict[str, str], to: tuple[str, ...]) -> Iterator[str]:
    """Read the spec's own words: the first match ends it, `continue` goes on, `routes` nests."""
    here = route.get("to", to)
    receivers = (here,) if isinstance(here, str) else tuple(here)
    matched = False
    for child in route.get("routes", ()):
        if all(_means(k, value, labels.get(k, "")) for k, value in child["where"].items()):
            yield from _meant(child, labels, receivers)
            if not child.get("continue"):
                return
            matched = True
    if not matched or len(receivers) > 1:
        yield from receivers


_ORDER = ("critical", "high", "medium", "low")
_ALIASES = {"warning": ("medium",), "info": ("low",), "page": _ORDER[:2], "ticket": _ORDER[2:]}


def _means(label: str, value: Any, found: str) -> bool:
    if isinstance(value, list):
        return any(_means(label, item, found) for item in value)
    if isinstance(value, dict):
        ((word, inner),) = value.items()
        if word == "not":
            return not _means(label, inner, found)
        if word == "is":
            return inner == found
        return found in _ORDER[: _ORDER.index(inner) + 1]
    if label == "severity":
        return found in _ALIASES.get(value, (value,))
    return bool(re.fullmatch(value, found))


# --- damaged specs -----------------------------------------------------------------------------


@lawful(120)
@given(trees(2), SEEDS)
def test_a_damaged_spec_is_found_fault_with_or_builds_and_never_raises(tree: Tree, seed: int):
    texts = damaged(tree, random.Random(seed))
    found = built(texts)

    assert bool(found.files) is not bool(errors(found)) or _is_empty(texts)
    for diagnostic in found.diagnostics:
        _check_span(diagnostic, found, texts)


def _is_empty(texts: Mapping[str, bytes]) -> bool:
    return not any(data.strip() for data in texts.values())


def _check_span(diagnostic: Diagnostic, found: Built, texts: Mapping[str, bytes]) -> None:
    for origin in (diagnostic.origin, *(related.origin for related in diagnostic.related)):
        span = found.source_map.span(origin)
        assert (span.line, span.column) <= (span.end_line, span.end_column)
        if not origin.file:
            continue
        assert origin.file in texts or origin.file.startswith("preset:")
        lines = found.source_map.lines(origin.file)
        assert 1 <= span.line <= max(1, len(lines)), diagnostic
        assert 1 <= span.end_line <= max(1, len(lines)), diagnostic
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1 if lines else True, diagnostic
        if lines:
            assert 1 <= span.end_column <= len(lines[span.end_line - 1]) + 2, diagnostic


HEAD = """
apiVersion: obsgen/v1
kind: Project
name: shop
target_labels: [zone]
---
apiVersion: obsgen/v1
kind: Service
name: cart
metrics: {requests_total: {type: counter, labels: [code]}}
alerts:
  - name: Raw
    expr: sum(rate(requests_total{code="500"}[5m])) / sum(rate(requests_total{code="200"}[5m])) > 1
    only_when: {rate: requests_total, above: 1/s}
    severity: low
"""


def test_a_panel_of_raw_promql_builds():
    board = "kind: Dashboard\nname: b\nservice: cart\nvariables: [code]\npanels: "
    panel = "[{stat: {expr: 'sum(rate(requests_total[5m]))'}}]\n"

    assert files({"a.yaml": f"{HEAD}---\napiVersion: obsgen/v1\n{board}{panel}".encode()})


def test_a_target_label_of_another_form_is_told_and_nothing_is_compiled():
    found = built({"a.yaml": HEAD.replace("[zone]", "[zöne]").encode()})

    assert [("SCH105", "name `zöne` has another form")] == errors(found)


def test_a_label_of_another_form_in_an_environment_is_told_where_it_stands():
    environment = 'kind: Environment\nname: prod\nwhere: {"a b": prod}\n'
    found = built({"a.yaml": f"{HEAD}---\napiVersion: obsgen/v1\n{environment}".encode()})

    assert [("SCH105", "name `a b` has another form")] == errors(found)
    assert 20 == found.source_map.span(found.diagnostics[0].origin).line


# --- the real tools ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the rule files and the configurations of 40 generated specs."""
    folder = tmp_path_factory.mktemp("many")
    dice = random.Random(20)
    for number in range(40):
        tree = a_tree(dice.randrange(2**32), number % MAX_SIZE + 1)
        for path, data in files(tree.texts()).items():
            if path.endswith((".rules.yml", "prometheus.yml", "alertmanager.yml", ".tmpl")):
                target = folder / f"{number}" / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
    return folder


def test_promtool_accepts_the_rules_and_the_configuration_of_generated_specs(many: Path):
    rule_files = sorted(many.rglob("prometheus/rules/*.rules.yml"))
    configs = sorted(many.rglob("prometheus.yml"))

    assert len(rule_files) > 40
    oracles.promtool_check_rules(rule_files)
    oracles.promtool_check_config(*configs)


def test_amtool_accepts_the_configuration_of_generated_specs(many: Path):
    configs = sorted(many.rglob("alertmanager.yml"))

    assert len(configs) > 20
    oracles.amtool_check_config(*configs)
