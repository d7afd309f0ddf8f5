"""A real Prometheus answers what the ready dashboards ask, of services that have everything."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest
from oracles import Server, running_prometheus
from ready_specs import DEPLOYED, PAST, STEP, built, dashboards, panels, write_blocks

# A whole number of every step that is asked for, so that steps do not fall on the deployment.
FIRST: Final = 1_700_000_000 // 3600 * 3600


@dataclass(frozen=True)
class Asked:
    """A query of a dashboard with Grafana's variables filled in."""

    place: str
    query: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("ready")
    write_blocks(built(), folder, FIRST)
    config = folder / "prometheus.yml"
    config.write_text("global: {}\n")
    flags = ("--storage.tsdb.retention.time=100y",)
    with running_prometheus(config, *flags, data=folder / "data") as found:
        yield found


def filled(query: str, step: str = "1m", slo: str = "availability") -> str:
    for name, value in (
        ("$__rate_interval", "5m"),
        ("$__range_s", "3600"),
        ("$__range", "1h"),
        ("$__interval", step),
        ('="$slo"', f'="{slo}"'),
    ):
        query = query.replace(name, value)
    return re.sub(r'"\$\{?\w+\}?"', '".*"', query)


def asked() -> Iterator[Asked]:
    for uid, dashboard in dashboards().items():
        for panel in panels(dashboard):
            for target in panel.get("targets", ()):
                yield Asked(f"{uid}: {panel['title']}", filled(target["expr"]))
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                of, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]).groups()
                query = f"group by ({label}) ({filled(of)}) > 0"
                yield Asked(f"{uid}: ${variable['name']}", query)


def result(server: Server, query: str) -> list[dict[str, Any]]:
    moment = str(FIRST + PAST - STEP)
    answer = server.get("/api/v1/query", query=query, time=moment)
    assert not answer.get("warnings")
    found: list[dict[str, Any]] = answer["data"]["result"]
    return found


# What was born of all events is counted apart only where the total has births of its own.
OF_SOME_SLOS: Final = re.compile(r"slo:total_born:.*availability")


def test_no_panel_and_no_variable_is_empty(server: Server):
    every = [each for each in asked() if not OF_SOME_SLOS.search(each.query)]

    assert len(every) > 150
    assert [] == [each for each in every if not result(server, each.query)]


def test_no_panel_shows_what_is_no_number(server: Server):
    values = {each: result(server, each.query) for each in asked()}

    assert [] == [
        each.place
        for each, found in values.items()
        for series in found
        if isinstance(series, dict) and series["value"][1] in {"NaN", "+Inf", "-Inf"}
    ]


def test_no_stat_has_more_values_than_it_has_queries(server: Server):
    several = [
        panel["title"]
        for dashboard in dashboards().values()
        for panel in panels(dashboard)
        if panel["type"] == "stat"
        for target in panel["targets"]
        if len(result(server, filled(target["expr"]))) > 1
    ]

    assert [] == several


def test_every_row_of_alerts_leads_to_a_dashboard_that_is_there(server: Server):
    (state, *_) = _targets("obs-all-alerts", "Active alerts")
    rows = [series["metric"] for series in result(server, filled(state))]

    assert len(rows) > 5
    assert {row["dashboard"] for row in rows} <= dashboards().keys()
    assert {row["slo_dashboard"] for row in rows if "slo" in row} == {"obs-slo-shop"}


def test_every_service_leads_to_its_dashboards(server: Server):
    (first, *_) = _targets("obs-services", "Services")
    rows = {s["metric"]["service"]: s["metric"] for s in result(server, filled(first))}

    assert {"shop", "monitoring"} == rows.keys()
    ways = {v for row in rows.values() for k, v in row.items() if k.startswith("to_")}
    assert ways <= dashboards().keys()
    assert "obs-slo-shop" == rows["shop"]["to_slo"]
    # It has no SLOs: where they would be told of, the service as a whole is.
    assert "obs-overview-monitoring" == rows["monitoring"]["to_slo"]


@pytest.mark.parametrize("seconds", [60, 216, 900, 3600])
def test_a_deployment_is_marked_once_whatever_the_step(server: Server, seconds: int):
    marks = _marked(server, "Deployments", seconds)

    second = [moment for moment, labels in marks if labels.get("version") == "2"]
    assert len(second) == 1
    assert 0 <= second[0] - (FIRST + DEPLOYED) < seconds + STEP


@pytest.mark.parametrize("seconds", [60, 216, 900, 3600])
def test_a_restart_is_marked_once_whatever_the_step(server: Server, seconds: int):
    (moment,) = [moment for moment, _ in _marked(server, "Restarts", seconds)]

    assert 0 <= moment - (FIRST + DEPLOYED) < seconds + STEP


@pytest.mark.parametrize("name", ["Pages", "Other alerts"])
def test_alerts_are_marked_while_they_fire(server: Server, name: str):
    marks = _marked(server, name, 60)

    begun = FIRST + PAST - 3600
    assert marks
    assert all(moment >= begun for moment, _ in marks)
    assert "Watchdog" not in {labels["alertname"] for _, labels in marks}


def _targets(uid: str, title: str) -> list[str]:
    (panel,) = [p for p in panels(dashboards()[uid]) if p["title"] == title]
    return [target["expr"] for target in panel["targets"]]


def _marked(server: Server, name: str, seconds: int) -> list[tuple[int, Mapping[str, str]]]:
    """Return the moments at which an annotation marks something, an hour after the first sample."""
    notes = dashboards()["obs-overview-shop"]["annotations"]["list"]
    (expr,) = [each["expr"] for each in notes if each["name"] == name]
    start = FIRST + 3600
    answer = server.get(
        "/api/v1/query_range",
        query=filled(expr, f"{seconds}s"),
        start=str(start),
        end=str(FIRST + PAST - STEP),
        step=str(seconds),
    )
    return [
        (int(moment), series["metric"])
        for series in answer["data"]["result"]
        for moment, _ in series["values"]
    ]
