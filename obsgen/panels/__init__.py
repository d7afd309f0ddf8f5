"""One module is one kind of panel; its name is the key that chooses it, and Grafana's type."""

from __future__ import annotations

from typing import Final

KINDS: Final = ("timeseries", "stat", "gauge", "table", "text")
