"""`traffic`: more arrives, or less, or nothing."""

from __future__ import annotations

from typing import Final

from obsgen.model import Complaint, Effect, Word
from obsgen.scenarios._amounts import thousandths


class Kind:
    """Reads `traffic stops on job=gateway`."""

    key: Final = "traffic"
    form: Final = "traffic MULTIPLE"
    description: Final = "So many times as much arrives."
    example: Final = "traffic stops on job=gateway"

    def read(self, words: tuple[Word, ...]) -> Effect | Complaint:
        """Read how much."""
        found = thousandths(words)
        return found if isinstance(found, Complaint) else Effect(arrivals=found)


KIND: Final = Kind()
