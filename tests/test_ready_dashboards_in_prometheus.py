"""
A real Prometheus answers the queries of the ready dashboards `use`, `llm` and `cost`.

The data are simulated traffic of twenty minutes, with something of everything that can go wrong;
two weeks before it, thinner, every counter had grown as well. What rules record stands there as
they record it. Then no panel is empty.
"""

from __future__ import annotations

import io
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from oracles import Server, running_prometheus, tool
from resource_specs import asked, built, dashboards

from obsgen.artefacts import RecordingRule
from obsgen.simulate import Scraper, Size, Span, World, populate, tell, write_history
from obsgen.simulate.stories import Plot

START: Final = 1_700_000_040_000 // 60_000 * 60_000
"""The middle of a month, in milliseconds: enough of it is over for a projection."""

HOUR: Final = 3_600
LENGTH: Final = HOUR // 3
NOW: Final = START // 1000 + LENGTH
DAYS_BEFORE: Final = 15
PLOT: Final = Plot(
    arrivals=4000,
    failing_ppm=50_000,
    idle=0,
    incidents=24,
    bursts=0,
    restarts=0,
    gaps=0,
    long_gaps=0,
    missed_ppm=0,
)
RANGES: Final = {
    "$__rate_interval": "1m",
    "$__interval": "1m",
    "$__range": f"{14 * 24}h",
}
SAMPLE: Final = re.compile(r"^(?P<name>\w+)(?P<labels>\{.*\})? (?P<value>\S+) (?P<at>\S+)$")
GROWING: Final = re.compile(r"_(total|sum|count|bucket)$")


def simulated() -> str:
    """Return the traffic of all services, as OpenMetrics text without its last line."""
    found = []
    for service in built().specs[0].services:
        targets = populate(service, Size(targets=1))
        span = Span(START, START + LENGTH * 1000)
        story = tell(PLOT, span, targets=len(targets), seed=1)
        world = World(targets, story.traffic, seed=1, start=START)
        file = io.StringIO()
        write_history(Scraper(world, story.scraping, seed=1), span.end, file)
        found.append(file.getvalue().removesuffix("# EOF\n"))
    return "".join(found)


def earlier(text: str) -> str:
    """Return two weeks before it, four samples a day: counters that grow, before a restart."""
    series = dict.fromkeys(
        match["name"] + (match["labels"] or "")
        for line in text.splitlines()
        if (match := SAMPLE.match(line)) and GROWING.search(match["name"])
    )
    step = HOUR * 6
    begin = START // 1000 - DAYS_BEFORE * 24 * HOUR
    return "".join(
        f"{name} {place * 100} {begin + place * step}\n"
        for name in series
        for place in range(DAYS_BEFORE * 4)
    )


def recorded() -> str:
    """Return what rules record, a sample a minute of the hour."""
    rules = (
        rule
        for file in built().compiled[0].rule_files
        for group in file.groups
        for rule in group.rules
        if isinstance(rule, RecordingRule)
    )
    old = range(START // 1000 - DAYS_BEFORE * 24 * HOUR, START // 1000, 6 * HOUR)
    lines: dict[str, None] = {}
    for rule in rules:
        labels = {**dict.fromkeys(rule.groups, "large"), **rule.labels}
        inside = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
        for at in (*old, *range(START // 1000, NOW, 60)):
            lines[f"{rule.record}{{{inside}}} 0.5 {at}\n"] = None
    return "".join(lines)


def write_blocks(text: str, folder: Path, name: str) -> None:
    file = folder / f"{name}.om"
    file.write_text(text + "# EOF\n")
    command = [tool("promtool"), "tsdb", "create-blocks-from", "openmetrics", file, folder / "data"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("ready")
    text = simulated()
    for name, part in (("now", text), ("earlier", earlier(text)), ("recorded", recorded())):
        write_blocks(part, folder, name)
    (folder / "prometheus.yml").write_text("global: {}\n")
    flags = ("--storage.tsdb.retention.time=100y",)
    with running_prometheus(folder / "prometheus.yml", *flags, data=folder / "data") as running:
        yield running


def filled(query: str) -> str:
    """Return a query as Grafana asks it while all values of the variables are chosen."""
    for name, value in RANGES.items():
        query = query.replace(name, value)
    return re.sub(r'=~"\$\w+"', '=~".*"', query)


def answers(server: Server, query: str) -> list[Any]:
    answer = server.get("/api/v1/query", query=filled(query), time=str(NOW - 30))
    assert answer["status"] == "success", answer
    return list(answer["data"]["result"])


@pytest.mark.parametrize("uid", sorted(dashboards()))
def test_no_panel_of_a_busy_service_is_empty(server: Server, uid: str):
    deadline = time.monotonic() + 30
    while not answers(server, "up or count({__name__=~'.+'})"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    full = {panel["title"]: False for panel, _ in asked(dashboards()[uid])}
    for panel, query in asked(dashboards()[uid]):
        full[panel["title"]] |= bool(answers(server, query))

    assert [] == [title for title, has_data in full.items() if not has_data]
