"""`latency`: everything takes longer, or less long."""

from __future__ import annotations

from typing import Final

from obsgen.model import Complaint, Effect, Word
from obsgen.scenarios._amounts import thousandths


class Kind:
    """Reads `latency ×5 for 15 min`."""

    key: Final = "latency"
    form: Final = "latency MULTIPLE"
    description: Final = "Everything takes so many times as long."
    example: Final = "latency ×5 for 15 min"

    def read(self, words: tuple[Word, ...]) -> Effect | Complaint:
        """Read how much."""
        found = thousandths(words)
        return found if isinstance(found, Complaint) else Effect(duration=found)


KIND: Final = Kind()
