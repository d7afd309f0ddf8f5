"""`spend`: what is used, and so what it costs, grows."""

from __future__ import annotations

from typing import Final

from obsgen.model import Complaint, Effect, Word
from obsgen.scenarios._amounts import thousandths


class Kind:
    """Reads `spend doubles from 2h on`."""

    key: Final = "spend"
    form: Final = "spend MULTIPLE"
    description: Final = "Tokens and money are used so many times as fast."
    example: Final = "spend doubles from 2h on"

    def read(self, words: tuple[Word, ...]) -> Effect | Complaint:
        """Read how much."""
        found = thousandths(words)
        return found if isinstance(found, Complaint) else Effect(spending=found)


KIND: Final = Kind()
