"""`metric`: one metric by itself: what it stands at, how much of it there is, how fast it grows."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from obsgen.model import Complaint, Effect, Word
from obsgen.scenarios._amounts import thousandths, written

_NAME: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_NUMBER: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")
_RATE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)/(s|min|h)")
_AN_HOUR: Final = {"s": 3_600, "min": 60, "h": 1}


class Kind:
    """Reads `metric pg_up is 0`, `metric queue_length ×5`, `metric logins_total adds 6/min`."""

    key: Final = "metric"
    form: Final = "metric NAME is NUMBER, metric NAME MULTIPLE, metric NAME adds RATE"
    description: Final = "A gauge stands at a value or a multiple, a counter grows so much faster."
    example: Final = "metric pg_up is 0 for 10 min"

    def read(self, words: tuple[Word, ...]) -> Effect | Complaint:
        """Read the name and what becomes of it."""
        if not words or not _NAME.fullmatch(words[0].text):
            hint = "write `metric pg_up is 0`"
            return Complaint("the name of a metric is expected", hint, words[0] if words else None)
        name, rest = words[0].text, words[1:]
        verb, amount = (rest[0].text if rest else ""), written(rest[1:])
        if verb == "is" and _NUMBER.fullmatch(amount):
            return Effect(metric=name, value=Decimal(amount))
        if verb == "adds" and (found := _RATE.fullmatch(amount)):
            return Effect(metric=name, adds=Decimal(found[1]) * _AN_HOUR[found[2]])
        factor = thousandths(rest)
        if isinstance(factor, Complaint):
            hint = "write `is 0`, `×5` or, of a counter, `adds 6/min`"
            return Complaint(f"it is not told what becomes of `{name}`", hint, factor.word)
        return Effect(metric=name, factor=factor)


KIND: Final = Kind()
