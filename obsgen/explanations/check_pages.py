"""
A page for each finding of the checks: why it matters, what to write instead, how to live with it.

`obsgen explain CODE` tells the same on a terminal; `docs/checks/` holds what is written here. What
is found elsewhere but asked for in the same breath (a rule file's form, ignoring, severities) has
its page, too.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen import checks
from obsgen.checks import Example
from obsgen.diagnostics import Code, Severity
from obsgen.exclusions import LINT_FORM, UNKNOWN_RULE, UNUSED_EXCLUSION
from obsgen.ignores import EXPIRED_IGNORE, IGNORE_FORM, UNUSED_IGNORE
from obsgen.lint.documents import NO_RULES, RULE_FILE, SKIPPED_DOCUMENT
from obsgen.promql import PromqlError, parse
from obsgen.prose import capitalized
from obsgen.reader.checks import CHECK_SETTING
from obsgen.reader.profiles import CAN_NEVER_FIRE
from obsgen.reader.route_checks import IDLE_CONTINUE
from obsgen.reader.severities import UNKNOWN_SEVERITY
from obsgen.secrets import LITERAL_SECRET

_WIDTH: Final = 100


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake of rules that people had written by hand, and the ids of what finds it."""

    told: str
    codes: tuple[str, ...]


MISTAKES: Final[Mapping[str, Mistake]] = {
    "L1": Mistake("a rate that is compared with a fraction", ("PQL433",)),
    "L2": Mistake("a quantile without `sum by (le)`", ("PQL423", "PQL424")),
    "L3": Mistake("a ratio of sides that are not summed", ("PQL426", "PQL427")),
    "L4": Mistake("a rate times a number that is no seconds", ("PQL434",)),
    "L5": Mistake("the bare name of a histogram", ("PQL425",)),
    "L6": Mistake("a metric or a label that nobody declares", ("REF201", "REF202", "REF203")),
    "L7": Mistake("a counter without `_total`, a unit that is no base unit", ("PQL453",)),
    "L8": Mistake(
        "a severity that the Project does not have, or that no route takes", ("REF206", "ALR651")
    ),
    "L9": Mistake("an alert without `for` or annotations", ("ALR537", "ALR538", "ALR548")),
    "L10": Mistake("a limit a second that reads like a count", ("PQL432",)),
    "L11": Mistake("a latency that is no bucket", ("SLO321",)),
    "L12": Mistake("a ratio with a percent sign behind it", ("ALR541",)),
    "L13": Mistake("a range beyond the retention", ("PQL438",)),
    "L14": Mistake("a panel of every series", ("PQL447",)),
    "L15": Mistake("a label with a value for each person or request", ("PQL448",)),
    "L16": Mistake("every filesystem, tmpfs and overlays too", ("PQL445",)),
    "L17": Mistake("a burn rate that no error ratio reaches", ("SLO304",)),
    "L18": Mistake("one less a rate", ("PQL435",)),
    "L19": Mistake(
        "a `continue` to nothing, a group by a label of no alert, a secret written out",
        ("ALR567", "ALR653", "SEC801"),
    ),
    "L20": Mistake("`up` of an exporter, taken for the server behind it", ("PQL446",)),
}
"""By the names that checks give them in `lints`."""

_RULE: Final = "groups:\n- name: shop\n  rules:\n  - {alert: Down, expr: 'up == 0'"
_OTHERS: Final = (
    Example(
        code=UNKNOWN_SEVERITY,
        wrong="severity: security",
        right="severity: critical\ncategory: security",
    ),
    Example(
        code=CAN_NEVER_FIRE,
        wrong="alert_profiles:\n"
        "  own: [{tier: fast, spends: 2%, long: 1h, short: 5m, severity: page}]\n"
        "slos: [{name: accuracy, objective: 90, sli: …, alerts: own}]",
        right="slos: [{name: accuracy, objective: 90, sli: …, alerts: standard}]",
    ),
    Example(
        code=IDLE_CONTINUE,
        wrong="routes:\n"
        "  - {where: {severity: critical}, to: oncall, continue: true}\n"
        "  - {where: {severity: low}, to: chat}",
        right="routes:\n"
        "  - {where: {severity: critical}, to: oncall}\n"
        "  - {where: {severity: low}, to: chat}",
    ),
    Example(
        code=LITERAL_SECRET,
        wrong="pagerduty: {routing_key: 0123456789abcdef0123456789abcdef}",
        right="pagerduty: {routing_key_file: /etc/alertmanager/secrets/pagerduty}",
    ),
    Example(
        code=CHECK_SETTING,
        wrong="checks: {severities: {rate-of-gauge: fatal}}",
        right="checks: {severities: {rate-of-gauge: error}}",
    ),
    Example(code=RULE_FILE, wrong=f"{_RULE}, wait: 5m}}", right=f"{_RULE}, for: 5m}}"),
    Example(
        code=SKIPPED_DOCUMENT,
        wrong="groups: [{name: shop, rules: […]}]\n---\ngroups: [{name: cart, rules: […]}]",
        right="groups: [{name: shop, rules: […]}, {name: cart, rules: […]}]",
    ),
    Example(code=NO_RULES, wrong="kind: Deployment", right="groups: [{name: shop, rules: […]}]"),
    Example(
        code=UNUSED_IGNORE,
        wrong="expr: up == 0   # obsgen: ignore[PQL431] it was `up < 2` once",
        right="expr: up == 0",
    ),
    Example(
        code=EXPIRED_IGNORE,
        wrong="expr: up < 2   # obsgen: ignore[PQL431] a joke until 2020-01-31",
        right="expr: up < 1",
    ),
    Example(
        code=LINT_FORM,
        wrong="exclusions: [target-counter-agg-rule]",
        right="exclusions:\n"
        "  target-counter-agg-rule:\n"
        "    reason: The meter is read by people.\n"
        "    entries: [{dashboard: Cart, panel: Meter}]",
    ),
    Example(
        code=UNKNOWN_RULE,
        wrong="exclusions: {target-counter-rule: {reason: The meter is read by people}}",
        right="exclusions: {target-counter-agg-rule: {reason: The meter is read by people}}",
    ),
    Example(
        code=UNUSED_EXCLUSION,
        wrong="exclusions:   # and panel `Meter` shows a rate by now\n"
        "  target-counter-agg-rule: {entries: [{panel: Meter}]}",
        right="exclusions: {}",
    ),
    Example(
        code=IGNORE_FORM,
        wrong="expr: up < 2   # obsgen: ignore[PQL431]",
        right="expr: up < 2   # obsgen: ignore[PQL431] a joke until 2027-01-31",
    ),
)
"""What is found elsewhere than in a check."""


