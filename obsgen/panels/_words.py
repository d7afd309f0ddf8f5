"""What panels say where the author says nothing: titles, descriptions, names of series."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from obsgen.catalogue import TARGET_LABELS
from obsgen.model import Measure, PanelSpec
from obsgen.prose import capitalized

_MOST_WORDS: Final = 60

# What to do first, by the role of the metric and the dimension of what is shown of it.
_ADVICE: Final = {
    ("requests", "count"): (
        "A sudden drop is as bad as errors: look at what stands in front of the service."
    ),
    ("requests", "ratio"): (
        "When it rises, compare with the last deployment and with what the service depends on."
    ),
    ("duration", "time"): "When it rises, look for saturation and for a slow dependency.",
    ("duration", "ratio"): "When it changes, look for saturation and for a slow dependency.",
    ("errors", "count"): "Look at the logs of the time when it rose, and at the last deployment.",
    ("in_flight", "count"): (
        "When it grows while the request rate does not, something that requests wait for is slow."
    ),
    ("tokens", "count"): "When it grows faster than the requests, look for longer prompts.",
    ("cost", "money"): (
        "When it grows faster than the requests, look for a dearer model or for retries."
    ),
}


def title_of(measures: Sequence[Measure]) -> str:
    """Return a panel's title made of what it measures: `P50, p95 of request_seconds`."""
    words = _together(measures)
    if len(words) > _MOST_WORDS and len(measures) > 1:
        words = f"{measures[0].title} and {len(measures) - 1} more"
    return capitalized(words)


def column_of(measure: Measure) -> str:
    """Return the header of a measure's column: what names single series means nothing there."""
    return re.sub(r"\s*\{\{.*?\}\}", "", measure.legend).strip() or title_of((measure,))


def description_of(
    measures: Sequence[Measure], window: str, unit: str, *, has_time: bool = False
) -> str:
    """
    Return what a panel shows, over which window, in which unit, and what to do about it.

    Args:
        has_time: The panel has a time range of its own.
    """
    first = measures[0]
    parts = [f"{capitalized(_together(measures))}."]
    parts += [f"{text.rstrip('.')}." for text in _helps(measures)]
    if spoken := _window_words(first.window(window), has_time=has_time):
        parts.append(spoken)
    if unit:
        parts.append(f"In {unit}.")
    if any(metric.planned for measure in measures for metric in measure.metrics):
        parts.append("Not exported yet.")
    if advice := _advice(first):
        parts.append(advice)
    return " ".join(parts)


def described_as(words: str, made: str, common: PanelSpec) -> str:
    """Return a description that was made with words before it; the author's own stays."""
    if common.description:
        return made
    is_name = "_" in made.partition(" ")[0]
    return f"{words} {made if is_name else made[:1].lower() + made[1:]}"


def legends_of(measures: Sequence[Measure], chosen: str) -> tuple[str, ...]:
    """
    Return how each measure's series are called.

    The author's word for the panel, else for the measure, else what tells the measures apart and
    the labels that tell the series apart; empty where nothing is known of the labels.
    """
    heads, _ = _shared_end([measure.title for measure in measures])
    several = len(measures) > 1
    return tuple(
        chosen or measure.legend or _legend(measure, head if several else "")
        for measure, head in zip(measures, heads, strict=True)
    )


def _together(measures: Sequence[Measure]) -> str:
    heads, tail = _shared_end([measure.title for measure in measures])
    return ", ".join(dict.fromkeys(heads)) + tail


def _shared_end(titles: list[str]) -> tuple[list[str], str]:
    """Split off the last words that all titles share, if something is left of each."""
    split = [title.split(" ") for title in titles]
    shared = 0
    while len(split) > 1 and all(len(words) > shared + 1 for words in split):
        if len({words[-1 - shared] for words in split}) > 1:
            break
        shared += 1
    if not shared or len(set(titles)) == 1:
        return titles, ""
    heads = [" ".join(words[:-shared]).removesuffix(" of") for words in split]
    tail = " ".join(split[0][-shared:])
    if all(" ".join(words[:-shared]).endswith(" of") for words in split):
        tail = f"of {tail}"
    return heads, f" {tail}"


def _legend(measure: Measure, head: str) -> str:
    if measure.labels is None:
        return ""
    labels = " ".join(f"{{{{{label}}}}}" for label in _telling(measure))
    return " ".join(filter(None, (labels, head))) or measure.title


def _telling(measure: Measure) -> tuple[str, ...]:
    """Return the labels that tell series apart: not those that the scope sets to one value."""
    pinned = {m.label for metric in measure.metrics for m in metric.scope if m.op == "="}
    labels = sorted((measure.labels or frozenset()) - pinned)
    own = [label for label in labels if label not in TARGET_LABELS]
    targets = [label for label in ("instance", "job") if label in labels]
    return (*(targets[:1] if "instance" in targets or not own else ()), *own)


def _helps(measures: Sequence[Measure]) -> tuple[str, ...]:
    """Return the help of the one metric that all measures read."""
    metrics = {metric.name: metric for measure in measures for metric in measure.metrics}
    return tuple(metric.help for metric in metrics.values() if metric.help and len(metrics) == 1)


def _window_words(window: str, *, has_time: bool) -> str:
    if not window:
        return ""
    if window == "$__range":
        return f"Over the {'panel' if has_time else 'dashboard'}'s time range."
    if window.startswith("$"):
        return ""
    return f"Over the last {window}."


def _advice(measure: Measure) -> str:
    roles = (metric.role for metric in measure.metrics)
    found = (_ADVICE.get((role, measure.unit.dimension), "") for role in roles)
    return next(filter(None, found), "")
