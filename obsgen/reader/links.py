"""Links of panels, of their values and of dashboards, read node by node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.diagnostics import Code, finding
from obsgen.model import LinkSpec, Reader
from obsgen.reader.values import read_list
from obsgen.source import MappingNode, Node

LINK: Final = Code(
    "DSH611",
    "panel-link",
    why="a link leads to one place: an address, or a dashboard of this build",
    fix="Write `{title: Runbook, url: https://…}` or `{title: SLOs, dashboard: gateway/slo}`.",
)
CODES: Final = (LINK,)


def read_links(node: Node | None, reader: Reader) -> tuple[LinkSpec, ...]:
    """Read a list of links, without those that lead nowhere."""
    return tuple(_links(node, reader))


def _links(node: Node | None, reader: Reader) -> Iterator[LinkSpec]:
    for item in read_list(node):
        if not isinstance(item, MappingNode):
            continue
        url, dashboard = reader.text(item.get("url")), reader.text(item.get("dashboard"))
        if bool(url) == bool(dashboard):
            found = "both" if url else "neither"
            message = f"link has {found} of `url` and `dashboard`"
            reader.report(finding(LINK, item.origin, message, "write one of the two"))
            continue
        filled = item.get("set")
        if filled is not None and not dashboard:
            message = "`set` fills variables of a dashboard, and the link leads to a `url`"
            hint = "write `dashboard: NAME`, or put `${__field.labels.LABEL}` into the URL"
            reader.report(finding(LINK, (item.origin / "set").key(), message, hint))
        title = reader.text(item.get("title")) or url or dashboard
        yield LinkSpec(
            title=title,
            url=url,
            dashboard=dashboard,
            set=tuple(_filled(filled, reader)) if dashboard else (),
            origin=item.origin,
        )


def _filled(node: Node | None, reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield each variable with the label that fills it."""
    for name, entry in sorted(node.entries.items()) if isinstance(node, MappingNode) else ():
        if not name.startswith("x-") and (label := reader.text(entry.value)):
            yield name, label
