"""
Grafana's transformations, read node by node: the id is known, the options are Grafana's.

The ids: Grafana documentation, "Transform data", and `DataTransformerID` of `@grafana/data`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.catalogue import near
from obsgen.diagnostics import Code, finding
from obsgen.model import Reader
from obsgen.panels._words_of_grafana import json_of
from obsgen.source import MappingNode, Node, Scalar, Sequence

TRANSFORMATION: Final = Code(
    "DSH677",
    "panel-transformation",
    why="Grafana shows an error in the panel's place for a transformation that it does not have",
    fix="Write Grafana's id with its options: `transformations: [{limit: {limitField: 5}}]`.",
)
CODES: Final = (TRANSFORMATION,)

# fmt: off
IDS: Final = (
    "calculateField", "concatenate", "configFromData", "convertFieldType", "extractFields",
    "fieldLookup", "filterByRefId", "filterByValue", "filterFieldsByName", "formatString",
    "formatTime", "groupBy", "groupToNestedTable", "groupingToMatrix", "heatmap", "histogram",
    "joinByField", "joinByLabels", "labelsToFields", "limit", "merge", "organize",
    "partitionByValues", "prepareTimeSeries", "reduce", "regression", "renameByRegex",
    "rowsToFields", "seriesToRows", "smoothing", "sortBy", "spatial", "timeSeriesTable",
    "transpose",
)
# fmt: on
# What the documentation calls them, or older versions.
_OTHER_NAMES: Final = {
    "seriesToColumns": "joinByField",
    "sort": "sortBy",
    "join": "joinByField",
    "rename": "organize",
    "filterByName": "filterFieldsByName",
    "filterByQuery": "filterByRefId",
    "addField": "calculateField",
    "renameFieldsByRegex": "renameByRegex",
}


def read_transformations(
    node: Node | None, reader: Reader
) -> tuple[tuple[str, Mapping[str, Json]], ...]:
    """Read a list of `{ID: options}`."""
    return tuple(_transformations(node, reader))


def _transformations(node: Node | None, reader: Reader) -> Iterator[tuple[str, Mapping[str, Json]]]:
    for item in node.items if isinstance(node, Sequence) else ():
        if not isinstance(item, MappingNode):
            continue
        entries = [e for key, e in item.entries.items() if not key.startswith("x-")]
        if len(entries) != 1:
            message = f"a transformation is one id with its options, found {len(entries)} keys"
            hint = "write each as an item of its own: `- {limit: {limitField: 5}}`"
            reader.report(finding(TRANSFORMATION, item.origin, message, hint))
            continue
        (entry,) = entries
        id_, options = entry.key.text, entry.value
        if id_ not in IDS:
            guess = _OTHER_NAMES.get(id_) or near(id_, IDS)
            hint = f"did you mean `{guess}`?" if guess else "write the id that Grafana's JSON has"
            message = f"Grafana has no transformation `{id_}`"
            reader.report(finding(TRANSFORMATION, entry.key.origin.key(), message, hint))
        elif isinstance(options, MappingNode):
            yield id_, {key: json_of(e.value, reader) for key, e in sorted(options.entries.items())}
        elif isinstance(options, Scalar) and options.is_null:
            yield id_, {}
        else:
            message = f"the options of `{id_}` are {options.word}"
            hint = f"write a mapping, as in `{{{id_}: {{}}}}`"
            reader.report(finding(TRANSFORMATION, options.origin, message, hint))
