"""
What checks find in dashboards, and what they leave alone.

Panels in Grafana's own words are made here as artefacts: whatever way a spec takes to them, this is
what checks see. The names of rules are those of Grafana's dashboard-linter.
"""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from grafana_foundation_sdk.models import units as grafana_units
from grafana_specs import DASHBOARD, SERVICE, built, dashboards
from problems import problems

from obsgen.artefacts import (
    Annotation,
    Compiled,
    Dashboard,
    ForeignTarget,
    Link,
    Panel,
    RecordingRule,
    RuleFile,
    RuleGroup,
    Section,
    Target,
    Variable,
)
from obsgen.artefacts.grafana_unit_ids import unit_ids
from obsgen.checks import check, codes, dashboard_rules
from obsgen.checks.dashboards import BY_CONSTRUCTION
from obsgen.diagnostics import Diagnostic, Severity
from obsgen.exclusions import Exclusions
from obsgen.logql import logql_problem
from obsgen.model.checks import CheckSettings
from obsgen.pipeline import Options, build
from obsgen.report import as_text
from obsgen.source import read_source
from obsgen.units import COUNT, RATIO, Duration, Unit
from obsgen.workspace import check as check_files
from obsgen.workspace import compile_specs

RULES: Final = (
    "template-datasource-rule",
    "template-job-rule",
    "template-instance-rule",
    "template-label-promql-rule",
    "template-on-time-change-reload-rule",
    "panel-datasource-rule",
    "panel-title-description-rule",
    "panel-units-rule",
    "panel-no-targets-rule",
    "target-promql-rule",
    "target-logql-rule",
    "target-logql-auto-rule",
    "target-rate-interval-rule",
    "target-job-rule",
    "target-instance-rule",
    "target-counter-agg-rule",
    "uneditable-dashboard",
)
"""All rules of the dashboard-linter, as its documentation lists them."""

REQUESTS: Final = "sum(rate(tonebridge_requests_total[$__rate_interval]))"
PER_SECOND: Final = Unit.parse("requests/s")


@functools.cache
def compiled() -> Compiled:
    """Compile the specs with all kinds of panels."""
    return built().compiled[0]


def a_panel(*targets: Target, **more: Any) -> Panel:
    usual: dict[str, Any] = {
        "type": "timeseries",
        "title": "Requests",
        "description": "Requests a second.",
        "width": 12,
        "height": 8,
        "unit": PER_SECOND,
        "targets": targets,
    }
    return Panel(**{**usual, **more})


def asking(expr: str, **more: Any) -> Panel:
    return a_panel(Target(expr=expr), **more)


def of_logs(query: str, **more: Any) -> ForeignTarget:
    return ForeignTarget(datasource="loki", query={"expr": query, **more})


def a_dashboard(*panels: Panel, **more: Any) -> Dashboard:
    usual: dict[str, Any] = {
        "uid": "obs-board",
        "title": "Board",
        "description": "",
        "folder": "ToneBridge",
        "tags": (),
        "service": "gateway",
        "sections": (Section(title="", panels=panels),),
    }
    return Dashboard(**{**usual, **more})


def found_in(
    *boards: Dashboard,
    lint: str = "",
    rules: tuple[RecordingRule, ...] = (),
    severities: Mapping[str, Severity | None] | None = None,
) -> list[Diagnostic]:
    """Return what checks find in dashboards beside the rules of the specs."""
    group = RuleGroup(name="more", interval=Duration.parse("1m"), rules=rules)
    more = RuleFile(service="gateway", groups=(group,), sources=())
    whole = replace(
        compiled(),
        dashboards=boards,
        rule_files=(*compiled().rule_files, *((more,) if rules else ())),
    )
    source, _ = read_source(".lint", lint)
    exclusions = Exclusions((source,))
    settings = CheckSettings(severities=severities or {})
    found = [d for d in check(whole, settings, exclusions) if d.code.id.startswith("DSH")]
    return [*found, *exclusions.problems(dashboard_rules(), BY_CONSTRUCTION)]


