"""Moments that a dashboard marks in all its graphs, read node by node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from obsgen.catalogue import near
from obsgen.diagnostics import Code, finding
from obsgen.model import AnnotationSpec, Condition, Measure, Reader
from obsgen.reader.colors import read_color
from obsgen.reader.limits import COMPARISONS
from obsgen.reader.shape import words
from obsgen.reader.values import read_flag, read_list
from obsgen.source import MappingNode, Node, Scalar

ANNOTATION: Final = Code(
    "DSH682",
    "dashboard-annotation",
    why="marks come from one query, and have a name of their own to be turned off by",
    fix="Write `deploys`, `alerts`, `restarts`, or `{name: Migrations, expr: changes(x[5m]) > 0}`.",
)
CODES: Final = (ANNOTATION,)

WORDS: Final = ("deploys", "alerts", "restarts")
"""What is known how to find."""

_ASKED: Final = ("expr", "measure")


def read_annotations(node: Node | None, reader: Reader) -> tuple[AnnotationSpec, ...]:
    """Read a list of annotations, those of each name once."""
    found: dict[str, AnnotationSpec] = {}
    for annotation in _annotations(node, reader):
        name = annotation.word or annotation.name
        if name not in found:
            found[name] = annotation
            continue
        message = f"annotation `{name}` stands twice"
        reader.report(finding(ANNOTATION, annotation.origin, message, "give one another name"))
    return tuple(found.values())


def _annotations(node: Node | None, reader: Reader) -> Iterator[AnnotationSpec]:
    for item in read_list(node):
        if isinstance(item, MappingNode):
            yield from _own(item, reader)
        elif isinstance(item, Scalar) and not item.is_null:
            if item.text in WORDS:
                yield AnnotationSpec(word=item.text, origin=item.origin)
                continue
            guess = near(item.text, WORDS)
            hint = f"did you mean `{guess}`?" if guess else f"it is one of {words(list(WORDS))}"
            message = f"annotation {item.word} is not known"
            reader.report(finding(ANNOTATION, item.origin, message, hint))


def _own(node: MappingNode, reader: Reader) -> Iterator[AnnotationSpec]:
    name = reader.text(node.get("name"))
    given = [key for key in _ASKED if key in node.entries]
    if len(given) != 1:
        found = "both" if given else "neither"
        message = f"annotation has {found} of `expr` and `measure`"
        reader.report(finding(ANNOTATION, node.origin, message, "write one of the two"))
        return
    asked = _asked(node, given[0], reader)
    if not name or asked is None:
        return
    on = node.get("on")
    yield AnnotationSpec(
        name=name,
        asked=asked,
        title=reader.text(node.get("title")),
        text=reader.text(node.get("text")),
        color=read_color(node.get("color"), reader),
        is_on=on is None or read_flag(on),
        origin=node.origin,
    )


def _asked(node: MappingNode, key: str, reader: Reader) -> Measure | Condition | None:
    """Read what is asked: PromQL, or a measure with a comparison."""
    entry = node.entries[key]
    if key == "expr":
        return reader.measure(replace(node, entries={key: entry}))
    value = entry.value
    if isinstance(value, MappingNode) and any(word in value.entries for word in COMPARISONS):
        return reader.condition(value)
    _report_no_limit(node, value, reader)
    return None


def _report_no_limit(node: MappingNode, value: Node, reader: Reader) -> None:
    """Report a measure by itself: wherever there is a number, it would mark."""
    if reader.measure(value) is None:  # it was reported
        return
    message = f"the measure of annotation `{reader.text(node.get('name'))}` has no limit"
    asked = f"measure: {value.text}" if isinstance(value, Scalar) else "max: queue_bytes"
    hint = f"write `above:`, as in `measure: {{{asked}, above: 9MB}}`"
    reader.report(finding(ANNOTATION, value.origin, message, hint))