def examples_of(code: Code) -> tuple[Example, ...]:
    """Return what a code finds, and what to write instead; nothing for most that are no check's."""
    of_checks = (e for name in checks.KINDS for e in checks.load(name).examples)
    return tuple(example for example in (*of_checks, *_OTHERS) if example.code is code)


def documented_codes() -> Mapping[str, Code]:
    """Return the codes that have a page, by their ids."""
    others = {example.code.id: example.code for example in _OTHERS}
    return dict(sorted({**checks.codes(), **others}.items()))


def check_page(code: Code) -> str:
    """Return the page of a code, as Markdown."""
    parts = [f"# {code.id} {code.name}", _filled(f"{_kind(code)}: {code.why}."), _filled(code.fix)]
    for example in examples_of(code):
        parts += ["Wrong:", _fenced(example.wrong), "Right:", _fenced(example.right)]
    parts += _silencing(code)
    for name, mistake in MISTAKES.items():
        if code.id in mistake.codes:
            parts.append(_filled(f"It finds {name}: {mistake.told}."))
    parts.append("All findings: [checks](../checks.md).")
    return "\n\n".join(parts) + "\n"


def check_index() -> str:
    """Return the list of all pages, as Markdown."""
    codes = documented_codes()
    parts = [
        "# Checks",
        _filled(
            "What obsgen finds in queries and rules, whether they come from specs (`obsgen "
            "validate`) or from plain rule files (`obsgen lint`), and in dashboards. `obsgen "
            "explain CODE` tells what a page here tells; [lint.md](lint.md) tells how findings are "
            "ignored, and what a Project may demand."
        ),
        _filled(
            "The third column is how grave a finding is where the check is sure. What a check is "
            "less sure of is a warning or an info under the same code: units and types that only "
            "a name tells, labels that nobody declares, rules that are written twice in two files."
        ),
        _table(
            ("code", "name", "", "why it matters"),
            ((_link(c.id), c.name, _gravity(c), _cell(c.why)) for c in codes.values()),
        ),
        "## Mistakes that people make",
        _filled(
            "Mistakes that stood in rules which people had written by hand, and what finds them."
        ),
        _table(
            ("", "mistake", "found by"),
            (
                (name, mistake.told, ", ".join(map(_link, mistake.codes)))
                for name, mistake in MISTAKES.items()
            ),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _gravity(code: Code) -> str:
    return "on demand" if code.id in checks.on_demand() else str(code.severity)


def _kind(code: Code) -> str:
    words = {Severity.ERROR: "An error", Severity.WARNING: "A warning", Severity.INFO: "An info"}
    return words[code.severity]


def _silencing(code: Code) -> Iterable[str]:
    if code.id in checks.on_demand():
        yield "It counts only where a Project says how grave it is:"
        yield _fenced(f"checks: {{severities: {{{code.name}: warning}}}}", "yaml")
    if code.name in checks.dashboard_rules():
        yield "To live with it on one dashboard or panel, in `.lint` beside the specs:"
        yield _fenced(_EXCLUSION.format(code.name), "yaml")
    if code.id in checks.on_demand():
        return
    if code.id in checks.codes():
        yield "To live with it, on its line or alone on the line before:"
        yield _fenced(f"# obsgen: ignore[{code.id}] why it is right here", "yaml")
        yield "or for a whole project:"
        yield _fenced(f"checks: {{severities: {{{code.name}: none}}}}", "yaml")
    elif code.severity is not Severity.ERROR:
        yield "To live with it, on its line or alone on the line before:"
        yield _fenced(f"# obsgen: ignore[{code.id}] why it is right here", "yaml")
    else:
        yield "It stops everything that comes after, so it cannot be ignored."


_EXCLUSION: Final = """\
exclusions:
  {}:
    entries: [{{dashboard: TITLE, panel: TITLE, reason: why it is right here}}]"""


def _fenced(text: str, language: str = "") -> str:
    return f"```{language or _language(text)}\n{text}\n```"


def _language(text: str) -> str:
    try:
        parse(text)
    except PromqlError:
        return "yaml"
    return "promql"


def _filled(text: str) -> str:
    return textwrap.fill(capitalized(text), _WIDTH, break_long_words=False, break_on_hyphens=False)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (header, ("---",) * len(header), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _link(code: str) -> str:
    return f"[{code}](checks/{code}.md)"
