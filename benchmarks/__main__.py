"""`python -m benchmarks`: start-up and throughput, with what is aimed at."""

from __future__ import annotations

import sys

from benchmarks import startup, throughput
from benchmarks.table import table

RUNS = 15

if __name__ == "__main__":
    sys.stdout.write(table([*startup.figures(RUNS), *throughput.figures()]))
