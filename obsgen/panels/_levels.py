"""The colours of log levels: the same in every panel, and those of Grafana's own lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from obsgen.artefacts import Json
from obsgen.panels._log_fields import field_name

_LEVEL_FIELDS: Final = frozenset({"level", "detected_level", "levelname", "severity", "lvl"})

# Grafana documentation, "Logs in Explore", "Log level": the words of each level.
_COLORS: Final = (
    ("purple", "emerg|fatal|alert|crit|critical"),
    ("red", "err|eror|error"),
    ("yellow", "warn|warning"),
    ("green", "info|information|informational|notice"),
    ("blue", "dbug|debug"),
    ("light-blue", "trace"),
)


def level_colors(by: Sequence[str]) -> tuple[Mapping[str, Json], ...]:
    """Return the overrides that colour lines by level; none where they are by another field."""
    if len(by) != 1 or field_name(by[0]).rpartition(".")[2] not in _LEVEL_FIELDS:
        return ()
    return tuple(_override(color, words) for color, words in _COLORS)


def _override(color: str, words: str) -> Mapping[str, Json]:
    fixed: dict[str, Json] = {"mode": "fixed", "fixedColor": color}
    return {
        "matcher": {"id": "byRegexp", "options": f"/^({words})$/i"},
        "properties": [{"id": "color", "value": fixed}],
    }
