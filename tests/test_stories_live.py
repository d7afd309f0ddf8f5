"""
One story of each system, alive: it goes wrong, who is told, when, and when it is over.

The specs as they ship, every duration divided by 60, in a real Prometheus and Alertmanager. Times
are those of `obsgen explain`, divided: at most one evaluation, one group_wait and one scrape later,
and a second for a machine that has something else to do.
"""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path
from typing import Final

from stories import Story, Told, divided, last_growth, running

from obsgen.explanations.timing import Pace, until_clear, until_firing
from obsgen.units import Duration

SCRAPE: Final = Duration.parse("15s")
EVALUATION: Final = Duration.parse("30s")
GROUP_WAIT: Final = Duration.parse("10s")
GROUP_INTERVAL: Final = Duration.parse("5m")
BUSY: Final = 1.0
LATE: Final = divided(EVALUATION) + divided(GROUP_WAIT) + divided(SCRAPE) + BUSY


def escalate_tonebridge(specs: Path) -> None:
    """Let the platform's chat hear of what is critical and not resolved within five minutes."""
    routing = specs / "routing.yaml"
    text = routing.read_text("utf-8")
    step = "\nescalate:\n  - {where: {team: backend, severity: critical}, to: chat}\n"
    assert text.count("\nescalate:\n") == 1
    routing.write_text(text.replace("\nescalate:\n", step), "utf-8")


def test_tonebridge_breaks_pages_escalates_and_recovers(tmp_path: Path, monkeypatch):
    share, begins, lasts = Fraction(20, 100), 75, 20
    act = f"errors 20% for {lasts} min from {begins} min on"
    budget = 'slo:error_budget_remaining:ratio{service="tonebridge",slo="availability"}'
    with running(
        tmp_path, monkeypatch, "tonebridge", act, change=escalate_tonebridge, history="6h"
    ) as story:
        slo = story.slo("tonebridge", "availability")
        fast, medium, *_ = slo.tiers
        pace = Pace.of(slo, SCRAPE)
        fires, clears = until_firing(fast, slo, share, pace), until_clear(fast, slo, share, pace)
        assert fires is not None
        assert clears is not None
        late = divided(slo.tile.length) + divided(GROUP_WAIT) + divided(SCRAPE) + BUSY
        burn = {"alertname": "ErrorBudgetBurn", "service": "tonebridge", "slo": "availability"}

        page = story.first("oncall", "firing", begins + 60, tier="fast", **burn)
        (_, before), *_ = story.query(budget, at=page.at - 20)
        failing = 'sum(increase(tonebridge_requests_total{job="gateway",status=~"5.."}[1s])) > 10'
        steps = [page.at - back / 4 for back in range(60, 0, -1)]
        began = next(at for at in steps if story.query(failing, at=at))

        # The page is there in time, and what is slower keeps quiet beside it.
        assert divided(fires.least) - 1 <= page.at - began <= divided(fires.most) + late
        slower = story.until(
            lambda: [a for a in story.inhibited() if a.get("tier") == medium.name], 20
        )
        assert slower
        escalated = story.first("chat", "firing", 20, tier="fast", escalated="5m", **burn)
        # Prometheus keeps the moment of activation in whole seconds.
        within = Duration.parse("5m")
        assert divided(within) - 1 - late <= escalated.at - page.at <= divided(within) + 1 + LATE
        assert not [
            t
            for t in story.told()
            if t.labels.get("tier") == medium.name and t.at > began and t.at > page.at
        ]

        # A fifth of what arrives for 20 of 43,200 minutes: 0.2 * 20 / 43.2 of the budget, were
        # traffic even and known for all of the period; it is known for less, so more is lost.
        time.sleep(max(0.0, began + lasts - time.time()))
        (_, after), *_ = story.query(budget)
        assert before - after > float(share) * lasts / 43.2

        over = began + lasts
        resolved = story.first("oncall", "resolved", 60, since=over, tier="fast", **burn)
        most = divided(clears.most) + late + divided(GROUP_INTERVAL)
        assert divided(clears.least) - 1 <= resolved.at - over <= most