def names(*boards: Dashboard, **more: Any) -> list[str]:
    return [diagnostic.code.name for diagnostic in found_in(*boards, **more)]


def of_panel(panel: Panel, **more: Any) -> list[str]:
    return names(a_dashboard(panel), **more)


# Must-have 5: all rules of the dashboard-linter, and more.
# --- the rules of the dashboard-linter ----------------------------------------------------------


def test_every_rule_of_the_linter_is_a_check_or_holds_by_construction():
    checked = {code.name for code in codes().values()}

    assert {rule for rule in RULES if rule not in checked} == set(BY_CONSTRUCTION)


def test_a_panel_that_is_as_it_should_be_has_no_finding():
    assert [] == of_panel(asking(REQUESTS))


FIXED: Final = {"type": "prometheus", "uid": "P1809F7CD0C75AC"}
WRONG: Final[Mapping[str, tuple[str, Panel]]] = {
    "a datasource by its uid": (
        "panel-datasource-rule",
        asking(REQUESTS, extra={"datasource": FIXED, "targets": [{"expr": REQUESTS}]}),
    ),
    "a query's own datasource": (
        "panel-datasource-rule",
        asking("", extra={"targets": [{"expr": REQUESTS, "datasource": FIXED}]}),
    ),
    "no title": ("panel-title-description-rule", asking(REQUESTS, title="")),
    "no description": ("panel-title-description-rule", asking(REQUESTS, description=" ")),
    "a title taken away": ("panel-title-description-rule", asking(REQUESTS, extra={"title": ""})),
    "no unit": ("panel-units-rule", asking(REQUESTS, unit=None)),
    "a unit that Grafana has not": (
        "panel-units-rule",
        asking(REQUESTS, defaults={"unit": "requests per second"}),
    ),
    "an override's unit": (
        "panel-units-rule",
        asking(
            REQUESTS,
            overrides=(
                {
                    "matcher": {"id": "byName", "options": "x"},
                    "properties": [{"id": "unit", "value": "seconds"}],
                },
            ),
        ),
    ),
    "no queries": ("panel-no-targets-rule", a_panel()),
    "queries taken away": ("panel-no-targets-rule", asking(REQUESTS, extra={"targets": []})),
    "no PromQL": ("target-promql-rule", asking(REQUESTS[:-1])),
    "an empty query": ("target-promql-rule", asking("")),
    "no PromQL in Grafana's words": (
        "target-promql-rule",
        asking(REQUESTS, extra={"targets": [{"expr": "sum by ((x)"}]}),
    ),
    "a fixed range": (
        "target-rate-interval-rule",
        asking("sum(rate(tonebridge_requests_total[5m]))"),
    ),
    "a range of one step": (
        "target-rate-interval-rule",
        asking("sum(rate(tonebridge_requests_total[$__interval]))"),
    ),
    "a bare counter": ("target-counter-agg-rule", asking("sum(tonebridge_requests_total)")),
}


@pytest.mark.parametrize(("rule", "panel"), WRONG.values(), ids=WRONG)
def test_a_rule_finds_what_breaks_it(rule: str, panel: Panel):
    assert rule in of_panel(panel)


