"""What may stand beside a panel's kind, by what the kind can show of it."""

from __future__ import annotations

from typing import Final

NOTHING: Final = frozenset[str]()
"""Of a panel that shows no values: words, a list of alerts."""

VALUES: Final = frozenset(
    {"decimals", "no_value", "texts", "overrides", "transformations", "data_links"}
)
"""Of a panel that shows values of measures, in whatever form."""

SCALED: Final = VALUES | {"min", "max"}
"""Of one that shows them on a scale."""

OVER_TIME: Final = VALUES | {"interval", "legend"}
"""Of one that shows them over time."""

GRAPH: Final = (
    SCALED | OVER_TIME | {"stacked", "fill", "scale", "axis", "exemplars", "dashed", "hidden"}
)
"""Of one that draws lines."""

LINE_COUNTS: Final = GRAPH - {"exemplars"}
"""Of one that draws lines of what no metric counts."""

COLUMNS: Final = VALUES | {"column", "hidden"}
"""Of one with columns, which overrides name."""

ANYTHING: Final = GRAPH | COLUMNS
"""Of one that is written in Grafana's own words."""

BUCKETS: Final = VALUES | {"interval", "exemplars"}
"""Of one that draws how many values lie where, over time."""

STATES: Final = OVER_TIME | {"fill", "hidden"}
"""Of one that draws which state holds when."""

SPREAD: Final = SCALED | {"fill", "stacked", "legend", "hidden"}
"""Of one that draws how often which value came."""

PARTS: Final = VALUES | {"legend", "hidden"}
"""Of one that draws parts of a whole."""
