"""`loki:` of the Project: whose lines they are, and how long they are kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import SINGLE_TENANT, LokiConfig
from obsgen.diagnostics import Code, finding
from obsgen.model import Reports
from obsgen.reader.values import read_duration, read_text
from obsgen.schema.shared import is_label
from obsgen.source import MappingNode, Node
from obsgen.units import Duration

LOKI_SETTING: Final = Code(
    "OUT927",
    "loki-setting",
    why="Loki refuses a retention below a day, and keeps the rules of a tenant in a directory of "
    "its name",
    fix="Write whole hours from 24h on, one for each value of a label: "
    "`retention: {by: level, debug: 1d, default: 30d}`.",
)
CODES: Final = (LOKI_SETTING,)

_DAY_MS: Final = 86_400_000
_HOUR_MS: Final = 3_600_000
_TENANT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)


def read_loki(node: Node | None, report: Reports) -> LokiConfig:
    """Read the section; without one nothing is kept by obsgen's word."""
    if not isinstance(node, MappingNode):
        return LokiConfig()
    tenant = read_text(node.get("tenant"), report) or SINGLE_TENANT
    if not _TENANT.fullmatch(tenant):
        message = f"a tenant cannot be called `{tenant}`"
        report(finding(LOKI_SETTING, node.origin / "tenant", message, "write letters and digits"))
        tenant = SINGLE_TENANT
    retention = node.get("retention")
    if not isinstance(retention, MappingNode):
        return LokiConfig(tenant=tenant, retention=_kept(retention, report) or Duration(0))
    label = read_text(retention.get("by"), report)
    if not is_label(label):
        message = f"`{label}` is no label" if label else "the label is missing that decides"
        report(finding(LOKI_SETTING, retention.origin, message, "write `by: level`"))
        return LokiConfig(tenant=tenant)
    found = dict(_by_value(retention, report))
    return LokiConfig(
        tenant=tenant, retention=found.pop("default", Duration(0)), label=label, by_value=found
    )


def _by_value(node: MappingNode, report: Reports) -> Mapping[str, Duration]:
    named = {k: e.value for k, e in node.entries.items() if k != "by" and not k.startswith("x-")}
    read = {value: _kept(each, report) for value, each in named.items()}
    return {value: kept for value, kept in read.items() if kept is not None}


def _kept(node: Node | None, report: Reports) -> Duration | None:
    kept = read_duration(node, report)
    if kept is None or node is None:
        return None
    if kept.ms < _DAY_MS or kept.ms % _HOUR_MS:
        message = f"Loki cannot keep lines for {kept}"
        report(finding(LOKI_SETTING, node.origin, message, "write whole hours, 24h or more"))
        return None
    return kept