RIGHT: Final[Mapping[str, tuple[str, Panel]]] = {
    "words need no query": ("panel-no-targets-rule", a_panel(type="text")),
    "words need no description": (
        "panel-title-description-rule",
        a_panel(type="text", title="", description=""),
    ),
    "values that are shown as words": (
        "panel-units-rule",
        asking("max(up)", unit=None, mappings=({"type": "value", "options": {}},)),
    ),
    "a label in place of a number": (
        "panel-units-rule",
        asking("up", type="stat", unit=None, options={"reduceOptions": {"fields": "/^job$/"}}),
    ),
    "a table of what Loki tells": (
        "panel-units-rule",
        a_panel(type="table", unit=None, foreign=(of_logs('{job="web"}'),)),
    ),
    "a suffix of one's own": (
        "panel-units-rule",
        asking(REQUESTS, defaults={"unit": "suffix: req"}),
    ),
    "another panel's data": (
        "panel-datasource-rule",
        a_panel(
            extra={
                "targets": [
                    {"panelId": 1, "datasource": {"type": "datasource", "uid": "-- Dashboard --"}}
                ]
            }
        ),
    ),
    "a value at one moment": (
        "target-rate-interval-rule",
        a_panel(Target(expr="sum(rate(tonebridge_requests_total[5m]))", instant=True), type="stat"),
    ),
    "all that is shown": (
        "target-rate-interval-rule",
        asking("sum(rate(tonebridge_requests_total[$__range]))"),
    ),
    "a whole day": (
        "target-rate-interval-rule",
        asking("sum(rate(tonebridge_requests_total[1d]))"),
    ),
    "a recorded counter": (
        "target-rate-interval-rule",
        asking("sum(rate(slo:burn_rate:ratio[5m]))"),
    ),
    "how many counters there are": (
        "target-counter-agg-rule",
        asking("count(tonebridge_requests_total)", unit=COUNT),
    ),
    "what a counter grew": (
        "target-counter-agg-rule",
        asking("sum(increase(tonebridge_requests_total[$__range]))", unit=COUNT),
    ),
}


@pytest.mark.parametrize(("rule", "panel"), RIGHT.values(), ids=RIGHT)
def test_a_rule_leaves_alone_what_it_is_not_about(rule: str, panel: Panel):
    assert rule not in of_panel(panel)


def of_loki(query: str, **more: Any) -> list[str]:
    return of_panel(a_panel(type="logs", foreign=(of_logs(query, **more),)))


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ('{job="web"} |= "error"', ""),
        ('sum by (level) (count_over_time({job="$slo", app=~`a|b`} | json [$__auto]))', ""),
        ('{job="web"} |= "closes nothing: }"', ""),
        ('{job="web"', "target-logql-rule"),
        ("{job=web}", "target-logql-rule"),
        ('|= "error"', "target-logql-rule"),
        ("{}", "target-logql-rule"),
        ('{job="web"} |= "error', "target-logql-rule"),
        ('count_over_time({job="web"}[5m])', "target-logql-auto-rule"),
        ('count_over_time({job="web"}[$__range])', ""),
        ('{job="web"} |= "[5m]"', ""),
    ],
)
def test_logql_is_checked_as_far_as_its_form_goes(query: str, rule: str):
    found = [name for name in of_loki(query) if name.startswith("target-logql")]

    assert [*filter(None, (rule,))] == found


def test_a_hidden_query_to_loki_is_not_checked():
    assert "target-logql-rule" not in of_loki("{", hide=True)


def test_logql_says_what_is_wrong():
    assert "`]` closes nothing" == logql_problem('rate({job="a"}5m])')


@pytest.mark.parametrize(
    ("query", "is_read"),
    [
        ('label_values(up{job=~"$job"}, instance)', True),
        ("label_values(job)", True),
        ("label_names()", True),
        ("query_result(topk(5, sum by (job) (up)))", True),
        ("label_values(up{, instance)", False),
        ("values(up, instance)", False),
        ("up", False),
    ],
)
def test_template_label_promql_rule_reads_what_grafana_reads(query: str, *, is_read: bool):
    board = a_dashboard(asking(REQUESTS), variables=(Variable(name="x", label="x", query=query),))

    assert is_read is ("template-label-promql-rule" not in names(board))


ASKED_FOR: Final = tuple(rule for rule in RULES if rule.endswith(("job-rule", "instance-rule")))


@pytest.mark.parametrize("rule", ASKED_FOR)
def test_rules_of_job_and_instance_count_only_where_a_project_asks_for_them(rule: str):
    board = a_dashboard(asking(REQUESTS))

    assert rule not in names(board)
    (found,) = [d for d in found_in(board, severities={rule: Severity.INFO}) if d.code.name == rule]
    assert found.severity is Severity.INFO


