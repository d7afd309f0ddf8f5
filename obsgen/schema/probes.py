"""Schema fragments of probes and of their alerts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.schema.service import alert
from obsgen.schema.shared import Schema, flag, mapping, name, ref

COMMON: Final = frozenset(alert({})["properties"]) - {"name", "tests", "remove"}
"""What an alert of a probe says beside its own keys, as every alert does."""


def probe(kinds: Mapping[str, Schema]) -> Schema:
    """Return the schema of a probe."""
    return mapping(
        {
            "name": name("Name of the probe."),
            **kinds,
            "interval": ref("duration", "How often; the Project's scrape interval unless given."),
            "timeout": ref("duration", "When it has failed; 5s unless given."),
            "alerts": _alerts(),
            "labels": ref("label_values", "Labels of its series."),
            "refs": ref("refs"),
            "remove": flag("Drop what a preset brought."),
        },
        required=("name",),
        description="What is asked from outside, again and again: exactly one kind says how.",
        examples=[
            {
                "name": "health",
                "http": {"url": "https://shop.example.com/health"},
                "alerts": {"down": {"severity": "critical"}},
            }
        ],
    )


def _alerts() -> Schema:
    above = ref("quantity", "It takes longer than this.")
    below = ref("quantity", "The first certificate expires sooner than this; 14d unless given.")
    return mapping(
        {
            "down": _alert(
                "It fails, or nobody asks.",
                "2m",
                or_absent=flag("Fire too where its series are not there; so it is unless told."),
            ),
            "slow": _alert("It takes too long.", "5m", above=above),
            "certificate": _alert("A certificate expires soon.", "1h", below=below),
            "body": _alert("The answer holds what it must not, or lacks what it must.", "2m"),
            "status": _alert("The answer has another status.", "2m"),
        },
        description="Alerts of the probe; without a key there is none.",
        examples=[{"down": {"for": "2m", "severity": "critical"}}],
    )


def _alert(description: str, waits: str, **own: Schema) -> Schema:
    properties = alert({})["properties"]
    common = {key: properties[key] for key in properties if key in COMMON}
    words = f"So long it must hold before it fires; {waits} unless given."
    return mapping({**own, **common, "for": ref("duration", words)}, description=description)
