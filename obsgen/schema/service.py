"""Schema fragments of services, parts and presets, and of what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.schema.metrics import METRIC, PRICE
from obsgen.schema.scenarios import SCENARIO
from obsgen.schema.shared import (
    ALERT_PATTERN,
    LABEL_PATTERN,
    METRIC_PATTERN,
    NAME_PATTERN,
    WORD_PATTERN,
    Schema,
    flag,
    listed,
    mapping,
    name,
    named,
    one_of_words,
    one_or_several,
    ref,
    text,
)

_ALERT_TEST: Final[Schema] = mapping(
    {
        "given": listed(
            mapping(
                {
                    "metric": text("The series: a metric, or a part of a histogram."),
                    "labels": ref("label_values", "Its labels; others suit the alert's scope."),
                    "adds": text("So much it grows.", examples=["6/min"]),
                    "value": text("It stands at this."),
                    "values": text("Samples in promtool's notation.", examples=["0+6x40 _x4"]),
                },
                required=("metric",),
            ),
            description="Series that are played from the beginning on.",
        ),
        "expect": {
            "type": "object",
            "additionalProperties": text(),
            "description": "Times, and whether the alert is quiet or firing then.",
            "examples": [{"4m": "quiet", "11m": "firing"}],
        },
    },
    required=("given", "expect"),
    description="Series, and what the alert does with them.",
    examples=[
        {
            "given": [{"metric": "http_errors_total", "adds": "6/min"}],
            "expect": {"4m": "quiet", "11m": "firing"},
        }
    ],
)

_HELP: Final[Mapping[str, Schema]] = {
    "impact": text("What it means for people.", examples=["Customers cannot pay."]),
    "steps": listed(
        text(),
        description="What to do first, for the runbook.",
        examples=[["Look at the latest deployment.", "Roll it back."]],
    ),
}
_TIERS: Final = "Tiers of the profile that are left out."


def slo(slis: Mapping[str, Schema]) -> Schema:
    """Return the schema of an SLO."""
    budget = mapping(
        {
            "spent": ref("quantity", "Share of the budget."),
            "severity": text("Severity of the alert.", examples=["medium"]),
        },
        required=("spent", "severity"),
    )
    alerts = {
        **mapping(
            {
                "profile": text("An alert profile.", examples=["standard"]),
                "without": listed(text(), description=_TIERS, examples=[["creep"]]),
                "severity": {
                    "type": "object",
                    "additionalProperties": text(),
                    "description": "Severities by tier.",
                    "examples": [{"fast": "high"}],
                },
                "budget": listed(budget, description="Alerts when a share of it is spent."),
                "absent": one_of_words(
                    ("series_lost", "target_down", "none"),
                    "How it is told that there is nothing to measure.",
                ),
            }
        ),
        "type": ["string", "object"],
        "description": "An alert profile by name, or how this SLO takes it.",
        "examples": ["standard", {"profile": "standard", "without": ["creep"]}],
    }
    return mapping(
        {
            "name": name("Name of the SLO."),
            "objective": text("Percent of good events.", examples=[99.9]),
            "period": text(
                "Over which it holds: a rolling length, or week, month, quarter by the calendar.",
                examples=["30d", "month"],
            ),
            "sli": mapping(slis, description="What is counted: exactly one kind."),
            "by": ref("label_names", "One budget for each value of these labels."),
            "alerts": alerts,
            "team": text("Who answers; the service's team unless given."),
            "description": text("What it promises to whom."),
            "runbook": text("Where help stands.", examples=["https://example.org/runbook"]),
            "category": text("What routes go by; `slo` unless given.", examples=["availability"]),
            **_HELP,
            "labels": ref("label_values", "Further labels of its alerts and metadata."),
            "ledger": ref("ledger"),
            "refs": ref("refs"),
            "remove": flag("Drop what a preset brought."),
        },
        required=("name",),
        description="A service level objective.",
        examples=[
            {
                "name": "availability",
                "objective": 99.9,
                "sli": {"events": {"total": "http_requests_total", "bad": {"code": "5.."}}},
            }
        ],
    )


def alert(kinds: Mapping[str, Schema]) -> Schema:
    """Return the schema of an alert."""
    return mapping(
        {
            "name": name("Name of the alert.", ALERT_PATTERN),
            **kinds,
            "for": ref("duration", "So long it must hold before it fires."),
            "keep_firing_for": ref("duration", "So long it fires after it last held."),
            "severity": text("A severity of the Project, or an alias.", examples=["critical"]),
            "team": text("Who answers; the service's team unless given."),
            "category": text("What routes go by.", examples=["security"]),
            "summary": text("One line: what is wrong. `{value}` and `{limit}` are filled in."),
            "description": text("What it means and what to do."),
            "runbook": text("Where help stands; the generated page unless given."),
            **_HELP,
            "dashboard": text("The dashboard to look at: a name of these specs, or a URL."),
            "notify": one_or_several(
                "Receivers that hear of it beside those that the routes say.", "security"
            ),
            "symptom_of": one_or_several(
                "SLOs whose pages silence it: names of this service's, or `service/name`.",
                "availability",
            ),
            "labels": ref("label_values", "Further labels."),
            "annotations": {
                "type": "object",
                "propertyNames": {"pattern": LABEL_PATTERN},
                "additionalProperties": text(),
                "description": "Further annotations.",
            },
            "only_when": ref("condition", "It fires only while this holds too."),
            "during": text(
                "An interval of the Routing: outside of it the condition does not count.",
                examples=["office_hours"],
            ),
            "tests": listed(_ALERT_TEST, description="What it must do with given series."),
            "refs": ref("refs"),
            "remove": flag("Drop what a preset brought."),
        },
        required=("name",),
        description="An alert: what all have, and exactly one kind that says when it fires.",
        examples=[
            {
                "name": "HighErrorRate",
                "threshold": {"measure": "error_ratio", "above": "5%"},
                "for": "5m",
                "severity": "critical",
            }
        ],
    )


_SCRAPE: Final[Schema] = mapping(
    {
        "job": text("The job label.", examples=["gateway"]),
        "targets": listed(text(), description="host:port", examples=[["gateway:8080"]]),
        "labels": ref("label_values", "Labels of these targets."),
        "path": text("Where the metrics are; /metrics unless given."),
        "scheme": one_of_words(("http", "https"), "http unless given."),
        "interval": ref("duration", "The Project's scrape interval unless given."),
    },
    required=("job", "targets"),
    description="A scrape job.",
    examples=[{"job": "gateway", "targets": ["gateway:8080"]}],
)


def _parts() -> dict[str, Schema]:
    return {
        "metrics": named(METRIC, names=METRIC_PATTERN, description="The metrics, by name."),
        "measures": named(
            ref("named_measure"), names=WORD_PATTERN, description="Measures, named once."
        ),
        "slos": listed(ref("slo"), description="Service level objectives."),
        "alerts": listed(ref("alert"), description="Alerts beside those of the SLOs."),
        "probes": listed(ref("probe"), description="What is asked from outside."),
        "scenarios": listed(SCENARIO, description="What `obsgen simulate` may play."),
        "prices": named(
            PRICE, names=LABEL_PATTERN, description="Costs, by the name of what is recorded."
        ),
    }


def _held(ready: tuple[str, ...]) -> dict[str, Schema]:
    return {
        "uses": listed(text(), description="Presets, and services whose metrics are used too."),
        "where": ref("matchers", "On every query of the service's own metrics."),
        "scrape": listed(_SCRAPE, description="Scrape jobs."),
        **_parts(),
        "dashboards": listed(
            one_of_words(ready, "A ready dashboard."), description="Ready dashboards."
        ),
        "team": text("Who answers.", examples=["backend"]),
        "folder": text("Grafana folder of its dashboards; the title unless given."),
        "title": text("What people call it.", examples=["Gateway"]),
        "description": text("What it does."),
    }


def documents(ready: tuple[str, ...]) -> Mapping[str, Schema]:
    """
    Return the documents that a service is made of.

    Args:
        ready: Keys of the ready dashboards.
    """
    head = _head()
    service = {**head, "name": name("Name of the service."), **_held(ready)}
    preset = {**head, "name": name("Name of the preset.", WORD_PATTERN), **_held(ready)}
    part = {
        **head,
        "service": name("The service that this belongs to.", NAME_PATTERN),
        **_parts(),
    }
    required = ("apiVersion", "kind", "name")
    return {
        "Service": mapping(service, required=required, description="A service."),
        "Preset": mapping(
            preset, required=required, description="What a Service may hold, for many of them."
        ),
        "Part": mapping(
            part,
            required=("apiVersion", "kind", "service"),
            description="More of a service, as if it stood there.",
        ),
    }


def _head() -> dict[str, Schema]:
    return {
        "apiVersion": {"const": "obsgen/v1", "description": "The language's version."},
        "kind": text("What the document is."),
    }
