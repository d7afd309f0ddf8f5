"""`target`: a target does not answer any more, or begins anew."""

from __future__ import annotations

from typing import Final

from obsgen.model import Complaint, Effect, Word
from obsgen.scenarios._amounts import written

_EFFECTS: Final = {"disappears": Effect(is_gone=True), "restarts": Effect(restarts=True)}


class Kind:
    """Reads `target disappears` and `target restarts`."""

    key: Final = "target"
    form: Final = "target disappears, target restarts"
    description: Final = "Scrapes of the target fail, or its process dies and counts from zero."
    example: Final = "target disappears on instance=gateway:8080 for 5 min"

    def read(self, words: tuple[Word, ...]) -> Effect | Complaint:
        """Read what it does."""
        if effect := _EFFECTS.get(written(words)):
            return effect
        message = f"a target disappears or restarts, found `{written(words)}`"
        return Complaint(message, "write `target disappears`", words[0] if words else None)


KIND: Final = Kind()
