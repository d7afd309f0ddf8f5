"""What to write for a unit that cannot show a measure."""

from __future__ import annotations

from obsgen.catalogue import near
from obsgen.units import Unit, known_units, unit_names


def is_no_unit(unit: Unit) -> bool:
    """Say whether a unit is a mere word, which only what is counted may be called."""
    return not known_units(unit.name)


def unit_hint(written: Unit, measured: Unit) -> str:
    """
    Return what an author may have meant, or which units show the same kind of amount.

    >>> unit_hint(Unit.parse("mib"), Unit.parse("bytes"))
    'did you mean `MiB`?'
    >>> unit_hint(Unit.parse("furlong"), Unit.parse("s"))
    'write one of `ns`, `us`, `ms`, `s`, `min`, `h`, `d`'
    """
    per = str(measured).removeprefix(measured.name)
    names = unit_names(measured.dimension)
    spelled = {name.lower(): name for name in names}
    guess = near(written.name.lower(), spelled) if is_no_unit(written) else ""
    if guess:
        return f"did you mean `{spelled[guess]}{per}`?"
    if measured.dimension == "money":
        return f"write the currency that it is in: `{measured}`"
    if written.dimension == measured.dimension:
        return f"write `{written.name}{per}`"
    if not names:
        return f"write `{measured}`, or leave it out"
    return "write one of " + ", ".join(f"`{name}{per}`" for name in names)
