"""
What every test run shares: the switch that rewrites goldens, and Hypothesis' profile.

The profile has no deadline, because a slow machine is not a bug, and in CI it is derandomized, so
that a change is never blamed for an example that another change would have met too.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update`: goldens are rewritten with what the code makes now, and then compared."""
    parser.addoption(
        "--update", action="store_true", help="rewrite the goldens with what is made now"
    )


@pytest.fixture(scope="session")
def update(pytestconfig: pytest.Config) -> bool:
    """Whether goldens are to be rewritten."""
    return bool(pytestconfig.getoption("--update"))


settings.register_profile("obsgen", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("obsgen")
