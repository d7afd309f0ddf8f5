"""Which metrics are imported."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

PARTS: Final = ("_bucket", "_count", "_sum", "_created", "_total", "_info", "_gcount", "_gsum")
"""What the formats add to the name of a family to name its series."""

RUNTIME: Final = ("go_", "jvm_", "nodejs_", "process_", "promhttp_", "python_")
"""What client libraries tell of themselves and of the process, in every program alike."""

OF_THE_SERVER: Final = "of Prometheus itself"
RECORDED: Final = "recorded by rules"
NOT_MATCHED: Final = "not matched"
OF_THE_RUNTIME: Final = "of the runtime"

_GLOB: Final = re.compile(r"[a-zA-Z0-9_:*?]+")
_OF_THE_SERVER: Final = frozenset({"up", "ALERTS", "ALERTS_FOR_STATE"})
_OF_A_SCRAPE: Final = "scrape_"
_RECORDED: Final = ":"


def glob_problem(glob: str) -> str:
    """Return why a text is no pattern of metric names, or an empty text."""
    if _GLOB.fullmatch(glob):
        return ""
    return f"`{glob}` has other characters than those of a metric's name, `*` and `?`"


def glob_pattern(glob: str) -> str:
    """
    Return the regular expression of a pattern, in the words that Python and RE2 share.

    >>> glob_pattern("http_*_total")
    'http_.*_total'
    """
    return glob.replace("*", ".*").replace("?", ".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    Which metrics are imported.

    Attributes:
        globs: One of them matches; all do where there is none.
        with_runtime: Those that client libraries bring, too.
    """

    globs: tuple[str, ...] = ()
    with_runtime: bool = False

    def refusal(self, name: str) -> str:
        """Return why the family of this name is not imported, or an empty text."""
        if name in _OF_THE_SERVER or name.startswith(_OF_A_SCRAPE):
            return OF_THE_SERVER
        if _RECORDED in name:
            return RECORDED
        if self.globs and not any(re.fullmatch(glob_pattern(g), name) for g in self.globs):
            return NOT_MATCHED
        if not self.with_runtime and name.startswith(RUNTIME):
            return OF_THE_RUNTIME
        return ""

    def may_need(self, series: str) -> bool:
        """Say whether the series of this name may belong to a family that is wanted."""
        bases = (series, *(series.removesuffix(p) for p in PARTS if series.endswith(p)))
        return any(not self.refusal(base) for base in bases)

    @property
    def pattern(self) -> str:
        """The names of the series that may be needed, as a regular expression of RE2."""
        if not self.globs:
            return ".+"
        globs = "|".join(glob_pattern(glob) for glob in self.globs)
        return f"(?:{globs})(?:{'|'.join(PARTS)})?"
