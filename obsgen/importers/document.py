"""A catalogue as a spec: what families declare, as a person would have written it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from obsgen.formatting import format_source
from obsgen.importers.complaints import bounds, is_id, number
from obsgen.importers.families import Family
from obsgen.importers.kinds import PRESET, DocumentKind
from obsgen.outputs.yaml import entry
from obsgen.reader.metrics import unit_from_name
from obsgen.report import harmless
from obsgen.schema.shared import is_label
from obsgen.units import COUNT, Unit

_LONGEST_VALUE: Final = 100
_INDENT: Final = "  "

# Words that a name ends in and that can mean only one unit; what the language knows is not here.
_SURE_UNITS: Final = {
    "minutes": "min",
    "hours": "h",
    "days": "d",
    "microseconds": "us",
    "nanoseconds": "ns",
    "kibibytes": "KiB",
    "mebibytes": "MiB",
    "gibibytes": "GiB",
    **{word: word for word in ("joules", "volts", "amperes", "meters", "watts", "hertz", "kelvin")},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """
    What stands above the metrics.

    Attributes:
        name: Of the document; of the service that a Part belongs to.
        source: Where the metrics come from, for the comment.
        values: Labels with at most so many values are declared with them; 0 for none.
    """

    document: DocumentKind = PRESET
    name: str
    source: str
    values: int = 0


_IDENTITIES: Final = ("_uid", "_id", "_uuid", "_ip", "_sha", "_hash")


def _is_identity(label: str, values: frozenset[str]) -> bool:
    """Say whether the values of a label are those of today only, be they few."""
    return is_id(label, values) or label.endswith(_IDENTITIES)


def write_document(families: Iterable[Family], head: Head) -> str:
    """Return a spec that declares the families, in their order, laid out as `obsgen fmt` does."""
    text = "".join(f"{line}\n" for line in _lines(families, head))
    return format_source(head.source, text.encode()).text.decode()


def _lines(families: Iterable[Family], head: Head) -> Iterator[str]:
    yield f"# Imported by obsgen from {harmless(head.source)}; it is yours to edit."
    yield "apiVersion: obsgen/v1"
    yield f"kind: {head.document.kind}"
    yield entry(head.document.name_key, head.name)
    yield "metrics:"
    for family in families:
        yield _INDENT + entry(family.name, None).removesuffix(" null")
        for key, value, comment in _declared(family, head.values):
            yield f"{_INDENT * 2}{entry(key, value)}{f'  # {comment}' if comment else ''}"


def _declared(family: Family, values: int) -> Iterator[tuple[str, Any, str]]:
    """Yield the keys of a metric, with a comment where something is not certain."""
    guess = f"untyped: guessed from {family.guess}" if family.guess else ""
    yield "type", family.type, guess or ("" if family.has_series else _UNSEEN)
    if labels := _labels(family, values):
        yield "labels", labels, ""
    if unit := _unit(family):
        yield "unit", unit, ""
    if family.type == "histogram" and (numbers := bounds(family)):
        yield "buckets", list(numbers), ""
    if quantiles := sorted({q for text in family.quantiles if (q := number(text)) is not None}):
        yield "quantiles", quantiles, ""
    if help_ := _one_line(family.help):
        yield "help", help_, ""


_UNSEEN: Final = "no series yet: labels are not known"


def _labels(family: Family, most: int) -> list[str] | dict[str, Any]:
    """Return the names of the labels; with the values, where some are so few that they say all."""
    named = {label: values for label, values in family.labels.items() if is_label(label)}
    few = {
        label: sorted(values)
        for label, values in named.items()
        if 0 < len(values) <= most
        and not _is_identity(label, values)
        and all(map(_is_plain, values))
    }
    if not few:
        return list(named)
    return {label: few.get(label, "any") for label in named}


def _is_plain(value: str) -> bool:
    return value.isprintable() and len(value) <= _LONGEST_VALUE


def _unit(family: Family) -> str:
    """Return the unit where the language does not see it in the name."""
    if unit_from_name(family.name) != COUNT:
        return ""
    word = family.name.removesuffix("_total").rpartition("_")[2]
    unit = _SURE_UNITS.get(word) or _SURE_UNITS.get(family.unit, family.unit)
    try:
        return str(Unit.parse(unit)) if unit else ""
    except ValueError:
        return ""


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
