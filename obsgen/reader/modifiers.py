"""What stands beside a measure's kind: its modifiers, and keys that do not belong there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, finding
from obsgen.model import MeasureKind, ModifierNodes, Modifiers, Reports
from obsgen.reader.limits import COMPARISONS
from obsgen.reader.lookup import find_bucket
from obsgen.reader.matching import read_labels, read_matchers
from obsgen.reader.shape import WRONG_COUNT, missing_key, unknown_key, words
from obsgen.reader.values import read_duration, read_number, read_text
from obsgen.schema import kinds
from obsgen.schema.measures import SECOND_KEYS
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import Duration

MISPLACED_MODIFIER: Final = Code(
    "PQL405",
    "misplaced-modifier",
    why="it has no use in this place, so it would be ignored or break the query",
    fix="Remove it, or use a kind that takes it: `value` keeps every series, `sum` takes `by`; "
    "`top`, `legend` and `window: range` belong into panels.",
)
SHORT_WINDOW: Final = Code(
    "PQL408",
    "short-window",
    why="a rate needs two samples, and one scrape may be missed: a shorter window gives gaps, or "
    "nothing at all",
    fix="Take a window of at least four scrape intervals, or leave it out.",
)
CODES: Final = (
    SHORT_WINDOW,
    MISPLACED_MODIFIER,
)

MODIFIERS: Final = ("where", "by", "window", "offset", "per", "top", "slower_than", "legend")
_PER: Final = {"1s": 1, "1m": 60, "1h": 3600, "1d": 86400}
_RANGE: Final = "$__range"
_OPTIONAL: Final = frozenset({"which", "unit"})


def read_modifiers(
    nodes: ModifierNodes, metrics: tuple[Metric, ...], least: Duration, report: Reports
) -> Modifiers:
    """
    Read modifiers; every label must belong to all of the metrics.

    Args:
        least: The shortest window that surely holds enough samples.
    """
    get = nodes.nodes.get
    slower = get("slower_than")
    return Modifiers(
        where=tuple(m for n in nodes.where for m in read_matchers(n, metrics, report)),
        by=read_labels(get("by"), metrics, report),
        window=_window(get("window"), least, report),
        offset=str(read_duration(get("offset"), report) or ""),
        per=_per(get("per"), report),
        top=_top(get("top"), report),
        slower_than=find_bucket(slower, metrics[0], report) if slower is not None else None,
        legend=read_text(get("legend"), report),
        named=nodes.named,
    )


def _window(node: Node | None, least: Duration, report: Reports) -> str:
    if isinstance(node, Scalar) and node.text == "range":
        return _RANGE
    window = read_duration(node, report)
    if window is not None and node is not None and window < least:
        message = f"a window of {window} holds fewer than four scrapes"
        hint = f"write `window: {least}` or more"
        report(finding(SHORT_WINDOW, node.origin, message, hint))
    return str(window or "")


def _top(node: Node | None, report: Reports) -> int:
    number = read_number(node, report)
    if node is None or number is None:
        return 0
    if number == int(number) and number > 0:
        return int(number)
    message = f"`top` is {number}, not a number of series"
    report(finding(MISPLACED_MODIFIER, node.origin, message, "write `top: 5`"))
    return 0


def _per(node: Node | None, report: Reports) -> int:
    if not isinstance(node, Scalar):
        return 1
    if node.text not in _PER:
        hint = f"write {words(list(_PER))}"
        report(finding(MISPLACED_MODIFIER, node.origin, f"`per` is {node.word}", hint))
    return _PER.get(node.text, 1)


def report_kinds(node: MappingNode, chosen: list[str], report: Reports) -> None:
    """Report a measure that has no kind, or more than one."""
    if chosen:
        message = f"a measure has one kind, found {words(chosen, last='and')}"
        report(finding(WRONG_COUNT, (node.origin / chosen[1]).key(), message))
        return
    beside = {*MODIFIERS, *COMPARISONS, *SECOND_KEYS}
    if any(key not in beside and not key.startswith("x-") for key in node.entries):
        return  # an unknown key was found already: a mistyped kind needs no second finding
    hint = f"write one of {words([*kinds.keys('measures'), 'measure'])}"
    report(finding(WRONG_COUNT, node.origin, "a measure without a kind", hint))


def check_keys(
    node: MappingNode, kind: MeasureKind, modifiers: Mapping[str, Node], report: Reports
) -> None:
    """Report modifiers that a kind does not take, keys that it lacks and keys of other kinds."""
    for name, value in modifiers.items():
        if name not in kind.modifiers:
            message = f"`{name}` has no effect on `{kind.key}`"
            hint = f"`{kind.key}` takes {words(sorted(kind.modifiers), last='and')}"
            report(finding(MISPLACED_MODIFIER, value.origin.key(), message, hint))
    for key, needed in kind.schema.items():
        if key not in node.entries and key not in _OPTIONAL:
            hint = f"for example `{key}: {_first_example(needed)}`"
            report(missing_key(node.origin / kind.key, key, hint))
    check_unknown(node, kind.key, kind.schema, report)


def check_unknown(node: MappingNode, word: str, keys: Iterable[str], report: Reports) -> None:
    """Report keys beside a measure's kind that belong to other kinds."""
    known = [*keys, *MODIFIERS, *COMPARISONS]
    for key in node.entries:
        if key in SECOND_KEYS and key not in known:
            report(unknown_key(node.origin, key, known, f"`{word}`"))


def _first_example(schema: Mapping[str, object]) -> object:
    examples = schema.get("examples")
    return examples[0] if isinstance(examples, list) and examples else "…"
