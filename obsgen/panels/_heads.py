"""Heads of tables: titles for labels, as the values have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from obsgen.artefacts import Json

_TITLES: Final[Mapping[str, str]] = {
    "alertname": "Alert",
    "datname": "Database",
    "le": "Up to",
    "slo": "SLO",
    "url": "URL",
}


def head(label: str) -> str:
    """
    Return what stands above the values of a label.

    >>> head("slo"), head("token_type")
    ('SLO', 'Token type')
    """
    words = label.replace("_", " ")
    return _TITLES.get(label, words[:1].upper() + words[1:])


def with_heads(
    transformations: tuple[Mapping[str, Json], ...], *, invisible: Sequence[str] = ()
) -> tuple[Mapping[str, Json], ...]:
    """
    Return the transformations of a table, which name its labels, too.

    Overrides and links go by the name of a field, which a title leaves as it is.

    Args:
        invisible: Labels that are not shown.
    """
    return tuple(
        _named(one, invisible) if one.get("id") == "organize" else one for one in transformations
    )


def _named(organize: Mapping[str, Any], invisible: Sequence[str]) -> Mapping[str, Json]:
    options = organize["options"]
    renamed: Mapping[str, str] = options["renameByName"]
    hidden: Mapping[str, bool] = options["excludeByName"]
    taken = set(renamed.values())
    labels = (
        name for name in options["indexByName"] if name not in {*renamed, *hidden, *invisible}
    )
    titles = {label: title for label in labels if (title := head(label)) not in taken}
    return {**organize, "options": {**options, "renameByName": {**titles, **renamed}}}
