"""`sns`: messages through Amazon SNS: to a topic, a phone or an application."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.model import ReceiverReader
from obsgen.receivers._fields import Fields, Flag, Since, Text, TextMap
from obsgen.receivers._forms import Form
from obsgen.receivers._http import HTTP
from obsgen.receivers._kind import Integration, always
from obsgen.receivers._prose import PLAIN_TEXT, TITLE
from obsgen.receivers._rules import needs, one_of
from obsgen.receivers._secret import Secret
from obsgen.source import MappingNode

_CHAIN: Final = "leave both keys out and let Alertmanager find AWS's own credentials"
_ACCESS_KEY: Final = Secret(
    key="access_key",
    what="The access key",
    placeholder="${AWS_ACCESS_KEY_ID}",
    otherwise=_CHAIN,
)
_SECRET_KEY: Final = Secret(
    key="secret_key",
    what="The secret key",
    placeholder="${AWS_SECRET_ACCESS_KEY}",
    otherwise=_CHAIN,
)


def _check_sigv4(node: MappingNode, reader: ReceiverReader) -> None:
    needs(node, reader, "access_key", "secret_key")
    needs(node, reader, "secret_key", "access_key")
    needs(node, reader, "external_id", "role_arn")


_SIGV4: Final = Fields(
    description="How requests are signed; AWS's credentials chain says what is left out.",
    fields={
        "region": Text("The region.", "eu-central-1", None),
        **_ACCESS_KEY.fields,
        **_SECRET_KEY.fields,
        "profile": Text("The profile.", "alerts", None),
        "role_arn": Text("A role to assume.", "arn:aws:iam::123456789012:role/alerts", None),
        "external_id": Since((0, 34), Text("Identifier that the role asks for.", "alerts", None)),
        "use_fips_sts_endpoint": Since((0, 29), Flag("Whether FIPS endpoints give the role.")),
        "service_name": Since((0, 29), Text("The service that is signed for.", "sns", None)),
    },
    check=_check_sigv4,
)
_TOPIC: Final = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]{1,256}")
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_FIELDS: Final = Fields(
    description="A message through Amazon SNS.",
    fields={
        "topic_arn": Form(
            text=Text("The topic.", "arn:aws:sns:eu-central-1:123456789012:alerts"),
            takes="the ARN of a topic",
            pattern=_TOPIC,
        ),
        "phone_number": Form(
            text=Text("The phone, as E.164 writes it.", "+491701234567"),
            takes="a number with its country, without spaces",
            pattern=_PHONE,
        ),
        "target_arn": Text(
            "The endpoint of an application.",
            "arn:aws:sns:eu-central-1:123456789012:endpoint/GCM/app/device",
        ),
        "api_url": Text("The API, if another.", "https://sns.eu-central-1.amazonaws.com"),
        "sigv4": _SIGV4,
        "send_resolved": Flag("Whether the end of an alert is sent too; it is unless told."),
        "subject": Text("The subject of mails.", "{{ .CommonLabels.alertname }}"),
        "message": Text("The message.", "{{ .CommonAnnotations.summary }}"),
        "attributes": TextMap("Attributes of the message.", {"team": "{{ .CommonLabels.team }}"}),
        "use_aws_http_client": Since((0, 33), Flag("Whether AWS's own HTTP client is used.")),
        "http_config": HTTP,
    },
)


def _rules(node: MappingNode, shared: MappingNode | None, reader: ReceiverReader) -> None:
    del shared
    hint = "add `topic_arn: arn:aws:sns:eu-central-1:123456789012:alerts`"
    one_of(node, reader, "topic_arn", "phone_number", "target_arn", hint=hint)


_DEFAULTS: Final[Mapping[str, Json]] = {"sigv4": {}, "subject": TITLE, "message": PLAIN_TEXT}

KIND: Final = Integration(
    key="sns", since=(0, 23), fields=_FIELDS, rules=_rules, defaults=always(_DEFAULTS)
)
