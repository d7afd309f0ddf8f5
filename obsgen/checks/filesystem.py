"""Filesystems without a filter on their type: tmpfs, overlays and CD-ROMs alert, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._asked import Use
from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Aggregate, Matcher, Node, VectorSelector

EVERY_FILESYSTEM: Final = Code(
    "PQL445",
    "every-filesystem",
    why="a host mounts tmpfs, overlays and read-only images beside its disks; they are always "
    "full, or as full as something else, and alert for it",
    fix='Filter by type: `node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs"}`.',
    severity=Severity.WARNING,
)
CODES: Final = (EVERY_FILESYSTEM,)

_PREFIX: Final = "node_filesystem_"
_AMOUNTS: Final = frozenset(
    f"{_PREFIX}{part}"
    for part in ("avail_bytes", "free_bytes", "size_bytes", "files", "files_free")
)
_FILTERS: Final = frozenset({"fstype", "mountpoint", "device"})
# Every mountpoint, device and type matches one of these.
_ALL: Final = frozenset({".*", ".+", "/.*", "/.+", "^/.*", "^/.*$", "/.*$"})


def _look(query: Query, node: VectorSelector) -> Iterator[Diagnostic]:
    name = node.metric_name or ""
    if query.use is not Use.ALERT or name not in _AMOUNTS:
        return
    if any(map(_is_filter, node.matchers)) or _is_condition(query, node):
        return
    if next(s for s in query.nodes(VectorSelector) if s.metric_name in _AMOUNTS) is not node:
        return
    message = f"`{name}` takes in every filesystem, tmpfs and overlays too"
    hint = f'write `{name}{{fstype!~"tmpfs|overlay|squashfs"}}`'
    yield query.finding(EVERY_FILESYSTEM, node, message, hint)


def _is_filter(matcher: Matcher) -> bool:
    return matcher.label in _FILTERS and not (matcher.op == "=~" and matcher.value in _ALL)


def _is_condition(query: Query, node: Node) -> bool:
    """Another selector of the expression narrows what this one pairs with."""
    others = [
        s
        for s in query.nodes(VectorSelector)
        if s is not node and (s.metric_name or "").startswith(_PREFIX)
    ]
    is_aggregated = any(isinstance(up, Aggregate) for up in query.above(node))
    filtered = any(_is_filter(m) for other in others for m in other.matchers)
    return filtered and not is_aggregated


KIND: Final = Check(
    run=of_nodes(VectorSelector, _look),
    lints=("L16",),
    examples=(
        Example(
            code=EVERY_FILESYSTEM,
            wrong="node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1",
            right='node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs"}'
            " / node_filesystem_size_bytes < 0.1",
        ),
    ),
)
