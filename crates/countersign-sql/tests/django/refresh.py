"""Long-running refresh tokens: with "write", users and tokens that the package makes, reuses and revokes; then what it
reads, as one line of JSON."""

import datetime
import json
import sys

import django

django.setup()

from django.contrib.auth import get_user_model
from strawberry_django_extras.jwt.exceptions import JSONWebTokenError
from strawberry_django_extras.jwt.refresh_token.models import RefreshToken
from strawberry_django_extras.jwt.refresh_token.shortcuts import create_refresh_token, get_refresh_token
from strawberry_django_extras.jwt.settings import jwt_settings

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def micros(time):
    return None if time is None else (time - EPOCH) // datetime.timedelta(microseconds=1)


def is_live(token):
    try:
        return not get_refresh_token(token).is_expired()
    except JSONWebTokenError as error:
        return str(error)


if "write" in sys.argv:
    User = get_user_model()
    for name in ["alice@example.org", "bob"]:
        user = User(**{User.USERNAME_FIELD: name})
        user.set_unusable_password()
        user.save()
        create_refresh_token(user)
        create_refresh_token(user).revoke()
        reused = create_refresh_token(user)
        jwt_settings.JWT_REUSE_REFRESH_TOKENS = True
        assert create_refresh_token(user, reused) is reused
        whole = create_refresh_token(user)
        RefreshToken.objects.filter(pk=whole.pk).update(created=EPOCH)

print(json.dumps([
    {
        "token": row.token,
        "user": str(row.user_id),
        "created": micros(row.created),
        "revoked": micros(row.revoked),
        "live": is_live(row.token),
    }
    for row in RefreshToken.objects.order_by("pk")
]))
