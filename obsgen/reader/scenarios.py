"""`scenarios:` of a service: named acts that a simulation may play."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from obsgen.catalogue import Catalogue, Metric, near
from obsgen.diagnostics import Code, Diagnostic, Origin, finding
from obsgen.model import Act, Complaint, Reports, Scenario
from obsgen.reader.acts import read_act
from obsgen.reader.merge import name_of, named_items
from obsgen.reader.names import twice
from obsgen.reader.values import read_list, read_text, read_words
from obsgen.source import Node, Scalar

UNREADABLE_ACT: Final = Code(
    "SIM701",
    "unreadable-act",
    why="what is not understood does not happen, and a demonstration would show nothing",
    fix="Write what happens, where, for how long and from when on: "
    "`errors 20% on /api for 10 min from 5 min on`. docs/simulate.md lists all that may happen.",
)
UNKNOWN_IN_ACT: Final = Code(
    "SIM702",
    "act-on-unknown-metric",
    why="only what the service declares is simulated, so the act would change nothing",
    fix="Write the name of a metric, a label, or a value of it, that the service declares or uses.",
)
CODES: Final = (UNREADABLE_ACT, UNKNOWN_IN_ACT)


def read_scenarios(
    node: Node | None, catalogue: Catalogue, report: Reports
) -> tuple[Scenario, ...]:
    """Read the scenarios of a service; acts that cannot be read are left out and reported."""
    first: dict[str, Origin] = {}
    found = []
    for item in named_items(node):
        name = name_of(item)
        if name in first:
            report(twice(f"scenario `{name}`", item.origin / "name", first[name]))
        elif name:
            first[name] = item.origin / "name"
            acts = (_act(each, catalogue, report) for each in read_list(item.get("acts")))
            found.append(
                Scenario(
                    name=name,
                    acts=tuple(act for act in acts if act is not None),
                    description=read_text(item.get("description"), report),
                    refs=read_words(item.get("refs")),
                    origin=item.origin,
                )
            )
    return tuple(found)


def _act(node: Node, catalogue: Catalogue, report: Reports) -> Act | None:
    if not isinstance(node, Scalar):
        return None
    act = read_act(node.text)
    if isinstance(act, Complaint):
        report(_finding(UNREADABLE_ACT, node, act))
        return None
    if (complaint := unknown_in(act, (catalogue,))) is not None:
        report(_finding(UNKNOWN_IN_ACT, node, complaint))
        return None
    return act


def _finding(code: Code, node: Scalar, complaint: Complaint) -> Diagnostic:
    origin = node.origin
    if complaint.word is not None:
        origin = origin.characters(complaint.word.start, complaint.word.end)
    return finding(code, origin, complaint.message, complaint.hint)


def unknown_in(act: Act, catalogues: tuple[Catalogue, ...]) -> Complaint | None:
    """Return what is wrong where an act names a metric, a label or a value that nothing has."""
    every = {name: m for each in catalogues for name, m in each.metrics.items()}
    name = act.effect.metric
    if name and name not in every:
        guess = near(name, every)
        hint = f"did you mean `{guess}`?" if guess else "declare it under `metrics:`"
        return Complaint(f"`{name}` is no declared metric", hint)
    labels = {label for metric in every.values() for label in metric.all_labels}
    for place in act.places:
        if place.label and place.label not in labels:
            guess = near(place.label, labels)
            hint = f"did you mean `{guess}`?" if guess else "write a label of a declared metric"
            return Complaint(f"no metric has a label `{place.label}`", hint)
        if (values := _declared(place.label, every.values())) and place.value not in values:
            guess = near(place.value, values)
            hint = f"did you mean `{guess}`?" if guess else f"there is {', '.join(values)}"
            return Complaint(f"`{place.label}` is never `{place.value}`", hint)
    return None


def _declared(label: str, metrics: Iterable[Metric]) -> tuple[str, ...]:
    """Return all values that a label may have; none where any may come."""
    found: dict[str, None] = {}
    for metric in metrics:
        if label in metric.target_labels:
            return ()
        if label in metric.labels:
            if not (values := metric.labels[label]):
                return ()
            found |= dict.fromkeys(values)
    return tuple(found)
