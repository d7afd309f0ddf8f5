"""Groups and rules of a file, as artefacts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from obsgen.artefacts import AlertingRule, RecordingRule, RuleGroup, Written
from obsgen.checks.features import UTF8_SINCE, too_new
from obsgen.diagnostics import Path, Related, Severity, finding
from obsgen.lint.documents import RULE_FILE, check_keys
from obsgen.model import Reports, SeverityScheme
from obsgen.promql import METRIC_NAME_LABEL, NewerSyntaxError, PromqlError, parse
from obsgen.reader.raw import NEWER_SYNTAX, PROMQL_LIMIT, unparsable
from obsgen.reader.severities import unknown_severity
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import Duration

_GROUP_KEYS: Final = (
    "name", "interval", "rules", "limit", "query_offset", "labels", "partial_response_strategy",
    "source_tenants", "align_evaluation_time_on_interval", "evaluation_delay",
    "concurrency", "type", "eval_offset", "eval_delay", "params", "headers", "tenant",
)  # fmt: skip
# Source: Prometheus CHANGELOG.md 2.31, 2.53 and 3.0.
_GROUP_KEYS_SINCE: Final = {"limit": (2, 31), "query_offset": (2, 53), "labels": (3, 0)}
_RULE_KEYS: Final = ("expr", "labels", "for", "keep_firing_for", "annotations", "alert", "record")
_MORE_KEYS: Final = ("debug", "update_entries_limit")
_KNOWN_KEYS: Final = (*_RULE_KEYS, *_MORE_KEYS)
_OF_ALERTS: Final = ("for", "keep_firing_for", "annotations")
_A: Final = {"label": "a label", "annotation": "an annotation"}
_LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
_WHOLE: Final = re.compile(r"[+-]?\d+", re.ASCII)
_SEVERITY: Final = "severity"
_RECORD: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*", re.ASCII)


@dataclass(slots=True)
class RuleReader:
    """
    Reads the groups of one file; what is wrong is reported, and its rule left out.

    Attributes:
        severities: Those that alerts may have, if anybody says.
    """

    report: Reports
    version: tuple[int, int]
    severities: SeverityScheme | None = None
    _names: dict[tuple[Path, str], Scalar] = field(default_factory=dict)

    @property
    def knows_utf8(self) -> bool:
        """Say whether names may hold any character."""
        return self.version >= UTF8_SINCE

    def group(self, node: MappingNode) -> RuleGroup:
        """Read a group."""
        check_keys(node, _GROUP_KEYS, "a group", self.report)
        for key, since in _GROUP_KEYS_SINCE.items():
            if key in node.entries and self.version < since:
                place = node.entries[key].key.origin
                self.report(too_new(f"`{key}` of a group", since, self.version, place))
        name = self._name(node)
        rules = node.get("rules")
        items = rules.items if isinstance(rules, Sequence) else ()
        if rules is not None and not isinstance(rules, Sequence) and not _is_null(rules):
            self._say(rules, f"`rules` is {rules.word}, no list")
        labels, _ = self._texts(node.get("labels"), "label")
        self._whole_number(node.get("limit"), "limit")
        self._duration(node.get("query_offset"))
        read = (self._rule(item, labels) for item in items)
        return RuleGroup(
            name=name,
            rules=tuple(rule for rule in read if rule is not None),
            interval=self._duration(node.get("interval")),
        )

    def _name(self, node: MappingNode) -> str:
        name = node.get("name")
        if not isinstance(name, Scalar) or name.is_null or not name.text:
            self._say(node, "the group has no `name`")
            return ""
        # A file may hold several objects, which become files of their own.
        first = self._names.setdefault((node.origin.path[:-1], name.text), name)
        if first is not name:
            related = (Related("the first one is here", first.origin),)
            message = f"group `{name.text}` is written twice in this file"
            self.report(finding(RULE_FILE, name.origin, message, related=related))
        return name.text

    def _rule(self, node: Node, of_group: Mapping[str, str]) -> AlertingRule | RecordingRule | None:
        if not isinstance(node, MappingNode):
            self._say(node, f"a rule is a mapping, found {node.word}")
            return None
        check_keys(node, _KNOWN_KEYS, "a rule", self.report)
        kinds = [key for key in ("alert", "record") if key in node.entries]
        if len(kinds) != 1:
            what = "both `alert` and `record`" if kinds else "neither `alert` nor `record`"
            self._say(node, f"the rule has {what}")
            return None
        name = self._text(node.get(kinds[0]), kinds[0])
        expr = self._expr(node)
        labels, texts = self._texts(node.get("labels"), "label")
        if kinds == ["alert"]:
            self._severity(texts)
        if expr is None or not name:
            return None
        written = Written(text=expr.text, origin=expr.origin)
        if kinds == ["record"]:
            self._check_record(node, name)
            return RecordingRule(
                record=name,
                expr=expr.text,
                labels={**of_group, **labels},
                written=written,
                origin=node.origin,
            )
        annotations, more = self._texts(node.get("annotations"), "annotation")
        return AlertingRule(
            alert=name,
            expr=expr.text,
            labels={**of_group, **labels},
            annotations=annotations,
            for_=self._duration(node.get("for")),
            says_for="for" in node.entries,
            keep_firing_for=self._duration(node.get("keep_firing_for")),
            texts={**texts, **more},
            written=written,
            origin=node.origin,
        )

    def _check_record(self, node: MappingNode, name: str) -> None:
        if not (self.knows_utf8 or _RECORD.fullmatch(name)):
            self._say(node.entries["record"].value, f"`{name}` is no name of a series")
        for key in _OF_ALERTS:
            if key in node.entries:
                self._say(node.entries[key].key, f"a recording rule has no `{key}`")

    def _expr(self, node: MappingNode) -> Scalar | None:
        expr = node.get("expr")
        if not isinstance(expr, Scalar) or expr.is_null or not expr.text.strip():
            is_there = expr is not None and not (isinstance(expr, Scalar) and expr.is_null)
            if is_there and expr is not None and not isinstance(expr, Scalar):
                self._say(expr, f"`expr` is a text, found {expr.word}")
            else:
                self._say(node, "the rule has no `expr`")
            return None
        try:
            parse(expr.text, result="vector")
        except PromqlError as error:
            found = unparsable(error, expr)
            # Nothing is compiled here: the rule is as good as its Prometheus, only not looked at.
            is_unread = found.code in {NEWER_SYNTAX, PROMQL_LIMIT}
            if isinstance(error, NewerSyntaxError) and error.first > self.version:
                is_unread = False
            self.report(replace(found, severity=Severity.WARNING) if is_unread else found)
            return None
        return expr

    def _texts(self, node: Node | None, what: str) -> tuple[dict[str, str], dict[str, Written]]:
        """Read labels or annotations; what Prometheus would not take for texts is reported."""
        found: dict[str, str] = {}
        written: dict[str, Written] = {}
        if node is None or _is_null(node):
            return found, written
        if not isinstance(node, MappingNode):
            self._say(node, f"{what}s are a mapping, found {node.word}")
            return found, written
        for name, entry in node.entries.items():
            value = entry.value
            is_name = bool(name) if self.knows_utf8 else _LABEL.fullmatch(name)
            if not is_name or name == METRIC_NAME_LABEL:
                self._say(entry.key, f"`{name}` is no name of {_A[what]}")
            elif isinstance(value, Scalar):
                found[name] = "" if value.is_null else value.text
                written[name] = Written(text=found[name], origin=value.origin)
            else:
                self._say(value, f"{what} `{name}` is a text, found {value.word}")
        return found, written

    def _text(self, node: Node | None, what: str) -> str:
        if isinstance(node, Scalar) and not node.is_null and node.text:
            return node.text
        if node is not None:
            self._say(node, f"`{what}` is a name, found {node.word}")
        return ""

    def _duration(self, node: Node | None) -> Duration:
        if node is None or _is_null(node):
            return Duration(0)
        if isinstance(node, Scalar):
            try:
                return Duration(0) if node.text == "0" else Duration.parse(node.text)
            except ValueError:
                pass
        self._say(node, f"{node.word} is no length of time")
        return Duration(0)

    def _whole_number(self, node: Node | None, key: str) -> None:
        if node is None or _is_null(node):
            return
        if not isinstance(node, Scalar) or not _WHOLE.fullmatch(node.text):
            self._say(node, f"`{key}` is a whole number, found {node.word}")

    def _severity(self, written: Mapping[str, Written]) -> None:
        told = written.get(_SEVERITY)
        if told is None or self.severities is None or not told.text or "{{" in told.text:
            return
        if self.severities.resolve(told.text) is None:
            found = unknown_severity(told.text, told.origin, self.severities)
            # The rules may be of somebody else; routes by severity miss them all the same.
            self.report(replace(found, severity=Severity.WARNING))

    def _say(self, node: Node, message: str) -> None:
        # Why there is nothing to read was told where it stands.
        if isinstance(node, Scalar) and node.is_unread:
            return
        self.report(finding(RULE_FILE, node.origin, message))


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null
