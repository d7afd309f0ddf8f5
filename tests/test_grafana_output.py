"""What Grafana is given: it reads all of it, and it shows what it is meant to show."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final

import pytest
import ready_specs
import yaml
from grafana_foundation_sdk.models import units as grafana_units
from grafana_sdk import faults
from grafana_specs import DASHBOARD, KINDS, SERVICE, built, dashboards, panel, panels, queries
from oracles import ROOT

from obsgen.artefacts.grafana_units import unit_id
from obsgen.pipeline import build
from obsgen.promql import parse
from obsgen.promql.variables import substitute_variables, variables
from obsgen.units import Unit

ALL: Final = {**dashboards(), **ready_specs.dashboards()}
EVERY: Final = pytest.mark.parametrize("dashboard", ALL.values(), ids=ALL.keys())
PROMETHEUS: Final = {"type": "prometheus", "uid": "${datasource}"}
OVER_TIME: Final = {"timeseries", "heatmap", "state-timeline", "histogram"}


def nulls(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if data is None:
        yield path
    for key, value in data.items() if isinstance(data, dict) else ():
        yield from nulls(value, (*path, key))
    for item in data if isinstance(data, list) else ():
        yield from nulls(item, path)


# Must-have 2: ready kinds by one word, and panels of every kind.
def test_every_kind_and_every_ready_dashboard_is_among_them():
    assert {
        *("obs-slos", "obs-slo-gateway", "obs-red-gateway", "obs-monitoring", "obs-kinds")
    } == set(dashboards())
    found = {one["type"] for dashboard in dashboards().values() for one in panels(dashboard)}
    assert {
        *("timeseries", "stat", "gauge", "table", "text", "bargauge", "heatmap", "state-timeline"),
        *("histogram", "piechart", "logs", "traces", "alertlist", "barchart", "news"),
    } == found


@EVERY
def test_grafanas_own_library_reads_every_part(dashboard: dict[str, Any]):
    assert [] == faults(dashboard)


@EVERY
def test_nothing_is_null_but_the_base_of_thresholds(dashboard: dict[str, Any]):
    assert {"value"} >= {path[-1] for path in nulls(dashboard)}
    for one in panels(dashboard):
        if thresholds := one.get("fieldConfig", {}).get("defaults", {}).get("thresholds"):
            first, *others = thresholds["steps"]
            assert first["value"] is None
            values = [step["value"] for step in others]
            assert sorted(values) == values


@EVERY
def test_ids_count_up_from_one(dashboard: dict[str, Any]):
    rows = [p["id"] for p in dashboard["panels"]]
    inside = [p["id"] for row in dashboard["panels"] for p in row.get("panels", ())]

    assert list(range(1, len(rows) + len(inside) + 1)) == sorted(rows + inside)


@EVERY
def test_the_uid_is_one_that_grafana_takes(dashboard: dict[str, Any]):
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,40}", dashboard["uid"])


@EVERY
def test_panels_say_what_they_show_and_in_which_unit(dashboard: dict[str, Any]):
    known = {value for name, value in vars(grafana_units).items() if not name.startswith("_")}
    for one in panels(dashboard):
        if one["type"] == "text":
            assert one["options"]["content"]
            continue
        assert one["title"]
        assert one["description"].endswith(".")
        if "fieldConfig" not in one:
            assert one["type"] in {"alertlist", "news"}
            continue
        config = one["fieldConfig"]
        found = [config["defaults"].get("unit")]
        found += [
            p["value"] for o in config["overrides"] for p in o["properties"] if p["id"] == "unit"
        ]
        if one["type"] not in {"table", "logs", "traces"}:
            assert found[0]
        # What is counted is named behind `count:`, which Grafana reads as a form of its own.
        assert {unit for unit in found if unit and not unit.startswith("count:")} <= known


@EVERY
def test_it_is_frozen_and_looks_the_same_everywhere(dashboard: dict[str, Any]):
    assert dashboard["editable"] is False
    assert 42 == dashboard["schemaVersion"]
    assert 1 == dashboard["graphTooltip"]
    assert "browser" == dashboard["timezone"]
    assert "obsgen" == dashboard["tags"][0]
    assert not {"id", "version", "iteration", "__inputs", "rows"} & set(dashboard)


@EVERY
def test_the_datasource_is_chosen_once_for_everything(dashboard: dict[str, Any]):
    first, *others = dashboard["templating"]["list"]

    assert ("datasource", "datasource", "Data source", "prometheus") == tuple(
        first[key] for key in ("name", "type", "label", "query")
    )
    assert {"text": "Prometheus", "value": "prometheus"} == first["current"]
    for variable in others:
        if variable["type"] == "datasource":
            assert variable["name"] == f"{variable['query']}_datasource"
            continue
        assert (PROMETHEUS, 2, 1) == tuple(variable[k] for k in ("datasource", "refresh", "sort"))
    for one in panels(dashboard):
        for target in one.get("targets", ()):
            kind = one["datasource"]["type"]
            name = "datasource" if kind == "prometheus" else f"{kind}_datasource"
            assert {"type": kind, "uid": f"${{{name}}}"} == one["datasource"]
            assert "datasource" not in target
            assert name in {variable["name"] for variable in dashboard["templating"]["list"]}


@EVERY
def test_every_query_parses_and_knows_its_variables(dashboard: dict[str, Any]):
    known = {variable["name"] for variable in dashboard["templating"]["list"]}
    for query in queries(dashboard):
        parse(substitute_variables(query))
        used = {v.name for v in variables(query) if not v.name.startswith("__")}
        assert {name for name in used if not name.isdigit()} <= known


@EVERY
def test_every_variable_filters_something(dashboard: dict[str, Any]):
    text = " ".join(queries(dashboard))
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "datasource":
            continue
        assert f"${variable['name']}" in text
        query = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
        assert query is not None
        parse(substitute_variables(query[1]))


@EVERY
def test_graphs_read_ranges_that_grafana_fits_to_the_step(dashboard: dict[str, Any]):
    for one in panels(dashboard):
        for target in one.get("targets", ()):
            if one["datasource"] != PROMETHEUS:
                continue
            is_graph = one["type"] in OVER_TIME
            # Without a word Grafana asks over the range.
            assert (None if is_graph else True) == target.get("instant")
            assert "range" not in target
            ranges = re.findall(r"[\w}]\[([^\]]+)\]", target["expr"])
            if is_graph:
                assert {"$__rate_interval", "$__interval"} >= set(ranges)
            elif one["type"] in {"stat", "gauge"}:
                assert ["lastNotNull"] == one["options"]["reduceOptions"]["calcs"]


# Must-have 3: right where the defaults of grafanalib are wrong.
@EVERY
def test_nothing_thins_out_samples_and_variables_follow_the_time(dashboard: dict[str, Any]):
    asked = [v for v in dashboard["templating"]["list"] if v["type"] == "query"]

    assert not re.search("maxDataPoints|intervalFactor", json.dumps(dashboard, default=str))
    assert {2} >= {variable["refresh"] for variable in asked}
    assert 42 == dashboard["schemaVersion"]


@EVERY
def test_tables_join_what_their_queries_give(dashboard: dict[str, Any]):
    for one in panels(dashboard):
        if one["type"] != "table" or one["datasource"] != PROMETHEUS:
            continue
        assert all("table" == target["format"] for target in one["targets"])
        steps = [step["id"] for step in one["transformations"]]
        several = len(one["targets"]) > 1
        assert (["filterFieldsByName", "merge"] if several else []) + ["organize"] == steps
        headers = one["transformations"][-1]["options"]["renameByName"]
        values = [f"Value #{t['refId']}" for t in one["targets"]] if several else ["Value"]
        assert values == [field for field in headers if field.startswith("Value")]
        assert len(set(headers.values())) == len(headers)
        fields = {*headers.values(), *one["transformations"][-1]["options"]["indexByName"]}
        for override in one["fieldConfig"]["overrides"]:
            assert override["matcher"]["options"] in fields


@EVERY
def test_nothing_overlaps_and_nothing_is_wider_than_the_grid(dashboard: dict[str, Any]):
    for level in (dashboard["panels"], *(p.get("panels", []) for p in dashboard["panels"])):
        taken: set[tuple[int, int]] = set()
        for one in level:
            grid = one["gridPos"]
            columns = range(grid["x"], grid["x"] + grid["w"])
            cells = {(x, y) for x in columns for y in range(grid["y"], grid["y"] + grid["h"])}
            assert columns.stop <= 24
            assert not cells & taken
            taken |= cells


# Must-have 1: rules, alerts and dashboards of one spec agree.
def test_dashboards_read_only_series_that_are_recorded_or_declared():
    rules = next(f for f in built().files if f.path.endswith("gateway.rules.yml"))
    groups = yaml.safe_load(rules.data)["groups"]
    known = {rule["record"] for group in groups for rule in group["rules"] if "record" in rule}
    asked = {
        name
        for dashboard in ALL.values()
        for query in queries(dashboard)
        for name in re.findall(r"\bslo(?:_info\b|:[a-z0-9_:]+)", query)
    }

    assert asked
    assert asked <= known


# Must-have 7: every link leads somewhere.
def test_links_lead_to_dashboards_that_are_there():
    links = [
        link["url"]
        for dashboard in ALL.values()
        for holder in (dashboard, *panels(dashboard))
        for link in holder.get("links", ())
        if "url" in link and link["url"].startswith("/")
    ]

    assert links
    assert {re.match(r"/d/([^?]+)", url)[1] for url in links} <= set(ALL)


def test_rows_of_the_overview_lead_to_the_dashboard_of_their_service():
    names = ("short", "a-service-with-a-really-long-name-indeed")
    service = SERVICE.partition("---")[2]
    text = SERVICE.partition("---")[0] + "".join(
        "---" + service.replace("name: gateway", f"name: {name}") for name in names
    )
    found = dashboards(text)
    (table,) = (p for p in panels(found["obs-slos"]) if p["type"] == "table")
    query = table["targets"][0]["expr"]

    assert '"obs-slo-$1", "service", "(short)")' in query
    (cut,) = (uid for uid in found if uid.startswith("obs-slo-a-service"))
    assert f'"{cut}", "service", "{names[1]}")' in query
    assert len(cut) <= 40


def test_numbers_are_those_of_the_spec_to_the_last_digit():
    (stat,) = (p for p in panels(ALL["obs-monitoring"]) if p["type"] == "stat")
    steps = stat["fieldConfig"]["defaults"]["thresholds"]["steps"]

    assert [("red", None), ("yellow", "0.333"), ("green", "0.8")] == [
        (step["color"], step["value"] and str(step["value"])) for step in steps
    ]


def test_an_objective_is_never_rounded_up_to_all():
    config = panel("Objective", "obs-slo-gateway")["fieldConfig"]["defaults"]

    assert ("percentunit", 2) == (config["unit"], config["decimals"])


# Must-have 6: the same specs give the same bytes.
def test_the_same_specs_give_the_same_bytes_and_nothing_is_printed(
    capsys: pytest.CaptureFixture[str],
):
    again = build({"specs/gateway.yaml": SERVICE + DASHBOARD + KINDS})

    assert built().files == again.files
    assert ("", "") == tuple(capsys.readouterr())


def test_files_stand_in_a_directory_for_each_folder():
    paths = [f.path for f in built().files if f.path.startswith("grafana/")]

    assert paths == [
        "grafana/dashboards/ToneBridge/obs-kinds.json",
        "grafana/dashboards/ToneBridge/obs-monitoring.json",
        "grafana/dashboards/ToneBridge/obs-red-gateway.json",
        "grafana/dashboards/ToneBridge/obs-slo-gateway.json",
        "grafana/dashboards/systems/obs-slos.json",
        "grafana/provisioning/dashboards/obsgen.yml",
        "grafana/provisioning/datasources/obsgen.yml",
    ]


def test_a_file_is_text_for_people():
    (data,) = (f.data for f in built().files if f.path.endswith("obs-monitoring.json"))

    assert data.startswith(b'{\n  "uid": "obs-monitoring",\n  "title": "ToneBridge \\"')
    assert "Überblick".encode() in data
    assert data.endswith(b"}\n")
    assert b"\r" not in data


def provisioned(topic: str) -> dict[str, Any]:
    path = f"grafana/provisioning/{topic}/obsgen.yml"
    (data,) = (f.data for f in built().files if f.path == path)
    assert data.startswith(b"# Generated by obsgen from specs/gateway.yaml. Do not edit.\n")
    return yaml.safe_load(data)


def test_grafana_finds_the_dashboards_where_they_are_mounted():
    (provider,) = provisioned("dashboards")["providers"]
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    mounts = [v.split(":")[1] for v in compose["services"]["grafana"]["volumes"]]

    assert provider["options"]["path"] in mounts
    assert provider["options"]["foldersFromFilesStructure"] is True
    assert provider["allowUiUpdates"] is False
    assert not {"folder", "folderUid"} & set(provider)


def test_rates_know_the_scrape_interval():
    found = provisioned("datasources")["datasources"]
    (datasource,) = (each for each in found if each["type"] == "prometheus")

    assert ("prometheus", True) == (datasource["uid"], datasource["isDefault"])
    assert "15s" == datasource["jsonData"]["timeInterval"]
    assert "POST" == datasource["jsonData"]["httpMethod"]


def test_specs_are_checked_without_grafanalib():
    program = """
