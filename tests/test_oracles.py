"""What the positive cases expect is what Prometheus and Alertmanager take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from casefolders import Case, all_cases
from oracles import amtool_check_config, promtool_check_config, promtool_check_rules

# The amtool at hand is of 0.25, the Alertmanager that specs have unless they say another.
YOUNG = re.compile(r"^alertmanager:.*version", re.MULTILINE)
GOOD = [case for case in all_cases() if (case.folder / "expect").is_dir()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Build every positive case completely, also what its folder does not show."""
    folders = []
    for case in GOOD:
        workplace = tmp_path_factory.mktemp(case.name.replace("/", "-"))
        files = whole(case).run(workplace).files
        for name, data in files.items():
            target = workplace / "generated" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        folders.append(workplace / "generated")
    return folders


def whole(case: Case) -> Case:
    return _Whole(case.folder)


RULES: Final = "prometheus/rules/*.rules.yml"
"""Not those of Loki."""


class _Whole(Case):
    """A case that shows every file."""

    def _shows(self, path: str) -> bool:
        return bool(path)


def with_rules(folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(folder.rglob(RULES))


def test_there_is_something_to_look_at():
    assert len(GOOD) > 30


def test_the_expected_rules_are_accepted():
    files = sorted(file for case in GOOD for file in (case.folder / "expect").rglob(RULES))

    promtool_check_rules(files)


def test_the_rules_of_every_positive_case_are_accepted(built: list[Path]):
    promtool_check_rules(list(with_rules(built)))


def test_the_configurations_of_every_positive_case_are_accepted(built: list[Path]):
    configs = [file for folder in built for file in sorted(folder.rglob("prometheus.yml"))]

    promtool_check_config(*configs)


def test_the_alertmanager_configurations_of_every_positive_case_are_accepted(built: list[Path]):
    configs = [
        file
        for case, folder in zip(GOOD, built, strict=True)
        if not any(YOUNG.search(spec.read_text("utf-8")) for spec in case.folder.rglob("*.yaml"))
        for file in sorted(folder.rglob("alertmanager.yml"))
    ]

    amtool_check_config(*configs)
