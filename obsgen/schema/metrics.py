"""Schema fragments of what a service exposes: its metrics, and prices of what they count."""

from __future__ import annotations

from typing import Final

from obsgen.schema.shared import (
    LABEL_PATTERN,
    Schema,
    flag,
    listed,
    mapping,
    one_of_words,
    ref,
    text,
)

METRIC: Final[Schema] = mapping(
    {
        "type": one_of_words(
            ("counter", "gauge", "histogram", "native_histogram", "summary"),
            "What the exposition says it is; of a native histogram no `buckets` are declared.",
        ),
        "labels": {
            "type": ["array", "object"],
            "items": {"type": "string", "pattern": LABEL_PATTERN},
            "propertyNames": {"pattern": LABEL_PATTERN},
            "additionalProperties": {"type": ["string", "number", "boolean", "array"]},
            "description": "Its labels; as a mapping, each with its values or `any`. Target "
            "labels (`job`, `instance`) belong to every metric.",
            "examples": [["method", "endpoint"], {"result": ["hit", "miss"]}],
        },
        "unit": text(
            "Where the name does not tell it; `any` where a label says which unit a series is in.",
            examples=["tokens", "USD", "ms", "any"],
        ),
        "buckets": listed(
            {"type": ["number", "string"]}, description="Upper bounds of a histogram's buckets."
        ),
        "quantiles": listed(
            {"type": ["number", "string"]}, description="Quantiles that a summary exposes."
        ),
        "help": text("What it counts or measures."),
        "role": text(
            "What ready dashboards take it for: requests, errors, duration, in_flight, auth, "
            "security, build, utilization, saturation, tokens, cost, quality, ….",
            examples=["requests"],
        ),
        "bad": ref("matchers", "Which events ready dashboards show as errors."),
        "limit": text(
            "The gauge that says how much of it there can be; ready dashboards show the used part.",
            examples=["pool_connections_max"],
        ),
        "where": ref("matchers", "Replaces the service's `where` for this metric."),
        "cardinality": {
            "type": ["integer", "string"],
            "description": "Most label sets that it has on one instance, where values do not tell.",
        },
        "logs": mapping(
            {
                "loki": text("LogQL that selects the lines.", examples=['{job="cart"} | json']),
                "window": ref("duration", "So far back lines are counted; 5m unless given."),
            },
            required=("loki",),
            description="Log lines that Loki counts, by the metric's labels, and records as it.",
            examples=[{"loki": '{job="cart"} |= "error"', "window": "5m"}],
        ),
        "planned": flag("It does not exist yet."),
        "remove": flag("Drop what a preset brought."),
        "refs": ref("refs"),
    },
    description="A metric as it is exposed; a histogram by its base name.",
    examples=[{"type": "counter", "labels": ["method", "endpoint", "status"]}],
)

PRICE: Final[Schema] = mapping(
    {
        "of": text("The counter that is paid for.", examples=["llm_tokens_total"]),
        "by": ref("label_names", "The labels that decide the price."),
        "currency": text("That of the prices.", examples=["USD"]),
        "per": {
            "type": ["integer", "string"],
            "description": "For how many of it the prices are; 1 unless given.",
            "examples": [1000, 1000000],
        },
        "table": {
            "type": "object",
            "additionalProperties": {"type": ["number", "string", "object"]},
            "description": "The price for each value of the label; with two labels, for each value "
            "of the first a table by the second.",
            "examples": [{"gpt-4": 0.03}, {"gpt-4o": {"input": 2.5, "output": 10}}],
        },
        "unpriced": mapping(
            {"severity": text("A severity of the Project.", examples=["medium"])},
            description="An alert for what is used and has no price.",
        ),
        "refs": ref("refs"),
        "remove": flag("Drop what a preset brought."),
    },
    description="What a counter costs, recorded tile by tile under the name of a metric.",
    examples=[
        {
            "of": "llm_tokens_total",
            "by": ["model"],
            "currency": "USD",
            "per": 1000,
            "table": {"gpt-4": 0.03},
            "unpriced": {"severity": "medium"},
        }
    ],
)
