"""Expressions that no rule evaluates: of dashboards' annotations, and within texts of alerts."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from obsgen.artefacts import AlertingRule, Compiled
from obsgen.diagnostics import Origin
from obsgen.gotemplate import parse_template


class Use(enum.Enum):
    """What a query is for, in the words of messages."""

    ALERT = "alert"
    RECORD = "recorded series"
    PANEL = "panel"
    ANNOTATION = "annotation"
    MEASURE = "measure"
    TEXT = "query in a text of alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An expression that no rule holds; Grafana's variables may stand in it."""

    use: Use
    name: str
    text: str
    origin: Origin
    service: str


def in_annotations(compiled: Compiled) -> Iterator[Asked]:
    """Yield what the annotations of dashboards ask."""
    for dashboard in compiled.dashboards:
        for mark in dashboard.annotations:
            place = mark.origin if mark.origin.file else dashboard.origin
            yield Asked(
                use=Use.ANNOTATION,
                name=mark.name,
                text=mark.expr,
                origin=place,
                service=dashboard.service,
            )


def in_texts(compiled: Compiled) -> Iterator[Asked]:
    """Yield what texts of alerts ask with `{{ query "…" }}`; one that several share, once."""
    seen = set[Origin]()
    for file in compiled.rule_files:
        rules = (rule for group in file.groups for rule in group.rules)
        for rule in (each for each in rules if isinstance(each, AlertingRule)):
            for written in (text for text in rule.texts.values() if "query" in text.text):
                for query in parse_template(written.text).queries:
                    place = written.origin.characters(query.start, query.end)
                    if place not in seen:
                        seen.add(place)
                        yield Asked(
                            use=Use.TEXT,
                            name=rule.alert,
                            text=query.text,
                            origin=place,
                            service=file.service,
                        )
