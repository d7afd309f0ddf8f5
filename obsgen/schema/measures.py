"""Schema fragments of measures and of the conditions that are made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from obsgen.schema.shared import Schema, flag, mapping, one_of_words, ref, text

_MODIFIERS: Final[Mapping[str, Schema]] = {
    "where": ref("matchers", "Which series."),
    "by": ref("label_names", "The labels that are kept; everything else is summed away."),
    "window": text("The range: a duration, or `range` for the dashboard's.", examples=["5m"]),
    "offset": ref("duration", "So long ago."),
    "per": text("A rate for 1s, 1m, 1h or 1d.", examples=["1h"]),
    "top": {"type": ["number", "string"], "description": "Only the largest so many (panels)."},
    "slower_than": ref("quantity", "Only observations above this bucket's bound."),
    "legend": text("What each series is called in a panel.", examples=["{{instance}} read"]),
}
SECOND_KEYS: Final = ("of", "free", "which", "over", "show", "unit")
"""Keys that complete a kind of measure."""

_COMPARISONS: Final[Mapping[str, Schema]] = {
    word: ref("quantity", f"Holds where the measure is {words} this.")
    for word, words in (
        ("above", "greater than"),
        ("below", "less than"),
        ("at_least", "greater than or equal to"),
        ("at_most", "less than or equal to"),
        ("equals", "equal to"),
        ("not_equals", "other than"),
    )
}


def measure_definitions(kinds: Mapping[str, Mapping[str, Schema]]) -> Mapping[str, Schema]:
    """
    Return the definitions of measures, conditions and comparisons.

    Args:
        kinds: The keys that each kind of measure adds; their order is that of the language.
    """
    keys: dict[str, Schema] = {"measure": text("A measure by its name.", examples=["error_ratio"])}
    for added in kinds.values():
        keys.update((key, _joined(keys.get(key, {}), schema)) for key, schema in added.items())
    # Which of these belong together is told by the reader, in better words.
    keys.update((key, {}) for key in SECOND_KEYS if key not in keys)
    measure: dict[str, Any] = {
        **mapping({**keys, **_MODIFIERS}),
        "type": ["string", "object"],
        "description": "A number that can be asked for: the name of a measure, or exactly one "
        "kind with its modifiers.",
        "examples": ["error_ratio", {"rate": "http_requests_total", "by": ["endpoint"]}],
    }
    condition = mapping(
        {**keys, **_MODIFIERS, **_COMPARISONS},
        description="A measure and one comparison.",
        examples=[{"measure": "error_ratio", "above": "5%"}],
    )
    sliced = mapping(
        {
            **keys,
            **_MODIFIERS,
            **_COMPARISONS,
            "slice": ref("duration", "How long a slice is; 1m unless given."),
            "during": text("An interval of the Routing; slices outside do not count."),
            "no_data": one_of_words(("bad",), "A slice without a value is bad, not left out."),
        },
        description="A measure and the comparison that it promises, slice by slice.",
        examples=[
            {"quantile": 0.95, "of": "request_duration_seconds", "below": "2s", "slice": "5m"}
        ],
    )
    foreseen = mapping(
        {
            **keys,
            **_MODIFIERS,
            **_COMPARISONS,
            "within": ref("duration", "So far ahead."),
            "from": ref(
                "duration",
                "The past through which the line is laid; a quarter of `within` unless given, and "
                "at least 1h.",
            ),
        },
        required=("within",),
        description="A measure and the comparison that is foreseen to hold.",
        examples=[
            {"value": "node_filesystem_avail_bytes", "below": "0B", "within": "24h", "from": "6h"}
        ],
    )
    unusual = mapping(
        {
            **keys,
            **_MODIFIERS,
            **_COMPARISONS,
            "sigma": text("So many standard deviations from the mean; 3 unless given."),
            "baseline": text(
                "What is usual: a length of time before now, or `weekly`; 1d unless given.",
                examples=["1d", "weekly"],
            ),
            "min_samples": text(
                "So many values must be known; 100 unless given, of `weekly` 3 weeks."
            ),
            "direction": one_of_words(
                ("above", "below", "both"), "On which side of the mean; both unless given."
            ),
        },
        description="A measure, and how far from what is usual it may be: in deviations, or as a "
        "ratio to the baseline.",
        examples=[
            {"rate": "http_requests_total", "sigma": 3, "baseline": "1d", "min_samples": 100},
            {"measure": "traffic", "baseline": "weekly", "above": "150%"},
        ],
    )
    comparison = mapping(_COMPARISONS, description="One comparison.", examples=[{"below": "60s"}])
    several: dict[str, Any] = {
        **measure,
        "type": ["string", "object", "array"],
        "items": ref("measure"),
        "description": "A measure, its name, or a list of them.",
    }
    named_measure: dict[str, Any] = {
        **measure,
        "properties": {**measure["properties"], "remove": flag("Drop what a preset brought.")},
    }
    return {
        "measure": measure,
        "named_measure": named_measure,
        "measures": several,
        "condition": condition,
        "sliced_condition": sliced,
        "foreseen_condition": foreseen,
        "unusual_measure": unusual,
        "comparison": comparison,
    }


def _joined(one: Schema, other: Schema) -> Schema:
    """Return the schema of a key that two kinds have: where both list words, all of them."""
    if "enum" not in one or "enum" not in other:
        return other
    return {**other, "enum": list(dict.fromkeys((*one["enum"], *other["enum"])))}
