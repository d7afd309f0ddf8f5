"""One module is one kind of panel; its name is the key that chooses it."""

from __future__ import annotations

from typing import Final

KINDS: Final = (
    *("timeseries", "stat", "gauge", "bargauge", "table", "heatmap", "state_timeline", "histogram"),
    *("piechart", "logs", "log_counts", "log_table", "traces", "alertlist", "text", "panel"),
)
