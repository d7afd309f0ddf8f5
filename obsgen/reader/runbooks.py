"""`runbook:` of alerts and SLOs: the address of a page."""

from __future__ import annotations

import re
from typing import Final

from obsgen.diagnostics import Code, finding
from obsgen.model import Reports
from obsgen.reader.values import read_text
from obsgen.source import Node

NO_PAGE: Final = Code(
    "ALR672",
    "runbook-is-no-page",
    why="the runbook is a link in every notification; what is no address leads nowhere at three in "
    "the morning",
    fix="Write the whole address: `https://runbooks.example.com/gateway/errors`; or leave it out: "
    "with `runbooks: {base_url: …}` in the Project each alert has a page of its own.",
)
CODES: Final = (NO_PAGE,)

# An address with its scheme and host, or the path of a page: with a slash, an end or a fragment.
_PAGE: Final = re.compile(
    r"https?://[^\s/]+[^\s]*|(?!https?:)[A-Za-z][A-Za-z0-9+.-]*:[^\s]+|[^\s:]*[/.#][^\s:]*"
)


def read_runbook(node: Node | None, report: Reports) -> str:
    """Return the address, reporting a text that is none; a template is known when it is sent."""
    found = read_text(node, report)
    if node is not None and found and "{{" not in found and not _PAGE.fullmatch(found):
        message = f"runbook {node.word} is no page"
        hint = "write its address: `https://runbooks.example.com/errors`"
        report(finding(NO_PAGE, node.origin, message, hint))
    return found
