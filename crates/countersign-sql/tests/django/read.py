"""What Django reads: every user's every column, and every token, as one line of JSON."""

import datetime
import json

import django

django.setup()

from django.contrib.auth import get_user_model
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def shown(value):
    if isinstance(value, datetime.datetime):
        return str((value - EPOCH) // datetime.timedelta(microseconds=1))
    return json.dumps(value) if isinstance(value, dict) else str(value)


def refused(token):
    try:
        RefreshToken(token)
    except TokenError as error:
        return str(error)


users = [
    {field.column: shown(getattr(user, field.attname)) for field in user._meta.concrete_fields}
    for user in get_user_model().objects.order_by("pk")
]
tokens = [
    {
        "jti": token.jti,
        "user": shown(token.user_id),
        "created_at": shown(token.created_at),
        "expires_at": shown(token.expires_at),
        "blacklisted_at": shown(getattr(getattr(token, "blacklistedtoken", None), "blacklisted_at", None)),
        "refused": refused(token.token),
    }
    for token in OutstandingToken.objects.order_by("jti")
]
print(json.dumps({"users": users, "tokens": tokens}))
