"""The queries of a build as checks see them: each with its tree, its meaning and its places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from obsgen.artefacts import AlertingRule, Compiled, QueryScope, RecordingRule, RuleGroup
from obsgen.checks._asked import Asked, Use, in_annotations, in_texts
from obsgen.checks._known import Known, Recordings
from obsgen.checks._panels import ShownPanel, ShownTarget, shown_panels
from obsgen.checks._places import Places, WrittenTexts
from obsgen.checks._variables import parse_with_variables
from obsgen.diagnostics import Code, Diagnostic, Origin, finding
from obsgen.exclusions import Exclusions
from obsgen.model.checks import CheckSettings
from obsgen.promql import Node, PromqlError, walk
from obsgen.promql.meaning import Meaning, Meanings
from obsgen.routing.alerts import RoutedAlert, routed_alerts

_Kind = TypeVar("_Kind", bound=Node)
_SHOWN: Final = 60
_ADDRESS: Final = re.compile(r"\bhttps?://\S+", re.ASCII)


@dataclass(slots=True, kw_only=True)
class Query:
    """
    One expression.

    Attributes:
        name: Of the alert, the recorded series or the panel.
        text: As it is compiled.
        rule: The rule that it belongs to; None for a panel.
        group: The group of the rule.
        service: Whose rule or panel it is, or empty for one of the whole project.
        panel: The panel that it belongs to; None for a rule.
        target: Which of the panel's queries it is.
    """

    use: Use
    name: str
    text: str
    root: Node
    meanings: Meanings
    places: Places
    scope: QueryScope | None
    service: str
    origin: Origin
    rule: AlertingRule | RecordingRule | None = None
    group: RuleGroup | None = None
    panel: ShownPanel | None = None
    target: ShownTarget | None = None
    _nodes: dict[type[Node], list[Node]] = field(default_factory=dict)
    _parents: dict[int, Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort the nodes by their kind."""
        for node in walk(self.root):
            self._nodes.setdefault(type(node), []).append(node)
            for child in node.children:
                self._parents[id(child)] = node

    @property
    def size(self) -> int:
        """The number of its nodes."""
        return sum(map(len, self._nodes.values()))

    def nodes(self, kind: type[_Kind]) -> Sequence[_Kind]:
        """Return the nodes of a kind, in the order of the text."""
        return self._nodes.get(kind, ())  # type: ignore[return-value] # they are sorted by kind

    def above(self, node: Node) -> Iterator[Node]:
        """Yield what a node stands in, from the inside to the outside."""
        while (parent := self._parents.get(id(node))) is not None:
            yield parent
            node = parent

    def meaning(self, node: Node) -> Meaning:
        """Return what a node means."""
        return self.meanings[node]

    def shown(self, node: Node) -> str:
        """Return a node for a message: as its author wrote it, else as it is compiled; short."""
        text = " ".join(self.written(node).split())
        return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"

    def written(self, node: Node) -> str:
        """Return the characters of a node, as its author wrote it, else as it is compiled."""
        return self.places.text(node) or self.text[node.span.start : node.span.end]

    @property
    def is_complete(self) -> bool:
        """Say whether the catalogue holds every metric and label that there is."""
        return self.scope is None or self.scope.is_complete

    @property
    def is_hand_written(self) -> bool:
        """Say whether an author wrote the whole expression in PromQL."""
        return self.places.is_written(self.root)

    def finding(
        self, code: Code, node: Node, message: str, hint: str = "", part: str = "span"
    ) -> Diagnostic:
        """
        Return a finding about a node.

        Args:
            part: Which of the node's spans is to blame.
        """
        return finding(code, self.places.of(node, part), message, hint)

    @property
    def texts(self) -> str:
        """What an alert says of itself: its name and what its author wrote, addresses aside."""
        written = self.rule.texts.values() if isinstance(self.rule, AlertingRule) else ()
        return _ADDRESS.sub("", " ".join((self.name, *(each.text for each in written))))

    @property
    def subject(self) -> str:
        """Name it for a message."""
        return f"{self.use.value} `{self.name}`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """
    Everything that checks look at.

    Attributes:
        panels: All panels of all dashboards.
        routed: The alerts on their way; none where no Routing says who is notified.
        exclusions: What `.lint` files say of dashboards.
    """

    compiled: Compiled
    settings: CheckSettings
    queries: tuple[Query, ...]
    recordings: Recordings
    panels: tuple[ShownPanel, ...] = ()
    routed: tuple[RoutedAlert, ...] = ()
    exclusions: Exclusions

    @property
    def alerts(self) -> Iterator[Query]:
        """The queries of alerting rules."""
        return (query for query in self.queries if query.use is Use.ALERT)


def subject_of(
    compiled: Compiled, settings: CheckSettings, exclusions: Exclusions | None = None
) -> Subject:
    """Return what a build gives to check; what is no PromQL was reported before."""
    rules: dict[str, list[tuple[RecordingRule, str]]] = {}
    alerts = set[str]()
    for file in compiled.rule_files:
        for group in file.groups:
            for rule in group.rules:
                if isinstance(rule, RecordingRule):
                    rules.setdefault(rule.record, []).append((rule, file.service))
                else:
                    alerts.add(rule.alert)
    recordings = Recordings(
        rules={name: tuple(several) for name, several in rules.items()},
        scopes=compiled.scopes,
        alerts=frozenset(alerts),
    )
    panels = tuple(panel for each in compiled.dashboards for panel in shown_panels(each))
    found = (
        *_of_rules(compiled, recordings),
        *_of_panels(panels, recordings),
        *_of_others(compiled, recordings),
    )
    queries = (*found, *_unused(compiled, recordings, found))
    return Subject(
        compiled=compiled,
        settings=settings,
        queries=queries,
        recordings=recordings,
        panels=panels,
        exclusions=exclusions or Exclusions(),
        routed=() if compiled.alertmanager is None else routed_alerts(compiled),
    )


def _of_rules(compiled: Compiled, recordings: Recordings) -> Iterator[Query]:
    for file in compiled.rule_files:
        known = recordings.known_to(file.service)
        for group in file.groups:
            for rule in group.rules:
                meanings = recordings.meanings(rule, file.service)
                if meanings is None:
                    continue
                root = meanings.root
                if isinstance(rule, AlertingRule):
                    use, name = Use.ALERT, rule.alert
                else:
                    use, name = Use.RECORD, rule.record
                yield Query(
                    use=use,
                    name=name,
                    text=rule.expr,
                    root=root,
                    meanings=meanings,
                    places=Places(root, rule.origin, known.written, whole=rule.written),
                    scope=known.scope,
                    service=file.service,
                    origin=rule.origin,
                    rule=rule,
                    group=group,
                )


def _of_panels(panels: tuple[ShownPanel, ...], recordings: Recordings) -> Iterator[Query]:
    for panel in panels:
        service = panel.dashboard.service
        known = recordings.known_to(service)
        for target in panel.targets:
            if not target.is_promql:
                continue
            asked = Asked(
                use=Use.PANEL,
                name=panel.title,
                text=target.expr,
                origin=target.origin,
                service=service,
            )
            for query in _with_variables(asked, known, known.written):
                query.panel, query.target = panel, target
                yield query


def _of_others(compiled: Compiled, recordings: Recordings) -> Iterator[Query]:
    for asked in (*in_annotations(compiled), *in_texts(compiled)):
        known = recordings.known_to(asked.service)
        # The place of a text's query is known.
        written = WrittenTexts(()) if asked.use is Use.TEXT else known.written
        yield from _with_variables(asked, known, written)


def _unused(
    compiled: Compiled, recordings: Recordings, found: tuple[Query, ...]
) -> Iterator[Query]:
    """Yield the queries of measures that no rule and no panel asks."""
    used = {(query.service, each) for query in found for each in query.places.found}
    for service, scope in compiled.scopes.items():
        known = recordings.known_to(service)
        for written in scope.written:
            if (service, written) not in used:
                measure = Asked(
                    use=Use.MEASURE,
                    name=written.text,
                    text=written.narrowed,
                    origin=written.origin,
                    service=service,
                )
                yield from _with_variables(measure, known, WrittenTexts((written,)))


def _with_variables(asked: Asked, known: Known, written: WrittenTexts) -> Iterator[Query]:
    """Yield its query, if it is PromQL of which something can be told."""
    try:
        read = parse_with_variables(asked.text)
    except PromqlError:
        return
    if read is None:
        return
    root, filled = read
    yield Query(
        use=asked.use,
        name=asked.name,
        text=asked.text,
        root=root,
        meanings=Meanings(root, known),
        places=Places(root, asked.origin, written, compiled=filled),
        scope=known.scope,
        service=asked.service,
        origin=asked.origin,
    )