@pytest.mark.parametrize("label", ["job", "instance"])
def test_rules_of_job_and_instance_are_content_with_what_the_linter_wants(label: str):
    variable = Variable(name=label, label=label, query=f"label_values(up, {label})", all_value=".+")
    panel = asking(f'sum(rate(tonebridge_requests_total{{{label}=~"${label}"}}[$__rate_interval]))')
    board = a_dashboard(panel, variables=(variable,))
    asked = {f"template-{label}-rule": Severity.ERROR, f"target-{label}-rule": Severity.ERROR}

    assert not set(asked) & set(names(board, severities=asked))


@pytest.mark.parametrize(
    "change", [{"label": "Job"}, {"multi": False}, {"all_value": ".*"}], ids=str
)
def test_template_job_rule_looks_at_the_whole_variable(change: dict[str, Any]):
    usual = Variable(name="job", label="job", query="label_values(up, job)", all_value=".+")
    board = a_dashboard(asking(REQUESTS), variables=(replace(usual, **change),))

    assert "template-job-rule" in names(board, severities={"template-job-rule": Severity.ERROR})


# --- rules that hold by construction, on every dashboard that the specs make --------------------

EVERY: Final = dashboards(SERVICE + DASHBOARD)


@pytest.mark.parametrize("uid", EVERY)
def test_template_datasource_rule(uid: str):
    sources = [v for v in EVERY[uid]["templating"]["list"] if v["type"] == "datasource"]

    assert [("datasource", "Data source", "prometheus")] == [
        (source["name"], source["label"], source["query"]) for source in sources
    ]


@pytest.mark.parametrize("uid", EVERY)
def test_template_on_time_change_reload_rule(uid: str):
    variables = [v for v in EVERY[uid]["templating"]["list"] if v["type"] == "query"]

    assert {2} >= {variable["refresh"] for variable in variables}


@pytest.mark.parametrize("uid", EVERY)
def test_uneditable_dashboard(uid: str):
    assert EVERY[uid]["editable"] is False


def test_nothing_is_found_in_ready_dashboards_and_in_panels_of_measures():
    found = [d for d in check(compiled(), CheckSettings()) if d.code.id.startswith("DSH")]

    assert [] == [diagnostic.message for diagnostic in found]


# --- `.lint` ------------------------------------------------------------------------------------

CLIMBING: Final = asking("sum(tonebridge_requests_total)", unit=COUNT, title="Meter")
RULE: Final = "target-counter-agg-rule"


@pytest.mark.parametrize(
    "said",
    [
        f"exclusions: {{{RULE}: }}",
        f"exclusions: {{{RULE}: {{reason: people read it}}}}",
        f"exclusions: {{{RULE}: {{entries: [{{dashboard: Board}}]}}}}",
        f"exclusions: {{{RULE}: {{entries: [{{panel: Meter}}]}}}}",
        f"exclusions: {{{RULE}: {{entries: [{{dashboard: Board, panel: Meter, targetIdx: 0}}]}}}}",
        f"exclusions: {{{RULE}: {{entries: [{{panel: Meter, targetIdx: '0'}}]}}}}",
    ],
)
def test_a_finding_that_lint_excludes_is_not_told(said: str):
    assert [] == of_panel(CLIMBING, lint=said)


@pytest.mark.parametrize(
    "entry", ["{dashboard: Bord}", "{panel: Metre}", "{panel: Meter, targetIdx: 1}"]
)
def test_an_entry_about_something_else_excludes_nothing_and_says_so(entry: str):
    lint = f"exclusions: {{{RULE}: {{entries: [{entry}]}}}}"

    assert [RULE, "unused-exclusion"] == of_panel(CLIMBING, lint=lint)


def test_a_finding_of_which_lint_makes_a_warning_is_one():
    panel = asking("", title="Nothing")
    (before,) = found_in(a_dashboard(panel))
    (after,) = found_in(a_dashboard(panel), lint="warnings: {target-promql-rule: }")

    assert (Severity.ERROR, Severity.WARNING) == (before.severity, after.severity)


def test_the_linters_other_name_of_a_rule_is_understood():
    found = found_in(
        a_dashboard(asking(REQUESTS)), lint="exclusions: {template-on-time-change-reload: }"
    )

    assert ["unused-exclusion"] == [diagnostic.code.name for diagnostic in found]
    assert "always follow" in found[0].hint


