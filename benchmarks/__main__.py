"""`python -m benchmarks`: start-up, throughput and checks, with what is aimed at."""

from __future__ import annotations

import sys

from benchmarks import rules, startup, throughput
from benchmarks.table import table

RUNS = 15

if __name__ == "__main__":
    figures = (*startup.figures(RUNS), *throughput.figures(), *rules.figures())
    sys.stdout.write(table(figures))
