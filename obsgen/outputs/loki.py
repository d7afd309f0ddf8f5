"""
Loki: the rules of its ruler, by service, and how long it keeps lines.

Rules lie where the ruler's local storage looks, a directory for each tenant. `overrides.yml` is
what `runtime_config` names. Shapes: Loki documentation, "Alerting and recording rules" and
"Retention".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from obsgen.artefacts import Compiled, LokiConfig, OutputFile
from obsgen.matchers import quoted
from obsgen.outputs.prometheus import group_data
from obsgen.outputs.yaml import dump, generated_from
from obsgen.units import Duration


def files(compiled: Compiled) -> Iterator[OutputFile]:
    """Yield the files below `loki/`."""
    for rule_file in compiled.log_files:
        data = {"groups": [group_data(group) for group in rule_file.groups]}
        yield OutputFile(
            path=f"loki/rules/{compiled.loki.tenant}/{rule_file.service}.rules.yml",
            data=dump(data, generated_from(rule_file.sources)),
            sources=rule_file.sources,
        )
    if compiled.loki.retention.ms or compiled.loki.by_value:
        sources = compiled.prometheus.sources
        yield OutputFile(
            path="loki/overrides.yml",
            data=dump(_overrides(compiled.loki), (*generated_from(sources), *_NOTES)),
            sources=sources,
        )


_NOTES = (
    "Read through `runtime_config: {file: …}`; the compactor deletes with",
    "`retention_enabled: true` and a `delete_request_store`.",
)


def _overrides(loki: LokiConfig) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    if loki.retention.ms:
        limits["retention_period"] = _hours(loki.retention)
    if loki.by_value:
        limits["retention_stream"] = [
            {
                "selector": f"{{{loki.label}={quoted(value)}}}",
                "priority": 1,
                "period": _hours(period),
            }
            for value, period in loki.by_value.items()
        ]
    return {"overrides": {loki.tenant: limits}}


def _hours(duration: Duration) -> str:
    # Go's own durations know no days.
    return f"{duration.ms // 3_600_000}h"
