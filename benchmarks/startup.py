"""How long a command takes to start, against a process that only imports what it builds on."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.services import SMALL
from benchmarks.table import Figure

ROOT: Final = Path(__file__).resolve().parent.parent

_IMPORTS: Final = "import click, yaml, jsonschema, promql_parser"
_FOUNDATION: Final = (sys.executable, "-c", _IMPORTS)
_COMMANDS: Final = {
    "obsgen --help": ((sys.executable, "-m", "obsgen", "--help"), 1.1),
    "obsgen validate": ((sys.executable, "-m", "obsgen", "validate"), 1.6),
}


def figures(runs: int) -> list[Figure]:
    """Return the best of so many runs of each command, which alternate: noise meets all alike."""
    commands = {_IMPORTS: _FOUNDATION, **{name: c for name, (c, _) in _COMMANDS.items()}}
    best = dict.fromkeys(commands, float("inf"))
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), SMALL)
        for run in range(runs + 1):
            for name, command in commands.items():
                took = _seconds(command, Path(folder))
                if run:  # the first one writes the byte code
                    best[name] = min(best[name], took)
    foundation = best[_IMPORTS]
    found = [Figure(what=_IMPORTS, measured=f"{foundation * 1_000:.0f} ms")]
    for name, (_, aim) in _COMMANDS.items():
        ratio = best[name] / foundation
        found.append(
            Figure(what=name, measured=f"{best[name] * 1_000:.0f} ms", ratio=ratio, at_most=aim)
        )
    return found


def _write(folder: Path, texts: Mapping[str, bytes]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)


def _seconds(command: Sequence[str], cwd: Path) -> float:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # Packages are installed with their byte code; a checkout must be allowed to keep its own.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=True)
    return time.perf_counter() - start
