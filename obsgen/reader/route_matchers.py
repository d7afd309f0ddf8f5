"""
The `where` of a route: matchers on the labels of alerts.

A pattern is anchored RE2, as everywhere; a missing label counts as an empty one. Severities are
those of the Project, by name, alias, `page`, `ticket` or `{at_least: high}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from obsgen.artefacts import AlertmanagerMatcher
from obsgen.catalogue import near
from obsgen.diagnostics import Code, Origin, finding
from obsgen.matchers import full_match, is_pattern, literal_pattern
from obsgen.model import Project, Reports, SeverityScheme
from obsgen.promql.re2 import regex_problem
from obsgen.reader.severities import resolved_severity, unknown_severity
from obsgen.reader.shape import null_value, words
from obsgen.source import MappingNode, Node, Scalar, Sequence

ROUTE_MATCHER: Final = Code(
    "ALR571",
    "route-matcher",
    why="Alertmanager would refuse the matcher, or the route would take other alerts than meant",
    fix="A value is a pattern, a list of them, `{not: …}`, `{is: literal}`, or for severity "
    "`{at_least: high}`.",
)
ROUTE_PATTERN: Final = Code(
    "ALR572",
    "route-pattern",
    why="matchers are anchored RE2 patterns; Alertmanager refuses to start on another",
    fix="Write an RE2 pattern (no lookaround, no backreference), or `{is: …}` for a literal.",
)
UNKNOWN_TEAM: Final = Code(
    "REF253",
    "unknown-route-team",
    why="no alert belongs to the team, so the route never takes one",
    fix="Write a team of the Project, or add it to `teams`.",
)
NEVER_IN_ROUTE: Final = Code(
    "REF283",
    "never-in-route",
    why="categories, services and SLOs are all declared in these specs: no alert can have the "
    "value, so the route never takes one",
    fix="Write a name that is declared; ignore the finding where alerts of others arrive at the "
    "same Alertmanager.",
)
CODES: Final = (ROUTE_MATCHER, ROUTE_PATTERN, UNKNOWN_TEAM, NEVER_IN_ROUTE)

_LABEL: Final = re.compile("[a-zA-Z_][a-zA-Z0-9_]*")
_SHAPES: Final = "write a value, a list, `{not: …}` or `{is: …}`"
_SHOWN: Final = 8
_SPELT: Final = {"slo": "SLO"}
_SPECIAL: Final = ("not", "is", "at_least")
# What RE2 knows and Python does not: compiling would blame the author for Python.
_NOT_PYTHON: Final = re.compile(r"\\[QEpPzC]|\(\?[^:P]|\[\[:")


@dataclass(frozen=True, slots=True)
class _Value:
    """A text that matches; *is_literal* where metacharacters mean themselves."""

    text: str
    is_literal: bool = False

    @property
    def is_plain(self) -> bool:
        return self.is_literal or not is_pattern(self.text)

    @property
    def pattern(self) -> str:
        return literal_pattern(self.text) if self.is_literal else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """
    What labels of alerts can be, where the specs say all of it.

    Attributes:
        values: By label; a label that is not there is open.
    """

    values: Mapping[str, frozenset[str]] = field(default_factory=dict)


NOTHING_KNOWN: Final = Known()


def read_route_matchers(
    node: Node | None, project: Project, report: Reports, known: Known = NOTHING_KNOWN
) -> tuple[AlertmanagerMatcher, ...] | None:
    """Return the matchers in the order of the spec; None where one of them cannot be read."""
    if node is not None and not isinstance(node, MappingNode):
        return None  # JSON Schema has said so; it is not for all alerts
    if node is None:
        return ()
    reader = _MatcherReader(project, report, known)
    entries = [entry for key, entry in node.entries.items() if not key.startswith("x-")]
    found = [reader.matcher(entry.key, entry.value) for entry in entries]
    return None if None in found else tuple(m for m in found if m is not None)


class _MatcherReader:
    """Reads the matchers of one route."""

    def __init__(self, project: Project, report: Reports, known: Known) -> None:
        self.project = project
        self.report = report
        self.known = {**known.values, "category": frozenset(project.categories)}

    def matcher(self, key: Scalar, node: Node) -> AlertmanagerMatcher | None:
        if not _LABEL.fullmatch(key.text):
            self._say(key.origin, f"`{key.text}` is no name of a label", _SHAPES)
            return None
        negated = False
        while isinstance(node, MappingNode) and set(node.entries) == {"not"}:
            negated, node = not negated, node.entries["not"].value
        values = self._values(key.text, node)
        if values is None:
            return None
        unique = tuple(dict.fromkeys(values))
        if len(unique) == 1 and unique[0].is_plain:
            return AlertmanagerMatcher(
                label=key.text, op="!=" if negated else "=", value=unique[0].text
            )
        pattern = "|".join(value.pattern for value in unique)
        return AlertmanagerMatcher(label=key.text, op="!~" if negated else "=~", value=pattern)

    def _values(self, label: str, node: Node) -> tuple[_Value, ...] | None:
        """Return the values that match, or None after reporting what is wrong."""
        if isinstance(node, Sequence):
            return self._several(label, node)
        if isinstance(node, MappingNode):
            return self._special(label, node)
        if node.is_null:
            self.report(null_value(node, node.origin))
            return None
        if is_pattern(node.text) and not self._is_re2(node):
            return None
        return self._checked(label, node, _Value(node.text))

    def _several(self, label: str, node: Sequence) -> tuple[_Value, ...] | None:
        if not node.items:
            self._say(node.origin, f"`{label}` has an empty list of values", _SHAPES)
            return None
        read = [self._values(label, item) for item in node.items]
        return None if None in read else tuple(v for values in read for v in values or ())

    def _special(self, label: str, node: MappingNode) -> tuple[_Value, ...] | None:
        key = next(iter(node.entries), "")
        value = node.get(key)
        if len(node.entries) != 1 or key not in _SPECIAL:
            guess = near(key, _SPECIAL)
            hint = f"did you mean `{guess}`?" if guess else _SHAPES
            self._say(node.origin, f"`{label}` cannot be matched with {_shown(node)}", hint)
            return None
        if key == "not":
            hint = "put `not` outside the list: `{not: [a, b]}`"
            self._say(node.origin, f"`{label}` has `not` inside a list", hint)
            return None
        if not isinstance(value, Scalar):
            self._say(node.origin, f"`{key}` takes one value, found {_word(value)}", _SHAPES)
            return None
        if value.is_null:
            self.report(null_value(value, value.origin))
            return None
        if key == "is":
            return self._checked(label, value, _Value(value.text, is_literal=True))
        return self._at_least(label, value)

    def _at_least(self, label: str, node: Scalar) -> tuple[_Value, ...] | None:
        scheme = self.project.severities
        if label != "severity":
            self._say(node.origin, f"`at_least` is for severity, not for `{label}`", _SHAPES)
            return None
        name = resolved_severity(node, scheme, self.report)
        return None if name is None else tuple(map(_Value, scheme.at_least(name)))

    def _checked(self, label: str, node: Scalar, value: _Value) -> tuple[_Value, ...] | None:
        """Return the value as alerts carry it, where the Project says what they carry."""
        if label == "severity" and value.text:
            return self._severity(node, value)
        teams = self.project.teams
        if label == "team" and teams is not None and value.text:
            return (value,) if self._is_known_team(node, value, teams) else None
        known = self.known.get(label)
        if known is not None and value.text and not _matches_any(value, known):
            self._say_impossible(label, node, known)
            return None
        return (value,)

    def _say_impossible(self, label: str, node: Scalar, known: Iterable[str]) -> None:
        names = sorted(known)
        guess = near(node.text, names)
        listed = words(names[:_SHOWN]) if len(names) <= _SHOWN else f"{words(names[:_SHOWN])}, …"
        hint = f"did you mean `{guess}`?" if guess else f"there is {listed}"
        message = f"no alert has the {_SPELT.get(label, label)} {node.word}"
        self.report(finding(NEVER_IN_ROUTE, node.origin, message, hint))

    def _severity(self, node: Scalar, value: _Value) -> tuple[_Value, ...] | None:
        scheme = self.project.severities
        names = _severities(value.text, scheme) if value.is_plain else ()
        if names:
            return tuple(map(_Value, names))
        if not value.is_plain and _matches_any(value, scheme.names):
            return (value,)
        self.report(unknown_severity(node.text, node.origin, scheme))
        return None

    def _is_known_team(self, node: Scalar, value: _Value, teams: tuple[str, ...]) -> bool:
        if _matches_any(value, teams):
            return True
        guess = near(node.text, teams)
        hint = f"did you mean `{guess}`?" if guess else f"the Project has {words(list(teams))}"
        message = f"team `{node.text}` is not defined"
        self.report(finding(UNKNOWN_TEAM, node.origin, message, hint))
        return False

    def _is_re2(self, node: Scalar) -> bool:
        problem = _pattern_problem(node.text)
        if problem:
            hint = "write `{is: …}` for a text that is meant as it stands"
            message = f"pattern {node.word} is not RE2: {problem}"
            self.report(finding(ROUTE_PATTERN, node.origin, message, hint))
        return not problem

    def _say(self, origin: Origin, message: str, hint: str) -> None:
        self.report(finding(ROUTE_MATCHER, origin, message, hint))


def _severities(word: str, scheme: SeverityScheme) -> tuple[str, ...]:
    """Return the severities that a word means: all that page, for `page`."""
    declared = [name for level in scheme.levels for name in (level.name, *level.aliases)]
    if word in {"page", "ticket"} and word not in declared:
        return tuple(level.name for level in scheme.levels if level.page == (word == "page"))
    name = scheme.resolve(word)
    return () if name is None else (name,)


def _matches_any(value: _Value, known: Iterable[str]) -> bool:
    if value.is_plain:
        return value.text in known
    return any(full_match(value.text, word) is not False for word in known)


def _pattern_problem(pattern: str) -> str:
    if problem := regex_problem(pattern):
        return problem
    if _NOT_PYTHON.search(pattern):
        return ""
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return str(error)
    return ""


def _shown(node: MappingNode) -> str:
    return f"`{{{', '.join(node.entries)}}}`"


def _word(node: Node | None) -> str:
    return "nothing" if node is None else node.word
