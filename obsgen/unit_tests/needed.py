"""
The rules that a file of unit tests needs: those under test, and what they read.

promtool evaluates every rule that it is given, at every step of every test: with the rules of a
whole service, tests of weeks of traffic take minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from obsgen.artefacts import AlertingRule, RecordingRule, RuleFile, RuleGroup, RuleTestFile
from obsgen.promql import PromqlError, VectorSelector, parse, selectors

_Rule = RecordingRule | AlertingRule


def needed(tests: RuleTestFile, rule_files: Iterable[RuleFile]) -> tuple[RuleFile, ...]:
    """Return the rule files of a file of tests, with the rules alone that make a difference."""
    wanted = {(tests.service, tests.rules), *((name, "") for name in tests.others)}
    files = [file for file in rule_files if (file.service, file.part) in wanted]
    recorded: dict[str, list[RecordingRule]] = {}
    for rule in _rules(files):
        if isinstance(rule, RecordingRule):
            recorded.setdefault(rule.record, []).append(rule)
    pending = [
        rule
        for rule in _rules(files)
        if isinstance(rule, AlertingRule) and any(test.is_of(rule) for test in tests.tests)
    ]
    kept: dict[int, _Rule] = {}
    queue: list[_Rule] = list(pending)
    while queue:
        rule = queue.pop()
        if id(rule) in kept:
            continue
        kept[id(rule)] = rule
        for read in _selected(rule.expr):
            queue += (r for r in recorded.get(read.metric_name or "", ()) if _may_take(read, r))
    return tuple(_trimmed(file, kept.keys()) for file in files)


def _rules(files: Iterable[RuleFile]) -> Iterator[_Rule]:
    yield from (rule for file in files for group in file.groups for rule in group.rules)


def _selected(expr: str) -> tuple[VectorSelector, ...]:
    """Return what an expression reads; promtool says what is wrong with one that is none."""
    try:
        return selectors(parse(expr))
    except PromqlError:
        return ()


def _may_take(read: VectorSelector, rule: RecordingRule) -> bool:
    """Say whether a selector takes some of what a rule records, as far as its labels tell."""
    return all(
        m.value == rule.labels[m.label]
        for m in read.matchers
        if m.op == "=" and m.label in rule.labels
    )


def _trimmed(file: RuleFile, kept: Iterable[int]) -> RuleFile:
    chosen = frozenset(kept)

    def own(group: RuleGroup) -> RuleGroup:
        return replace(group, rules=tuple(rule for rule in group.rules if id(rule) in chosen))

    groups = (own(group) for group in file.groups)
    return replace(file, groups=tuple(group for group in groups if group.rules))
