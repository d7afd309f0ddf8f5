"""Rules: all of them loaded, healthy, in time, and the same as in the build."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

from obsgen import names
from obsgen.artefacts import AlertingRule, RecordingRule, RuleFile, RuleGroup
from obsgen.diagnostics import NOWHERE, Code, Diagnostic, Severity, finding
from obsgen.importers import answers
from obsgen.live.verify.same_rules import differences, paired
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
CODES: Final = (
    RULE_MISSING,
    RULE_EXTRA,
    RULE_DIFFERENT,
    RULE_FAILING,
    RULE_NOT_EVALUATED,
    GROUP_SLOW,
)

_HALF: Final = 2

_Group = Mapping[str, object]
_Pair = tuple[RecordingRule | AlertingRule, Mapping[str, object]]


def check(world: World) -> Outcome:
    """Compare the groups that the server has loaded with those of the build."""
    data = answers.mapping(world.live.data("rules"))
    loaded = list(answers.rows(data.get("groups")))
    usual = world.compiled.prometheus.evaluation_interval
    findings: list[Diagnostic] = []
    taken: list[int] = []
    for file in world.compiled.rule_files:
        for group in file.groups:
            found = _loaded(file, group, loaded)
            if found is None:
                findings += _not_loaded(group)
                continue
            taken.append(id(found))
            findings += _group_problems(group, found, usual)
    own = {_file_name(file) for file in world.compiled.rule_files}
    for other in loaded:
        if _base(other) in own and id(other) not in taken:
            message = f"group `{answers.text(other, 'name')}` in `{_base(other)}` is in no spec"
            findings.append(finding(RULE_EXTRA, NOWHERE, message))
    looked = sum(len(group.rules) for group in world.groups)
    return Outcome(looked=looked, what="rule", findings=tuple(findings))


def _file_name(file: RuleFile) -> str:
    return PurePosixPath(names.rule_file(file.service, file.part)).name


def _base(group: _Group) -> str:
    return PurePosixPath(answers.text(group, "file").replace("\\", "/")).name


def _loaded(file: RuleFile, group: RuleGroup, loaded: list[dict[str, object]]) -> _Group | None:
    """Return the group of that name: in the same file, else (a ConfigMap's) in any."""
    same = [one for one in loaded if answers.text(one, "name") == group.name]
    own = [one for one in same if _base(one) == _file_name(file)]
    return next(iter(own or same), None)


def _not_loaded(group: RuleGroup) -> Iterator[Diagnostic]:
    for rule in group.rules:
        message = f"{shown(rule)} is not loaded: group `{group.name}` is not there"
        yield finding(RULE_MISSING, rule.origin, message)


def _group_problems(group: RuleGroup, found: _Group, usual: Duration) -> Iterator[Diagnostic]:
    interval = group.interval if group.interval.ms else usual
    origin = group.rules[0].origin if group.rules else NOWHERE
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
        origin = group.rules[0].origin if group.rules else NOWHERE
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