def test_autoforgenexus_loses_its_backend_and_symptoms_keep_quiet(tmp_path: Path, monkeypatch):
    act = "target disappears on job=autoforge-backend for 20 min from 30 min on"
    with running(tmp_path, monkeypatch, "autoforgenexus", act) as story:
        _, down = story.rule("autoforgenexus", "BackendDown")

        page = story.first("autoforge-pager", "firing", 90, alertname="BackendDown")
        chat = story.first("autoforge-discord", "firing", 5, alertname="BackendDown")
        gone = 'up{job="autoforge-backend"} == 0'
        steps = [page.at - back / 4 for back in range(60, 0, -1)]
        began = next(at for at in steps if story.query(gone, at=at))
        # A target that is gone exposes nothing, either; nobody needs to be told.
        symptom = "BackendExposesNothing"
        quiet = story.until(lambda: [a for a in story.inhibited() if a["alertname"] == symptom], 18)

        # It waits for its `for`, which begins and ends with an evaluation; nobody waits for others.
        late = 2 * divided(EVALUATION) + divided(SCRAPE) + BUSY
        assert divided(down.for_) - divided(SCRAPE) <= page.at - began <= divided(down.for_) + late
        assert abs(chat.at - page.at) < 1
        assert {"autoforgenexus"} == {labels["service"] for labels in quiet}
        assert symptom not in {told.labels["alertname"] for told in story.told()}
        over = story.first(
            "autoforge-pager", "resolved", 60, since=page.at, alertname="BackendDown"
        )
        assert divided(Duration.parse("20m")) - 2 <= over.at - began


def test_the_llm_platform_spends_and_whoever_watches_money_is_told(tmp_path: Path, monkeypatch):
    # Half of the budget is spent in a good day. A day is 24 minutes now, so that an amount needs 60
    # times the pace: this is 100 times as much as on a good day: no act goes beyond 1000.
    cost = 'sum(increase(llmproc_llm_cost_usd_total{job="llmproc"}[2m]))'
    with running(
        tmp_path,
        monkeypatch,
        "llm-process-platform",
        *("spend ×100 from 20 min on", "spend ×60 from 20 min on"),
    ) as story:
        told = story.first("warnings", "firing", 120, alertname="LLMProcHighDailyCost")
        steps = [told.at - back / 2 for back in range(80, -1, -1)]
        spent = [(at, value[0][1]) for at in steps if (value := story.query(cost, at=at))]
        reached = next(at for at, value in spent if value >= 100)

        # A day is read in tiles of five minutes.
        tile, coarse = Duration.parse("1m"), Duration.parse("8m")
        most = divided(coarse) + divided(tile) + LATE
        assert -1 <= told.at - reached <= most
        assert "cost" == told.labels["category"]


def test_an_agent_of_kagura_falls_silent_and_slack_hears_of_it(tmp_path: Path, monkeypatch):
    act = "traffic stops on agent_name=api_agent from 40 min on"
    with running(tmp_path, monkeypatch, "kagura", act) as story:
        told = story.first("slack", "firing", 180, alertname="AgentSilent", agent_name="api_agent")
        every = [t for t in story.told() if t.is_of("slack", "firing", alertname="AgentSilent")]
        silent = [silence(story, each) for each in (told, *every)]

    within = Duration.parse("30m")
    assert silent[0] <= divided(within) + LATE + divided(SCRAPE)
    # At night others may be idle for as long, too.
    assert all(divided(within) - 1 <= seconds for seconds in silent)


def silence(story: Story, told: Told) -> float:
    """Return for how many seconds an agent had not been called when it was told."""
    calls = f'sum(kagura_agent_calls_total{{agent_name="{told.labels["agent_name"]}"}})'
    steps = [told.at - back / 4 for back in range(400, -1, -1)]
    counted = [(at, v[0][1]) for at in steps if (v := story.query(calls, at=at))]
    return told.at - last_growth(counted)
