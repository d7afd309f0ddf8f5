"""
`docker-compose.yml` as it stands: its mounts exist, and the real servers start with its flags.

No container engine is needed. The flags are read from the file, their container paths are mapped
back through the mounts, and the servers of `.tools/bin` run with them.
"""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from oracles import ROOT, Server, running_alertmanager, running_prometheus

COMPOSE: Final[dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
GENERATED: Final = ROOT / "generated"

# What the oracle sets itself: where the server listens, and where its data lives.
REPLACED: Final = (
    "--config.file=",
    "--storage.path=",
    "--storage.tsdb.path=",
    "--web.listen-address=",
    "--cluster.listen-address=",
)


def mounts(service: str) -> dict[str, Path]:
    """Host paths by container path, without the named volumes."""
    pairs = [volume.split(":") for volume in SERVICES[service]["volumes"]]
    return {target: ROOT / source for source, target, *_ in pairs if source.startswith(".")}


def flag(service: str, name: str) -> str:
    (value,) = (
        argument.removeprefix(f"{name}=")
        for argument in SERVICES[service]["command"]
        if argument.startswith(f"{name}=")
    )
    return value


def on_the_host(service: str, path: str) -> Path:
    for target, source in mounts(service).items():
        if path == target or path.startswith(f"{target}/"):
            return source / path[len(target) :].lstrip("/")
    raise AssertionError(f"{service}: nothing is mounted at {path}")


def other_flags(service: str) -> list[str]:
    return [
        argument for argument in SERVICES[service]["command"] if not argument.startswith(REPLACED)
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_every_mounted_path_exists_and_is_read_only(service: str):
    for volume in SERVICES[service]["volumes"]:
        source, _, *mode = volume.split(":")
        if source.startswith("."):
            assert (ROOT / source).exists(), volume
            assert mode == ["ro"], volume
        else:
            assert source in COMPOSE["volumes"], volume


@pytest.mark.parametrize("service", SERVICES)
def test_every_image_has_a_pinned_tag(service: str):
    _, tag = SERVICES[service]["image"].rsplit(":", maxsplit=1)

    assert re.fullmatch(r"v?\d+\.\d+\.\d+", tag), tag


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_published_beyond_loopback(service: str):
    assert "network_mode" not in SERVICES[service]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[service]["ports"])


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_watched_and_restarted(service: str):
    assert "healthcheck" in SERVICES[service]
    assert SERVICES[service]["restart"] == "unless-stopped"


def test_no_password_stands_in_the_file():
    variables = {
        name: value
        for service in SERVICES.values()
        for name, value in service.get("environment", {}).items()
    }

    assert not [name for name in variables if re.search("PASSWORD|SECRET_KEY|TOKEN", name)]


def test_prometheus_keeps_its_data_as_long_as_the_project_says():
    documents = [
        document
        for file in sorted((ROOT / "specs").rglob("*.y*ml"))
        for document in yaml.safe_load_all(file.read_text())
    ]
    (project,) = (document for document in documents if document.get("kind") == "Project")

    assert project["prometheus"]["retention"] == flag("prometheus", "--storage.tsdb.retention.time")


def test_grafana_finds_its_dashboards_where_the_provider_looks():
    files = sorted((GENERATED / "grafana/provisioning/dashboards").glob("*.y*ml"))
    providers = [
        provider for file in files for provider in yaml.safe_load(file.read_text())["providers"]
    ]

    assert providers
    for provider in providers:
        directory = on_the_host("grafana", provider["options"]["path"])
        assert list(directory.rglob("*.json")), directory


def test_prometheus_starts_with_these_flags_and_loads_every_group():
    config = on_the_host("prometheus", flag("prometheus", "--config.file"))

    with running_prometheus(config, *other_flags("prometheus")) as server:
        loaded = sorted((Path(group["file"]).name, group["name"]) for group in groups(server))

    assert [(file.name, group["name"]) for file, group in written_groups()] == loaded
    assert loaded


def test_prometheus_evaluates_every_rule_without_an_error(hurried: Path):
    with running_prometheus(hurried, *other_flags("prometheus")) as server:
        rules = evaluated_rules(server)

    assert rules
    assert [] == [(rule["name"], rule["lastError"]) for rule in rules if rule["health"] != "ok"]


def test_alertmanager_starts_with_these_flags_and_knows_every_receiver():
    config = on_the_host("alertmanager", flag("alertmanager", "--config.file"))

    with running_alertmanager(config, *other_flags("alertmanager")) as server:
        known = {receiver["name"] for receiver in server.get("/api/v2/receivers")}

    assert {
        receiver["name"] for receiver in yaml.safe_load(config.read_text())["receivers"]
    } == known


def written_groups() -> list[tuple[Path, dict[str, Any]]]:
    return sorted(
        (
            (file, group)
            for file in (GENERATED / "prometheus/rules").rglob("*.rules.yml")
            for group in yaml.safe_load(file.read_text())["groups"]
        ),
        key=lambda pair: (pair[0].name, pair[1]["name"]),
    )


def groups(server: Server) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.get("/api/v1/rules")["data"]["groups"]
    return found


@pytest.fixture
def hurried(tmp_path: Path) -> Path:
    """The generated configuration, with each group evaluated every second."""
    config = on_the_host("prometheus", flag("prometheus", "--config.file"))
    copy = tmp_path / "prometheus"
    shutil.copytree(config.parent, copy)
    for file in (copy / "rules").rglob("*.rules.yml"):
        document = yaml.safe_load(file.read_text())
        for group in document["groups"]:
            group["interval"] = "1s"
        file.write_text(yaml.safe_dump(document))
    return copy / config.name


def evaluated_rules(server: Server) -> list[dict[str, Any]]:
    """All rules, as soon as each was evaluated, or after a minute."""
    deadline = time.monotonic() + 60
    while True:
        rules = [rule for group in groups(server) for rule in group["rules"]]
        if all(rule["health"] != "unknown" for rule in rules) or time.monotonic() > deadline:
            return [{"lastError": "", **rule} for rule in rules]
        time.sleep(0.2)
