"""
What would pass without proving anything: found before promtool runs, which passes over it.

promtool is content with a file that tests nothing, with rule files that are not there, and with
an alert that does not fire because no rule has its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen import names
from obsgen.artefacts import RuleTest, RuleTestFile, alert_title
from obsgen.catalogue import near
from obsgen.diagnostics import NOWHERE, Code, Diagnostic, Related, finding
from obsgen.unit_tests.suites import Suite

NO_UNIT_TESTS: Final = Code(
    "OUT944",
    "no-unit-tests",
    why="a run without a single test proves nothing, and must not look like one that passed",
    fix="Write `tests:` on the alerts, or leave out `-k`.",
)
UNTESTED_ALERT: Final = Code(
    "OUT945",
    "untested-alert",
    why="an alert that was never seen firing may never fire",
    fix="Write `tests:` on the alert.",
)
RULES_NOT_THERE: Final = Code(
    "OUT946",
    "tested-rules-not-there",
    why="promtool passes over a rule file that it does not find, and then nothing can fire",
    fix="Test the rules of a service that has some.",
)
NO_SUCH_ALERT: Final = Code(
    "OUT947",
    "test-of-no-alert",
    why="an alert that no rule has never fires, so that expecting silence passes for ever",
    fix="Name an alert, and labels, that a rule of the service has.",
)
NOTHING_EXPECTED: Final = Code(
    "OUT948",
    "test-expects-nothing",
    why="promtool plays the series of such a test, looks at nothing, and passes it",
    fix="Say at which times the alert fires and at which it is quiet: `expect: {11m: firing}`.",
)
CODES: Final = (NO_UNIT_TESTS, UNTESTED_ALERT, RULES_NOT_THERE, NO_SUCH_ALERT, NOTHING_EXPECTED)

_UNPROVEN: Final = "cannot be proven: "
_HINT: Final = "write `tests:` on the alert"


def findings(suites: tuple[Suite, ...]) -> Iterator[Diagnostic]:
    """Yield what keeps the tests from proving anything."""
    for suite in suites:
        for file in suite.tests:
            yield from _file_findings(suite, file)
    if any(suite.alerts for suite in suites) and not any(suite.count for suite in suites):
        yield _no_tests(suites)
        return
    for suite in suites:
        yield from _untested(suite)


def _file_findings(suite: Suite, file: RuleTestFile) -> Iterator[Diagnostic]:
    path = f"prometheus/{names.rule_test_file(file.service, file.part)}"
    if not file.tests:
        yield finding(NOTHING_EXPECTED, NOWHERE, f"`{path}` holds no test")
    there = {rule_file.service for rule_file in suite.compiled.rule_files}
    for service in (file.service, *file.others):
        if service not in there:
            message = f"`{path}` needs rules of `{service}`, which has none"
            yield finding(RULES_NOT_THERE, NOWHERE, message)
    if file.service not in there:
        return
    for test in file.tests:
        if not test.expected:
            yield finding(NOTHING_EXPECTED, test.origin, f"test `{test.name}` expects nothing")
        if not suite.meant_by(file.service, test):
            yield _no_such_alert(suite, file.service, test)


def _no_such_alert(suite: Suite, service: str, test: RuleTest) -> Diagnostic:
    title = alert_title(service, test.alert, test.selects)
    guess = near(test.alert, sorted(alert for owner, alert in suite.rules if owner == service))
    hint = f"did you mean {guess}?" if guess and guess != test.alert else ""
    message = f"test `{test.name}` is of alert `{title}`, which no rule has"
    return finding(NO_SUCH_ALERT, test.origin, message, hint)


def _no_tests(suites: tuple[Suite, ...]) -> Diagnostic:
    related = []
    for suite in suites:
        reasons = suite.reasons()
        related += [
            Related(f"`{suite.title(alert)}` {_UNPROVEN}{reasons[alert.number]}", alert.rule.origin)
            for alert in suite.alerts
            if alert.number in reasons
        ]
    count = sum(len(suite.alerts) for suite in suites)
    counted = "1 alert has" if count == 1 else f"{count} alerts have"
    message = f"{counted} no unit test"
    return finding(NO_UNIT_TESTS, NOWHERE, message, _HINT, related=tuple(related))


def _untested(suite: Suite) -> Iterator[Diagnostic]:
    tested = {
        alert.number
        for file in suite.tests
        for test in file.tests
        for alert in suite.meant_by(file.service, test)
    }
    told = tested | suite.reasons().keys()
    for alert in suite.alerts:
        if alert.number not in told:
            message = f"alert `{suite.title(alert)}` has no unit test"
            yield finding(UNTESTED_ALERT, alert.rule.origin, message, _HINT)
