"""Dashboards on their way to Grafana, and the way from an alert back to its dashboard."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import oracles
import pytest
import yaml
from click.testing import CliRunner
from grafana_specs import DASHBOARD, SERVICE
from problems import problems

from obsgen import build
from obsgen.cli import commands
from obsgen.outputs.configmaps import MOST_BYTES
from obsgen.pipeline import Built

GRAFANA: Final = "https://grafana.example.org/monitoring"
ALERTS: Final = """
alerts:
  - name: Busy
    threshold: {rate: tonebridge_requests_total, by: [endpoint], above: 5/s}
    for: 1m
    severity: high
  - {name: Queue, threshold: {max: tonebridge_queue_bytes, by: [queue], above: 1GB}, severity: low}
  - name: Named
    threshold: {rate: tonebridge_requests_total, by: [instance], above: 7/s}
    severity: low
    dashboard: monitoring
"""
OUTPUTS: Final = "[prometheus, grafana, configmaps, grafana_import]"
SPECS: Final = (
    SERVICE.replace(
        "outputs: [prometheus, grafana]",
        f'outputs: {OUTPUTS}\ngrafana: {{url: "{GRAFANA}/", configmaps: {{namespace: metrics}}}}',
    )
    + ALERTS
    + DASHBOARD
)


@pytest.fixture(scope="module")
def built() -> Built:
    found = build({"specs/gateway.yaml": SPECS})
    assert [] == [d.message for d in problems(found)]
    return found


def below(built: Built, folder: str) -> dict[str, bytes]:
    return {f.path: f.data for f in built.files if f.path.startswith(f"grafana/{folder}/")}


# Must-have 10: every form of delivery.
# --- files for Grafana's provisioning --------------------------------------------------------


def test_a_directory_is_a_folder_and_holds_its_dashboards(built: Built):
    paths = [path.split("/") for path in below(built, "dashboards")]

    assert all(len(parts) == 4 for parts in paths)  # grafana, dashboards, folder, file
    assert {"systems", "ToneBridge"} == {parts[2] for parts in paths}


def test_a_uid_stands_in_one_file_of_its_own_name(built: Built):
    uids = {path: json.loads(data)["uid"] for path, data in below(built, "dashboards").items()}

    assert len(uids) == len(set(uids.values()))
    assert all(path.endswith(f"/{uid}.json") for path, uid in uids.items())


def test_provisioned_files_ask_nobody_for_a_datasource(built: Built):
    every = below(built, "dashboards") | below(built, "configmaps")

    assert every
    assert not [p for p, data in every.items() if b"__inputs" in data or b"${DS_" in data]


# --- ConfigMaps ------------------------------------------------------------------------------

# Kubernetes documentation, "Object Names and IDs", "Labels and Selectors", "ConfigMaps".
SUBDOMAIN: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
DATA_KEY: Final = r"[-._a-zA-Z0-9]{1,253}"
LABEL_VALUE: Final = r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?"


def configmaps(built: Built) -> list[dict[str, Any]]:
    return [yaml.safe_load(data) for data in below(built, "configmaps").values()]


def test_kubernetes_takes_every_configmap(built: Built):
    for found in configmaps(built):
        assert ("v1", "ConfigMap") == (found["apiVersion"], found["kind"])
        metadata = found["metadata"]
        assert re.fullmatch(SUBDOMAIN, metadata["name"])
        assert len(metadata["name"]) <= 253
        assert "metrics" == metadata["namespace"]
        for value in metadata["labels"].values():
            assert isinstance(value, str)
            assert re.fullmatch(LABEL_VALUE, value)
        for key, value in found["data"].items():
            assert re.fullmatch(DATA_KEY, key)
            assert isinstance(value, str)
        assert sum(len(value.encode()) for value in found["data"].values()) <= MOST_BYTES


def test_no_two_configmaps_have_one_name(built: Built):
    found = [configmap["metadata"]["name"] for configmap in configmaps(built)]

    assert sorted(set(found)) == sorted(found)


def test_a_configmap_holds_the_very_file_that_is_provisioned(built: Built):
    files = {path.split("/")[-1]: (path, data) for path, data in below(built, "dashboards").items()}
    held = [c for c in configmaps(built) if "grafana_dashboard" in c["metadata"]["labels"]]

    assert len(files) == len(held)
    for configmap in held:
        ((name, text),) = configmap["data"].items()
        path, data = files[name]
        assert data == text.encode()
        assert path.split("/")[2] == configmap["metadata"]["annotations"]["grafana_folder"]
        assert "1" == configmap["metadata"]["labels"]["grafana_dashboard"]


def test_the_datasources_are_in_a_configmap_too(built: Built):
    (held,) = (c for c in configmaps(built) if "grafana_datasource" in c["metadata"]["labels"])
    (text,) = held["data"].values()
    (data,) = below(built, "provisioning/datasources").values()

    assert yaml.safe_load(data) == yaml.safe_load(text)


# --- dashboards to import --------------------------------------------------------------------


def test_an_imported_dashboard_asks_for_each_datasource_that_it_names(built: Built):
    for data in below(built, "import").values():
        dashboard = json.loads(data)
        asked = {given["name"] for given in dashboard["__inputs"]}
        rest = json.dumps({k: v for k, v in dashboard.items() if k != "__inputs"})

        assert asked == set(re.findall(r"\$\{(DS_\w+)\}", rest))
        assert "${datasource" not in rest
        assert not [v for v in dashboard["templating"]["list"] if v["type"] == "datasource"]


def test_an_imported_dashboard_is_otherwise_the_provisioned_one(built: Built):
    provisioned = {json.loads(d)["uid"]: json.loads(d) for d in below(built, "dashboards").values()}
    imported = {json.loads(d)["uid"]: json.loads(d) for d in below(built, "import").values()}

    assert set(provisioned) == set(imported)
    for uid, dashboard in imported.items():
        before = [(p["title"], p["gridPos"], p["type"]) for p in provisioned[uid]["panels"]]
        assert before == [(p["title"], p["gridPos"], p["type"]) for p in dashboard["panels"]]
        needed = {r["id"] for r in dashboard["__requires"] if r["type"] == "panel"}
        rows = [p.get("panels", ()) for p in dashboard["panels"]]
        every = (*dashboard["panels"], *(p for row in rows for p in row))
        assert needed == {p["type"] for p in every if p["type"] != "row"}


# --- writing ---------------------------------------------------------------------------------


def run(*arguments: str) -> int:
    return CliRunner().invoke(commands, arguments, catch_exceptions=False).exit_code


def test_what_is_not_written_any_more_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    specs = tmp_path / "specs" / "gateway.yaml"
    specs.parent.mkdir()
    specs.write_text(SPECS, "utf-8")

    assert 0 == run("generate")
    assert 0 == run("generate", "--check")
    grafana = tmp_path / "generated" / "grafana"
    assert {"configmaps", "dashboards", "import", "provisioning"} == {
        path.name for path in grafana.iterdir()
    }
    specs.write_text(SPECS.replace(OUTPUTS, "[prometheus, grafana]"), "utf-8")
    assert 1 == run("generate", "--check")
    assert 0 == run("generate")
    assert {"dashboards", "provisioning"} == {path.name for path in grafana.iterdir()}


def test_the_manifest_knows_every_file(built: Built):
    (manifest,) = (json.loads(f.data) for f in built.files if f.path == "manifest.json")

    assert {f.path for f in built.files} - {"manifest.json"} == set(manifest["files"])


# --- from an alert to its dashboard ----------------------------------------------------------


def rules(built: Built) -> list[dict[str, Any]]:
    (data,) = (f.data for f in built.files if f.path.endswith("gateway.rules.yml"))
    groups = yaml.safe_load(data)["groups"]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def links(built: Built, alert: str) -> list[str]:
    return [r["annotations"]["dashboard_url"] for r in rules(built) if r["alert"] == alert]


def test_every_alert_leads_to_a_dashboard_that_is_built_and_has_the_variables(built: Built):
    boards = {json.loads(d)["uid"]: json.loads(d) for d in below(built, "dashboards").values()}
    for rule in rules(built):
        url = rule["annotations"]["dashboard_url"]
        match = re.match(rf"{re.escape(GRAFANA)}/d/([\w-]+)\?", url)
        assert match is not None
        known = {variable["name"] for variable in boards[match[1]]["templating"]["list"]}
        assert known >= set(re.findall(r"&var-(\w+)=", url))


def test_alerts_of_an_slo_lead_to_it(built: Built):
    found = links(built, "ErrorBudgetBurn")

    assert {"obs-slo-gateway"} == {urlsplit(url).path.split("/")[-1] for url in found}
    assert [url for url in found if "&var-slo=availability" in url]
    assert [url for url in found if "&var-slo=latency" in url]


def test_an_alert_leads_to_the_dashboard_that_shows_its_metric(built: Built):
    (busy,) = links(built, "Busy")
    (queue,) = links(built, "Queue")

    assert "/d/obs-red-gateway?" in busy
    assert "/d/obs-monitoring?" in queue


def test_a_label_that_the_dashboard_has_no_variable_for_is_left_out(built: Built):
    (queue,) = links(built, "Queue")

    assert "var-" not in queue


def test_the_dashboard_that_an_alert_names_is_the_one(built: Built):
    (named,) = links(built, "Named")

    assert "/d/obs-monitoring?" in named
    assert "&var-instance=" in named


def test_without_an_address_of_grafana_no_alert_has_a_link():
    built = build({"a.yaml": SPECS.replace(f'url: "{GRAFANA}/", ', "")})

    assert () == problems(built)
    assert not [rule for rule in rules(built) if "dashboard_url" in rule["annotations"]]


def test_a_link_of_ones_own_is_kept():
    own = "https://wiki.example.org/queue"
    before = "above: 1GB}, severity: low"
    text = SPECS.replace(before, f'{before}, dashboard: "{own}"')

    assert [own] == links(build({"a.yaml": text}), "Queue")


def test_a_link_may_name_the_environment():
    environments = "\n---\napiVersion: obsgen/v1\nkind: Environment\nname: staging\n"
    text = SPECS.replace(GRAFANA, "https://{environment}.example.org") + environments

    (busy,) = links(build({"a.yaml": text}), "Busy")
    assert busy.startswith("https://staging.example.org/d/")


FIRING_AT: Final = 7200
HOUR: Final = 3600


def test_prometheus_fills_in_the_labels_and_the_time(built: Built, tmp_path: Path):
    (data,) = (f.data for f in built.files if f.path.endswith("gateway.rules.yml"))
    (tmp_path / "rules.yml").write_bytes(data)
    asked = f"{GRAFANA}/d/obs-red-gateway?from=%d000&to=now&var-endpoint=%s"
    expected = asked % (FIRING_AT - HOUR, "%2Fa+b%26c%3D%E2%82%AC")
    labels = 'job="gateway",instance="a:1",endpoint="/a b&c=€",method="GET",status="200"'
    (rule,) = (rule for rule in rules(built) if rule["alert"] == "Busy")
    texts = {k: v for k, v in rule["annotations"].items() if k != "dashboard_url"}
    test = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": "30s",
        "tests": [
            {
                "interval": "30s",
                "input_series": [
                    {
                        "series": f"tonebridge_requests_total{{{labels}}}",
                        "values": "0+300x240",
                    }
                ],
                "alert_rule_test": [
                    {
                        "eval_time": f"{FIRING_AT}s",
                        "alertname": "Busy",
                        "exp_alerts": [
                            {
                                "exp_labels": {**rule["labels"], "endpoint": "/a b&c=€"},
                                "exp_annotations": {**filled(texts), "dashboard_url": expected},
                            }
                        ],
                    }
                ],
            }
        ],
    }
    (tmp_path / "test.yml").write_text(yaml.safe_dump(test, allow_unicode=True), "utf-8")

    oracles.promtool_test(tmp_path / "test.yml")
    assert {"endpoint": ["/a b&c=€"]} == {
        name.removeprefix("var-"): value
        for name, value in parse_qs(urlsplit(expected).query).items()
        if name.startswith("var-")
    }


def filled(texts: dict[str, str]) -> dict[str, str]:
    """Return the other annotations of the test's alert: its rate is 10/s, for one endpoint."""
    value = {"{{ $value | humanize }}": "10", "{{ $labels.endpoint }}": "/a b&c=€"}
    return {
        name: re.sub(r"\{\{[^}]*\}\}", lambda match: value[match[0]], text)
        for name, text in texts.items()
    }


def test_the_unit_tests_of_alerts_with_links_pass(built: Built, tmp_path: Path):
    files = [f for f in built.files if f.path.startswith("prometheus/")]
    for file in files:
        target = tmp_path / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.data)

    tests = sorted((tmp_path / "prometheus" / "tests").iterdir())
    assert tests
    for test in tests:
        oracles.promtool_test(test)


def test_labels_that_only_look_like_those_of_an_slo_choose_nothing():
    own = "severity: high\n    labels: {slo: checkout, long_window: ages}"
    built = build({"a.yaml": SPECS.replace("severity: high", own)})

    (busy,) = links(built, "Busy")
    assert "/d/obs-red-gateway?" in busy
    assert "var-slo" not in busy
