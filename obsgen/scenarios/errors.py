"""`errors`: a share of what arrives fails."""

from __future__ import annotations

from typing import Final

from obsgen.model import Complaint, Effect, Word
from obsgen.scenarios._amounts import share_ppm


class Kind:
    """Reads `errors 20% on /api for 10 min from 5 min on`."""

    key: Final = "errors"
    form: Final = "errors SHARE"
    description: Final = "So much of what arrives fails."
    example: Final = "errors 20% on /api for 10 min from 5 min on"

    def read(self, words: tuple[Word, ...]) -> Effect | Complaint:
        """Read how much."""
        found = share_ppm(words)
        return found if isinstance(found, Complaint) else Effect(failing_ppm=found)


KIND: Final = Kind()
