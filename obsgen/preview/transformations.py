"""
Grafana's transformations, as far as dashboards of metrics use them.

Each takes frames and options and gives frames; what is not known here is named, and not applied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from obsgen.preview.frames import NUMBER, STRING, TIME, Field, Frame, Value
from obsgen.preview.reduce import reduced, title

Frames = tuple[Frame, ...]
Options = Mapping[str, Any]


def transformed(
    frames: Frames, transformations: Sequence[Mapping[str, Any]]
) -> tuple[Frames, tuple[str, ...]]:
    """Return what transformations make of frames, and the ids of those that are not known."""
    unknown = []
    for one in transformations:
        if one.get("disabled"):
            continue
        apply = _KNOWN.get(one.get("id", ""))
        if apply is None:
            unknown.append(str(one.get("id")))
        else:
            frames = apply(frames, one.get("options") or {})
    return frames, tuple(unknown)


def shown_name(field: Field) -> str:
    """Return what a field is called where a transformation looks for it."""
    return field.title or field.name


def _merge(frames: Frames, options: Options) -> Frames:
    """Put all rows into one table; those that agree in all columns that they share become one."""
    del options
    if len(frames) < 2:  # noqa: PLR2004 (one frame is merged already)
        return frames
    columns: dict[str, Field] = {}
    rows: list[dict[str, Value]] = []
    for frame in frames:
        for field in frame.fields:
            columns.setdefault(shown_name(field), replace(field, values=()))
        for place in range(frame.rows):
            _take(rows, {shown_name(f): f.values[place] for f in frame.fields})
    return (_table(columns, rows),)


def _take(rows: list[dict[str, Value]], row: dict[str, Value]) -> None:
    for other in rows:
        shared = other.keys() & row.keys()
        if shared and all(other[name] == row[name] for name in shared):
            other.update(row)
            return
    rows.append(row)


def _join(frames: Frames, options: Options) -> Frames:
    """Join frames side by side where a column agrees, in order of that column."""
    by = options.get("byField") or "Time"
    is_inner = options.get("mode") == "inner"
    columns: dict[str, Field] = {}
    rows: dict[Value, dict[str, Value]] = {}
    counts: dict[Value, int] = {}
    for number, frame in enumerate(frames):
        key = next((f for f in frame.fields if by in {f.name, f.title}), None)
        if key is None:
            continue
        names = {}
        for field in frame.fields:
            name = by if field is key else shown_name(field)
            # A column that two frames have stands there twice, as `Time 1` and `Time 2` do.
            names[id(field)] = (
                name if field is key or name not in columns else f"{name} {number + 1}"
            )
            columns.setdefault(names[id(field)], replace(field, values=()))
        for place, value in enumerate(key.values):
            row = rows.setdefault(value, {})
            row.update({names[id(f)]: f.values[place] for f in frame.fields})
            counts[value] = counts.get(value, 0) + 1
    kept = [row for value, row in rows.items() if not is_inner or counts[value] >= len(frames)]
    return (_table(columns, kept),) if columns else frames


def _table(columns: Mapping[str, Field], rows: Sequence[Mapping[str, Value]]) -> Frame:
    fields = tuple(
        replace(field, name=name, title="", values=tuple(row.get(name) for row in rows))
        for name, field in columns.items()
    )
    return Frame(ref="", fields=fields)


def _organize(frames: Frames, options: Options) -> Frames:
    hidden = {name for name, is_hidden in (options.get("excludeByName") or {}).items() if is_hidden}
    places = options.get("indexByName") or {}
    names = options.get("renameByName") or {}

    def one(frame: Frame) -> Frame:
        kept = [field for field in frame.fields if shown_name(field) not in hidden]
        last = len(places) + len(kept)
        kept.sort(key=lambda field: places.get(shown_name(field), last))
        renamed = (replace(f, title=names.get(shown_name(f)) or f.title) for f in kept)
        return replace(frame, fields=tuple(renamed))

    return tuple(map(one, frames))


def _filter_fields(frames: Frames, options: Options) -> Frames:
    include, exclude = options.get("include") or {}, options.get("exclude") or {}

    def is_kept(field: Field) -> bool:
        name = shown_name(field)
        is_wanted = not _says(include) or _fits(include, name)
        return is_wanted and not (_says(exclude) and _fits(exclude, name))

    return tuple(replace(frame, fields=tuple(filter(is_kept, frame.fields))) for frame in frames)


def _says(rule: Options) -> bool:
    return bool(rule.get("names") or rule.get("pattern"))


def _fits(rule: Options, name: str) -> bool:
    return name in (rule.get("names") or ()) or _matches(rule.get("pattern"), name)


def _matches(pattern: object, name: str) -> bool:
    if not pattern:
        return False
    try:
        return re.search(str(pattern).strip("/"), name) is not None
    except re.error:
        return False


def _sort(frames: Frames, options: Options) -> Frames:
    wanted: Options = next(iter(options.get("sort") or ()), {})

    def one(frame: Frame) -> Frame:
        key = next((f for f in frame.fields if shown_name(f) == wanted.get("field")), None)
        return frame if key is None else ordered(frame, key, descending=bool(wanted.get("desc")))

    return tuple(map(one, frames))


def ordered(frame: Frame, by: Field, *, descending: bool) -> Frame:
    """Return a frame with its rows in order of a field; those without a value are last."""
    there = [place for place, value in enumerate(by.values) if value is not None]
    rest = [place for place, value in enumerate(by.values) if value is None]
    there.sort(key=lambda place: _key(by.values[place]), reverse=descending)
    return _picked(frame, [*there, *rest])


def _key(value: Value) -> tuple[bool, float, str]:
    is_text = isinstance(value, str)
    return (is_text, 0.0, str(value).lower()) if is_text else (False, float(value or 0), "")


def _picked(frame: Frame, places: Sequence[int]) -> Frame:
    def one(field: Field) -> Field:
        return replace(field, values=tuple(field.values[place] for place in places))

    return replace(frame, fields=tuple(map(one, frame.fields)))


def _limit(frames: Frames, options: Options) -> Frames:
    try:
        most = int(options.get("limitField", 10))
    except (TypeError, ValueError):
        return frames
    return tuple(_picked(frame, range(min(most, frame.rows))) for frame in frames)


def _reduce(frames: Frames, options: Options) -> Frames:
    """Make a row of each series, with a column for each calculation."""
    calculations = options.get("reducers") or ["max"]
    fields = [field for frame in frames for field in frame.numeric]
    columns = [
        Field(name="Field", kind=STRING, values=tuple(shown_name(field) for field in fields)),
        *(
            Field(
                name=title(calculation),
                kind=NUMBER,
                values=tuple(reduced(field.numbers, calculation) for field in fields),
            )
            for calculation in calculations
        ),
    ]
    if options.get("labelsToFields"):
        names = sorted({name for field in fields for name in field.labels})
        own = (
            Field(name=n, kind=STRING, values=tuple(f.labels.get(n, "") for f in fields))
            for n in names
        )
        columns[1:1] = own
    return (Frame(ref="", fields=tuple(columns)),)


def _series_to_rows(frames: Frames, options: Options) -> Frames:
    del options
    rows = [
        (at, shown_name(field), value)
        for frame in frames
        for field in frame.numeric
        for at, value in zip(frame.times, field.values, strict=False)
    ]
    rows.sort(key=lambda row: -float(row[0] or 0))
    fields = (
        Field(name="Time", kind=TIME, values=tuple(row[0] for row in rows)),
        Field(name="Metric", kind=STRING, values=tuple(row[1] for row in rows)),
        Field(name="Value", kind=NUMBER, values=tuple(row[2] for row in rows)),
    )
    return (Frame(ref="", fields=fields),)


def _labels_to_fields(frames: Frames, options: Options) -> Frames:
    kept = options.get("keepLabels")

    def one(frame: Frame) -> Frame:
        labels = {k: v for field in frame.numeric for k, v in field.labels.items()}
        added = tuple(
            Field(name=name, kind=STRING, values=(value,) * frame.rows)
            for name, value in labels.items()
            if not kept or name in kept
        )
        times = tuple(field for field in frame.fields if field.kind == TIME)
        numbers = (replace(f, labels={}, title="") for f in frame.fields if f.kind != TIME)
        return replace(frame, fields=(*times, *added, *numbers))

    return _merge(tuple(map(one, frames)), {})


def _rename(frames: Frames, options: Options) -> Frames:
    try:
        pattern = re.compile(str(options.get("regex", "")).strip("/"))
    except re.error:
        return frames
    new = re.sub(r"\$(\d)", r"\\\1", str(options.get("renamePattern", "")))

    def one(field: Field) -> Field:
        return replace(field, title=pattern.sub(new, shown_name(field), count=1))

    return tuple(replace(frame, fields=tuple(map(one, frame.fields))) for frame in frames)


def _filter_refs(frames: Frames, options: Options) -> Frames:
    return tuple(frame for frame in frames if _matches(options.get("include"), frame.ref))


_KNOWN: Final[Mapping[str, Callable[[Frames, Options], Frames]]] = {
    "merge": _merge,
    "joinByField": _join,
    "seriesToColumns": _join,
    "organize": _organize,
    "filterFieldsByName": _filter_fields,
    "filterByRefId": _filter_refs,
    "sortBy": _sort,
    "limit": _limit,
    "reduce": _reduce,
    "seriesToRows": _series_to_rows,
    "labelsToFields": _labels_to_fields,
    "renameByRegex": _rename,
}
