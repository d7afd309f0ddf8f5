"""Values that differ in an environment: `set: {gateway/slos/availability/objective: 99}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from obsgen.catalogue import near
from obsgen.diagnostics import Code, finding
from obsgen.model import Reports
from obsgen.reader.merge import name_of
from obsgen.reader.shape import words
from obsgen.source import Entry, MappingNode, Node, Scalar, Sequence

DEAD_PATH: Final = Code(
    "REF216",
    "path-matches-nothing",
    why="what the environment was to change stays as it is",
    fix="Write service/slos/name/key, service/alerts/name/kind/key, service/metrics/name/key.",
)
CODES: Final = (DEAD_PATH,)

_EXAMPLE: Final = "write service/slos/name/key, for example gateway/slos/availability/objective"
_MAX_SHOWN: Final = 12


def read_changes(
    node: Node | None, services: tuple[str, ...], report: Reports
) -> Mapping[str, Mapping[str, Entry]]:
    """Return what `set:` says by service: the path below it, with the place and the value."""
    found: dict[str, dict[str, Entry]] = {}
    for path, entry in node.entries.items() if isinstance(node, MappingNode) else ():
        service, _, below = path.partition("/")
        if service in services and below:
            found.setdefault(service, {})[below] = entry
            continue
        guess = near(service, services)
        hint = f"did you mean `{guess}`?" if guess and service not in services else _EXAMPLE
        _report_dead(path, entry.key, hint, report)
    return found


def changed(document: MappingNode, changes: Mapping[str, Entry], report: Reports) -> MappingNode:
    """Return a service's document with the values of an environment in place."""
    node: Node = document
    for below, entry in changes.items():
        steps = below.split("/")
        after = _put(node, steps, entry.value)
        if after is None:
            _report_dead(entry.key.text, entry.key, _hint(node, steps), report)
        else:
            node = after
    return node if isinstance(node, MappingNode) else document


def _report_dead(path: str, key: Scalar, hint: str, report: Reports) -> None:
    report(finding(DEAD_PATH, key.origin, f"path `{path}` matches nothing", hint))


def _hint(node: Node, steps: list[str]) -> str:
    """Say which step leads nowhere, and what was meant."""
    for step in steps:
        inner = _below(node, step)
        if inner is None:
            known = _names(node)
            guess = near(step, known)
            if guess:
                return f"`{step}`: did you mean `{guess}`?"
            return f"`{step}` is none of {words(known[:_MAX_SHOWN])}" if known else _EXAMPLE
        node = inner
    return _EXAMPLE


def _names(node: Node) -> list[str]:
    if isinstance(node, MappingNode):
        return [key for key in node.entries if key not in {"apiVersion", "kind"}]
    return [name_of(i) for i in node.items if name_of(i)] if isinstance(node, Sequence) else []


def _below(node: Node, step: str) -> Node | None:
    if isinstance(node, MappingNode):
        return node.get(step)
    items = node.items if isinstance(node, Sequence) else ()
    return next((item for item in items if name_of(item) == step), None)


def _put(node: Node, steps: list[str], value: Node) -> Node | None:
    """Return the node with the value at a path; None where the path leads nowhere."""
    if not steps:
        return value
    child = _below(node, steps[0])
    inner = None if child is None else _put(child, steps[1:], value)
    if inner is None:
        return None
    if isinstance(node, MappingNode):
        entry = Entry(node.entries[steps[0]].key, inner)
        return replace(node, entries={**node.entries, steps[0]: entry})
    if isinstance(node, Sequence):
        return replace(node, items=tuple(inner if i is child else i for i in node.items))
    return None
