"""What came of the tests, and what that says of each alert."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from obsgen.artefacts import Expected, RuleTest, RuleTestFile, alert_title
from obsgen.unit_tests.output import Mismatch, Said
from obsgen.unit_tests.suites import Suite

Labels = Mapping[str, str]

_OF_ALL_ALERTS: Final = ("__name__", "alertname", "alertstate")


@dataclass(frozen=True, slots=True)
class Difference:
    """
    A time at which an alert did something else than was expected.

    Attributes:
        fired: The label sets of the alerts that fired then, `alertname` excepted; of one of which
            any may fire, none is known.
    """

    expected: Expected
    fired: tuple[Labels, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """
    A test and what came of it.

    Attributes:
        title: Names the alert.
        fixed: The labels that every alert of the rule has.
        is_run: It was played to its end.
    """

    test: RuleTest
    title: str
    fixed: Labels
    differences: tuple[Difference, ...]
    is_run: bool

    @property
    def has_passed(self) -> bool:
        """Say whether all was as expected."""
        return self.is_run and not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """
    What came of a file of tests.

    Attributes:
        path: Below the folder of the environment.
        problems: What kept promtool from testing.
        output: All that promtool said.
    """

    environment: str
    service: str
    path: str
    trials: tuple[Trial, ...]
    problems: tuple[str, ...]
    output: str
    seconds: float


def trials(suite: Suite, file: RuleTestFile, said: Said) -> tuple[Trial, ...]:
    """Return what follows for each test of a file from what promtool said of it."""
    different: dict[int, list[Difference]] = {}
    for mismatch in said.mismatches:
        expected = file.tests[mismatch.test].expected[mismatch.expected]
        different.setdefault(mismatch.test, []).append(_difference(expected, mismatch))
    return tuple(
        Trial(
            test=test,
            title=alert_title(file.service, test.alert, test.selects),
            fixed=_fixed_labels(suite, file.service, test),
            differences=tuple(different.get(number, ())),
            # After a problem, a test that is not spoken of may have been left out.
            is_run=not said.problems or number in different,
        )
        for number, test in enumerate(file.tests)
    )


def _fixed_labels(suite: Suite, service: str, test: RuleTest) -> Labels:
    several = [alert.rule.labels.items() for alert in suite.meant_by(service, test)]
    return dict(several[0] if len(several) == 1 else test.selects)


def _difference(expected: Expected, mismatch: Mismatch) -> Difference:
    if expected.alerts is None:
        return Difference(expected, ())
    fired = (
        {k: v for k, v in sample.labels.items() if k not in _OF_ALL_ALERTS}
        for sample in mismatch.got
    )
    return Difference(expected, tuple(fired))


Verdict = Literal["proven", "failed", "unproven"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertResult:
    """
    What is known of an alert.

    Attributes:
        reason: Why it is not proven, or empty.
    """

    environment: str
    title: str
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a run."""

    files: tuple[FileResult, ...]
    alerts: tuple[AlertResult, ...]
    seconds: float

    @property
    def trials(self) -> tuple[Trial, ...]:
        """The tests of all files."""
        return tuple(trial for file in self.files for trial in file.trials)

    @property
    def has_passed(self) -> bool:
        """Say whether every test was run and passed."""
        return all(t.has_passed for t in self.trials) and not any(f.problems for f in self.files)

    def alerts_that_are(self, verdict: Verdict) -> tuple[AlertResult, ...]:
        """Return the alerts of which this is known."""
        return tuple(alert for alert in self.alerts if alert.verdict == verdict)


def outcome(suites: tuple[Suite, ...], files: tuple[FileResult, ...], *, seconds: float) -> Outcome:
    """Return what came of a run that took so long."""
    alerts = (result for suite in suites for result in _alert_results(suite, files))
    return Outcome(files=files, alerts=tuple(alerts), seconds=seconds)


def _alert_results(suite: Suite, files: Iterable[FileResult]) -> Iterator[AlertResult]:
    results: dict[int, list[Trial]] = {}
    for file in files:
        if file.environment == suite.environment:
            for trial in file.trials:
                for alert in suite.meant_by(file.service, trial.test):
                    results.setdefault(alert.number, []).append(trial)
    reasons = suite.reasons()
    for alert in suite.alerts:
        verdict, reason = _verdict(results.get(alert.number, []), reasons.get(alert.number, ""))
        title = suite.title(alert)
        yield AlertResult(
            environment=suite.environment, title=title, verdict=verdict, reason=reason
        )


def _verdict(trials: list[Trial], reason: str) -> tuple[Verdict, str]:
    if not all(trial.has_passed for trial in trials):
        return "failed", ""
    if trials:
        reason = _one_sided(trials)
    return ("unproven" if reason else "proven"), reason


def _one_sided(trials: Iterable[Trial]) -> str:
    """Return what no test shows of an alert: a rule that always fires passes half of them."""
    expected = [e for trial in trials for e in trial.test.expected]
    if all(e.alerts == () for e in expected):
        return "no test sees it fire"
    if all(e.alerts != () for e in expected):
        return "no test sees it quiet"
    return ""
