"""What a build finds that somebody should mend; infos are told by the tests of their checks."""

from __future__ import annotations

from obsgen.diagnostics import Diagnostic, Severity
from obsgen.pipeline import Built


def problems(built: Built) -> tuple[Diagnostic, ...]:
    """Return the errors and warnings."""
    return tuple(d for d in built.diagnostics if d.severity is not Severity.INFO)
