"""Names of dashboards: their uids, how specs refer to them, their files, letters of queries."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from obsgen.names._digest import HASH_LENGTH, digest

COLUMNS: Final = 24
"""Of Grafana's grid."""

SLO_OVERVIEW: Final = "obs-slos"
ALERTS_OVERVIEW: Final = "obs-all-alerts"
SERVICES_OVERVIEW: Final = "obs-services"
COST_OVERVIEW: Final = "obs-costs"
"""Those of the whole project, which specs name as they name a Dashboard: `all-alerts`."""

DATASOURCES_CONFIGMAP: Final = "obsgen-datasources"

READY_DASHBOARDS: Final = frozenset(
    {"slo", "red", "use", "llm", "cost", "security", "alerts", "overview", "probes"}
)
"""The words of `dashboards:` of a Service and the Project, built or still to come."""

_UID_LENGTH: Final = 40


def uid(*words: str) -> str:
    """
    Name a dashboard for ever: `obs-` and the words, cut to Grafana's 40 characters with a hash.

    >>> uid("slo", "gateway"), uid("slo", "a-service-with-a-really-long-name-indeed")
    ('obs-slo-gateway', 'obs-slo-a-service-with-a-really-44972e44')
    """
    whole = "-".join(("obs", *(slug(word) for word in words)))
    if len(whole) <= _UID_LENGTH:
        return whole
    return f"{whole[: _UID_LENGTH - HASH_LENGTH - 1].rstrip('-')}-{digest(whole)}"


def dashboard_uid_of(reference: str, service: str) -> str:
    """
    Return the uid of a dashboard as specs refer to it; empty for an empty reference.

    Args:
        reference: `WORD` or `SERVICE/WORD` for a ready dashboard, else the name of a Dashboard.
        service: Whose ready dashboards a bare word means.
    """
    if not reference:
        return ""
    owner, slash, word = reference.rpartition("/")
    if slash or word in READY_DASHBOARDS:
        return uid(word, owner or service)
    return uid(word)


def slug(text: str) -> str:
    """
    Return a text as it may stand in a uid or be compared as a file's name.

    >>> slug("Müller & Co: SLOs")
    'muller-co-slos'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def configmap_file(name: str) -> str:
    """Name the file of a Kubernetes ConfigMap, below `grafana/`."""
    return f"configmaps/{name}.yml"


def import_file(folder: str, uid: str) -> str:
    """Name the file of a dashboard to import by hand, below `grafana/`."""
    return f"import/{folder}/{uid}.json"


def dashboard_file(folder: str, uid: str) -> str:
    """Name a dashboard's file, below `grafana/`; Grafana names the folder after its directory."""
    return f"dashboards/{folder}/{uid}.json"


_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def target_letter(index: int) -> str:
    """
    Name a panel's query as Grafana does.

    >>> target_letter(0), target_letter(25), target_letter(26)
    ('A', 'Z', 'AA')
    """
    letters, place = "", index + 1
    while place:
        place, rest = divmod(place - 1, len(_LETTERS))
        letters = _LETTERS[rest] + letters
    return letters
