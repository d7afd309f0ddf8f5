"""How many processors there are for a process: those that it may run on, within its container."""

import os
from pathlib import Path

import pytest

from obsgen.processes import processors


@pytest.mark.parametrize(
    ("limit", "most"),
    [
        ("100000 100000", 1),
        ("150000 100000", 2),  # one and a half
        ("50000 100000", 1),
        ("900000 100000", 3),  # more than there are
        ("max 100000", 3),
        ("odd", 3),
        (None, 3),
    ],
)
def test_no_more_processors_are_used_than_a_container_may(
    monkeypatch, tmp_path: Path, limit: str | None, most: int
):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 5}, raising=False)
    if limit is not None:
        (tmp_path / "cpu.max").write_text(f"{limit}\n")

    assert most == processors(tmp_path / "cpu.max")


def test_where_no_system_tells_which_processors_are_allowed_all_are(monkeypatch, tmp_path: Path):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)

    assert 6 == processors(tmp_path / "cpu.max")
