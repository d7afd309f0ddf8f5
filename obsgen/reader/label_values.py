"""Labels with their values, for what is generated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from obsgen.diagnostics import Code, finding
from obsgen.model import Reports
from obsgen.reader.values import read_text
from obsgen.source import MappingNode, Node

LABEL_TAKEN: Final = Code(
    "ALR524",
    "label-taken",
    why="routes, inhibition and dashboards go by this label, which is set from what the spec says "
    "elsewhere",
    fix="Write the key of the same name (`severity:`, `team:`), or call the label otherwise.",
)
CODES: Final = (LABEL_TAKEN,)


def read_label_values(
    node: Node | None, report: Reports, *, taken: Iterable[str] = ()
) -> Mapping[str, str]:
    """
    Read labels with their values.

    Args:
        taken: Labels that are set by other means.
    """
    if not isinstance(node, MappingNode):
        return {}
    found = {}
    for name, entry in node.entries.items():
        if name.startswith("x-"):
            continue
        if name in taken:
            message = f"label `{name}` is set by obsgen itself"
            hint = "write the key of that name, or call the label otherwise"
            report(finding(LABEL_TAKEN, entry.key.origin, message, hint))
            continue
        if value := read_text(entry.value, report):
            found[name] = value
    return found
