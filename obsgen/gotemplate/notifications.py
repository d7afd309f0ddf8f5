"""
The templates of notifications, by the version of Alertmanager that runs them.

Data and methods: Alertmanager documentation, "Notification template reference"; functions, their
arguments and names of templates: `template/template.go`, `default.tmpl` and `email.tmpl` of its
releases; the versions: its changelog.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.gotemplate.dialect import Dialect
from obsgen.gotemplate.functions import FUNCTIONS, GO_FUNCTIONS, MANY
from obsgen.gotemplate.kinds import Kind, Member
from obsgen.versions import version_text

_Version = tuple[int, int]
_ALWAYS: Final = (0, 0)
# Its release is built with Go 1.23, the first that reads `else with`.
_ELSE_WITH: Final = (0, 28)

_FUNCTIONS: Final[Mapping[str, tuple[_Version, tuple[int, int]]]] = {
    "append": ((0, 32), (1, MANY)),
    "base64decode": ((0, 34), (1, 1)),
    "base64encode": ((0, 34), (1, 1)),
    "date": ((0, 28), (2, 2)),
    "dict": ((0, 32), (0, MANY)),
    "humanizeDuration": ((0, 28), (1, 1)),
    "join": (_ALWAYS, (2, 2)),
    "list": ((0, 32), (0, MANY)),
    "match": (_ALWAYS, (2, 2)),
    "mustToDate": ((0, 34), (2, 2)),
    "now": ((0, 33), (0, 0)),
    "reReplaceAll": (_ALWAYS, (3, 3)),
    "routeLabels": ((0, 34), (1, 1)),
    "safeHtml": (_ALWAYS, (1, 1)),
    "safeUrl": ((0, 30), (1, 1)),
    "since": ((0, 28), (1, 1)),
    "stringSlice": (_ALWAYS, (0, MANY)),
    "title": (_ALWAYS, (1, 1)),
    "toDate": ((0, 34), (2, 2)),
    "toJson": ((0, 30), (1, 1)),
    "toLower": (_ALWAYS, (1, 1)),
    "toUpper": (_ALWAYS, (1, 1)),
    "trimSpace": ((0, 26), (1, 1)),
    "tz": ((0, 28), (2, 2)),
    "urlUnescape": ((0, 30), (1, 1)),
}
_TAKES: Final[Mapping[str, tuple[Kind, ...]]] = {
    "base64decode": (Kind.TEXT,),
    "base64encode": (Kind.TEXT,),
    "date": (Kind.TEXT, Kind.TIME),
    "join": (Kind.TEXT, Kind.TEXTS),
    "match": (Kind.TEXT, Kind.TEXT),
    "mustToDate": (Kind.TEXT, Kind.TEXT),
    "reReplaceAll": (Kind.TEXT, Kind.TEXT, Kind.TEXT),
    "routeLabels": (Kind.TEXT,),
    "safeHtml": (Kind.TEXT,),
    "safeUrl": (Kind.TEXT,),
    "since": (Kind.TIME,),
    "stringSlice": (Kind.TEXT,),
    "title": (Kind.TEXT,),
    "toDate": (Kind.TEXT, Kind.TEXT),
    "toLower": (Kind.TEXT,),
    "toUpper": (Kind.TEXT,),
    "trimSpace": (Kind.TEXT,),
    "tz": (Kind.TEXT, Kind.TIME),
    "urlUnescape": (Kind.TEXT,),
}
_GIVES: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("html", "js", "print", "printf", "println", "urlquery"), Kind.TEXT),
    **dict.fromkeys(("date", "join", "reReplaceAll", "title", "toLower", "toUpper"), Kind.TEXT),
    **dict.fromkeys(("base64decode", "base64encode", "routeLabels"), Kind.TEXT),
    **dict.fromkeys(("humanizeDuration", "toJson", "trimSpace", "urlUnescape"), Kind.TEXT),
    **dict.fromkeys(("mustToDate", "now", "toDate", "tz"), Kind.TIME),
    "len": Kind.NUMBER,
    "stringSlice": Kind.TEXTS,
}

_PAIRS: Final[Mapping[str, Member]] = {
    "Names": Member(Kind.TEXTS),
    "Values": Member(Kind.TEXTS),
    "String": Member(Kind.TEXT, since=(0, 26)),
}


def _map(kind: Kind) -> Mapping[str, Member]:
    return {
        "SortedPairs": Member(Kind.PAIRS),
        "Remove": Member(kind, (Kind.TEXTS,)),
        **_PAIRS,
    }


# Go's `time.Time`; those that return or take what templates cannot hold are left out.
_TIME: Final[Mapping[str, Member]] = {
    **dict.fromkeys(("UTC", "Local"), Member(Kind.TIME)),
    **dict.fromkeys(
        ("After", "Before", "Equal", "Sub", "Compare"), Member(Kind.OTHER, (Kind.TIME,))
    ),
    **dict.fromkeys(("Day", "Hour", "Minute", "Nanosecond", "Second", "Year"), Member(Kind.NUMBER)),
    **dict.fromkeys(("Unix", "UnixMicro", "UnixMilli", "UnixNano", "YearDay"), Member(Kind.NUMBER)),
    **dict.fromkeys(("IsZero", "Location", "Month", "Weekday"), Member(Kind.OTHER)),
    **dict.fromkeys(("Add", "Round", "Truncate"), Member(Kind.TIME, (Kind.OTHER,))),
    "AddDate": Member(Kind.TIME, (Kind.NUMBER, Kind.NUMBER, Kind.NUMBER)),
    "Format": Member(Kind.TEXT, (Kind.TEXT,)),
    "String": Member(Kind.TEXT),
}
_MEMBERS: Final[Mapping[Kind, Mapping[str, Member]]] = {
    Kind.NOTIFICATION: {
        "Receiver": Member(Kind.TEXT),
        "Status": Member(Kind.TEXT),
        "Alerts": Member(Kind.ALERTS),
        "GroupLabels": Member(Kind.GROUPS),
        "CommonLabels": Member(Kind.LABELS),
        "CommonAnnotations": Member(Kind.ANNOTATIONS),
        "ExternalURL": Member(Kind.TEXT),
        "NotificationReason": Member(Kind.TEXT, since=(0, 32)),
        "RouteLabels": Member(Kind.ROUTE_LABELS, since=(0, 34)),
    },
    Kind.ALERTS: {"Firing": Member(Kind.ALERT_LIST), "Resolved": Member(Kind.ALERT_LIST)},
    Kind.ALERT: {
        "Status": Member(Kind.TEXT),
        "Labels": Member(Kind.LABELS),
        "Annotations": Member(Kind.ANNOTATIONS),
        "StartsAt": Member(Kind.TIME),
        "EndsAt": Member(Kind.TIME),
        "GeneratorURL": Member(Kind.TEXT),
        "Fingerprint": Member(Kind.TEXT),
    },
    Kind.PAIRS: _PAIRS,
    Kind.PAIR: {"Name": Member(Kind.TEXT), "Value": Member(Kind.TEXT)},
    Kind.TIME: _TIME,
    **{
        kind: _map(kind) for kind in (Kind.LABELS, Kind.GROUPS, Kind.ANNOTATIONS, Kind.ROUTE_LABELS)
    },
}
_MAPS: Final = frozenset({Kind.LABELS, Kind.GROUPS, Kind.ANNOTATIONS, Kind.ROUTE_LABELS})
_ELEMENTS: Final[Mapping[Kind, tuple[Kind, Kind]]] = {
    Kind.ALERTS: (Kind.NUMBER, Kind.ALERT),
    Kind.ALERT_LIST: (Kind.NUMBER, Kind.ALERT),
    Kind.PAIRS: (Kind.NUMBER, Kind.PAIR),
    Kind.TEXTS: (Kind.NUMBER, Kind.TEXT),
    **dict.fromkeys(_MAPS, (Kind.TEXT, Kind.TEXT)),
}

_DATA: Final = Kind.NOTIFICATION
_SHIPPED: Final[Mapping[str, tuple[_Version, Kind]]] = {
    **dict.fromkeys(
        (
            "__alertmanagerURL",
            "__subject",
            "discord.default.message",
            "discord.default.title",
            "email.default.html",
            "email.default.subject",
            "opsgenie.default.description",
            "opsgenie.default.message",
            "opsgenie.default.source",
            "pagerduty.default.clientURL",
            "pagerduty.default.description",
            "pushover.default.message",
            "pushover.default.title",
            "pushover.default.url",
            "slack.default.fallback",
            "slack.default.title",
            "slack.default.titlelink",
            "sns.default.message",
            "sns.default.subject",
            "telegram.default.message",
            "victorops.default.entity_display_name",
            "victorops.default.state_message",
            "webex.default.message",
            "wechat.default.message",
        ),
        (_ALWAYS, _DATA),
    ),
    **dict.fromkeys(
        (
            "__alertmanager",
            "__description",
            "pagerduty.default.client",
            "slack.default.callbackid",
            "slack.default.footer",
            "slack.default.iconemoji",
            "slack.default.iconurl",
            "slack.default.pretext",
            "slack.default.text",
            "slack.default.username",
            "victorops.default.monitoring_tool",
            "wechat.default.agent_id",
            "wechat.default.to_party",
            "wechat.default.to_tag",
            "wechat.default.to_user",
        ),
        (_ALWAYS, Kind.OTHER),
    ),
    **dict.fromkeys(
        ("__text_alert_list", "pagerduty.default.instances"), (_ALWAYS, Kind.ALERT_LIST)
    ),
    "__text_alert_list_markdown": ((0, 26), Kind.ALERT_LIST),
    **dict.fromkeys(
        ("msteams.default.text", "msteams.default.title"),
        ((0, 26), _DATA),
    ),
    "msteams.default.summary": ((0, 27), _DATA),
    **dict.fromkeys(
        (
            "jira.default.description",
            "jira.default.priority",
            "jira.default.summary",
            "msteamsv2.default.text",
            "msteamsv2.default.title",
            "rocketchat.default.text",
            "rocketchat.default.title",
            "rocketchat.default.titlelink",
        ),
        ((0, 28), _DATA),
    ),
    **dict.fromkeys(
        (
            "discord.default.content",
            "rocketchat.default.alias",
            "rocketchat.default.emoji",
            "rocketchat.default.iconurl",
        ),
        ((0, 28), Kind.OTHER),
    ),
    "mattermost.default.text": ((0, 30), _DATA),
    "mattermost.default.username": ((0, 32), Kind.OTHER),
    **dict.fromkeys(
        (
            "mattermost.default.color",
            "mattermost.default.fallback",
            "mattermost.default.title",
            "mattermost.default.titlelink",
            "slack.default.color",
        ),
        ((0, 32), _DATA),
    ),
}

_OF_RULES: Final = "exists in Prometheus' rules only: fill it in there, in an annotation"
_OF_ALERTS: Final = "each alert has it, inside of `{{ range .Alerts }}`"
_FOREIGN: Final[Mapping[str, str]] = {
    ".Annotations": "write `.CommonAnnotations`, or `.Annotations` inside of `{{ range .Alerts }}`",
    ".GroupKey": "only the JSON that webhooks get has it",
    ".Labels": "write `.CommonLabels`, or `.Labels` inside of `{{ range .Alerts }}`",
    **dict.fromkeys((".EndsAt", ".Fingerprint", ".GeneratorURL", ".StartsAt"), _OF_ALERTS),
    **{name: f"`{name}` {_OF_RULES}" for name in FUNCTIONS if name not in GO_FUNCTIONS},
    "$labels": "`$labels` belongs to rules: write `.CommonLabels`, or `.Labels` in a `range`",
    "$value": f"`$value` {_OF_RULES}",
    "$externalLabels": "`$externalLabels` belongs to rules: they are labels here, `.CommonLabels`",
    "$externalURL": "did you mean `.ExternalURL`?",
    "default": 'write `or .CommonLabels.team "nobody"`',
}


def notifications(version: tuple[int, int], templates: Mapping[str, Kind]) -> Dialect:
    """
    Return the templates of an Alertmanager.

    Args:
        version: Its version: `(0, 25)`.
        templates: Names that template files define, with what each must be given.
    """
    shipped = {name: kind for name, (since, kind) in _SHIPPED.items() if since <= version}
    return Dialect(
        server=f"Alertmanager {version_text(version)}",
        version=version,
        functions={
            **GO_FUNCTIONS,
            **{name: count for name, (since, count) in _FUNCTIONS.items() if since <= version},
        },
        takes=_TAKES,
        gives=_GIVES,
        newer={
            name: f"Alertmanager {version_text(since)}"
            for name, (since, _) in _FUNCTIONS.items()
            if since > version
        },
        foreign=_FOREIGN,
        root=Kind.NOTIFICATION,
        variables={"$": Kind.NOTIFICATION},
        members=_MEMBERS,
        maps=_MAPS,
        elements=_ELEMENTS,
        singles=frozenset({Kind.NOTIFICATION, Kind.ALERT, Kind.PAIR, Kind.TEXT, Kind.TIME}),
        uncomparable=frozenset({*_ELEMENTS, Kind.NOTIFICATION, Kind.ALERT}),
        templates={**shipped, **templates},
        has_else_with=version >= _ELSE_WITH,
        label_hint=".CommonLabels",
    )
