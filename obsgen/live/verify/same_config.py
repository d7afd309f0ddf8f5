"""
Whether a configuration that Alertmanager prints is the one that it was given.

It prints all of what it has in mind: defaults are filled in, receivers get what `global` says,
matchers are sorted, paths of templates are made absolute, secrets are `<secret>`. So what was given
must be there; beside it only what a default or `global` explains may stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from obsgen.units import Duration

Path = tuple[str, ...]

SECRET: Final = "<secret>"
"""What Alertmanager prints in place of one."""

_MATCHER: Final = re.compile(r'"?([a-zA-Z_]\w*)"?\s*(=~|!~|!=|=)\s*"?(.*?)"?', re.S)
_DEFAULT_TEMPLATE: Final = re.compile(r'\{\{\s*template "\w+\.default\.')
_SECTIONS: Final = ("global", "route", "inhibit_rules", "receivers", "templates", "time_intervals")
_NAMED: Final = frozenset({"receivers", "time_intervals"})
_MATCHERS: Final = frozenset({"matchers", "source_matchers", "target_matchers"})
_UNORDERED: Final = frozenset({"equal"})
# Alertmanager documentation, "Configuration": what stands there where nothing is said.
_HTTP: Final[dict[str, Any]] = {"follow_redirects": True, "enable_http2": True}
_DEFAULTS: Final[Mapping[str, tuple[Any, ...]]] = {
    "resolve_timeout": ("5m",),
    "http_config": (_HTTP, {"follow_redirects": True}),
    "follow_redirects": (True,),
    "enable_http2": (True,),
    "send_resolved": (True, False),
    "smtp_hello": ("localhost",),
    "hello": ("localhost",),
    "smtp_require_tls": (True,),
    "require_tls": (True,),
    "parse_mode": ("HTML",),
    "priority": ("0",),
    "retry": ("1m",),
    "expire": ("1h",),
    "num_firing": ("{{ .Alerts.Firing | len }}",),
    "num_resolved": ("{{ .Alerts.Resolved | len }}",),
}
_URL_OF_A_VENDOR: Final = re.compile(r"\w*(?:api_)?url")
_TEXTS: Final = frozenset({"details", "headers"})
# Made of `to` and `from`, which are compared themselves.
_ADDRESSES: Final = frozenset({"To", "From"})
# Where `send_resolved` is not the default that its integration has, somebody wrote it.
_SILENT_WHEN_RESOLVED: Final = frozenset({"email_configs", "slack_configs", "wechat_configs"})


def differences(given: Any, loaded: Any) -> Iterator[tuple[Path, str]]:  # noqa: ANN401 (YAML)
    """Yield where they differ, and how: `(("route", "receiver"), "is `b` there, not `a`")`."""
    shared = loaded.get("global")
    shared = shared if isinstance(shared, dict) else {}
    comparison = _Comparison([v for v in shared.values() if not isinstance(v, dict)])
    for section in _SECTIONS:
        ours, theirs = given.get(section), loaded.get(section)
        if ours is None and theirs is None:
            continue
        yield from comparison.of(ours if ours is not None else _nothing(theirs), theirs, (section,))


def _nothing(like: Any) -> Any:  # noqa: ANN401
    return {} if isinstance(like, dict) else []


class _Comparison:
    """Walks what was given; *shared* are the values of `global`, which receivers take over."""

    def __init__(self, shared: Sequence[Any]) -> None:
        self._shared = shared

    def of(self, ours: Any, theirs: Any, path: Path) -> Iterator[tuple[Path, str]]:  # noqa: ANN401
        key = path[-1]
        if isinstance(ours, dict) and isinstance(theirs, dict):
            yield from self._mappings(ours, theirs, path)
        elif isinstance(ours, list) and isinstance(theirs, list):
            if key in _NAMED and len(path) == 1:
                yield from self._named(ours, theirs, path)
            else:
                yield from self._lists(_sorted(key, ours), _sorted(key, theirs), path)
        elif theirs != SECRET and not _is_same(ours, theirs):
            yield path, f"is {_shown(theirs)} there, not {_shown(ours)}"

    def _mappings(
        self, ours: Mapping[str, Any], theirs: Mapping[str, Any], path: Path
    ) -> Iterator[tuple[Path, str]]:
        for key, value in ours.items():
            if key in theirs:
                yield from self.of(value, theirs[key], (*path, str(key)))
            elif value not in ("", [], {}, None, False):
                yield (*path, str(key)), "is not there"
        for key, value in theirs.items():
            if key not in ours and not self._is_explained(str(key), value, path):
                yield (*path, str(key)), f"is {_shown(value)} there, and not in the specs"

    def _named(
        self, ours: Sequence[Any], theirs: Sequence[Any], path: Path
    ) -> Iterator[tuple[Path, str]]:
        known = {str(one.get("name")): one for one in theirs if isinstance(one, dict)}
        for one in ours:
            name = str(one["name"])
            if name not in known:
                yield (*path, name), "is not there"
            else:
                yield from self.of(one, known.pop(name), (*path, name))
        for name in known:
            yield (*path, name), "is there, and not in the specs"

    def _lists(
        self, ours: Sequence[Any], theirs: Sequence[Any], path: Path
    ) -> Iterator[tuple[Path, str]]:
        if len(ours) != len(theirs):
            yield path, f"has {len(theirs)} entries there, not {len(ours)}"
            return
        for place, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from self.of(one, other, (*path, str(place)))

    def _is_explained(self, key: str, value: Any, path: Path) -> bool:  # noqa: ANN401
        if key == "send_resolved":
            return value is not bool(_SILENT_WHEN_RESOLVED & set(path))
        if value in ("", [], {}, None, False, 0, SECRET) or value in _DEFAULTS.get(key, ()):
            return True
        if path[0] == "route":
            return False
        if isinstance(value, str) and _DEFAULT_TEMPLATE.match(value):
            return True
        if isinstance(value, dict) and key in _TEXTS:
            inner = (*path, key)
            return all(self._is_explained(str(k), v, inner) for k, v in value.items())
        if path[-1] == "headers" and key in _ADDRESSES:
            return True
        is_vendors = path == ("global",) and _URL_OF_A_VENDOR.fullmatch(key) is not None
        return is_vendors or (path[0] == "receivers" and value in self._shared)


def _sorted(key: str, values: Sequence[Any]) -> list[Any]:
    if key in _MATCHERS:
        return sorted(map(_matcher, values))
    if key == "templates":
        return [PurePosixPath(str(value)).name for value in values]
    return sorted(values, key=str) if key in _UNORDERED else list(values)


def _matcher(value: Any) -> str:  # noqa: ANN401
    """Write a matcher in one way: its parts are quoted here and not there."""
    found = _MATCHER.fullmatch(str(value).strip())
    return f'{found[1]}{found[2]}"{found[3]}"' if found else str(value)


def _is_same(ours: Any, theirs: Any) -> bool:  # noqa: ANN401
    if ours == theirs or str(ours) == str(theirs):
        return True
    try:
        return Duration.parse(str(ours)) == Duration.parse(str(theirs))
    except ValueError:
        return False


def _shown(value: Any) -> str:  # noqa: ANN401
    whole = json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join((whole if isinstance(value, dict | list) else str(value)).split())
    return f"`{text[:80]}…`" if len(text) > 80 else f"`{text}`"  # noqa: PLR2004 (a line)
