"""A real Prometheus with a past that promtool has written, and reports of it by the command."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner, Result
from oracles import Server, running_prometheus, tool

from obsgen.cli import commands

PROJECT: Final = """\
apiVersion: obsgen/v1
kind: Project
name: shop
"""
MINUTE: Final = 60

Past = Mapping[str, Sequence[tuple[int, float]]]
"""Samples (second, value) by series, as an exposition writes their names."""


def at(text: str) -> int:
    """Return a time of UTC in seconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def steady(start: int, end: int, value: float, step: int = MINUTE) -> list[tuple[int, float]]:
    """Return samples that stay as they are."""
    return [(time, value) for time in range(start, end + 1, step)]


def rising(
    start: int, end: int, growth: float, first: float = 0, step: int = MINUTE
) -> list[tuple[int, float]]:
    """Return a counter that grows evenly from its first sample to its last one."""
    count = (end - start) // step
    return [(start + n * step, first + growth * n / count) for n in range(count + 1)]


def write_blocks(past: Past, folder: Path) -> None:
    """Write a past as blocks that Prometheus finds when it starts."""
    lines = [
        f"{series} {value!r} {time}" for series, samples in past.items() for time, value in samples
    ]
    text = folder / "data.om"
    text.write_text("\n".join([*lines, "# EOF", ""]))
    command = [tool("promtool"), "tsdb", "create-blocks-from", "openmetrics", text, folder / "data"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@dataclass(frozen=True)
class Shop:
    """Specs in a folder, and a server with their past."""

    folder: Path
    server: Server

    def report(self, kind: str, *arguments: str) -> Result:
        """Run `obsgen report`."""
        return run(self.folder, kind, "--prometheus", self.server.url, *arguments)

    def told(self, kind: str, *arguments: str) -> dict[str, Any]:
        """Return the parts of a report by name, from its JSON."""
        result = self.report(kind, "--format", "json", *arguments)
        assert result.exit_code == 0, result.output
        return {part["part"]: part for part in json.loads(result.stdout)["parts"]}


def run(folder: Path, kind: str, *arguments: str) -> Result:
    """Run `obsgen report` on the specs of a folder."""
    return CliRunner().invoke(commands, ["report", kind, str(folder / "specs"), *arguments])


def specs(folder: Path, *texts: str) -> None:
    """Write specs."""
    (folder / "specs").mkdir(exist_ok=True)
    for number, text in enumerate(texts):
        (folder / "specs" / f"{number}.yaml").write_text(text, "utf-8")


@contextmanager
def shop(folder: Path, past: Past, texts: Iterable[str], *flags: str) -> Iterator[Shop]:
    """Run a server with a past until the context ends."""
    specs(folder, *texts)
    write_blocks(past, folder)
    config = folder / "prometheus.yml"
    config.write_text("{}")
    keep = "--storage.tsdb.retention.time=100y"
    with running_prometheus(config, keep, *flags, data=folder / "data") as server:
        yield Shop(folder, server)