def test_own_checks_of_dashboards_are_excluded_in_the_same_way():
    panel = asking(REQUESTS, type="stat", options={"reduceOptions": {"calcs": ["mean"]}})

    assert ["not-the-last-value"] == of_panel(panel)
    assert [] == of_panel(panel, lint="exclusions: {not-the-last-value: }")


def test_lint_speaks_of_the_dashboards_of_its_folder(tmp_path: Path):
    meter = "panels: [{timeseries: {expr: 'sum(tonebridge_requests_total{job=\"gateway\"})'}}]\n"
    board = "apiVersion: obsgen/v1\nkind: Dashboard\nservice: gateway\n"
    (tmp_path / "specs/one").mkdir(parents=True)
    (tmp_path / "specs/two").mkdir()
    (tmp_path / "specs/service.yaml").write_text(SERVICE)
    (tmp_path / "specs/one/board.yaml").write_text(f"{board}name: one\n{meter}")
    (tmp_path / "specs/two/board.yaml").write_text(f"{board}name: two\n{meter}")
    (tmp_path / "specs/one/.lint").write_text(f"exclusions: {{{RULE}: }}\n")

    found = compile_specs([Path("specs")], None, cwd=tmp_path).diagnostics

    assert ["specs/two/board.yaml"] == [d.origin.file for d in found if d.code.name == RULE]
    assert "unused-exclusion" not in {d.code.name for d in found}


def test_one_file_is_validated_with_the_lint_beside_it(tmp_path: Path):
    shutil.copytree(
        Path(__file__).parent / "cases/codes/DSH663-unused-exclusion/specs", tmp_path / "specs"
    )

    found = problems(check_files([Path("specs/shop.yaml")], None, cwd=tmp_path))

    assert [] == [diagnostic.message for diagnostic in found]


@pytest.mark.parametrize("text", ["[", "- a", "x", "exclusions: 3", "warnings: {a: {entries: {}}}"])
def test_a_lint_file_of_any_form_is_a_finding_and_never_more(text: str):
    options = Options(exclusions={"specs/.lint": text.encode()})
    found = build({"specs/service.yaml": SERVICE}, options)

    assert {"specs/.lint"} == {d.origin.file for d in problems(found)}
    assert "specs/.lint:1:" in as_text(found.diagnostics, found.source_map)


# --- own checks: the must-haves of the research, section 8 --------------------------------------

RECORDED: Final = RecordingRule(
    record="gateway:requests:rate5m",
    expr="sum by (method) (rate(tonebridge_requests_total[5m]))",
    labels={},
)


def test_must_have_1_a_panel_that_reads_what_no_rule_records_is_an_error():
    found = found_in(a_dashboard(asking("sum(gateway:requests:rate5m)")))

    assert [("panel-of-nothing", Severity.ERROR)] == [(d.code.name, d.severity) for d in found]


@pytest.mark.parametrize(
    ("expr", "is_there"),
    [
        ("sum(gateway:requests:rate5m)", True),
        ("sum by (method) (gateway:requests:rate5m)", True),
        ("sum by (endpoint) (gateway:requests:rate5m)", False),
        ('sum(gateway:requests:rate5m{endpoint="/"})', False),
        ("sum(gateway:requests:rate10m)", False),
        ("sum(tonebridge_request_total)", False),
        ('max(slo:burn_rate:ratio{service="gateway"})', True),
        ('max(slo:burn_rate:ratio{team="backend"})', False),
        ("max(ALERTS)", True),
    ],
)
def test_must_have_1_a_panel_reads_only_series_and_labels_that_are_there(
    expr: str, *, is_there: bool
):
    found = of_panel(asking(expr, unit=COUNT), rules=(RECORDED,))

    assert is_there is ("panel-of-nothing" not in found)


