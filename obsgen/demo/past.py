"""
The past of a demonstration: simulated samples as blocks, and what the rules would have recorded.

`promtool` makes both: blocks of OpenMetrics text, and blocks of recording rules, which a server is
asked for. A server sees blocks when it starts, so it starts anew for each level of rules.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from obsgen.demo.command_lines import CommandLine, past_samples, prometheus
from obsgen.demo.places import Places
from obsgen.demo.programs import Programs, run
from obsgen.demo.wanted import Wanted
from obsgen.units import Duration

_INTERVAL: Final = Duration(60_000)
_EVALUATION: Final = Duration(30_000)
_MINUTE_SECONDS: Final = 60
"""The past begins and ends with a minute."""
_EMPTY_CONFIG: Final = "nothing.yml"


def make_past(
    wanted: Wanted, places: Places, programs: Programs, say: Callable[[str], None]
) -> None:
    """Write what Prometheus would have if all had run for the history that is wanted."""
    length, out = wanted.divided(wanted.history), places.folder / "past.om"
    interval = wanted.divided(_INTERVAL)
    end = int(time.time()) // _MINUTE_SECONDS * _MINUTE_SECONDS
    samples = past_samples(wanted, length=length, interval=interval, until=end, out=out)
    run(samples, places.folder)
    blocks = ("tsdb", "create-blocks-from", "openmetrics", "--quiet")
    run([places.programs["promtool"], *blocks, out, places.folder / "prometheus"], places.folder)
    out.unlink()
    (places.folder / _EMPTY_CONFIG).write_text("global: {}\n", "utf-8")
    # No longer than there are samples: rules would take the last ones for the present.
    start = end - max(_MINUTE_SECONDS, length.ms // 1_000)
    server = prometheus(wanted, places, _EMPTY_CONFIG)
    # Under one name: when in each interval a group is evaluated, follows from its file's name, and
    # what one level records is to be read by the next at the same moments.
    rules = places.folder / "level.yml"
    for level in sorted((places.folder / "stack").glob("levels/*")):
        say(f"recording {level.stem} …")
        shutil.copyfile(level, rules)
        with programs.started("prometheus", server):
            run(_record(rules, wanted, places, start=start, end=end), places.folder)


def _record(rules: Path, wanted: Wanted, places: Places, *, start: int, end: int) -> CommandLine:
    """Return the command that runs recording rules over the past."""
    return [
        places.programs["promtool"],
        *("tsdb", "create-blocks-from", "rules"),
        f"--url={places.url('prometheus')}",
        f"--output-dir={places.folder / 'prometheus'}",
        f"--start={start}",
        f"--end={end}",
        f"--eval-interval={wanted.divided(_EVALUATION)}",
        rules,
    ]
