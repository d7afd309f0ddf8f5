"""
JSON Schema of the spec language, assembled from the fragments of the kinds.

Editors get all of it (`obsgen schema`); a build only what its specs name, so that a kind is
imported when a spec uses it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from obsgen import packs
from obsgen.schema import dashboard, datasources, probes, project, routing, service, shared
from obsgen.schema.kinds import keys, load
from obsgen.schema.measures import measure_definitions
from obsgen.schema.shared import Schema, mapping, text

DOCUMENT_KINDS: Final = (
    "Project",
    "Service",
    "Part",
    "Preset",
    "Dashboard",
    "Routing",
    "Environment",
)
API_VERSION: Final = "obsgen/v1"


def assemble(is_used: Callable[[str], bool] = lambda key: True) -> dict[str, Any]:
    """
    Return the schema of a document.

    Args:
        is_used: Says whether a kind's key may occur; the fragments of others are left open.
    """
    measures = {
        key: load("measures", key).schema if is_used(key) else {key: {}} for key in keys("measures")
    }
    measured = measure_definitions(measures)
    definitions: dict[str, Schema] = {
        **shared.DEFINITIONS,
        **measured,
        "ledger": project.LEDGER,
        "slo": service.slo(_fragments("slis", is_used)),
        "alert": service.alert(_fragments("alerts", is_used)),
        "probe": probes.probe(_fragments("probes", is_used)),
        **project.documents(packs.KINDS, datasources.datasources(is_used)),
        **service.documents(packs.KINDS),
        **dashboard.dashboard_definitions(_fragments("panels", is_used), measured["measures"]),
        **routing.routing_definitions(),
        "Routing": _routing(is_used),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "obsgen specs, obsgen/v1",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "properties": {
            "apiVersion": {"const": API_VERSION},
            "kind": {"enum": list(DOCUMENT_KINDS)},
        },
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": {"$ref": f"#/$defs/{kind}"},
            }
            for kind in DOCUMENT_KINDS
        ],
        "$defs": definitions,
    }


def as_json() -> str:
    """Return the whole schema as editors read it."""
    return json.dumps(assemble(), indent=2, ensure_ascii=False) + "\n"


def _fragments(package: str, is_used: Callable[[str], bool]) -> dict[str, Schema]:
    return {key: load(package, key).schema if is_used(key) else {} for key in keys(package)}


def _routing(is_used: Callable[[str], bool]) -> Schema:
    shared_fragments: dict[str, Schema] = {}
    for key in keys("receivers"):
        kind = load("receivers", key) if is_used(key) or is_used("shared") else None
        for word in kind.shared_keys if kind is not None else (key,):
            shared_fragments[word] = kind.shared if kind is not None else {}
    properties: Mapping[str, Schema] = {
        "apiVersion": {"const": API_VERSION},
        "kind": text("What the document is."),
        **routing.routing_properties(_fragments("receivers", is_used), shared_fragments),
    }
    return mapping(
        properties, required=("apiVersion", "kind"), description="Who is told what, and when."
    )