def test_must_have_1_annotations_and_variables_are_held_to_the_same():
    board = a_dashboard(
        asking(REQUESTS),
        annotations=(
            Annotation(name="Deploys", expr="changes(buld_info[1m])", title="", color=""),
        ),
        variables=(Variable(name="route", label="route", query="label_values(requests, route)"),),
    )
    found = [d.message for d in found_in(board) if d.code.name == "panel-of-nothing"]

    assert [
        "annotation `Deploys` reads `buld_info`, which is declared nowhere",
        "variable `route` reads `requests`, which is declared nowhere",
    ] == found


def placed_at(title: str, **grid: int) -> Panel:
    return asking(REQUESTS, title=title, extra={"gridPos": dict(grid)})


def test_must_have_2_panels_that_lie_on_each_other_are_found():
    one, other = placed_at("One", x=0, y=0, w=13, h=8), placed_at("Two", x=12, y=7, w=12, h=8)

    assert ["panels-overlap"] == names(a_dashboard(one, other))


def test_must_have_2_a_panel_that_is_repeated_lies_on_what_stands_beside_it():
    one = replace(placed_at("Each", x=0, y=0, w=12, h=8), repeat="queue")
    beside = placed_at("Beside", x=12, y=0, w=12, h=8)
    below = placed_at("Below", x=12, y=8, w=12, h=8)

    found = found_in(a_dashboard(one, beside))

    assert "the repetitions of panel `Each` take whole rows, and lie on `Beside`" in [
        diagnostic.message for diagnostic in found
    ]
    assert "panels-overlap" not in names(a_dashboard(one, below))


def test_must_have_2_a_panel_beyond_the_grid_is_found():
    assert ["panels-overlap"] == of_panel(placed_at("Wide", x=16, y=0, w=12, h=8))
    assert ["panels-overlap"] == of_panel(asking(REQUESTS, width=30))


def test_must_have_2_panels_side_by_side_and_in_collapsed_sections_are_fine():
    inside = Section(title="More", panels=(placed_at("In", x=0, y=1, w=24, h=8),), collapsed=True)
    beside = Section(title="", panels=(placed_at("Out", x=0, y=1, w=12, h=8),))

    assert [] == names(a_dashboard(sections=(inside, beside)))


@pytest.mark.parametrize("type_", ["stat", "gauge", "bargauge"])
@pytest.mark.parametrize(
    ("calcs", "is_last"),
    [(["mean"], False), (["max", "lastNotNull"], False), (["lastNotNull"], True)],
)
def test_must_have_3_a_number_is_the_last_one(type_: str, calcs: list[str], *, is_last: bool):
    panel = asking(REQUESTS, type=type_, extra={"options": {"reduceOptions": {"calcs": calcs}}})

    assert is_last is ("not-the-last-value" not in of_panel(panel))


def test_must_have_3_a_panel_that_shows_all_values_reduces_none():
    options = {"reduceOptions": {"calcs": ["mean"], "values": True}}

    assert [] == of_panel(asking(REQUESTS, type="stat", options=options))


def test_must_have_5_units_are_those_of_grafanas_list():
    known = {value for name, value in vars(grafana_units).items() if not name.startswith("_")}

    assert {value for value in known if isinstance(value, str)} - unit_ids() <= {"annotations"}
    assert unit_ids() <= known


