"""
A test alert: sent to Alertmanager, marked as one, over after a minute.

Sent is `POST /api/v2/alerts` (Alertmanager's OpenAPI description, `postAlerts`). Whom it should
reach is worked out from the specs; nobody waits for notifications.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import Compiled
from obsgen.http import Client
from obsgen.routing import PossibleLabels, Reached, Tree
from obsgen.routing.labels import ALERTNAME
from obsgen.sections import Column, Section

ALERT: Final = "ObsgenTest"
MARK: Final = "obsgen_test"
"""The label that tells people and routes that nothing is wrong."""
MINUTES: Final = 1
_PATH: Final = "/api/v2/alerts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """
    The alert that was sent.

    Attributes:
        reached: The routes that should take it; none where the specs hold no Routing.
    """

    labels: Mapping[str, str]
    reached: tuple[Reached, ...]

    @property
    def receivers(self) -> tuple[str, ...]:
        """Who should be notified, each once."""
        return tuple(dict.fromkeys(each.receiver for each in self.reached))

    @property
    def section(self) -> Section:
        """What people are told."""
        shown = ", ".join(f'{name}="{value}"' for name, value in self.labels.items())
        rows = tuple((name,) for name in self.receivers)
        ends = f"it ends by itself after {MINUTES} minute"
        lines = (f"sent with {shown}; {ends}",)
        return Section(
            title="Test alert", lines=lines, columns=(Column("Should reach"),), rows=rows
        )

    @property
    def json(self) -> dict[str, object]:
        """What programs are told."""
        return {"labels": dict(self.labels), "receivers": list(self.receivers)}


def send(compiled: Compiled, client: Client, url: str, labels: Mapping[str, str]) -> Trial:
    """
    Send a test alert.

    Args:
        labels: What it has beside its name and its mark.

    Raises:
        HttpError: Alertmanager does not take it.
    """
    every = {ALERTNAME: ALERT, **labels, MARK: "true"}
    now = datetime.datetime.now(datetime.UTC)
    alert = {
        "labels": every,
        "annotations": {
            "summary": "Test of the notifications: nothing is wrong",
            "description": "Sent by `obsgen verify --notify-test`. It ends by itself.",
        },
        "startsAt": now.isoformat(),
        "endsAt": (now + datetime.timedelta(minutes=MINUTES)).isoformat(),
    }
    client.send(url.rstrip("/") + _PATH, json.dumps([alert]).encode(), "application/json")
    config = compiled.alertmanager
    known = PossibleLabels(fixed=every)
    reached = () if config is None else Tree(config.route).dispatch(known)
    return Trial(labels=every, reached=reached)
