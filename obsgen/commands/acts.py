"""What `--scenario` says: a scenario of the specs by its name, or one act written out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click


def acts_of(text: str, services: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """Yield the acts of a scenario that is named, or the one act that is written out."""
    from obsgen.model import Complaint
    from obsgen.reader.acts import read_act
    from obsgen.reader.scenarios import unknown_in

    text = text.strip()
    if " " not in text and text:
        yield from _named(text, services)
        return
    act = read_act(text)
    if isinstance(act, Complaint):
        raise click.BadParameter(_shown(text, act), param_hint="--scenario")
    if complaint := unknown_in(act, tuple(service.catalogue for service in services)):
        raise click.BadParameter(_shown(text, complaint), param_hint="--scenario")
    yield "", act


def _named(name: str, services: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    owner, _, own = name.rpartition("/")
    known = [(s.name, scenario) for s in services for scenario in s.scenarios]
    found = [(s, each) for s, each in known if each.name == own and owner in {"", s}]
    if not found:
        names = ", ".join(f"{service}/{each.name}" for service, each in known) or "none"
        message = f"no scenario is named `{name}`; the specs have {names}"
        raise click.BadParameter(message, param_hint="--scenario")
    for service, scenario in found:
        yield from ((service, act) for act in scenario.acts)


def _shown(text: str, complaint: Any) -> str:  # noqa: ANN401 (a Complaint)
    """Return a message with the words that it is about underlined."""
    start, end = (complaint.word.start, complaint.word.end) if complaint.word else (0, len(text))
    marks = " " * start + "^" * max(1, end - start)
    return f"{complaint.message}\n    {text}\n    {marks}\n  hint: {complaint.hint}"