import sys
from obsgen.pipeline import build
import obsgen.reader.dashboards, obsgen.compile.dashboards, obsgen.packs.slo, obsgen.packs.red
assert not any(name.split(".")[0] == "grafanalib" for name in sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("s", "s"),
        ("us", "µs"),
        ("bytes", "bytes"),
        ("MB", "decmbytes"),
        ("MiB", "mbytes"),
        ("bytes/s", "binBps"),
        ("KiB/s", "KiBs"),
        ("ratio", "percentunit"),
        ("percent", "percent"),
        ("USD", "currencyUSD"),
        ("USD/h", "currencyUSD"),
        ("EUR/d", "currencyEUR"),
        ("XAU", "short"),
        ("count", "short"),
        ("tokens", "short"),
        ("tokens/s", "count:tokens/s"),
        ("tokens/min", "count:tokens/min"),
        ("count/s", "count:/s"),
        ("requests/s", "reqps"),
        ("requests/min", "reqpm"),
        ("requests/h", "count:requests/h"),
        ("celsius", "celsius"),
    ],
)
def test_units_have_the_ids_of_grafanas_catalogue(unit: str, expected: str):
    assert expected == unit_id(Unit.parse(unit))
    assert expected in vars(grafana_units).values() or expected.startswith("count:")
