"""JSON Schema of a `Routing` document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.schema.shared import (
    LABEL_PATTERN,
    NAME_PATTERN,
    WORD_PATTERN,
    Schema,
    flag,
    listed,
    mapping,
    named,
    one_or_several,
    ref,
    text,
)


def routing_properties(
    kinds: Mapping[str, Schema], shared: Mapping[str, Schema]
) -> Mapping[str, Schema]:
    """
    Return what a `Routing` document holds beside `apiVersion` and `kind`.

    Args:
        kinds: The fragments of the receiver kinds by key.
        shared: The fragments of what `shared` may say, by word.
    """
    # A list of one kind's integrations is refused by the reader, in better words.
    fragments = {key: {**kind, "type": ["object", "array"]} for key, kind in kinds.items()}
    receiver = mapping(
        {**fragments, "refs": ref("refs")},
        description="Where notifications go: at most one integration of each kind.",
        examples=[{"slack": {"channel": "#alerts"}}],
    )
    return {
        "shared": mapping(shared, description="What receivers of a kind have in common."),
        "receivers": named(
            receiver, names=NAME_PATTERN, description="Receivers by name; `to` takes several."
        ),
        "default_receiver": text("Gets every alert that no route takes.", examples=["chat"]),
        "timing": mapping(_TIMING, description="Grouping and waiting, unless a route says more."),
        "intervals": named(
            _INTERVAL, names=WORD_PATTERN, description="Times of the week and the year by name."
        ),
        "routes": listed(
            ref("route"),
            description="Who gets which alerts: the first match wins unless it has `continue`.",
        ),
        "tests": listed(_TEST, description="Whom alerts are to reach; the build fails otherwise."),
        "escalate": listed(
            _ESCALATION, description="Who else is told of alerts that nobody resolves."
        ),
        "refs": ref("refs"),
    }


def routing_definitions() -> Mapping[str, Schema]:
    """Return the definitions that the document refers to: a route holds routes."""
    return {"route": _ROUTE}


_TIMING: Final[Mapping[str, Schema]] = {
    "group_by": listed(
        {"type": "string", "pattern": rf"{LABEL_PATTERN}|^\.\.\.$"},
        description=(
            "Alerts that agree on these labels come in one notification; `...` alone keeps every "
            "alert apart, an empty list puts all into one. Default: alertname, service."
        ),
        examples=[["alertname", "service"]],
    ),
    "group_wait": ref("duration", "How long the first notification of a group waits for more."),
    "group_interval": ref("duration", "How long news of a group wait after a notification."),
    "repeat_interval": ref("duration", "When a notification without news is sent again."),
}
_INTERVAL: Final = mapping(
    {
        "days": one_or_several("Days of the week.", "monday..friday", ["saturday", "sunday"]),
        "times": one_or_several(
            "Times of the day; the end is exclusive, and may be on the next day.",
            ["09:00-18:00"],
            "22:00-06:00",
        ),
        "days_of_month": one_or_several(
            "Days of the month; negative ones count from its end.", "1..7", [-1]
        ),
        "months": one_or_several("Months by name or number.", "november..january", [8]),
        "years": one_or_several("Years.", "2025..2027", [2025]),
        "location": text("Time zone of all this, from the IANA list.", examples=["Asia/Tokyo"]),
    },
    description="A time interval: all that is given must hold.",
    examples=[{"days": "monday..friday", "times": ["09:00-18:00"], "location": "Asia/Tokyo"}],
)
_ALERT: Final = "The alert: `service/Alert`, or the name alone for that of every service."
_LABELS: Final[Schema] = {
    "type": "object",
    "additionalProperties": text(),
    "description": "Labels that it has beside those of its rule, or that choose the rule.",
    "examples": [{"team": "backend", "severity": "critical"}],
}
_BESIDE: Final = mapping(
    {"alert": text(_ALERT, examples=["gateway/GatewayDown"]), "labels": _LABELS},
    required=("alert",),
    examples=[{"alert": "gateway/GatewayDown", "labels": {"instance": "gateway:8080"}}],
)
_WHILE: Final[Schema] = {
    **_BESIDE,
    "type": ["string", "array", "object"],
    "items": {**_BESIDE, "type": ["string", "object"]},
    "description": "Alerts that fire at the same time, by name or with labels. What an inhibition "
    "compares they have in common with the alert, unless their labels say otherwise.",
    "examples": ["gateway/GatewayDown", [*_BESIDE["examples"]]],
}
_TEST: Final = mapping(
    {
        "alert": text(_ALERT, examples=["gateway/HighErrorRate"]),
        "labels": _LABELS,
        "at": text(
            "When, with the time zone; any time unless told.", examples=["2026-01-03T02:00+09:00"]
        ),
        "while": _WHILE,
        "environment": one_or_several(
            "The environments in which it holds; in each unless told.", "prod", ["prod", "staging"]
        ),
        "reaches": listed(
            text(), description="All receivers that are notified.", examples=[["oncall", "chat"]]
        ),
        "refs": ref("refs"),
    },
    required=("alert", "reaches"),
    description="A test of the routes.",
    examples=[{"alert": "gateway/HighErrorRate", "reaches": ["oncall"]}],
)
_MUTING: Final[Mapping[str, Schema]] = {
    "active": one_or_several("Intervals outside which nothing is sent.", "office"),
    "mute": one_or_several("Intervals within which nothing is sent.", "maintenance"),
}
_ESCALATION: Final = mapping(
    {
        "where": ref("matchers", "Labels of the alerts that are escalated; all without."),
        "to": one_or_several(
            "The receiver, or several; `team_lead` is the lead of the alert's team.",
            "chat",
            ["team_lead", "chat"],
        ),
        "after": ref(
            "duration", "How long it fires unresolved; `respond_within` of its severity if absent."
        ),
        **_MUTING,
        **_TIMING,
        "refs": ref("refs"),
    },
    required=("to",),
    description="Who else is told of an alert that still fires after some time.",
    examples=[{"where": {"severity": "critical"}, "to": "chat", "after": "15m"}],
)
_ROUTE: Final = mapping(
    {
        "where": ref("matchers", "Labels of the alerts that it takes; all without."),
        "to": one_or_several("The receiver, or several.", "oncall", ["security", "oncall"]),
        "continue": flag("Whether the routes after it are tried too."),
        "routes": listed(
            ref("route"), description="Routes for some of its alerts; the others go to `to`."
        ),
        **_MUTING,
        **_TIMING,
        "refs": ref("refs"),
    },
    description="One route.",
    examples=[{"where": {"severity": {"at_least": "high"}}, "to": "oncall"}],
)
