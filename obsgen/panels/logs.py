"""`logs`: the lines of Loki or Elasticsearch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import ForeignTarget, Json, Panel
from obsgen.catalogue import Metric
from obsgen.diagnostics import finding
from obsgen.model import DashboardContext, PanelSpec, Reader
from obsgen.panels._log_fields import FIELD, fields_schema, read_fields
from obsgen.panels._measured import columns_of, links_of
from obsgen.panels._questions import Question, read_count, read_question, read_source, read_word
from obsgen.panels._takes import NOTHING
from obsgen.schema.shared import flag, mapping, one_of_words, text
from obsgen.source import MappingNode, Node, Scalar, Sequence

SOURCES: Final = ("loki", "elasticsearch")
SOURCE_KEYS: Final[Mapping[str, Any]] = {
    "loki": text("LogQL; variables of the dashboard as `${name}`.", examples=['{app="cart"}']),
    "elasticsearch": text("Lucene, likewise.", examples=["level:ERROR AND service:cart"]),
}

# Shape: Grafana's Logs panel, `Options`.
OPTIONS: Final[Mapping[str, Json]] = {
    "showTime": True,
    "showLabels": False,
    "showCommonLabels": False,
    "showLogContextToggle": False,
    "wrapLogMessage": True,
    "prettifyLogMessage": False,
    "enableLogDetails": True,
    "sortOrder": "Descending",
    "dedupStrategy": "none",
    "enableInfiniteScrolling": False,
    "showControls": False,
    "showFieldSelector": False,
    "syntaxHighlighting": True,
    "fontSize": "default",
    "detailsMode": "inline",
}
_ORDERS: Final = {"newest": "Descending", "oldest": "Ascending"}
_DEDUP: Final = ("none", "exact", "numbers", "signature")
_LIMIT: Final = 500
_MOST: Final = 5000
_WIDTH: Final = Fraction(1)
_HEIGHT: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """
    Lines, with the time of each.

    Attributes:
        labels: Which labels stand before each line; only with `show_labels`, none: all.
    """

    question: Question
    order: str
    limit: int
    dedup: str
    wrap: bool
    show_labels: bool
    labels: tuple[str, ...] = ()

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """None: lines are no metrics."""
        return ()

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel."""
        return Panel(
            type="logs",
            title=common.title or "Logs",
            description=common.description or self._description,
            width=columns_of(common.width or _WIDTH),
            height=common.height or _HEIGHT,
            foreign=(self._target(),),
            options={
                **OPTIONS,
                "sortOrder": _ORDERS[self.order],
                "dedupStrategy": self.dedup,
                "wrapLogMessage": self.wrap,
                "showLabels": self.show_labels,
            },
            links=links_of(common, context),
            time=common.time,
            origin=common.origin,
        )

    @property
    def _description(self) -> str:
        which = f"that match `{self.question.text.strip()}`" if self.question.text.strip() else ""
        lines = " ".join(filter(None, ("Log lines", which)))
        return f"{lines}: the {self.order} first, at most {self.limit}."

    def _target(self) -> ForeignTarget:
        asked = {"loki": self._loki, "elasticsearch": self._elasticsearch}[self.question.source]()
        return ForeignTarget(
            datasource=self.question.source, query=asked, origin=self.question.origin
        )

    def _loki(self) -> dict[str, Json]:
        # Grafana colours the lines by `detected_level`, so that label is never dropped.
        kept = f"\n| keep {', '.join(('detected_level', *self.labels))}" if self.labels else ""
        return {
            "expr": self.question.text.rstrip() + kept,
            "queryType": "range",
            "maxLines": self.limit,
            "editorMode": "code",
        }

    def _elasticsearch(self) -> dict[str, Json]:
        # Shape: the Elasticsearch datasource's `Logs` metric.
        metric: dict[str, Json] = {
            "id": "1",
            "type": "logs",
            "settings": {"limit": str(self.limit)},
        }
        return {"query": self.question.text, "metrics": [metric], "bucketAggs": []}


class LogsKind:
    """Reads `logs: {loki: LOGQL}` and `logs: {elasticsearch: LUCENE}`."""

    key: Final = "logs"
    takes: Final = NOTHING
    schema: Final[Mapping[str, Any]] = mapping(
        {
            **SOURCE_KEYS,
            "sort": one_of_words(tuple(_ORDERS), "Which lines stand on top; `newest` unless said."),
            "limit": text(f"At most so many lines; {_LIMIT} unless said.", examples=[100]),
            "labels": {
                **fields_schema("Loki's labels to show before each line, or `true` for all."),
                "type": ["array", "boolean"],
            },
            "dedup": one_of_words(_DEDUP, "Which lines are shown as one; `none` unless said."),
            "wrap": flag("Long lines go on below; true unless said."),
        },
        description="Lines of Loki or Elasticsearch.",
        examples=[
            {"loki": '{app="cart"} |= "error"', "limit": 100, "labels": ["level"]},
            {"elasticsearch": "user_id:${user}", "sort": "newest"},
        ],
    )

    def read(self, node: Node, reader: Reader) -> Logs | None:
        """Read the query and how its lines are shown."""
        source = read_source(node, SOURCES, self.key, reader)
        question = None if source is None else read_question(*source, reader)
        if question is None or not isinstance(node, MappingNode):
            return None
        labels, wrap = node.get("labels"), node.get("wrap")
        return Logs(
            question=question,
            order=read_word(node.get("sort"), tuple(_ORDERS)),
            limit=read_count(node.get("limit"), _LIMIT, _MOST, reader),
            dedup=read_word(node.get("dedup"), _DEDUP),
            wrap=not (isinstance(wrap, Scalar) and wrap.is_boolean and not wrap.is_true),
            show_labels=isinstance(labels, Sequence) or _is_true(labels),
            labels=_labels(labels, question, reader),
        )


def _labels(node: Node | None, question: Question, reader: Reader) -> tuple[str, ...]:
    if isinstance(node, Sequence) and question.source != "loki":
        message = "of Elasticsearch's fields either all are shown or none"
        reader.report(finding(FIELD, node.origin, message, "write `labels: true`"))
        return ()
    return read_fields(node, question.source, reader)


def _is_true(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.is_true


KIND: Final = LogsKind()
