"""Code of a project's own, where GRAPHQL_JWT takes a callable."""

import time

from strawberry_django_extras.jwt.utils import jwt_payload


def payload(user):
    """A payload that names its user by another claim; the others are in the order of their names, as Countersign's."""
    built_in = jwt_payload(user)
    return {
        "exp": built_in["exp"] + 3600,
        "origIat": built_in["origIat"],
        "staff": user.is_staff,
        "sub": user.get_username(),
    }


def more(user):
    """The built-in's payload, with more claims."""
    return {**jwt_payload(user), "email": user.email, "staff": user.is_staff}


def username(payload):
    return payload.get("sub")


def refresh_has_expired(orig_iat):
    """Only what is from the future is good."""
    return orig_iat <= time.time()
