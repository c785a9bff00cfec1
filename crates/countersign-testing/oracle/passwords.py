"""Genuine Django on passwords: its validators and its reset links, without a database.

Reads one JSON object from standard input, {"settings": Django's settings, "now": seconds since the epoch, "calls":
[[function, arguments], …]}, and prints the list of the results.
"""

import json
import os
import sys
import time
from datetime import datetime, timezone
from uuid import UUID

import django
from django.conf import settings


def main(asked):
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "people"],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
        **asked["settings"],
    )
    # As Django does with settings of a module.
    os.environ["TZ"] = settings.TIME_ZONE
    time.tzset()
    django.setup()
    # gettext is English without a middleware that says otherwise.
    print(json.dumps([FUNCTIONS[name](asked, **arguments) for name, arguments in asked["calls"]]))


def common(asked):
    """Every entry of Django's list of common passwords."""
    from django.contrib.auth.password_validation import CommonPasswordValidator

    return sorted(CommonPasswordValidator().passwords)


def validate(asked, passwords, user=None):
    """What the configured validators say of each password, as [code, message] pairs."""
    from django.contrib.auth.models import User
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    said = []
    for password in passwords:
        try:
            validate_password(password, user and User(**user))
            said.append([])
        except ValidationError as error:
            said.append([[issue.code, issue.messages[0]] for issue in error.error_list])
    return said


def links(asked, users):
    """The uid and the token of each user, and how far the clock on the wall is ahead of UTC, in seconds."""
    from django.utils.encoding import force_bytes
    from django.utils.http import urlsafe_base64_encode

    found = [make(user) for user in users]
    uids = [urlsafe_base64_encode(force_bytes(user._meta.pk.value_to_string(user))) for user in found]
    tokens = [generator(asked).make_token(user) for user in found]
    ahead = datetime.fromtimestamp(asked["now"]).astimezone().utcoffset().total_seconds()
    return {"links": list(zip(uids, tokens)), "ahead": int(ahead)}


def are_good(asked, links):
    """Whether each token is good for its user."""
    return [generator(asked).check_token(make(user), token) for user, token in links]


def generator(asked):
    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    class AtThatMoment(PasswordResetTokenGenerator):
        def _now(self):
            return datetime.fromtimestamp(asked["now"])

    return AtThatMoment()


def make(told):
    """A user as a row would give it; the kind of primary key says of which model."""
    from django.contrib.auth.models import User
    from people.models import Member, Person

    user = {"int": User, "text": Member, "uuid": Person}[told["kind"]](password=told["password"])
    user.pk = UUID(told["pk"]) if told["kind"] == "uuid" else told["pk"]
    if told["last_login"] is not None:
        user.last_login = datetime.fromtimestamp(told["last_login"] / 1_000_000, timezone.utc)
    if told["kind"] != "text":
        user.email = told["email"]
    return user


FUNCTIONS = {function.__name__: function for function in (common, validate, links, are_good)}

if __name__ == "__main__":
    main(json.load(sys.stdin))
