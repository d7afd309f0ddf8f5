"""On a good day of the four systems nothing fires but what has to: at the speed of `make demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from good_day import MONDAY, fired, stored
from oracles import ROOT

from obsgen import workspace
from obsgen.commands.options import at_speed
from obsgen.commands.specs import compile_paths
from obsgen.model import AlertRole
from obsgen.simulate import Span
from obsgen.simulate.stage import Plan, queries_of

SPEED: Final = 10
MINUTE: Final = 60_000
DAY: Final = 1_440 * MINUTE
BEGINNING: Final = 30 * MINUTE
"""What is told of a time is not told yet where nothing is known before it."""
MORNING: Final = 5 * 60 * MINUTE
LENGTH: Final = DAY + 12 * 60 * MINUTE
"""From five o'clock: the night is in it, and a morning and a noon when a day is known."""


def test_nothing_but_the_watchdog_fires_in_a_day_and_a_night(tmp_path: Path):
    built = compile_paths((str(ROOT / "specs"),), None, outcome="nothing", with_files=True)
    assert built is not None
    built = at_speed(built, SPEED)
    files = workspace.files_of(built, built.specs[0].environment.name)
    services = built.specs[0].services
    assert {"autoforgenexus", "kagura", "llm-process-platform", "tonebridge"} <= {
        service.name for service in services
    }
    plan = Plan(services=services, queries=queries_of(files), only_asked=True, speed=SPEED)
    first = MONDAY + MORNING // SPEED
    span = Span(first, first + LENGTH // SPEED)
    with stored(tmp_path, plan, files, span, MINUTE // SPEED) as server:
        begun = Span(span.start + BEGINNING // SPEED, span.end)
        known = Span(span.start + DAY // SPEED, span.end)
        found = fired(server, files, begun, 2 * MINUTE // SPEED)
        later = fired(server, files, known, 2 * MINUTE // SPEED)

    outlooks = {
        alert.name
        for service in services
        for alert in service.alerts
        if alert.body.role is AlertRole.OUTLOOK
    }
    # It fires all the time by its nature: whoever does not hear of it knows that nothing is heard.
    assert {"Watchdog"} == found.keys() - outlooks, found
    # What a day is like is not known before it is over.
    assert {"Watchdog"} == later.keys(), later
