"""What a template may name: whoever runs it brings functions, variables and what it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from obsgen.gotemplate.kinds import Kind, Member


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dialect:
    """
    The templates of one server; each is made once, and equal to none but itself.

    Attributes:
        server: Its name, for messages: `Prometheus 2`.
        version: Its version, to which the members of *members* are held.
        functions: Every function, with the fewest and the most arguments it takes.
        takes: What the arguments must be, the last entry for all that follow it; a function that
            is not here takes anything.
        gives: What a function returns; of those that are not here it is not known.
        newer: Functions of later versions, with the version.
        foreign: Names that people know from elsewhere, with what to write instead.
        root: What `.` and `$` are at first.
        variables: Those that are declared before the text.
        members: The fields of each kind.
        maps: Kinds that have any field besides, which is a text.
        elements: What `range` goes over, as key and element.
        singles: What `range` cannot go over.
        uncomparable: What `eq` and its like refuse.
        templates: Names defined elsewhere, with what each must be given; OTHER for anything.
        own_text: Where else than in the text a template may be defined, for messages.
        has_else_with: `{{ else with … }}` may be written.
        label_hint: How a label is written.
    """

    server: str
    functions: Mapping[str, tuple[int, int]]
    root: Kind
    variables: Mapping[str, Kind]
    members: Mapping[Kind, Mapping[str, Member]]
    maps: frozenset[Kind]
    label_hint: str
    version: tuple[int, int] = (0, 0)
    takes: Mapping[str, tuple[Kind, ...]] = field(default_factory=dict)
    gives: Mapping[str, Kind] = field(default_factory=dict)
    newer: Mapping[str, str] = field(default_factory=dict)
    foreign: Mapping[str, str] = field(default_factory=dict)
    elements: Mapping[Kind, tuple[Kind, Kind]] = field(default_factory=dict)
    singles: frozenset[Kind] = frozenset()
    uncomparable: frozenset[Kind] = frozenset()
    templates: Mapping[str, Kind] = field(default_factory=dict)
    own_text: str = ""
    has_else_with: bool = False
