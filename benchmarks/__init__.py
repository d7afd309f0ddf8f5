"""
What is aimed at, measured: start-up and throughput, accuracy and cost of the ledger, scale.

They drive the real Prometheus with what the tests do it with.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))
