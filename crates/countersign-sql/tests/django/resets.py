"""Who is mailed a link for a new password, and whether links are good.

    python resets.py make EMAIL…            makes users; for each address, those whom Django's form mails: name, uid, token
    python resets.py check NAME TOKEN …     whether each token is good for its user
    python resets.py log-in NAME PASSWORD   whether that is the password
"""

import json
import sys
from datetime import datetime

import django

django.setup()

from django.contrib.auth import get_user_model
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator as tokens
from django.utils.http import urlsafe_base64_encode

User = get_user_model()
PEOPLE = [
    # address, active?, has a password?
    ("Alice@Example.org", True, True),
    ("alice@example.org", True, True),
    ("ALICE@example.org", False, True),
    ("aLice@example.org", True, False),
    ("Älice@example.org", True, True),
    ("\N{KELVIN SIGN}im@example.org", True, True),
    ("kim@example.org", True, True),
    ("a_b%c@example.org", True, True),
    ("axb-c@example.org", True, True),
    ("ﬁona@example.org", True, True),
    ("back\\slash@example.org", True, True),
]


def user_named(name):
    return User.objects.get(**{User.USERNAME_FIELD: name})


match sys.argv[1:]:
    case ["make", *emails]:
        # Once: it takes its time.
        password = make_password("old password")
        for number, (email, is_active, has_password) in enumerate(PEOPLE):
            user = User(is_active=is_active, email=email)
            if User.USERNAME_FIELD != "email":
                user.username = f"user-{number}"
            user.password = password if has_password else make_password(None)
            user.save()
        mailed = {}
        for email in emails:
            users = sorted(PasswordResetForm().get_users(email), key=lambda user: user.get_username())
            mailed[email] = [
                [user.get_username(), urlsafe_base64_encode(str(user.pk).encode()), tokens.make_token(user)]
                for user in users
            ]
        ahead = datetime.now().astimezone().utcoffset().total_seconds()
        print(json.dumps({"mailed": mailed, "ahead": int(ahead)}))
    case ["check", *links]:
        pairs = zip(links[::2], links[1::2])
        print(json.dumps([tokens.check_token(user_named(name), token) for name, token in pairs]))
    case ["log-in", name, password]:
        print(json.dumps(user_named(name).check_password(password)))
