"""`text`: words in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import Json, Panel
from obsgen.catalogue import Metric
from obsgen.diagnostics import Code, finding
from obsgen.model import DashboardContext, PanelSpec, Reader
from obsgen.panels._measured import columns_of, links_of
from obsgen.panels._takes import NOTHING
from obsgen.source import MappingNode, Node, Scalar

NO_WORDS: Final = Code(
    "DSH688",
    "text-without-words",
    why="the panel would be an empty frame",
    fix='Write the words in Markdown: `text: "Who to ask: **team backend**"`.',
)
CODES: Final = (NO_WORDS,)

_WIDTH: Final = Fraction(1, 3)
_HEIGHT: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Markdown; Grafana cleans it of scripts."""

    content: str

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """None: words ask nothing."""
        return ()

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel."""
        return Panel(
            type="text",
            title=common.title,
            description=common.description,
            width=columns_of(common.width or _WIDTH),
            height=common.height or _HEIGHT,
            options=options(self.content),
            links=links_of(common, context),
            origin=common.origin,
        )


def options(content: str) -> dict[str, Json]:
    """Return the options (Grafana's Text panel, `Options`)."""
    return {"mode": "markdown", "content": content}


class TextKind:
    """Reads `text: WORDS` and `text: {content: WORDS}`."""

    key: Final = "text"
    takes: Final = NOTHING
    schema: Final[Mapping[str, Any]] = {
        "type": ["string", "object"],
        "properties": {
            "content": {"type": "string", "description": "The words, in Markdown."},
        },
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
        "description": "Words in Markdown: a text, or {content: …}.",
        "examples": ["Who to ask: **team backend**", {"content": "## How to read this"}],
    }

    def read(self, node: Node, reader: Reader) -> Text | None:
        """Read the words."""
        written = node.get("content") if isinstance(node, MappingNode) else node
        content = reader.text(written)
        if content.strip():
            return Text(content=content)
        if not isinstance(written, Scalar) or not written.is_null:
            place = node.origin if written is None else written.origin
            reader.report(finding(NO_WORDS, place, "the text has no words", "write what it says"))
        return None


KIND: Final = TextKind()
