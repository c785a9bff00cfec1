"""What strawberry-django-extras makes of tokens, without a server.

On standard input a JSON object: `settings`, the project's GRAPHQL_JWT, with times in seconds; `make`, tokens to be made of
`header`, `payload` and, unless it is null, the `key` and `algorithm` to sign with; `judge`, tokens of elsewhere. On
standard output one: `issued`, the package's own token for the user "ada", if it has the key for one; `verdicts`, pairs of
token and verdict, first for `issued`, then for what was made, then for what was brought.
"""

import base64
import datetime
import json
import sys

import django
from django.conf import settings

asked = json.load(sys.stdin)
graphql_jwt = {
    name: datetime.timedelta(seconds=value) if name.endswith("_DELTA") else value
    for name, value in asked["settings"].items()
}
settings.configure(
    SECRET_KEY=asked["secret_key"],
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    GRAPHQL_JWT=graphql_jwt,
)
django.setup()

from django.contrib.auth import get_user_model
from jwt.api_jws import PyJWS
from strawberry_django_extras.jwt.exceptions import JSONWebTokenError
from strawberry_django_extras.jwt.shortcuts import get_token
from strawberry_django_extras.jwt.utils import get_payload


def part(value):
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=")


def made(header, payload, key=None, algorithm="HS256"):
    signed = part(header) + b"." + part(payload)
    signature = b""
    if key is not None:
        algorithm = PyJWS().get_algorithm_by_name(algorithm)
        signature = algorithm.sign(signed, algorithm.prepare_key(key))
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def verdict(token):
    try:
        get_payload(token)
    except JSONWebTokenError as error:
        return str(error)
    return "good"


issued = get_token(get_user_model()(username="ada"))
tokens = [issued, *(made(**token) for token in asked["make"]), *asked["judge"]]
print(json.dumps({"issued": issued, "verdicts": [(token, verdict(token)) for token in tokens]}))
