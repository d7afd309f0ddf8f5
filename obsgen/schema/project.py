"""Schema fragments of the Project and of environments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.schema.datasources import GRAFANA
from obsgen.schema.shared import (
    LABEL_PATTERN,
    NAME_PATTERN,
    Schema,
    flag,
    listed,
    mapping,
    name,
    named,
    one_of_words,
    ref,
    text,
)

_TIER: Final[Schema] = mapping(
    {
        "tier": text("Name of the tier; a label of its alerts.", examples=["fast"]),
        "spends": ref("quantity", "Share of the budget that is spent within the long window."),
        "factor": {"type": ["number", "string"], "description": "Burn rate, instead of spends."},
        "long": ref("duration", "The long window."),
        "short": ref("duration", "The short window."),
        "severity": text("A severity, `page` or `ticket`.", examples=["page"]),
        "for": ref("duration", "So long it must hold before it fires."),
        "keep_firing_for": ref("duration", "So long it fires after it last held."),
        "min_events": {"type": ["number", "string"], "description": "Fewer do not alert."},
    },
    description="One tier of a profile.",
    examples=[{"tier": "fast", "spends": "2%", "long": "1h", "short": "5m", "severity": "page"}],
)

_PROFILE: Final[Schema] = {
    "type": ["array", "object"],
    "items": _TIER,
    "properties": {
        "periods": {"type": "object", "additionalProperties": listed(_TIER)},
    },
    "additionalProperties": False,
    "description": "Tiers, fastest first; or one list a period: {periods: {30d: […]}}.",
}

LEDGER: Final[Schema] = mapping(
    {
        "tile": ref("duration", "How long one count is: 1m, or 30s."),
        "bridge": ref("duration", "How far back a series' previous value may lie."),
        "settle": ref("duration", "How long a scrape may take to be stored; 5s unless given."),
    },
    description="How events are counted; the defaults are exact for ordinary scraping.",
)


_CHECKS: Final[Schema] = mapping(
    {
        "severities": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "How grave the findings of a check are: error, warning, info or none.",
            "examples": [{"static-regex": "error", "PQL452": "none"}],
        },
        "required_labels": listed(text(), description="Every alert must have them."),
        "required_annotations": listed(text(), description="Every alert must have them."),
        "names": mapping(
            {
                "alerts": text("Pattern of alert names.", examples=["[A-Z][A-Za-z0-9]+"]),
                "records": text("Pattern of recorded series.", examples=["[a-z_]+:.+"]),
            },
            description="How rules are named.",
        ),
        "bounds": mapping(
            {
                "cardinality": {
                    "type": ["integer", "string"],
                    "description": "Most series of a metric on one instance; 10000 unless given.",
                },
                "scrapes": {
                    "type": ["integer", "string"],
                    "description": "Fewest scrapes that a range spans; 4 unless given.",
                },
                "id_labels": listed(text(), description="Labels with a value for every request."),
            },
            description="Where findings begin.",
        ),
    },
    description="What checks demand, and how grave their findings are.",
)


LOKI: Final[Schema] = mapping(
    {
        "tenant": text(
            "Whose lines the rules read; `fake` unless given, as Loki calls the only one."
        ),
        "retention": {
            "type": ["string", "number", "object"],
            "additionalProperties": {"type": ["string", "number"]},
            "description": "How long lines are kept: a duration, or one for each value of a label.",
            "examples": ["30d", {"by": "level", "debug": "1d", "error": "90d", "default": "30d"}],
        },
    },
    description="What the output `loki` writes beside rules on log lines.",
)


def documents(ready: tuple[str, ...], datasources: Schema) -> Mapping[str, Schema]:
    """
    Return the Project and the Environment.

    Args:
        ready: Keys of the ready dashboards.
    """
    return {"Project": _project(ready, datasources), "Environment": _environment()}


def _head() -> dict[str, Schema]:
    return {
        "apiVersion": {"const": "obsgen/v1", "description": "The language's version."},
        "kind": text("What the document is."),
    }


def _project(ready: tuple[str, ...], datasources: Schema) -> Schema:
    prometheus = mapping(
        {
            "version": text("The oldest Prometheus that runs this.", examples=["2.42"]),
            "scrape_interval": ref("duration", "15s unless given."),
            "evaluation_interval": ref("duration", "30s unless given."),
            "retention": ref("duration", "How long samples are kept; 60d unless given."),
            "external_labels": ref("label_values", "Labels that the server adds outside."),
        },
        description="The target Prometheus.",
    )
    alertmanager = mapping(
        {
            "version": text("The oldest Alertmanager that runs this.", examples=["0.25"]),
            "targets": listed(text(), description="host:port", examples=[["alertmanager:9093"]]),
        },
        description="The target Alertmanager.",
    )
    blackbox = mapping(
        {
            "version": text("The oldest blackbox exporter that runs this.", examples=["0.23"]),
            "address": text("host:port of the exporter.", examples=["blackbox-exporter:9115"]),
        },
        description="The exporter that probes are asked through.",
    )
    severity = mapping(
        {
            "name": text("The label's value.", examples=["critical"]),
            "respond_within": ref("duration", "When someone should have reacted."),
            "page": flag("It wakes people."),
            "aliases": listed(text(), description="Other words for it."),
        },
        required=("name",),
    )
    return mapping(
        {
            **_head(),
            "name": name("Name of the project."),
            "title": text("What people call it."),
            "description": text("What it holds."),
            "prometheus": prometheus,
            "alertmanager": alertmanager,
            "blackbox": blackbox,
            "severities": listed(severity, description="The severities, most urgent first."),
            "alert_profiles": named(
                _PROFILE,
                names=r"^[a-z][a-z0-9_-]{0,39}$(?!\n)",
                description="Profiles of one's own.",
            ),
            "teams": {
                "type": ["array", "object"],
                "items": text(),
                "additionalProperties": mapping(
                    {
                        "lead": text("Receiver: told where an escalation says `team_lead`."),
                        "channel": text("Receiver of the team's alerts that no route takes."),
                    }
                ),
                "description": "The teams; others are then refused.",
                "examples": [["backend", "database"], {"backend": {"channel": "backend-chat"}}],
            },
            "categories": listed(
                text(),
                description="Categories of alerts beside security, cost, slo and availability.",
                examples=[["capacity"]],
            ),
            "outputs": listed(
                text(),
                description="What is written; prometheus, alertmanager, grafana and docs unless "
                "given.",
                examples=[["prometheus", "grafana", "configmaps", "grafana_import"]],
            ),
            "loki": LOKI,
            "target_labels": ref("label_names", "Labels of every target beside job, instance."),
            "datasources": datasources,
            "grafana": GRAFANA,
            "runbooks": mapping(
                {
                    "base_url": text(
                        "Where the pages below `docs/runbooks/` are read; `{environment}` is "
                        "filled in.",
                        examples=["https://example.org/runbooks"],
                    )
                },
                description="Runbooks.",
            ),
            "dashboards": listed(
                one_of_words(ready, "A ready dashboard."),
                description="Ready dashboards of every service that has something for them.",
                examples=[["overview", "slo", "alerts"]],
            ),
            "repository": text(
                "Where people read the files of specs; dashboards lead to theirs.",
                examples=["https://git.example.org/blob/main/"],
            ),
            "ledger": ref("ledger"),
            "checks": _CHECKS,
            "utc_offset": text(
                "How far the calendar is ahead of UTC: +09:00, -05:00.", examples=["+09:00"]
            ),
        },
        required=("apiVersion", "kind", "name"),
        description="What holds for all services; exactly one.",
    )


def _environment() -> Schema:
    return mapping(
        {
            **_head(),
            "name": name("Name of the environment.", NAME_PATTERN),
            "where": {
                **ref("matchers", "On every query."),
                "propertyNames": {"pattern": rf"{LABEL_PATTERN}|^x-"},
            },
            "labels": ref("label_values", "On every rule."),
            "max_severity": text("No alert is more urgent here.", examples=["medium"]),
            "only": listed(text(), description="Only these services."),
            "without": listed(text(), description="Without these services."),
            "set": {
                "type": "object",
                "description": "Values that differ here, by path: "
                "gateway/slos/availability/objective.",
                "examples": [{"gateway/slos/availability/objective": 99}],
            },
        },
        required=("apiVersion", "kind", "name"),
        description="What differs in one environment.",
    )
