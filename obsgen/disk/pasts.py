"""The folder of a simulated past: a document for each service and day, and when it is of."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from obsgen.disk.growing import growing_file
from obsgen.disk.problems import write_failed

_SPAN: Final = "span"
_DOCUMENT: Final = ".om"
_PACKED: Final = ".gz"
# The last two are of a run that was killed.
_OURS: Final = (
    _SPAN,
    f"*{_DOCUMENT}",
    f"*{_DOCUMENT}{_PACKED}",
    f"*{_DOCUMENT}*.part",
    "span.part",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastFolder:
    """
    A folder that a past is written to; opens its documents, in whatever process.

    Attributes:
        packs: Whether documents are packed.
    """

    folder: Path
    packs: bool = False

    def __call__(self, name: str) -> AbstractContextManager[TextIO]:
        """Open a document by its day and its service; see `growing_file`."""
        return growing_file(self.folder / f"{name}{_DOCUMENT}{_PACKED * self.packs}")

    @property
    def held(self) -> tuple[Path, ...]:
        """The files of a past that is there already."""
        return tuple(each for ours in _OURS for each in self.folder.glob(ours) if each.is_file())

    def clear(self) -> None:
        """
        Remove the past that is there already, and nothing else.

        Raises:
            WriteFailed: the system refused.
        """
        for path in self.held:
            try:
                path.unlink()
            except OSError as error:
                raise write_failed("removed", error, path) from error

    def tell_span(self, start: int, end: int) -> None:
        """Write for whoever records over it between which seconds there is something."""
        with growing_file(self.folder / _SPAN) as file:
            file.write(f"{start} {end}\n")
