"""
`docker-compose.yml` as it stands: pinned, bounded, on loopback, and kept as long as specs say.

No container engine is needed. `test_stack_live` starts the same programs with these flags.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from oracles import ROOT
from stack_oracle import COMPOSE, SERVICES, Stack, flag, has_ended

GENERATED: Final = ROOT / "generated"
SERVERS: Final = [name for name in SERVICES if not has_ended(name)]


def own_images() -> list[str]:
    return [name for name, service in SERVICES.items() if "build" in service]


@pytest.mark.parametrize("service", SERVICES)
def test_every_mounted_path_exists_and_is_read_only(service: str):
    for volume in SERVICES[service].get("volumes", ()):
        source, _, *mode = volume.split(":")
        if source.startswith("."):
            assert (ROOT / source).exists(), volume
            assert mode == ["ro"], volume
        else:
            assert source in COMPOSE["volumes"], volume


def test_a_volume_is_written_by_those_alone_who_fill_it():
    writers: dict[str, set[str]] = {}
    for name, service in SERVICES.items():
        for volume in service.get("volumes", ()):
            source, _, *mode = volume.split(":")
            if source in COMPOSE["volumes"] and not mode:
                writers.setdefault(source, set()).add(name)

    assert {"stack"} == writers["stack"]
    assert {"history"} == writers["history"]
    assert {"prometheus", "blocks", "blocks-volume"} == writers["prometheus-data"]


@pytest.mark.parametrize("service", [name for name in SERVICES if name not in own_images()])
def test_every_image_has_a_pinned_tag(service: str):
    _, tag = SERVICES[service]["image"].rsplit(":", maxsplit=1)

    assert re.fullmatch(r"v?\d+\.\d+\.\d+", tag), tag


def test_the_own_image_is_pinned_small_and_runs_as_nobody_special():
    text = (ROOT / "Dockerfile").read_text()
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)

    assert bases
    assert all(re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base) for base in bases)
    assert "PIP_NO_CACHE_DIR=1" in text
    assert re.search(r"^USER 10001", text, re.MULTILINE)
    assert text.index("USER 10001") < text.index("ENTRYPOINT")


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_published_beyond_loopback(service: str):
    assert "network_mode" not in SERVICES[service]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[service].get("ports", ()))


@pytest.mark.parametrize("service", SERVERS)
def test_every_server_is_watched_and_restarted(service: str):
    assert "healthcheck" in SERVICES[service]
    assert SERVICES[service]["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", SERVICES)
def test_everything_has_limits_and_no_privileges_to_gain(service: str):
    limits = SERVICES[service]["deploy"]["resources"]["limits"]

    assert {"cpus", "memory"} == set(limits)
    assert ["ALL"] == SERVICES[service]["cap_drop"]
    assert "no-new-privileges:true" in SERVICES[service]["security_opt"]


def test_what_ends_is_waited_for_by_what_needs_it():
    for name, service in SERVICES.items():
        for other, how in (service.get("depends_on") or {}).items():
            wanted = "service_completed_successfully" if has_ended(other) else "service_healthy"
            assert wanted == how["condition"], (name, other)


def make_blocks(stack: Stack, programs: Mapping[str, str]) -> None:
    """Run the script that makes blocks, with shell scripts in the place of its programs."""
    binaries = stack.folder / "bin"
    binaries.mkdir()
    for name, text in programs.items():
        program = binaries / name
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
    (script,) = SERVICES["blocks"]["command"]
    text = stack.on_the_host("blocks", script.replace("$$", "$"))
    path = {"PATH": f"{binaries}:/usr/bin:/bin"}
    subprocess.run(["/bin/sh", "-ec", text], check=True, env=path, timeout=30)


@pytest.mark.parametrize(
    ("is_done", "left"), [(False, []), (True, ["01OLD"])], ids=["interrupted", "done"]
)
def test_a_first_start_that_was_interrupted_begins_anew(
    tmp_path: Path, is_done: bool, left: list[str]
):
    stack = Stack(tmp_path)
    data = tmp_path / "prometheus-data"
    (data / "01OLD").mkdir()
    if is_done:
        (data / ".history").touch()
    (tmp_path / "history/span").write_text("1 2\n")
    # Programs that do nothing, and end when they are told to.
    ready = tmp_path / "ready"
    programs = {
        "promtool": "exit 0",
        "gunzip": "exit 0",
        "prometheus": f"trap 'kill $!; exit 0' TERM; touch {ready}; sleep 20 & wait",
        "wget": f"[ -e {ready} ]",
        "rm": '[ "$1" = -rf ] && exec /bin/rm "$@"; exit 0',
    }
    make_blocks(stack, programs)

    assert left == [each.name for each in data.glob("[!.]*")]
    assert (data / ".history").exists()


def test_every_level_of_rules_is_recorded_under_one_name(tmp_path: Path):
    # Prometheus evaluates a group at a moment that follows from its name and its file's.
    stack = Stack(tmp_path)
    (tmp_path / "history/span").write_text("1 2\n")
    (tmp_path / "history/2026-01-15.cart.om.gz").touch()
    for name in ("01/1", "01/2", "02/1"):
        (tmp_path / f"stack/levels/{name}").mkdir(parents=True)
        (tmp_path / f"stack/levels/{name}/level.yml").write_text(name)
    log = tmp_path / "log"
    programs = {
        "promtool": f'for f; do :; done; if [ -f "$f" ]; then echo "$f $(cat $f)" >> {log}; fi',
        "gunzip": "exit 0",
        "prometheus": "trap 'kill $!; exit 0' TERM; sleep 20 & wait",
        "wget": "sleep 0.2",
    }
    make_blocks(stack, programs)
    told = [line.split() for line in log.read_text().splitlines() if "level" in line]

    assert ["01", "01", "02"] == [text.split("/")[0] for _, text in told]
    assert ["01/1", "01/2", "02/1"] == sorted(text for _, text in told)
    assert {"level.yml"} == {file for file, _ in told}


def test_logs_and_traces_are_profiles():
    profiles = {name: s["profiles"] for name, s in SERVICES.items() if "profiles" in s}

    assert {"loki": ["logs"], "tempo": ["traces"]} == profiles


def test_no_password_stands_in_the_file():
    variables = {
        name: value
        for service in SERVICES.values()
        for name, value in service.get("environment", {}).items()
    }

    assert not [name for name in variables if re.search("PASSWORD|SECRET_KEY|TOKEN", name)]


def retention() -> str:
    documents = [
        document
        for file in sorted((ROOT / "specs").rglob("*.y*ml"))
        for document in yaml.safe_load_all(file.read_text())
    ]
    (project,) = (document for document in documents if document.get("kind") == "Project")
    kept: str = project["prometheus"]["retention"]
    return kept


def test_prometheus_keeps_its_data_as_long_as_the_project_says():
    assert retention() == flag("prometheus", "--storage.tsdb.retention.time")
    assert f"retention.time={retention()}" in SERVICES["blocks"]["command"][0]


def test_logs_and_traces_are_kept_as_long():
    hours = f"{int(retention().removesuffix('d')) * 24}h"
    loki, tempo = (yaml.safe_load(COMPOSE["configs"][n]["content"]) for n in ("loki", "tempo"))

    assert hours == loki["limits_config"]["retention_period"]
    assert hours == tempo["compactor"]["compaction"]["block_retention"]


def test_loki_reads_the_generated_rules_and_writes_what_it_counts_to_prometheus():
    loki = yaml.safe_load(COMPOSE["configs"]["loki"]["content"])
    (mounted,) = (v for v in SERVICES["loki"]["volumes"] if "generated" in v)
    source, target, _ = mounted.split(":")

    read = (loki["ruler"]["storage"]["local"]["directory"], loki["runtime_config"]["file"])
    assert all((ROOT / source / Path(path).relative_to(target)).exists() for path in read)
    (written,) = (client["url"] for client in loki["ruler"]["remote_write"]["clients"].values())
    assert "http://prometheus:9090/api/v1/write" == written
    assert "--web.enable-remote-write-receiver" in SERVICES["prometheus"]["command"]


def test_tempo_makes_the_metrics_of_spans_that_specs_ask_for():
    tempo = yaml.safe_load(COMPOSE["configs"]["tempo"]["content"])
    generator = tempo["metrics_generator"]
    made = {"service", "span_name", "span_kind", "status_code"}
    made |= {d.replace(".", "_") for d in generator["processor"]["span_metrics"]["dimensions"]}
    asked = {
        label
        for file in (ROOT / "specs").rglob("*.y*ml")
        for document in yaml.safe_load_all(file.read_text())
        for name, metric in document.get("metrics", {}).items()
        if name.startswith("traces_spanmetrics_")
        for label in metric.get("labels", ())
    }

    assert made == asked
    assert ["span-metrics"] == tempo["overrides"]["defaults"]["metrics_generator"]["processors"]
    (written,) = generator["storage"]["remote_write"]
    assert "http://prometheus:9090/api/v1/write" == written["url"]
    (mounted,) = SERVICES["tempo"]["volumes"]
    assert generator["storage"]["path"].startswith(mounted.split(":")[1])


def test_grafana_finds_its_dashboards_where_the_provider_looks():
    files = sorted((GENERATED / "grafana/provisioning/dashboards").glob("*.y*ml"))
    providers: list[dict[str, Any]] = [
        provider for file in files for provider in yaml.safe_load(file.read_text())["providers"]
    ]
    mounts = [volume.split(":") for volume in SERVICES["grafana"]["volumes"]]
    places = {target: source for source, target, *_ in mounts if source.startswith(".")}

    assert providers
    for provider in providers:
        path = provider["options"]["path"]
        (source,) = (s for target, s in places.items() if path.startswith(target))
        assert list((ROOT / source).rglob("*.json"))
