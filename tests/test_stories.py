"""
One more story of each system, in virtual time: promtool runs the rules, `notifications` the routes.

Samples come every 15s, rules are evaluated every 30s: what changes with the sample at 10m15s is
seen at 10m30s, and an alert fires after its `for`, which `obsgen explain` shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
import yaml
from oracles import ROOT, promtool_test

from obsgen import workspace
from obsgen.artefacts import AlertingRule, RuleFile
from obsgen.pipeline import Built
from obsgen.routing import Firing, notifications, possible_labels
from obsgen.units import Duration

# A Monday, within office hours.
START: Final = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
BREAKS: Final = Duration.parse("10m30s")


@dataclass(frozen=True, kw_only=True)
class Story:
    """
    What happens.

    Attributes:
        series: Of promtool; the sample number 41, at 10m15s, is the first that is bad.
        fires: When; the evaluation before it is quiet.
        told: When each receiver is told: after its route's group_wait.
    """

    service: str
    alert: str
    series: str
    bad: int
    fires: str
    told: dict[str, str]


STORIES: Final = {
    "ToneBridge's gateway is gone": Story(
        service="tonebridge",
        alert="GatewayDown",
        series='up{job="gateway",instance="gateway:8080"}',
        bad=0,
        fires="12m30s",
        told={"oncall": "12m40s"},
    ),
    "AutoForgeNexus does not reach Redis": Story(
        service="autoforgenexus",
        alert="DependencyDown",
        series='autoforge_dependency_up{dependency="redis",job="autoforge-backend"}',
        bad=0,
        fires="11m30s",
        told={"autoforge-discord": "12m", "autoforge-pager": "12m"},
    ),
    "the LLM platform invents its answers": Story(
        service="llm-process-platform",
        alert="LLMProcMockMode",
        series='llmproc_llm_mock_mode{job="llmproc",instance="llmproc:8000"}',
        bad=1,
        fires="15m30s",
        told={"oncall": "15m40s"},
    ),
    "Kagura's process is gone": Story(
        service="kagura",
        alert="AgentsDown",
        series='up{job="kagura",instance="kagura:8000"}',
        bad=0,
        fires="15m30s",
        told={"slack": "15m40s"},
    ),
}


@pytest.fixture(scope="module")
def built() -> Built:
    found = workspace.compile_specs([ROOT / "specs"], None, cwd=ROOT, with_tests=False)
    assert found.files
    return found


def rule(built: Built, story: Story) -> tuple[RuleFile, AlertingRule]:
    return next(
        (file, rule)
        for file in built.compiled[0].rule_files
        for rule in file.alerts
        if (file.service, file.part, rule.alert) == (story.service, "", story.alert)
    )


@pytest.mark.parametrize("name", STORIES)
def test_it_fires_when_promtool_says(name: str, built: Built, tmp_path: Path):
    story = STORIES[name]
    path = f"rules/{story.service}.rules.yml"
    (data,) = (file.data for file in built.files if file.path == f"prometheus/{path}")
    (tmp_path / "rules").mkdir()
    (tmp_path / path).write_bytes(data)
    firing = f'count(ALERTS{{alertname="{story.alert}",alertstate="firing"}}) or vector(0)'
    fires = Duration.parse(story.fires)
    quiet = Duration(fires.ms - 30_000)
    test = tmp_path / "story.test.yml"
    document = {
        "rule_files": [path],
        "evaluation_interval": "30s",
        "tests": [
            {
                "name": name,
                "interval": "15s",
                "input_series": [
                    {"series": story.series, "values": f"{1 - story.bad}x40 {story.bad}x80"}
                ],
                "promql_expr_test": [
                    {
                        "expr": firing,
                        "eval_time": str(at),
                        "exp_samples": [{"labels": "{}", "value": value}],
                    }
                    for at, value in ((quiet, 0), (fires, 1))
                ],
            }
        ],
    }
    test.write_text(yaml.safe_dump(document))

    promtool_test(test)


@pytest.mark.parametrize("name", STORIES)
def test_its_for_is_what_explain_shows(name: str, built: Built):
    story = STORIES[name]
    _, found = rule(built, story)

    assert story.fires == str(Duration(BREAKS.ms + found.for_.ms))


@pytest.mark.parametrize("name", STORIES)
def test_whoever_is_told_is_told_in_time(name: str, built: Built):
    story = STORIES[name]
    compiled = built.compiled[0]
    _, found = rule(built, story)
    possible = possible_labels(found, compiled.prometheus.external_labels)
    labels = {**dict.fromkeys(possible.varying, "x"), **possible.fixed}
    alert = Firing(labels=labels, begins=Duration.parse(story.fires))
    assert compiled.alertmanager is not None
    length = Duration(alert.begins.ms + 120_000)
    sent = notifications(compiled.alertmanager, [alert], START, length)

    assert story.told == {each.receiver: str(each.at) for each in reversed(sent)}