@pytest.mark.parametrize(
    ("expr", "unit", "is_right"),
    [
        ("max(tonebridge_queue_bytes)", "s", False),
        ("max(tonebridge_queue_bytes)", "bytes", True),
        ("max(tonebridge_queue_bytes)", "short", False),
        ("max(tonebridge_queue_bytes) / 1024", "kbytes", True),
        ("max(tonebridge_queue_bytes)", "kbytes", False),
        ("sum(rate(tonebridge_request_duration_seconds_sum[1h]))"
         " / sum(rate(tonebridge_request_duration_seconds_count[1h]))", "ms", False),
        ("1000 * sum(rate(tonebridge_request_duration_seconds_sum[1h]))"
         " / sum(rate(tonebridge_request_duration_seconds_count[1h]))", "ms", True),
        ('sum(rate(tonebridge_requests_total{status="500"}[1h]))'
         " / sum(rate(tonebridge_requests_total[1h]))", "percentunit", True),
        ('sum(rate(tonebridge_requests_total{status="500"}[1h]))'
         " / sum(rate(tonebridge_requests_total[1h]))", "percent", False),
        ('sum(rate(tonebridge_requests_total{status="500"}[1h]))'
         " / sum(rate(tonebridge_requests_total[1h]))", "short", False),
        ("max(slo:burn_rate:ratio)", "short", True),
        ("max(tonebridge_active_requests)", "reqps", True),
    ],
)  # fmt: skip
def test_must_have_5_a_unit_says_what_the_query_yields(expr: str, unit: str, *, is_right: bool):
    found = of_panel(asking(expr, defaults={"unit": unit}))

    assert is_right is ("shown-in-other-unit" not in found)


def test_must_have_5_a_unit_of_an_override_is_the_one_that_counts():
    override = {
        "matcher": {"id": "byFrameRefID", "options": "A"},
        "properties": [{"id": "unit", "value": "bytes"}],
    }
    panel = asking("max(tonebridge_queue_bytes)", unit=RATIO, overrides=(override,))

    assert [] == of_panel(panel)


def test_must_have_5_two_queries_of_one_letter_are_found():
    targets = [{"refId": "A", "expr": REQUESTS}, {"refId": "A", "expr": REQUESTS}]

    assert ["same-ref-id"] == of_panel(asking("", extra={"targets": targets}))


def test_must_have_5_a_variable_that_nothing_uses_is_found():
    variable = Variable(name="way", label="way", query='label_values(up{job=~"$way"}, job)')

    assert ["idle-variable"] == names(a_dashboard(asking(REQUESTS), variables=(variable,)))


@pytest.mark.parametrize(
    "panel",
    [
        asking('sum(rate(tonebridge_requests_total{method=~"${way:regex}"}[$__rate_interval]))'),
        asking(REQUESTS, title="Requests of $way"),
        asking(REQUESTS, repeat="way"),
        asking(REQUESTS, data_links=(Link(title="Logs", url="/explore?m=[[way]]"),)),
        a_panel(type="logs", foreign=(of_logs('{m="$way"}'),)),
    ],
    ids=["query", "title", "repeat", "link", "logs"],
)  # fmt: skip
def test_must_have_5_a_variable_is_used_wherever_grafana_fills_it_in(panel: Panel):
    variable = Variable(name="way", label="way", query="label_values(up, job)")

    assert "idle-variable" not in names(a_dashboard(panel, variables=(variable,)))


@pytest.mark.parametrize(
    "panel",
    [
        asking('sum(rate(tonebridge_requests_total{method=~"$wya"}[$__rate_interval]))'),
        asking(REQUESTS, title="Requests of ${wya}"),
        asking(REQUESTS, repeat="wya"),
        asking(REQUESTS, data_links=(Link(title="Logs", url="/explore?m=$wya"),)),
        a_panel(type="logs", foreign=(of_logs('{m="$wya"}'),)),
        asking("sum(rate(tonebridge_requests_total[$__rate_intervall]))"),
    ],
    ids=["query", "title", "repeat", "link", "logs", "global"],
)  # fmt: skip
def test_must_have_7_a_variable_that_is_not_there_is_found_wherever_it_stands(panel: Panel):
    assert "undefined-variable" in of_panel(panel)


def test_must_have_5_a_dashboard_of_too_many_panels_is_found():
    many = tuple(asking(REQUESTS, title=f"Requests {n}") for n in range(26))

    assert ["crowded-dashboard"] == names(a_dashboard(*many))
    assert [] == names(a_dashboard(*many[:25]))
    folded = Section(title="More", panels=many, collapsed=True)
    assert [] == names(a_dashboard(sections=(folded,)))


def test_must_have_5_a_first_screen_of_too_many_queries_is_found():
    panels = [a_panel(*[Target(expr=REQUESTS)] * 7, title=f"Requests {n}") for n in range(6)]

    assert ["crowded-dashboard"] == names(a_dashboard(*panels))
    lower = [replace(panel, width=24, height=12) for panel in panels]
    assert [] == names(a_dashboard(*lower))


