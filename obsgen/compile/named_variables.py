"""The variables that panels name: in PromQL, in other languages, in any of Grafana's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from obsgen.artefacts import Panel, strings_in
from obsgen.promql import variable_names


def named_in(panels: Iterable[Panel]) -> frozenset[str]:
    """Return the names of the variables that stand in texts of the panels."""
    found = (text for panel in panels for text in _texts(panel))
    return frozenset(name for text in found for name in variable_names(text))


def _texts(panel: Panel) -> Iterator[str]:
    yield from (panel.title, panel.description)
    for target in panel.targets:
        yield from (target.expr, target.legend, *strings_in(target.extra))
    for foreign in panel.foreign:
        yield from strings_in(foreign.query)
    for words in (panel.options, panel.defaults, panel.extra, *panel.overrides):
        yield from strings_in(words)
