"""Simulated days in a real Prometheus, and which alerts would have fired on them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import yaml
from oracles import Server, running_prometheus, tool
from recorded import ask

from obsgen.artefacts import OutputFile
from obsgen.simulate import Span
from obsgen.simulate.stage import Plan
from obsgen.simulate.weeks import Past, write_whole
from obsgen.stack import Stack, stack_files
from obsgen.units import Duration

MONDAY: Final = 1_768_176_000_000
"""2026-01-12 00:00 UTC, in milliseconds."""
_NOWHERE: Final = Stack(simulator="http://127.0.0.1:1", sink="http://127.0.0.1:1", at={})
_DAYS: Final = "--max-block-duration=168h"


@contextmanager
def stored(
    folder: Path, plan: Plan, files: Sequence[OutputFile], span: Span, interval: int
) -> Iterator[Server]:
    """Run a Prometheus that has what a plan shows in a span, and what rules record of it."""
    with (folder / "past.om").open("w", encoding="utf-8", newline="\n") as file:
        write_whole(plan, Past(span=span, seed=1, interval=interval), file)
    _blocks(_DAYS, "openmetrics", "--quiet", folder / "past.om", folder / "data")
    (folder / "past.om").unlink()
    (folder / "nothing.yml").write_text("global: {}\n", "utf-8")
    for path, data in stack_files(files, _NOWHERE).items():
        if path.startswith("levels/"):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
    for level in sorted(folder.glob("levels/*")):
        with _server(folder, plan.speed) as server:
            bounds = (f"--start={span.start // 1000}", f"--end={span.end // 1000}")
            evaluation = f"--eval-interval={Duration(60_000 // plan.speed)}"
            to = (f"--url={server.url}", f"--output-dir={folder / 'data'}")
            for part in sorted(level.glob("*/*.yml")):
                # Under one name: it tells when in its interval a group is evaluated.
                shutil.copyfile(part, folder / "level.yml")
                _blocks(_DAYS, "rules", *to, *bounds, evaluation, folder / "level.yml")
    with _server(folder, plan.speed) as server:
        yield server


def fired(
    server: Server, files: Iterable[OutputFile], span: Span, step: int
) -> dict[str, list[tuple[Mapping[str, str], int]]]:
    """Return the alerts that fire within a span: the labels of their series, and since when."""
    found: dict[str, list[tuple[Mapping[str, str], int]]] = {}
    for rule in _alerts(files):
        lasts = Duration.parse(rule.get("for", "0s")).ms
        for series in ask(server, rule["expr"], range(span.start, span.end, step)):
            times = [round(float(time) * 1000) for time, _ in series["values"]]
            for first, last in _runs(times, step):
                if last - first >= lasts:
                    found.setdefault(rule["alert"], []).append((series["metric"], first))
                    break
    return found


def _alerts(files: Iterable[OutputFile]) -> Iterator[dict[str, Any]]:
    for file in files:
        if file.path.startswith("prometheus/") and file.path.endswith(".rules.yml"):
            for group in yaml.safe_load(file.data)["groups"]:
                yield from (rule for rule in group["rules"] if "alert" in rule)


def _runs(times: Sequence[int], step: int) -> Iterator[tuple[int, int]]:
    first = times[0]
    for before, after in pairwise((*times, times[-1] + 2 * step)):
        if after - before > step:
            yield first, before
            first = after


@contextmanager
def _server(folder: Path, speed: int) -> Iterator[Server]:
    flags = (
        "--storage.tsdb.retention.time=100y",
        f"--query.lookback-delta={Duration(300_000 // speed)}",
    )
    with running_prometheus(folder / "nothing.yml", *flags, data=folder / "data") as server:
        yield server


def _blocks(*arguments: str | Path) -> None:
    command = [str(tool("promtool")), "tsdb", "create-blocks-from", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
