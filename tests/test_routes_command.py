"""`obsgen routes` as it is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from obsgen.cli import commands

SPECS = """\
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: cart
metrics: {queue_length: {type: gauge, labels: [queue]}}
alerts:
  - {name: QueueLong, threshold: {max: queue_length, above: 5, by: [queue]}, severity: medium}
  - {name: QueueFull, threshold: {max: queue_length, above: 500}, severity: critical}
---
apiVersion: obsgen/v1
kind: Routing
receivers:
  chat: {webhook: {url: "http://chat:8080/"}}
  oncall: {webhook: {url: "http://oncall:8080/"}}
default_receiver: chat
intervals: {office: {days: monday..friday, location: UTC}}
routes:
  - {where: {queue: orders}, to: oncall, continue: true, group_by: [queue]}
  - {where: {severity: critical}, to: oncall, repeat_interval: 1h}
  - {where: {severity: low}, to: chat, active: office}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/shop.yaml").write_text(SPECS)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["routes", *arguments], catch_exceptions=False)


def cells(told: str) -> list[list[str]]:
    """Return the rows of the tables that were told."""
    return [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in told.splitlines()
        if line.strip().startswith("|")
    ]


@pytest.mark.usefixtures("here")
def test_the_tree_is_told():
    told = run().stdout

    assert (
        "Routes\n"
        "  default → chat\n"
        '    queue="orders" → oncall (continues)\n'
        '    severity="critical" → oncall\n'
        '    severity="low" → chat (only in office)\n'
    ) in told


@pytest.mark.usefixtures("here")
def test_of_every_alert_it_is_told_whom_it_reaches_surely_or_perhaps():
    rows = [row[:3] for row in cells(run().stdout)]

    assert [
        ["alert", "severity", "reaches"],
        ["cart/QueueLong", "medium", "oncall (perhaps)"],
        ["", "", "chat (perhaps)"],
        ["cart/QueueFull", "critical", "oncall"],
    ] == rows


@pytest.mark.usefixtures("here")
def test_the_way_of_an_alert_with_labels_is_told():
    rows = cells(run("--labels", "queue=orders", "--labels", "severity=low").stdout)

    assert [
        ["oncall", "after 30s, news every 5m, again every 1d; grouped by queue", 'queue="orders"'],
        [
            "chat",
            "after 30s, news every 5m, again every 1d; grouped by alertname, service; "
            "only in office",
            'severity="low"',
        ],
    ] == rows[1:]


def test_nothing_is_sent_again_sooner_than_a_group_is_looked_at(here: Path):
    (here / "specs/shop.yaml").write_text(
        SPECS.replace("repeat_interval: 1h", "repeat_interval: 2m")
    )
    told = run("--alert", "cart/QueueFull").stdout

    assert "news every 5m, again every 5m;" in told


@pytest.mark.usefixtures("here")
def test_one_alert_is_told_as_json():
    (told,) = json.loads(run("--alert", "cart/QueueFull", "--format", "json").stdout)
    (alert,) = told["alerts"]

    assert {
        "alert": "cart/QueueFull",
        "labels": {"alertname": "QueueFull", "service": "cart", "severity": "critical"},
        "varying": [],
        "silenced_by": [],
        "reaches": [
            {
                "receiver": "oncall",
                "sure": True,
                "route": 'severity="critical"',
                "group_by": ["alertname", "service"],
                "group_wait": "30s",
                "group_interval": "5m",
                "repeat_interval": "1h",
                "active": [],
                "mute": [],
            }
        ],
    } == alert


def test_what_silences_an_alert_is_told_with_it(here: Path):
    down = "  - {name: CartDown, down: up, severity: critical}\n"
    text = SPECS.replace(
        "{max: queue_length, above: 5, by: [queue]}", "{value: queue_length, above: 5}"
    )
    (here / "specs/shop.yaml").write_text(text.replace("alerts:\n", f"alerts:\n{down}"))

    assert "cart/QueueLong is silenced by cart/CartDown" in run("--alert", "QueueLong").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--labels", "severity"], "`severity` is no label: write severity=critical"),
        (["--labels", "a=b", "--labels", "a=c"], "label `a` is given twice"),
        (["--alert", "cart/QueueLon"], "did you mean cart/QueueLong?"),
    ],
)
@pytest.mark.usefixtures("here")
def test_wrong_usage_is_told(arguments: list[str], message: str):
    result = run(*arguments)

    assert 2 == result.exit_code
    assert message in result.stderr


def test_without_a_routing_nobody_is_notified(here: Path):
    (here / "specs/shop.yaml").write_text(SPECS.partition("---\napiVersion: obsgen/v1\nkind: R")[0])

    result = run()

    assert (2, True) == (result.exit_code, "the specs hold no Routing" in result.stderr)


def test_a_test_that_fails_is_no_reason_to_tell_nothing(here: Path):
    test = "tests: [{alert: cart/QueueFull, reaches: [chat]}]\n"
    (here / "specs/shop.yaml").write_text(SPECS + test)

    assert 0 == run().exit_code


def test_what_is_wrong_in_the_specs_is_told_instead(here: Path):
    (here / "specs/shop.yaml").write_text(SPECS.replace("severity: medium", "severity: middle"))

    result = run()

    assert (1, True) == (result.exit_code, "[REF206]" in result.stderr)
