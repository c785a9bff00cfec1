"""What control.py does with tokens, for the package that has functions instead of classes for them."""

import json
import time

import jwt
from django.contrib.auth import get_user_model
from strawberry_django_extras.jwt.settings import jwt_settings
from strawberry_django_extras.jwt.shortcuts import get_user_by_token


def make_token(username=None, claims=None, without=(), lifetime=None, signature=None, kind=None):
    """As control.make_token. There is one kind of token; without a user, the token has no username."""
    if username is None:
        user, without = get_user_model()(), (*without, get_user_model().USERNAME_FIELD)
    else:
        user = get_user_model().objects.get_by_natural_key(username)
    payload = jwt_settings.JWT_PAYLOAD_HANDLER(user)
    if lifetime is not None:
        payload["exp"] = int(time.time()) + lifetime
    payload = {name: value for name, value in payload.items() if name not in without} | (claims or {})
    if signature is None:
        return jwt_settings.JWT_ENCODE_HANDLER(payload)
    return sign_text(json.dumps(payload, separators=(",", ":")), **signature)


def sign_text(text, algorithm=None, key=None, headers=None):
    """As control.sign_text."""
    algorithm = algorithm or jwt_settings.JWT_ALGORITHM
    if key is None:
        key = jwt_settings.JWT_PRIVATE_KEY or jwt_settings.JWT_SECRET_KEY
    return jwt.PyJWS().encode(text.encode(), None if algorithm == "none" else key, algorithm, headers)


def read_user(token):
    """The name of a token's user, or why the package refuses the token."""
    try:
        user = get_user_by_token(token)
        return {"user": user and user.get_username()}
    except Exception as refusal:
        return {"refusal": str(refusal)}


FUNCTIONS = {body.__name__: body for body in (make_token, sign_text, read_user)}
