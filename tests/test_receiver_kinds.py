"""Each kind of integration has the fields that its Alertmanager has, and says what they lack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from oracles import amtool_check_config
from receiver_fields import KIND_SINCE, KNOWN, NEWER, SHARED, SINCE, fields
from routing_specs import a_config, a_project, read, written

from obsgen.receivers import KINDS
from obsgen.schema.kinds import load

NEWEST = (0, 34)


def a_spec(kind: str, text: str, shared: str = "") -> str:
    body = "".join(f"      {line}\n" for line in text.strip().splitlines())
    head = f"shared: {shared}\n" if shared else ""
    return f"{head}receivers:\n  chat:\n    {kind}:\n{body}default_receiver: chat\n"


def examples(of: Mapping[str, tuple[str, ...]]) -> list[Any]:
    return [
        pytest.param(kind, text, id=f"{kind}-{number}")
        for kind, texts in of.items()
        for number, text in enumerate(texts, 1)
    ]


def loaded(kind: str, text: str, version: tuple[int, int]) -> dict[str, Any]:
    """Return what Alertmanager would read of an integration."""
    config = a_config(a_spec(kind, text), project=a_project(version=version))
    document = yaml.safe_load(written(config)["alertmanager/alertmanager.yml"])
    found: dict[str, Any] = document["receivers"][0][f"{kind}_configs"][0]
    return found


# --- every field -------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "text"), examples(KNOWN))
def test_amtool_accepts_every_field_that_its_version_has(kind, text, tmp_path):
    file = tmp_path / "alertmanager.yml"
    file.write_text(written(a_config(a_spec(kind, text)))["alertmanager/alertmanager.yml"])

    amtool_check_config(file)


@pytest.mark.parametrize(("kind", "text"), [*examples(KNOWN), *examples(NEWER)])
def test_what_the_author_wrote_is_what_alertmanager_reads(kind, text):
    found = loaded(kind, text, (0, 25) if text in KNOWN.get(kind, ()) else NEWEST)
    given = fields(text)

    assert _as_go(given) == {key: found[key] for key in given}


def _as_go(given: Any) -> Any:
    """Write days as hours: most of Alertmanager's durations know no days."""
    days = {"1d": "24h", "1d12h": "36h", "30d": "720h"}
    if isinstance(given, dict):
        return {key: _as_go(value) for key, value in given.items()}
    return days.get(given, given) if isinstance(given, str) else given


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_have_every_field_of_their_kind(kind):
    written_out = [fields(text) for text in (*KNOWN.get(kind, ()), *NEWER.get(kind, ()))]
    schema = load("receivers", kind).schema

    assert [] == sorted(set(_paths(schema)) - {p for f in written_out for p in _keys(f)})


def _paths(schema: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for key, inner in schema.get("properties", {}).items():
        if not inner.get("deprecated") and key != "http_config":
            yield f"{before}{key}"
            yield from _paths(inner, f"{before}{key}.")
            yield from _paths(inner.get("items", {}), f"{before}{key}.")


def _keys(value: Any, before: str = "") -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _keys(item, before)
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield f"{before}{key}"
        yield from _keys(inner, f"{before}{key}.")
