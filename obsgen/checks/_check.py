"""What a check is: its codes, what it looks at, and the examples of its page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from obsgen.checks._queries import Query, Subject
from obsgen.diagnostics import Code, Diagnostic
from obsgen.promql import Node

_Kind = TypeVar("_Kind", bound=Node)
Run = Callable[[Subject], Iterable[Diagnostic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """
    What a check finds, and what to write instead.

    Attributes:
        wrong, right: PromQL, or the YAML of a rule.
        of_panels: They are the YAML of a dashboard's panels instead.
    """

    code: Code
    wrong: str
    right: str
    of_panels: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """
    One check.

    Attributes:
        run: Yields what it finds in a build.
        lints: The names of the mistakes in the systems' own documents that it finds: `L4`.
        is_opt_in: It counts only where the Project says how grave its findings are.
    """

    run: Run
    examples: tuple[Example, ...]
    lints: tuple[str, ...] = ()
    is_opt_in: bool = False


def of_queries(look: Callable[[Query], Iterable[Diagnostic]]) -> Run:
    """Look at every query by itself."""

    def run(subject: Subject) -> Iterator[Diagnostic]:
        for query in subject.queries:
            yield from look(query)

    return run


def of_alerts(look: Callable[[Query], Iterable[Diagnostic]]) -> Run:
    """Look at the query of every alert by itself."""

    def run(subject: Subject) -> Iterator[Diagnostic]:
        for query in subject.alerts:
            yield from look(query)

    return run


def of_nodes(kind: type[_Kind], look: Callable[[Query, _Kind], Iterable[Diagnostic]]) -> Run:
    """Look at every node of a kind, in all queries."""

    def run(subject: Subject) -> Iterator[Diagnostic]:
        for query in subject.queries:
            for node in query.nodes(kind):
                yield from look(query, node)

    return run
