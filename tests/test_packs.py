"""
The packs: shipped presets of alerts. What holds for each of their alerts, and what a service can do
with them; the rules themselves, and their unit tests, are kept in `cases/packs`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import pytest
import yaml
from oracles import ROOT

from obsgen.artefacts import AlertingRule
from obsgen.disk import shipped_preset_names, shipped_presets
from obsgen.pipeline import Built, Options, build
from obsgen.reader.layers import PACKS

PROJECT: Final = "apiVersion: obsgen/v1\nkind: Project\nname: shop\noutputs: [prometheus, docs]\n"
SERVICE: Final = "apiVersion: obsgen/v1\nkind: Service\nname: shop\n"
ROUTING: Final = """
apiVersion: obsgen/v1
kind: Routing
receivers: {chat: {webhook: {url: "http://chat/"}}}
default_receiver: chat
routes: [{to: chat}]
"""


def built(*documents: str, presets: Mapping[str, bytes] | None = None) -> Built:
    """Build specs of these documents."""
    shipped = shipped_presets() if presets is None else presets
    text = "---\n".join(documents)
    return build({"specs/shop.yaml": text.encode()}, Options(presets=shipped))


@cache
def document(pack: str) -> dict[str, Any]:
    """Return a pack as YAML has it."""
    found: dict[str, Any] = yaml.safe_load(shipped_presets()[pack])
    return found


def entries(pack: str) -> dict[str, dict[str, Any]]:
    """Return the alerts of a pack as they are written, by name."""
    return {alert["name"]: alert for alert in document(pack)["alerts"]}


def rules(found: Built) -> dict[str, AlertingRule]:
    """Return the alerting rules of the only service."""
    assert found.compiled
    groups = [group for file in found.compiled[0].rule_files for group in file.groups]
    return {r.alert: r for group in groups for r in group.rules if isinstance(r, AlertingRule)}


EVERY: Final = [(pack, name) for pack in sorted(PACKS) for name in entries(pack)]


def test_the_packs_are_the_shipped_presets_that_hold_alerts():
    with_alerts = {name for name in shipped_preset_names() if "alerts" in document(name)}

    assert with_alerts == PACKS
    assert all("metrics" not in document(pack) for pack in PACKS)


@pytest.mark.parametrize("pack", sorted(PACKS))
def test_a_pack_has_the_shape_of_a_preset(pack: str):
    text = shipped_presets()[pack].decode()
    # Shipped presets are taken at their word; one of the specs is held against the schema.
    written = re.sub(rf"^name: {pack}$", "name: mine", text, flags=re.MULTILINE)

    assert () == built(PROJECT, written, f"{SERVICE}uses: [mine]\n").diagnostics


def test_both_together_say_nothing_and_have_tests_of_every_alert():
    found = built(PROJECT, f"{SERVICE}uses: [{', '.join(sorted(PACKS))}]\n", ROUTING)

    assert () == found.diagnostics
    assert [name for _, name in EVERY] == list(rules(found))
    # Series that were there an hour before are none that can be derived: it has tests of its own.
    assert {"NodeRebooted"} == {each.alert for each in found.compiled[0].unproven}
    assert "tests" in entries("node_alerts")["NodeRebooted"]


@pytest.mark.parametrize(("pack", "name"), EVERY, ids=[name for _, name in EVERY])
def test_an_alert_says_what_it_means_and_what_to_do(pack: str, name: str):
    alert = entries(pack)[name]

    assert alert["summary"]
    assert alert["description"].endswith(".")
    assert alert["impact"].endswith(".")
    assert all(step.endswith((".", "`.")) for step in alert["steps"])
    assert len(alert["steps"]) >= 2


@pytest.mark.parametrize(("pack", "name"), EVERY, ids=[name for _, name in EVERY])
def test_an_alert_waits_as_long_as_it_says_and_is_a_page_or_a_ticket(pack: str, name: str):
    alert = entries(pack)[name]

    if "watchdog" not in alert:
        assert alert["severity"] in {"page", "ticket"}
        assert "for" in alert


def test_the_severities_are_those_of_the_project():
    scheme = (
        "severities: [{name: wake, respond_within: 5m, page: true},"
        " {name: work, respond_within: 8h}]\n"
    )
    found = built(PROJECT + scheme, f"{SERVICE}uses: [{', '.join(sorted(PACKS))}]\n")

    assert () == found.diagnostics
    told = {rule.labels["severity"] for rule in rules(found).values()}
    assert {"wake", "work", "none"} == told


def test_a_where_of_the_service_narrows_nothing():
    uses = f"uses: [{', '.join(sorted(PACKS))}]\n"
    wide, narrow = (
        rules(built(PROJECT, SERVICE + where + uses)) for where in ("", "where: {job: shop}\n")
    )

    assert {n: r.expr for n, r in wide.items()} == {n: r.expr for n, r in narrow.items()}


def test_the_where_of_an_environment_narrows_every_query_of_hosts():
    target = "target_labels: [zone]\n"
    environment = "apiVersion: obsgen/v1\nkind: Environment\nname: east\nwhere: {zone: east}\n"
    found = built(PROJECT + target, f"{SERVICE}uses: [node_alerts]\n", environment)

    assert () == found.diagnostics
    for name, rule in rules(found).items():
        selected = len(re.findall(r"\bnode_\w+", rule.expr))
        assert selected == rule.expr.count('zone="east"'), name


@pytest.mark.parametrize(
    ("entry", "found", "hint"),
    [
        ("{name: NodeDiskFul, remove: true}", "REF218", "did you mean `NodeDiskFull`?"),
        ("{name: NodeDiskFull, severity: hgh}", "REF206", "did you mean `high`?"),
        ("{name: JobDown, summary: '{{ $labels.instance }}'}", "ALR521", "it has `job`"),
    ],
    ids=["unknown name", "unknown severity", "label that is summed away"],
)
def test_what_is_wrong_in_an_override_is_told_where_it_is_written(
    entry: str, found: str, hint: str
):
    uses = f"uses: [{', '.join(sorted(PACKS))}]\n"
    (diagnostic,) = built(PROJECT, f"{SERVICE}{uses}alerts:\n  - {entry}\n").diagnostics

    assert found == diagnostic.code.id
    assert hint in diagnostic.hint
    assert "specs/shop.yaml" == diagnostic.origin.file


def test_a_finding_inside_a_pack_points_at_the_pack_and_at_the_service():
    text = shipped_presets()["node_alerts"].decode().replace("severity: page", "severity: pgae", 1)
    presets = {**shipped_presets(), "node_alerts": text.encode()}
    (diagnostic,) = built(PROJECT, f"{SERVICE}uses: [node_alerts]\n", presets=presets).diagnostics

    assert "preset:node_alerts" == diagnostic.origin.file
    (note,) = diagnostic.related
    assert ("brought in here", "specs/shop.yaml") == (note.message, note.origin.file)
    assert "uses" == note.origin.path[-1]


def test_the_page_on_specs_lists_every_alert_with_its_for_and_severity():
    page = (ROOT / "docs" / "specs.md").read_text()
    section = page.split("### Packs")[1].split("## Measures")[0]
    found: dict[str, list[tuple[str, str, str]]] = {}
    for line in section.splitlines():
        if head := re.match(r"\| `(\w+)` \| fires when \|", line):
            rows = found.setdefault(head[1], [])
        elif line.startswith("| `"):
            name, _, for_, severity = (cell.strip(" `") for cell in line.split("|")[1:-1])
            rows.append((name, for_, severity))

    assert found == {
        pack: [
            (name, alert.get("for", "0s"), alert.get("severity", "none"))
            for name, alert in entries(pack).items()
        ]
        for pack in PACKS
    }
