"""`obsgen stats`: what a build holds, counted again in the files that it generates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from click.testing import CliRunner
from oracles import ROOT

from obsgen.cli import commands

SPECS: Final = ROOT / "specs"


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    result = CliRunner().invoke(commands, ["stats", str(SPECS), "--format", "json"])
    assert result.exit_code == 0, result.output
    (environment,) = json.loads(result.stdout)["environments"]
    return environment


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("generated")
    result = CliRunner().invoke(commands, ["generate", str(SPECS), "--output", str(out)])
    assert result.exit_code == 0, result.output
    return out


def rules(generated: Path, kind: str) -> int:
    documents = (
        yaml.safe_load(file.read_text("utf-8"))
        for file in (generated / "prometheus" / "rules").glob("*.yml")
    )
    every = (rule for one in documents for group in one["groups"] for rule in group["rules"])
    return sum(kind in rule for rule in every)


def test_autoforgenexus_has_what_it_was_promised(told: dict[str, Any]):
    # Its acceptance: 50 metrics, 10 alert rules, dashboards of the system, its SLOs and its cost.
    (held,) = (one for one in told["services"] if one["service"] == "autoforgenexus")
    titles = " ".join(held["dashboard_titles"])

    assert held["metrics"] + held["preset_metrics"] >= 50
    assert held["alerting_rules"] >= 10
    assert all(word in titles for word in ("overview", "SLOs", "cost"))


@pytest.mark.parametrize(
    ("key", "kind"), [("recording_rules", "record"), ("alerting_rules", "alert")]
)
def test_rules_are_those_of_the_files(told: dict[str, Any], generated: Path, key: str, kind: str):
    assert rules(generated, kind) == told["total"][key]


def test_dashboards_are_those_of_the_files(told: dict[str, Any], generated: Path):
    files = list((generated / "grafana" / "dashboards").rglob("*.json"))

    assert len(files) == told["total"]["dashboards"]


def test_routes_and_receivers_are_those_of_alertmanager(told: dict[str, Any], generated: Path):
    document = yaml.safe_load((generated / "alertmanager" / "alertmanager.yml").read_text("utf-8"))

    def count(route: dict[str, Any]) -> int:
        return 1 + sum(count(below) for below in route.get("routes", ()))

    assert (count(document["route"]), len(document["receivers"])) == (
        told["routing"]["routes"],
        told["routing"]["receivers"],
    )


def test_the_table_has_a_row_for_each_service_and_one_for_all():
    result = CliRunner().invoke(commands, ["stats", str(SPECS)])
    rows = [line.split("|")[1].strip() for line in result.stdout.splitlines() if "|" in line]

    assert {"autoforgenexus", "kagura", "tonebridge", "all"} <= set(rows)


def test_specs_with_errors_are_not_counted(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("apiVersion: obsgen/v1\nkind: Nothing\n")
    result = CliRunner().invoke(commands, ["stats", str(tmp_path)])

    assert (1, "") == (result.exit_code, result.stdout)
