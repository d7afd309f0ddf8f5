"""Questions that panels ask other datasources than Prometheus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.diagnostics import Code, Origin, finding
from obsgen.model import Reader
from obsgen.panels._brackets import LOGQL, LUCENE, TRACEQL, Language, fault_in
from obsgen.source import MappingNode, Node, Scalar

BRACKETS: Final = Code(
    "DSH643",
    "query-brackets",
    why="the datasource would refuse the query, and the panel would show an error",
    fix="Close every bracket and every quote; in Lucene `\\` stands before one that is meant.",
)
SOURCE: Final = Code(
    "DSH644",
    "panel-source",
    why="a panel asks one datasource one question",
    fix="Write one of the sources with its query: `logs: {loki: '{app=\"cart\"}'}`.",
)
COUNT: Final = Code(
    "DSH645",
    "panel-count",
    why="lines, traces, rows and alerts are counted in whole numbers, and a browser shows only so "
    "many",
    fix="Write a whole number: `limit: 100`.",
)
CODES: Final = (BRACKETS, SOURCE, COUNT)

LANGUAGES: Final[Mapping[str, Language]] = {
    "loki": LOGQL,
    "elasticsearch": LUCENE,
    "tempo": TRACEQL,
}
"""The language of each datasource that is asked in one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    A query in a datasource's own language.

    Attributes:
        source: The datasource's type.
    """

    source: str
    text: str
    origin: Origin


def read_source(
    node: Node, sources: tuple[str, ...], subject: str, reader: Reader
) -> tuple[str, Node] | None:
    """
    Return the one source that a panel asks, and what stands under it.

    Args:
        subject: The kind of the panel, for messages.
    """
    if not isinstance(node, MappingNode):
        return None
    found = [source for source in sources if source in node.entries]
    if len(found) == 1:
        return found[0], node.entries[found[0]].value
    listed = " or ".join(f"`{source}`" for source in sources)
    if found:
        place = (node.origin / found[1]).key()
        message = f"`{subject}` asks " + " and ".join(f"`{source}`" for source in found)
        reader.report(finding(SOURCE, place, message, "write a panel for each"))
    else:
        message = f"`{subject}` asks nothing"
        reader.report(finding(SOURCE, node.origin, message, f"write {listed} with its query"))
    return None


def read_question(source: str, node: Node, reader: Reader) -> Question | None:
    """Read a query in the language of its source; None where its brackets are wrong."""
    text = reader.text(node)
    if not isinstance(node, Scalar) or node.is_null:
        return None
    language = LANGUAGES[source]
    if not text.strip() and language is not LUCENE:
        message = f"the {language.name} is empty"
        reader.report(finding(SOURCE, node.origin, message, "write the query"))
        return None
    fault = fault_in(text, language)
    if fault is not None:
        place = node.origin.characters(fault.start, fault.end)
        reader.report(finding(BRACKETS, place, f"{fault.message} in the {language.name}"))
        return None
    return Question(source=source, text=text, origin=node.origin)


def read_count(node: Node | None, default: int, most: int, reader: Reader) -> int:
    """Read a whole number from 1 to *most*."""
    if not isinstance(node, Scalar) or node.is_null:
        return default
    text = node.text
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 0 < int(text) <= most:
        return int(text)
    message = f"{node.word} is not a whole number from 1 to {most}"
    reader.report(finding(COUNT, node.origin, message, f"write `{default}`, or leave it out"))
    return default


def read_word(node: Node | None, words: tuple[str, ...]) -> str:
    """Return one of some words, the first where none is said; the schema reports others."""
    return node.text if isinstance(node, Scalar) and node.text in words else words[0]
