"""
What every test run shares: the switch that rewrites goldens, Hypothesis' profile, and Ctrl-C.

The profile has no deadline, because a slow machine is not a bug, and in CI it is derandomized, so
that a change is never blamed for an example that another change would have met too.
"""

from __future__ import annotations

import os
import signal

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

# A shell starts what is to run in the background with Ctrl-C ignored, and all that it starts would
# ignore it, too; programs under test are to be interrupted.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
