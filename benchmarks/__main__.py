"""`python -m benchmarks`: start-up, throughput, checks and dashboards, with what is aimed at."""

from __future__ import annotations

import sys

from benchmarks import dashboards, rules, startup, throughput
from benchmarks.table import table

RUNS = 15

if __name__ == "__main__":
    figures = (
        *startup.figures(RUNS),
        *throughput.figures(),
        *rules.figures(),
        *dashboards.figures(),
    )
    sys.stdout.write(table(figures))
