"""What `--scenario` says: a scenario of the specs by its name, or one act written out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click


def plan_of(
    services: tuple[Any, ...],
    files: Sequence[Any],
    scenarios: Sequence[str],
    *,
    only_asked: bool = False,
    speed: int = 1,
) -> Any:  # noqa: ANN401 (a Plan)
    """
    Return what is simulated, and what befalls it.

    Raises:
        UsageError: there is nothing to simulate, or a scenario is wrong or changes nothing.
    """
    from obsgen.simulate.stage import Plan, queries_of

    plan = Plan(
        services=services,
        queries=queries_of(files),
        acts=tuple(act for text in scenarios for act in acts_of(text, services)),
        only_asked=only_asked,
        speed=speed,
    )
    if not plan.casts:
        raise click.UsageError("no service declares a metric, so there is nothing to simulate")
    if (act := next(plan.idle_acts(), None)) is not None:
        message = f"`{act.text}` changes nothing: nothing of the kind is simulated there"
        hint = "  hint: compare its place with the labels that `/metrics` of the simulator shows"
        raise click.BadParameter(f"{message}\n{hint}", param_hint="--scenario")
    return plan


def check_times(scenarios: Sequence[str], services: tuple[Any, ...], span: Any, speed: int) -> None:  # noqa: ANN401 (a Span)
    """
    Demand that something of each scenario happens within a past.

    Raises:
        UsageError: all of it is before or after.
    """
    from obsgen.simulate.play import played

    for text in scenarios:
        acts = played((act for _, act in acts_of(text, services)), span, speed=speed)
        if not any(act.span.start < span.end and act.span.end > span.start for act in acts):
            message = f"`{text}` changes nothing: it is over before the past begins, or comes later"
            hint = "  hint: write a longer `--history`, or another `from`"
            raise click.BadParameter(f"{message}\n{hint}", param_hint="--scenario")


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