def test_must_have_5_the_rate_interval_says_nothing_of_a_recorded_series():
    read = "max(max_over_time(slo:burn_rate:ratio[{}]))"

    assert ["rate-interval-of-recorded"] == of_panel(
        asking(read.format("$__rate_interval"), unit=COUNT)
    )
    assert [] == of_panel(asking(read.format("$__interval"), unit=COUNT))


# --- must-have 8: PromQL is checked with variables of Grafana in it -----------------------------


def promql(expr: str) -> list[str]:
    """Return what is found in an expression that an author wrote into a panel."""
    panel = f"panels: [{{timeseries: {{expr: {expr!r}, unit: count/s}}}}]"
    board = f"---\napiVersion: obsgen/v1\nkind: Dashboard\nname: x\nservice: gateway\n{panel}\n"
    found = build({"specs/gateway.yaml": SERVICE + board}, Options(with_files=False))
    return [d.code.id for d in problems(found) if d.code.id.startswith(("PQL", "REF"))]


BUCKETS: Final = 'tonebridge_request_duration_seconds_bucket{job="gateway"}[$__rate_interval]'
GROUPED: Final = (
    'sum by ({}) (rate(tonebridge_requests_total{{job="gateway"{}}}[$__rate_interval]))'
)


@pytest.mark.parametrize(
    ("expr", "found"),
    [
        (GROUPED.format("$way", ""), []),
        (GROUPED.format("$way", ',stauts="500"'), ["REF202"]),
        (GROUPED.format("method, ${way:csv}", ',stauts="500"'), ["REF202"]),
        (GROUPED.format("mehtod, $way", ""), ["PQL457"]),
        (GROUPED.format("$way", "") + " / " + GROUPED.format("method", ""), []),
        (GROUPED.format("$way", "") + " / on (pod) " + GROUPED.format("method", ""), ["PQL457"]),
        (f"histogram_quantile(0.9, sum by (le, $way) (rate({BUCKETS})))", []),
        ('sum without ($way) (rate(tonebridge_active_requests{job="gateway"}[$__rate_interval]))',
         ["PQL420"]),
    ],
)  # fmt: skip
def test_must_have_8_what_stands_inside_a_group_by_a_variable_is_checked(
    expr: str, found: list[str]
):
    assert found == promql(expr)


# --- must-have 12: every finding has a place ----------------------------------------------------


def test_must_have_12_every_finding_about_dashboards_points_into_a_spec():
    boards = tuple(
        replace(a_dashboard(panel), origin=compiled().dashboards[0].origin)
        for _, panel in WRONG.values()
    )

    assert {"specs/gateway.yaml"} == {d.origin.file for d in found_in(*boards)}


def test_whatever_stands_in_grafanas_own_words_nothing_is_raised():
    odd: list[Any] = [None, True, Decimal(1), "x", [], {}, [None], {"a": [{}]}]
    keys = ("targets", "options", "fieldConfig", "datasource", "gridPos", "title", "type")
    for key in keys:
        for value in odd:
            found_in(a_dashboard(asking(REQUESTS, type="stat", extra={key: value})))
    for value in odd:
        found_in(
            a_dashboard(asking(REQUESTS, extra={"targets": [{"expr": value, "refId": value}]}))
        )
        found_in(a_dashboard(asking(REQUESTS, extra={"fieldConfig": {"overrides": value}})))
        found_in(a_dashboard(asking(REQUESTS, defaults={"unit": value, "mappings": value})))
        found_in(a_dashboard(asking(REQUESTS, options={"reduceOptions": value})))


def test_each_of_the_twelve_must_haves_names_its_test():
    tests = Path(__file__).parent.glob("test_*.py")
    text = "".join(file.read_text("utf-8") for file in tests)

    assert set(range(1, 13)) == set(map(int, re.findall(r"# (?:--- m|M)ust-have (\d+): ", text)))
