"""A past is the same bytes, whoever writes which part of it, and one document is one day's."""

import datetime
import functools
import io
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import pytest

from obsgen import build
from obsgen.simulate import Span
from obsgen.simulate.stage import Plan
from obsgen.simulate.weeks import Past, documents, write_whole

MINUTE = 60_000
EVENING = 1_768_514_400_000
"""2026-01-15 22:00 UTC, in milliseconds."""

SERVICE = """
---
apiVersion: obsgen/v1
kind: Service
name: {name}
scrape: [{{job: {name}, targets: ["{name}:80"]}}]
where: {{job: {name}}}
metrics:
  requests_total: {{type: counter, labels: {{code: ["200", "500"]}}, bad: {{code: "5.."}}}}
  {name}_queue: {{type: gauge}}
"""
SPEC = "apiVersion: obsgen/v1\nkind: Project\nname: shop\n" + "".join(
    SERVICE.format(name=name) for name in ("cart", "mail", "search")
)
PAST = Past(span=Span(EVENING, EVENING + 180 * MINUTE), seed=7, interval=MINUTE)


@pytest.fixture(scope="module")
def plan() -> Plan:
    built = build({"specs/shop.yaml": SPEC})
    assert built.specs, built.diagnostics
    return Plan(services=built.specs[0].services, queries=())


class Kept:
    """Opens documents, and keeps them by their names."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[TextIO]:
        file = io.StringIO()
        yield file
        self.found[name] = file.getvalue()


def written(plan: Plan, *, most: int) -> dict[str, str]:
    """The documents that so many writers write, by name."""
    kept = Kept()
    for part in documents(plan, PAST, kept, most=most):
        assert all(step == 1 for step in part())
    return kept.found


def samples(text: str) -> list[str]:
    return sorted(line for line in text.splitlines() if not line.startswith("#"))


def test_each_service_has_a_document_for_each_day(plan):
    days, services = ("2026-01-15", "2026-01-16"), ("cart", "mail", "search")

    assert {f"{day}.{service}" for day in days for service in services} == set(
        written(plan, most=1)
    )


@pytest.mark.parametrize("most", [2, 3, 64])
def test_documents_are_the_same_however_many_write_them(plan, most: int):
    assert written(plan, most=1) == written(plan, most=most)


def test_documents_hold_together_what_the_whole_holds(plan):
    whole = io.StringIO()
    write_whole(plan, PAST, whole)
    parts = written(plan, most=2)

    assert samples(whole.getvalue()) == sorted(
        line for text in parts.values() for line in samples(text)
    )


def test_a_document_holds_its_day_alone(plan):
    for name, text in written(plan, most=1).items():
        times = [float(line.rsplit(" ", 1)[1]) for line in samples(text)]
        days = {datetime.datetime.fromtimestamp(at, datetime.UTC).date() for at in times}

        assert {name.partition(".")[0]} == {day.isoformat() for day in days}


def test_no_more_write_than_there_are_services(plan):
    parts = documents(plan, PAST, functools.partial(open), most=64)

    assert [1, 1, 1] == [len(part.casts) for part in parts]


def test_writers_get_as_much_to_do_as_the_others(plan):
    parts = documents(plan, PAST, functools.partial(open), most=2)

    assert [1, 2] == sorted(len(part.casts) for part in parts)


def test_what_a_writer_has_to_do_is_taken_to_another_process(plan):
    (part,) = documents(plan, PAST, Kept(), most=1)
    again = pickle.loads(pickle.dumps(part))

    assert sum(again()) == len(again.opened.found)
    assert again.opened.found == written(plan, most=1)
