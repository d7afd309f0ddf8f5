"""What a check is given and what it gives."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from obsgen.artefacts import Compiled, RuleGroup
from obsgen.diagnostics import Diagnostic
from obsgen.http import Client, shown
from obsgen.importers.prometheus import ApiUnreadable
from obsgen.model import Spec
from obsgen.preview.server import Prometheus

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Api:
    """A server that answers in JSON; *url* is where its own pages begin."""

    client: Client
    url: str
    product: str

    def ask(self, path: str, params: Sequence[tuple[str, str]] = ()) -> object:
        """
        Return what a path answers.

        Raises:
            HttpError: it gives no answer.
            ApiUnreadable: it is not JSON.
        """
        answer = self.client.get(self.url + path, params, accept=_JSON)
        try:
            found: object = json.loads(answer.body)
        except (ValueError, RecursionError):
            message = f"`{shown(self.url)}` answers with something else than {self.product} does"
            raise ApiUnreadable(message, "give the address at which its own pages begin") from None
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """
    What specs say, and the servers that are asked.

    Attributes:
        servers: Of Alertmanager and Grafana, by their names.
        now: By Prometheus's own clock, in milliseconds since the epoch.
    """

    spec: Spec
    compiled: Compiled
    now: int
    prometheus: Prometheus | None = None
    servers: Mapping[str, Api] = field(default_factory=dict)

    @property
    def live(self) -> Prometheus:
        """The Prometheus, for checks that ask it."""
        assert self.prometheus is not None
        return self.prometheus

    @property
    def groups(self) -> tuple[RuleGroup, ...]:
        """All groups of rules that the specs compile to."""
        return tuple(group for file in self.compiled.rule_files for group in file.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    What came of a check.

    Attributes:
        looked: How many things were looked at.
        what: They are, in words: `rules`.
    """

    looked: int
    what: str
    findings: tuple[Diagnostic, ...]
