"""
The unit tests of the generated rules, run by the real promtool.

`suites` says what is tested, `guards` what would pass without proving anything, `promtool` runs
and reads, `results` says what follows for each alert, `report` tells it to people and programs.
"""

from __future__ import annotations

from obsgen.unit_tests.guards import findings
from obsgen.unit_tests.promtool import run
from obsgen.unit_tests.report import FORMATS
from obsgen.unit_tests.results import FileResult, Outcome, outcome
from obsgen.unit_tests.suites import Suite, suites

__all__ = ["FORMATS", "FileResult", "Outcome", "Suite", "findings", "outcome", "run", "suites"]
