"""
Merging nodes: what `uses` and Parts bring into a Service, with every place kept.

One mechanism: a same-named metric, measure, SLO or alert is merged over the one that was brought
in, key by key; `remove: true` drops it. A kind written anew replaces the kind that was there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from obsgen.catalogue import near
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.model import Reports
from obsgen.reader.names import twice
from obsgen.reader.values import read_flag, read_list
from obsgen.schema import kinds
from obsgen.source import Entry, MappingNode, Node, Scalar, Sequence

IDLE_REMOVAL: Final = Code(
    "REF218",
    "idle-removal",
    why="there is nothing of that name to remove, so what was meant stays",
    fix="Write the name as the preset has it, or drop the entry.",
)
CODES: Final = (IDLE_REMOVAL,)

_MAPPINGS: Final = ("metrics", "measures", "prices")
_LISTS: Final = ("slos", "alerts", "probes", "scenarios")
_UNIONS: Final = ("dashboards", "scrape")
_NOT_INHERITED: Final = frozenset({"apiVersion", "kind", "name", "uses", "service"})


@dataclass(frozen=True, slots=True)
class Layer:
    """
    One document that a service is made of.

    Attributes:
        foreign: Its metrics tell of something else, and are not narrowed by the service's scope.
    """

    document: MappingNode
    shipped: bool = False
    foreign: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """
    A service with everything that was brought in.

    Attributes:
        document: All keys, merged.
        unscoped: Names of metrics that the presets of exporters brought.
    """

    document: MappingNode
    unscoped: frozenset[str]


def completed(service: MappingNode, parts: Iterable[MappingNode], report: Reports) -> MappingNode:
    """Return a service's document with what its Parts hold, as if it stood there."""
    entries = dict(service.entries)
    for part in parts:
        for key, entry in part.entries.items():
            if key in _NOT_INHERITED or key.startswith("x-"):
                continue
            before = entries.get(key)
            entries[key] = entry if before is None else _joined(before, entry, key, report)
    return replace(service, entries=entries)


def _joined(before: Entry, after: Entry, key: str, report: Reports) -> Entry:
    """Put both in one; entries of one name in a list are found by who reads the list."""
    old, new = before.value, after.value
    if isinstance(old, Sequence) and isinstance(new, Sequence):
        return Entry(before.key, replace(old, items=(*old.items, *new.items)))
    if not isinstance(old, MappingNode) or not isinstance(new, MappingNode):
        return before
    for name, entry in new.entries.items():
        if name in old.entries and not name.startswith("x-"):
            first = old.entries[name].key.origin
            report(twice(f"{key.removesuffix('s')} `{name}`", entry.key.origin, first))
    return Entry(before.key, replace(old, entries={**new.entries, **old.entries}))


def merge_layers(service: MappingNode, layers: Iterable[Layer]) -> Effective:
    """
    Merge documents from the first, which gives way, to the last, which wins.

    Args:
        service: Gives name, place and what is not inherited; it is the last layer too.
    """
    entries: dict[str, Entry] = {}
    unscoped: set[str] = set()
    for layer in (*layers, Layer(service)):
        for key, entry in layer.document.entries.items():
            if key in _NOT_INHERITED or key.startswith("x-"):
                continue
            if key == "metrics" and layer.foreign and isinstance(entry.value, MappingNode):
                unscoped.update(entry.value.entries)
            before = entries.get(key)
            entries[key] = entry if before is None else _merged(key, before, entry)
    own = {k: e for k, e in service.entries.items() if k in _NOT_INHERITED}
    document = replace(service, entries={**own, **{k: _pruned(e) for k, e in entries.items()}})
    return Effective(document=document, unscoped=frozenset(unscoped))


