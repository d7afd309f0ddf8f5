"""Importers for tests, and what they say about a page or an API that stands in the test itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import yaml

from obsgen.http import Answer, ServerRefused
from obsgen.importers.document import Head
from obsgen.importers.wanted import Wanted
from obsgen.importing import Imported, Importer
from obsgen.report import as_text

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@contextmanager
def unseen(_what: str, _total: int) -> Iterator[Callable[[int], None]]:
    """Show no progress."""
    yield lambda _steps: None


def an_importer(
    *, globs: tuple[str, ...] = (), with_runtime: bool = False, values: int = 0
) -> Importer:
    return Importer(
        wanted=Wanted(globs=globs, with_runtime=with_runtime),
        head=Head(name="imported", source="page", values=values),
        progress=unseen,
    )


def from_page(text: str, content_type: str = "", **options: Any) -> Imported:
    return an_importer(**options).from_page(text.encode(), content_type)


def metrics(imported: Imported) -> dict[str, Any]:
    """Return what the spec declares."""
    return yaml.safe_load(imported.text)["metrics"]


def findings(imported: Imported) -> str:
    return as_text(imported.diagnostics, imported.source_map)


def codes(imported: Imported) -> list[str]:
    return [d.code.id for d in imported.diagnostics]


class FakePrometheus:
    """
    Answers Prometheus's HTTP API for a few series, and counts the questions.

    Selectors are understood as far as importers write them: names in `|`, one job.
    """

    def __init__(
        self, series: Sequence[Mapping[str, str]], metadata: Mapping[str, Any] | None = None
    ) -> None:
        self.series = [dict(each) for each in series]
        self.metadata = metadata or {}
        self.sizes: dict[str, int] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def get(self, url: str, params: Sequence[tuple[str, str]] = (), *, accept: str) -> Answer:
        assert "application/json" == accept
        path = url.removeprefix("http://prometheus/api/v1/")
        self.asked.append((path, dict(params)))
        body = json.dumps({"status": "success", "data": self._data(path, dict(params))})
        return Answer(url=url, body=body.encode(), content_type=accept)

    def _data(self, path: str, params: dict[str, str]) -> Any:
        if path == "metadata":
            return self.metadata
        if path == "query":
            names = [each["__name__"] for each in self.series]
            counts = {n: self.sizes.get(n, names.count(n)) for n in sorted(set(names))}
            result = [
                {"metric": {"__name__": name}, "value": [1700000000.25, str(count)]}
                for name, count in counts.items()
            ]
            return {"resultType": "vector", "result": result}
        found = [each for each in self.series if self._matches(each, params["match[]"])]
        if path == "series":
            return found
        if path == "labels":
            return sorted({label for each in found for label in each})
        label = path.removeprefix("label/").removesuffix("/values")
        return sorted({each[label] for each in found if label in each})

    def _matches(self, series: Mapping[str, str], selector: str) -> bool:
        if selector.startswith("up{"):
            return series["__name__"] == "up"
        names = selector.removeprefix('{__name__=~"').split('"')[0]
        return series["__name__"] in names.split("|")


class Refusing:
    """Answers everything with one error."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = body

    def get(self, url: str, params: Sequence[tuple[str, str]] = (), *, accept: str) -> Answer:
        raise ServerRefused(
            f"`{url}` answers {self.status}", "", status=self.status, body=self.body
        )


class Saying:
    """Answers everything with the same bytes."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def get(self, url: str, params: Sequence[tuple[str, str]] = (), *, accept: str) -> Answer:
        return Answer(url=url, body=self.body, content_type="application/json")
