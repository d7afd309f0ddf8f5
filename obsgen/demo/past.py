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
"""Of groups that have no interval of their own."""
_MOST_POINTS: Final = 10_000
"""Prometheus refuses a query of more than 11,000; each block takes one query."""
_DAY: Final = 24 * 3_600_000
_MINUTE_SECONDS: Final = 60
"""The past begins and ends with a minute."""
_LONG_BLOCKS: Final = "--max-block-duration=168h"
"""promtool reads all samples anew for each block."""
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
    blocks = ("tsdb", "create-blocks-from", _LONG_BLOCKS, "openmetrics", "--quiet")
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
        say(f"recording {level.name} …")
        with programs.started("prometheus", server):
            for part in sorted(level.glob("*/*.yml")):
                shutil.copyfile(part, rules)
                run(_record(rules, wanted, places, start=start, end=end), places.folder)


def _record(rules: Path, wanted: Wanted, places: Places, *, start: int, end: int) -> CommandLine:
    """Return the command that runs recording rules over the past."""
    evaluation = wanted.divided(_EVALUATION)
    # Larger blocks than usual: promtool makes one for each of them and each rule.
    longest = Duration(max(_DAY // 12, min(7 * _DAY, _MOST_POINTS * evaluation.ms)))
    return [
        places.programs["promtool"],
        *("tsdb", "create-blocks-from", f"--max-block-duration={longest}", "rules"),
        f"--url={places.url('prometheus')}",
        f"--output-dir={places.folder / 'prometheus'}",
        f"--start={start}",
        f"--end={end}",
        f"--eval-interval={evaluation}",
        rules,
    ]
