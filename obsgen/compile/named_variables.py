"""The variables that panels name: in PromQL, in other languages, in any of Grafana's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from obsgen.artefacts import Panel
from obsgen.promql import variables


def named_in(panels: Iterable[Panel]) -> frozenset[str]:
    """Return the names of the variables that stand in texts of the panels."""
    found = (text for panel in panels for text in _texts(panel))
    return frozenset(variable.name for text in found for variable in variables(text))


def _texts(panel: Panel) -> Iterator[str]:
    yield from (panel.title, panel.description)
    for target in panel.targets:
        yield from (target.expr, target.legend, *_strings(target.extra))
    for foreign in panel.foreign:
        yield from _strings(foreign.query)
    for words in (panel.options, panel.defaults, panel.extra, *panel.overrides):
        yield from _strings(words)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)
