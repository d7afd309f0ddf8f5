"""Rules: all of them loaded, healthy, in time, and the same as in the build."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

from obsgen import names
from obsgen.artefacts import AlertingRule, RecordingRule, RuleFile, RuleGroup
from obsgen.diagnostics import NOWHERE, Code, Diagnostic, Origin, Severity, finding
from obsgen.importers import answers
from obsgen.live.verify.same_rules import differences, is_same_rule, paired
from obsgen.live.verify.world import Outcome, World
from obsgen.units import Duration

TITLE: Final = "rules"
SERVER: Final = "prometheus"

RULE_MISSING: Final = Code(
    "LIV711",
    "rule-not-loaded",
    why="an alert that is not loaded never fires, and what is not recorded is not there",
    fix="Bring `generated/` to the server and let it reload: `curl -X POST …/-/reload`, or SIGHUP.",
)
RULE_EXTRA: Final = Code(
    "LIV712",
    "rule-not-in-the-specs",
    why="a rule that is in no spec was added by hand or left over; it alerts and records all the "
    "same",
    fix="Write it into the specs, or bring `generated/` to the server and let it reload.",
)
RULE_DIFFERENT: Final = Code(
    "LIV713",
    "rule-different",
    why="the server runs another rule than the one that was reviewed",
    fix="Bring `generated/` to the server and let it reload.",
)
RULE_FAILING: Final = Code(
    "LIV714",
    "rule-failing",
    why="a rule that fails records nothing and never fires",
    fix="Look at what Prometheus says; often two series of an operand have the same labels.",
)
RULE_NOT_EVALUATED: Final = Code(
    "LIV715",
    "rule-not-evaluated",
    why="nobody knows yet whether it works",
    fix="Wait for one evaluation interval, and ask again.",
    severity=Severity.WARNING,
)
GROUP_SLOW: Final = Code(
    "LIV716",
    "group-too-slow",
    why="a group that takes longer than its interval misses evaluations: alerts come late, ledgers "
    "lose minutes",
    fix="See `obsgen cost` for what is dear; give the server more, or split the service.",
)
RULES_TWICE: Final = Code(
    "LIV717",
    "rules-loaded-twice",
    why="rules that are loaded from two files record everything and alert twice; where the files "
    "differ, nobody knows which one is meant",
    fix="Remove the copy, or narrow `rule_files`, and let the server reload.",
)
CODES: Final = (
    RULE_MISSING,
    RULE_EXTRA,
    RULE_DIFFERENT,
    RULE_FAILING,
    RULE_NOT_EVALUATED,
    GROUP_SLOW,
    RULES_TWICE,
)

_HALF: Final = 2

_Group = Mapping[str, object]
_Pair = tuple[RecordingRule | AlertingRule, Mapping[str, object]]


def check(world: World) -> Outcome:
    """Compare the groups that the server has loaded with those of the build."""
    data = answers.mapping(world.live.data("rules"))
    loaded: list[_Group] = list(answers.rows(data.get("groups")))
    usual = world.compiled.prometheus.evaluation_interval
    findings: list[Diagnostic] = []
    taken: list[_Group] = []
    for file in world.compiled.rule_files:
        for group in file.groups:
            found = _loaded(file, group, loaded)
            if found is None:
                findings += _not_loaded(group)
                continue
            taken.append(found)
            findings += _group_problems(group, found, usual)
    findings += _beside(world, loaded, taken)
    looked = sum(len(group.rules) for group in world.groups)
    return Outcome(looked=looked, what="rule", findings=tuple(findings))


def _beside(world: World, loaded: list[_Group], taken: list[_Group]) -> Iterator[Diagnostic]:
    """Yield what is loaded in these files beside it, and what is loaded again."""
    own = {_file_name(file) for file in world.compiled.rule_files}
    # Files of one name in several folders are of several environments, which may share a server.
    met = {_base(one): _path(one) for one in taken}
    groups = {group.name: group for group in world.groups}
    for other in (one for one in loaded if not any(one is each for each in taken)):
        name = answers.text(other, "name")
        if name in groups and (again := _same(groups[name], other)):
            rules = "rule" if again == 1 else "rules"
            message = f"{again} {rules} of group `{name}` loaded again, from `{_path(other)}`"
            hint = "remove that file, or the group in it: everything is recorded and told twice"
            yield finding(RULES_TWICE, _origin(groups[name]), message, hint)
        elif name in groups or _base(other) not in own:
            continue
        elif met.get(_base(other), _path(other)) == _path(other):
            message = f"group `{name}` in `{_base(other)}` is in no spec"
            yield finding(RULE_EXTRA, NOWHERE, message)


def _file_name(file: RuleFile) -> str:
    return PurePosixPath(names.rule_file(file.service, file.part)).name


def _path(group: _Group) -> str:
    return answers.text(group, "file").replace("\\", "/")


def _base(group: _Group) -> str:
    return PurePosixPath(_path(group)).name


def _loaded(file: RuleFile, group: RuleGroup, loaded: list[_Group]) -> _Group | None:
    """
    Return the group of that name: in the same file, else (a ConfigMap's) in any.

    Of several the one whose rules have the labels of these: others are another environment's.
    """
    same = [one for one in loaded if answers.text(one, "name") == group.name]
    own = [one for one in same if _base(one) == _file_name(file)]
    return max(own or same, key=lambda one: _same(group, one), default=None)


def _same(group: RuleGroup, found: _Group) -> int:
    """Return how many rules of a group are there with their names and labels."""
    rules = list(answers.rows(found.get("rules")))
    return sum(any(is_same_rule(rule, other) for other in rules) for rule in group.rules)


def _origin(group: RuleGroup) -> Origin:
    return group.rules[0].origin if group.rules else NOWHERE


def _not_loaded(group: RuleGroup) -> Iterator[Diagnostic]:
    if len(group.rules) == 1:
        (rule,) = group.rules
        message = f"{shown(rule)} is not loaded: group `{group.name}` is not there"
        yield finding(RULE_MISSING, rule.origin, message)
        return
    # Once for all of them.
    alerts = dict.fromkeys(f"`{r.alert}`" for r in group.rules if isinstance(r, AlertingRule))
    hint = f"of its alerts none will fire: {', '.join(alerts)}" if alerts else ""
    message = f"none of the {len(group.rules)} rules of group `{group.name}` is loaded"
    yield finding(RULE_MISSING, _origin(group), message, hint)


def _group_problems(group: RuleGroup, found: _Group, usual: Duration) -> Iterator[Diagnostic]:
    interval = group.interval if group.interval.ms else usual
    origin = _origin(group)
    seconds = answers.number(found.get("interval"))
    if seconds and round(seconds * 1_000) != interval.ms:
        message = f"group `{group.name}` is evaluated every {seconds:g}s, not every {interval}"
        yield finding(RULE_DIFFERENT, origin, message)
    yield from _pace(group, found, seconds or interval.ms / 1_000)
    rules = list(answers.rows(found.get("rules")))
    pairs, missing, extra = paired(group.rules, rules)
    for rule in missing:
        message = f"{shown(rule)} is not loaded"
        hint = f"group `{group.name}` is there without it"
        yield finding(RULE_MISSING, rule.origin, message, hint)
    for other in extra:
        message = f"rule `{answers.text(other, 'name')}` in group `{group.name}` is in no spec"
        yield finding(RULE_EXTRA, origin, message)
    for rule, other in pairs:
        for problem in differences(rule, other):
            yield finding(RULE_DIFFERENT, rule.origin, f"{shown(rule)} {problem}")
    yield from _healths(group, pairs)
    if not missing and not extra and [o for _, o in pairs] != rules:
        message = f"the rules of group `{group.name}` are loaded in another order"
        yield finding(RULE_DIFFERENT, origin, message)


def _pace(group: RuleGroup, found: _Group, interval: float) -> Iterator[Diagnostic]:
    took = answers.number(found.get("evaluationTime"))
    if took * _HALF > interval:
        message = f"group `{group.name}` took {took:.3g}s, of {interval:g}s between two evaluations"
        origin = _origin(group)
        severity = Severity.ERROR if took > interval else Severity.WARNING
        yield Diagnostic(code=GROUP_SLOW, message=message, origin=origin, severity=severity)


def _healths(group: RuleGroup, pairs: list[_Pair]) -> Iterator[Diagnostic]:
    waiting = [rule for rule, other in pairs if answers.text(other, "health") == "unknown"]
    if len(pairs) > 1 and len(waiting) == len(pairs):
        # After a start or a reload: once for all of them.
        message = f"none of the {len(pairs)} rules of group `{group.name}` was evaluated yet"
        yield finding(RULE_NOT_EVALUATED, waiting[0].origin, message)
        return
    for rule, other in pairs:
        yield from _health(rule, other)


def _health(
    rule: RecordingRule | AlertingRule, found: Mapping[str, object]
) -> Iterator[Diagnostic]:
    health = answers.text(found, "health")
    if health == "err" or answers.text(found, "lastError"):
        reason = " ".join(answers.text(found, "lastError").split()) or "no reason is given"
        yield finding(RULE_FAILING, rule.origin, f"{shown(rule)} fails: {reason}")
    elif health == "unknown":
        yield finding(RULE_NOT_EVALUATED, rule.origin, f"{shown(rule)} was not evaluated yet")


def shown(rule: RecordingRule | AlertingRule) -> str:
    """Name a rule as messages do."""
    of = "/".join(v for k in ("service", "slo") if (v := rule.labels.get(k)) and "{{" not in v)
    tail = f" of `{of}`" if of else ""
    if isinstance(rule, AlertingRule):
        return f"alert `{rule.alert}`{tail}"
    return f"record `{rule.record}`{tail}"
