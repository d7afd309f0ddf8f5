"""Colours and areas: one signal looks the same on every dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.packs._panels import steps
from obsgen.packs._shapes import State
from obsgen.panels.timeseries import STACKED

ALL: Final = "blue"
"""Everything that happened, whether good or bad."""
BAD: Final = "red"

STATUS_CLASSES: Final = {"2xx": "green", "3xx": "yellow", "4xx": "blue", "5xx": BAD}
QUANTILES: Final = {"p50": "blue", "p95": "purple", "p99": "orange"}
ERROR_RATIO: Final = steps("green", ("0.01", "orange"), ("0.05", BAD))

AREAS: Final[Mapping[str, Json]] = {**STACKED, "fillOpacity": 40}
"""Areas on top of each other: their sum is the whole."""

PENDING: Final = "yellow"
TICKET: Final = "orange"
PAGE: Final = "red"
PAGING: Final = steps("green", ("1", PAGE))
WAITING: Final = steps("green", ("1", TICKET))
COMING: Final = steps("text", ("1", PENDING))
ALERT_STATES: Final = (State("1", "pending", PENDING), State("2", "firing", PAGE))
