"""Schema fragments of scenarios."""

from __future__ import annotations

from typing import Final

from obsgen.schema.shared import Schema, flag, listed, mapping, name, ref, text

SCENARIO: Final[Schema] = mapping(
    {
        "name": name("Name of the scenario."),
        "acts": listed(
            text(),
            description="What happens, each with its place and its time.",
            examples=[["errors 20% on /api for 10 min from 5 min on", "latency ×5 for 15 min"]],
        ),
        "description": text("What it shows.", examples=["The API breaks, and recovers."]),
        "refs": ref("refs"),
        "remove": flag("Drop what a preset brought."),
    },
    required=("name",),
    description="Something that may befall the service, for `obsgen simulate --scenario`.",
    examples=[
        {"name": "api-breaks", "acts": ["errors 20% on /api for 10 min from 5 min on"]},
    ],
)
