"""Refresh tokens as SimpleJWT makes, rotates and blacklists them: one JSON value for each step, in order.

    python rotate.py log-in NAME   makes a user where there is none: a refresh token
    python rotate.py rotate TOKEN  the successor, or null where SimpleJWT refuses the token
    python rotate.py log-out TOKEN whether it was good until now
"""

import json
import sys

import django

django.setup()

from django.contrib.auth import get_user_model
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.serializers import TokenBlacklistSerializer, TokenRefreshSerializer
from rest_framework_simplejwt.tokens import RefreshToken

User = get_user_model()


def answer(serializer, token):
    form = serializer(data={"refresh": token})
    try:
        form.is_valid(raise_exception=True)
    except TokenError:
        return None
    return form.validated_data


match sys.argv[1:]:
    case ["log-in", name]:
        user, _ = User.objects.get_or_create(**{User.USERNAME_FIELD: name}, defaults={"is_active": True})
        print(json.dumps(str(RefreshToken.for_user(user))))
    case ["rotate", token]:
        answered = answer(TokenRefreshSerializer, token)
        print(json.dumps(answered and answered["refresh"]))
    case ["log-out", token]:
        print(json.dumps(answer(TokenBlacklistSerializer, token) is not None))