def idle_removals(service: MappingNode, layers: Iterable[Layer]) -> Iterator[Diagnostic]:
    """Yield a finding for each `remove: true` of something that no preset brought."""
    brought = tuple(layers)
    for key in (*_MAPPINGS, *_LISTS):
        known = {n: None for layer in brought for n, _ in _names(layer.document.get(key))}
        for name, node in _names(service.get(key)):
            if _is_removed(node) and name not in known:
                guess = near(name, known)
                hint = f"did you mean `{guess}`?" if guess else "remove the entry"
                message = f"`remove` of `{name}`, which no preset brings"
                yield finding(IDLE_REMOVAL, node.origin, message, hint)


def _names(node: Node | None) -> Iterator[tuple[str, Node]]:
    if isinstance(node, MappingNode):
        yield from ((name, entry.value) for name, entry in node.entries.items())
    elif isinstance(node, Sequence):
        yield from ((name_of(item), item) for item in node.items)


def _merged(key: str, before: Entry, after: Entry) -> Entry:
    old, new = before.value, after.value
    if key in _MAPPINGS and isinstance(old, MappingNode) and isinstance(new, MappingNode):
        return Entry(after.key, _merged_mapping(key, old, new))
    if key in _LISTS and isinstance(old, Sequence) and isinstance(new, Sequence):
        return Entry(after.key, _merged_list(key, old, new))
    if key in _UNIONS:
        return Entry(after.key, _union(old, new))
    return after


def _merged_mapping(key: str, old: MappingNode, new: MappingNode) -> MappingNode:
    entries = dict(old.entries)
    for name, entry in new.entries.items():
        before = entries.get(name)
        value = entry.value if before is None else merged_entry(key, before.value, entry.value)
        entries[name] = Entry(entry.key, value)
    return replace(new, entries=entries)


def _merged_list(key: str, old: Sequence, new: Sequence) -> Sequence:
    items = list(old.items)
    places = {name: i for i, item in enumerate(items) if (name := name_of(item))}
    for item in new.items:
        # Two entries of one name in one layer are a mistake, to be found later, not a merge.
        place = places.pop(name_of(item), None)
        if place is None:
            items.append(item)
        else:
            items[place] = merged_entry(key, items[place], item)
    return replace(new, items=tuple(items))


def merged_entry(key: str, old: Node, new: Node) -> Node:
    """Merge one named entry over another; a kind written anew takes the old one's place."""
    if not isinstance(old, MappingNode) or not isinstance(new, MappingNode):
        return new
    kept = dict(old.entries)
    known = kinds.keys(key) if key in {"measures", "alerts", "probes"} else ()
    chosen = set(known) & set(new.entries)
    if chosen and key == "measures":
        kept = {}
    elif chosen:
        kept = {k: e for k, e in kept.items() if k not in known}
    return replace(new, entries={**kept, **new.entries})


def _union(old: Node, new: Node) -> Node:
    if not isinstance(old, Sequence) or not isinstance(new, Sequence):
        return new
    seen = {item.text for item in old.items if isinstance(item, Scalar)}
    extra = [i for i in new.items if not (isinstance(i, Scalar) and i.text in seen)]
    return replace(new, items=(*old.items, *extra))


def _pruned(entry: Entry) -> Entry:
    """Drop entries that say `remove: true`."""
    node = entry.value
    if isinstance(node, MappingNode):
        kept = {k: e for k, e in node.entries.items() if not _is_removed(e.value)}
        return Entry(entry.key, replace(node, entries=kept))
    if isinstance(node, Sequence):
        return Entry(
            entry.key, replace(node, items=tuple(i for i in node.items if not _is_removed(i)))
        )
    return entry


def _is_removed(node: Node) -> bool:
    return isinstance(node, MappingNode) and read_flag(node.get("remove"))


def name_of(node: Node) -> str:
    """Return the `name` of an entry, or an empty text."""
    name = node.get("name") if isinstance(node, MappingNode) else None
    return name.text if isinstance(name, Scalar) else ""


def named_items(node: Node | None) -> tuple[MappingNode, ...]:
    """Return the mappings of a list."""
    return tuple(item for item in read_list(node) if isinstance(item, MappingNode))
