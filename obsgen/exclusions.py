"""
`.lint` beside the specs: where a rule about dashboards does not count, and why.

The format is that of Grafana's dashboard-linter, so that a file of it serves as it is. It speaks of
the dashboards whose specs stand in its folder or below; an entry matches what it names, and what it
leaves out may be anything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from obsgen.artefacts import Dashboard
from obsgen.catalogue import near
from obsgen.diagnostics import Code, Diagnostic, Origin, Severity, finding
from obsgen.source import Entry, MappingNode, Node, Scalar, Sequence, Source

LINT_FILE: Final = ".lint"
"""The name of such a file."""

LINT_FORM: Final = Code(
    "DSH661",
    "lint-file-form",
    why="what a `.lint` file says in words that nobody reads has no effect",
    fix="Write `exclusions:` and `warnings:`, in them rules with `reason:` and `entries:`, in "
    "these `dashboard:`, `panel:`, `targetIdx:` and `reason:`.",
    severity=Severity.WARNING,
)
UNKNOWN_RULE: Final = Code(
    "DSH662",
    "unknown-lint-rule",
    why="no rule has the name, so nothing is excluded",
    fix="Write a name of the dashboard-linter's, or of a check of dashboards.",
    severity=Severity.WARNING,
)
UNUSED_EXCLUSION: Final = Code(
    "DSH663",
    "unused-exclusion",
    why="the exclusion hides nothing: what it was for has been mended, or it names another panel",
    fix="Remove the exclusion, or write the titles as the dashboard has them.",
    severity=Severity.WARNING,
)
CODES: Final = (LINT_FORM, UNKNOWN_RULE, UNUSED_EXCLUSION)

_KEYS: Final = ("exclusions", "warnings")
_RULE_KEYS: Final = ("reason", "entries")
_ENTRY_KEYS: Final = ("reason", "dashboard", "panel", "targetIdx")
_Say = Callable[[Diagnostic], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """
    What a finding about a dashboard speaks of.

    Attributes:
        panel: The panel's title; None for the dashboard itself.
        target: The place of a query among the panel's, from 0; None for the panel itself.
    """

    dashboard: Dashboard
    panel: str | None = None
    target: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Exclusion:
    """One entry; *panel* and the others are None where they may be anything."""

    rule: str
    folder: str
    is_warning: bool
    origin: Origin
    dashboard: str | None = None
    panel: str | None = None
    target: str | None = None

    def matches(self, rule: str, spot: Spot) -> bool:
        """Say whether it speaks of a finding."""
        title = spot.dashboard.title
        return (
            self.rule == rule
            and _file_of(spot.dashboard).startswith(self.folder)
            and self.dashboard in (None, title)
            and (spot.panel is None or self.panel in (None, spot.panel))
            and (spot.target is None or self.target in (None, str(spot.target)))
        )


class Exclusions:
    """All `.lint` files of a build, and what they hide."""

    def __init__(self, sources: Iterable[Source] = ()) -> None:
        """Read the files."""
        self._problems: list[Diagnostic] = []
        self._found: list[_Exclusion] = []
        self._used: set[_Exclusion] = set()
        for source in sources:
            self._found.extend(_exclusions(source, self._problems.append))

    def applied(self, found: Diagnostic, spot: Spot) -> Iterator[Diagnostic]:
        """Yield a finding, less grave where a file wants only a warning; nothing where excluded."""
        matching = [each for each in self._found if each.matches(found.code.name, spot)]
        self._used.update(matching)
        if all(each.is_warning for each in matching):
            severity = min(found.severity, Severity.WARNING) if matching else found.severity
            yield replace(found, severity=severity)

    def problems(self, rules: Collection[str], always: Collection[str]) -> Iterator[Diagnostic]:
        """
        Yield what is wrong with the files themselves, after everything was checked.

        Args:
            rules: The names that findings can have.
            always: The names of rules that every dashboard of ours follows.
        """
        yield from self._problems
        for each in self._found:
            if each.rule not in (*rules, *always):
                guess = near(each.rule, (*rules, *always))
                hint = f"did you mean `{guess}`?" if guess else "`obsgen explain` knows the rules"
                yield finding(UNKNOWN_RULE, each.origin, f"rule `{each.rule}` is not known", hint)
            elif each not in self._used:
                word = "lowers" if each.is_warning else "hides"
                hint = "remove it"
                if each.rule in always:
                    hint += ": dashboards made by obsgen always follow the rule"
                message = f"the exclusion of `{each.rule}` {word} nothing"
                yield finding(UNUSED_EXCLUSION, each.origin, message, hint)


# The program calls one rule otherwise than its documentation.
_OTHER_NAMES: Final = {"template-on-time-change-reload": "template-on-time-change-reload-rule"}


def _exclusions(source: Source, say: _Say) -> Iterator[_Exclusion]:
    folder = source.file.removesuffix(LINT_FILE)
    for document in source.documents:
        if isinstance(document, Scalar) and document.is_null:
            continue
        for section in _known(document, _KEYS, say):
            is_warning = section.key.text == "warnings"
            for rule in _entries(section.value, say):
                name = _OTHER_NAMES.get(rule.key.text, rule.key.text)
                whole = _Exclusion(
                    rule=name,
                    folder=folder,
                    is_warning=is_warning,
                    origin=rule.key.origin.key(),
                )
                yield from _of_rule(whole, rule.value, say)


def _of_rule(whole: _Exclusion, node: Node, say: _Say) -> Iterator[_Exclusion]:
    """Yield the entries of a rule; without any, the rule counts nowhere."""
    if isinstance(node, Scalar) and node.is_null:
        yield whole
        return
    known = {entry.key.text: entry.value for entry in _known(node, _RULE_KEYS, say)}
    listed = known.get("entries")
    entries = listed.items if isinstance(listed, Sequence) else ()
    if listed is not None and not isinstance(listed, Sequence):
        say(finding(LINT_FORM, listed.origin, f"entries are a list, not {listed.word}"))
    if not entries:
        yield whole
    for item in entries:
        texts = {
            entry.key.text: entry.value.text
            for entry in _known(item, _ENTRY_KEYS, say)
            if isinstance(entry.value, Scalar) and entry.value.text
        }
        yield replace(
            whole,
            origin=item.origin,
            dashboard=texts.get("dashboard"),
            panel=texts.get("panel"),
            target=texts.get("targetIdx"),
        )


def _known(node: Node, keys: tuple[str, ...], say: _Say) -> Iterator[Entry]:
    """Yield the entries of a mapping whose keys mean something."""
    for entry in _entries(node, say):
        if entry.key.text in keys:
            yield entry
            continue
        guess = near(entry.key.text, keys)
        hint = f"did you mean `{guess}`?" if guess else f"it takes {', '.join(keys)}"
        message = f"a `.lint` file has no key `{entry.key.text}` here"
        say(finding(LINT_FORM, entry.key.origin.key(), message, hint))


def _entries(node: Node, say: _Say) -> Iterable[Entry]:
    if isinstance(node, MappingNode):
        return node.entries.values()
    if not (isinstance(node, Scalar) and (node.is_null or node.is_unread)):
        message = f"a `.lint` file has a mapping here, not {node.word}"
        say(finding(LINT_FORM, node.origin, message))
    return ()


def _file_of(dashboard: Dashboard) -> str:
    """Return the file of specs that a dashboard comes from; empty for one that nobody wrote."""
    return dashboard.origin.file or next(iter(dashboard.sources), "")
