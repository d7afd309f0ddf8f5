"""
Unit tests run by the real promtool: every file in a process of its own, several at once.

The rules that are tested and their tests are written into a folder that is gone afterwards, each
environment below its name.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from obsgen import tools
from obsgen.artefacts import OutputFile, RuleTestFile
from obsgen.outputs import prometheus
from obsgen.outputs.rule_tests import rule_test_file
from obsgen.unit_tests.needed import needed
from obsgen.unit_tests.output import read_answer
from obsgen.unit_tests.results import FileResult, trials
from obsgen.unit_tests.suites import Suite

TIMEOUT_SECONDS: Final = 600.0
"""For one file: many times what the longest of them takes on a slow machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """A file of tests, written below *folder*."""

    suite: Suite
    folder: Path
    path: str
    tests: RuleTestFile

    @property
    def key(self) -> tuple[str, str]:
        """What no other file has: its environment and path."""
        return self.suite.environment, self.path

    @property
    def work(self) -> int:
        """How much there is to do, roughly: evaluations of all rules."""
        last = (max((e.at.ms for e in t.expected), default=0) for t in self.tests.tests)
        return sum(last) // self.tests.evaluation_interval.ms


def run(
    suites: tuple[Suite, ...], promtool: Path, *, jobs: int, report: Callable[[int], None]
) -> tuple[FileResult, ...]:
    """
    Run all tests of the suites.

    Args:
        promtool: The executable.
        jobs: How many files are tested at once.
        report: Is told how many tests more are done.

    Returns:
        What came of each file, in the order of the suites.

    Raises:
        tools.ToolBroken: promtool does not run at all.
    """
    with tempfile.TemporaryDirectory(prefix="obsgen-") as folder:
        tasks = [task for suite in suites for task in _written(suite, Path(folder))]
        found: dict[tuple[str, str], FileResult] = {}
        with ThreadPoolExecutor(jobs) as pool:
            # The longest first: begun last, it would run alone at the end.
            longest_first = sorted(tasks, key=lambda task: task.work, reverse=True)
            futures = [pool.submit(_run_one, task, promtool) for task in longest_first]
            try:
                for future in as_completed(futures):
                    result = future.result()
                    found[result.environment, result.path] = result
                    report(len(result.trials))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return tuple(found[task.key] for task in tasks)


def _written(suite: Suite, folder: Path) -> Iterator[_Task]:
    for number, tests in enumerate(suite.tests):
        base = folder / (suite.environment or "all") / str(number)
        rule_files = needed(tests, suite.compiled.rule_files)
        for rules in prometheus.files(
            replace(suite.compiled, rule_files=rule_files, rule_tests=())
        ):
            _write(base, rules)
        groups = {group.name for file in rule_files for group in file.groups}
        ordered = tuple(group for group in tests.groups if group in groups)
        file = rule_test_file(replace(tests, groups=ordered), is_numbered=True)
        _write(base, file)
        yield _Task(suite=suite, folder=base, path=file.path, tests=tests)


def _write(base: Path, file: OutputFile) -> None:
    path = base / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.data)


def _run_one(task: _Task, promtool: Path) -> FileResult:
    start = time.perf_counter()
    command = (promtool, "test", "rules", task.path)
    try:
        answer = tools.run(command, cwd=task.folder, timeout_seconds=TIMEOUT_SECONDS)
    except tools.ToolTimeout as error:
        answer = tools.Answer(exit_code=1, stdout="", stderr=error.message)
    said = read_answer(answer)
    return FileResult(
        environment=task.suite.environment,
        service=task.tests.service,
        path=task.path,
        trials=trials(task.suite, task.tests, said),
        problems=said.problems,
        output=answer.stderr + answer.stdout,
        seconds=time.perf_counter() - start,
    )
