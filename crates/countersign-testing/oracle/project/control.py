"""The tests' own door into the project: named functions over JSON, at /_oracle/ and on the command line.

A function takes keyword arguments and returns what JSON can say. What it raises is told to the caller as text.
"""

import json
import traceback
from importlib import import_module

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from django.conf import settings
from django.contrib.auth import get_user_model, hashers
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.core.management import call_command
from django.http import JsonResponse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from . import databases

# The package for GraphQL has functions instead of classes of tokens: graphql_tokens.py.
if settings.FAMILY != "graphql_jwt":
    tokens = import_module(f"{settings.PACKAGE}.tokens")
    TokenError = import_module(f"{settings.PACKAGE}.exceptions").TokenError
    if settings.FAMILY == "auth_jwt":
        api_settings = import_module(f"{settings.PACKAGE}.app_settings")
    else:
        api_settings = import_module(f"{settings.PACKAGE}.settings").api_settings

    KINDS = {
        kind: getattr(tokens, name)
        for kind, name in {
            "access": "AccessToken",
            "refresh": "RefreshToken",
            "sliding": "SlidingToken",
            "untyped": "UntypedToken",
        }.items()
        if hasattr(tokens, name)
    }
FUNCTIONS = {}


def function(body):
    FUNCTIONS[body.__name__] = body
    return body


def run(name, arguments):
    return FUNCTIONS[name](**arguments)


def door(request):
    try:
        asked = json.loads(request.body)
        return JsonResponse({"result": run(asked["function"], asked["arguments"])})
    except Exception:
        return JsonResponse({"error": traceback.format_exc()}, status=500)


# The database


@function
def migrate():
    databases.at(settings.DATABASE).create()
    call_command("migrate", verbosity=0)


@function
def copy_database(source, target):
    databases.at(target).copy_from(databases.at(source))


@function
def remove_database(database):
    databases.at(database).remove()


@function
def dump_rows(database, table, order="id"):
    """Every row of a table as stored, a list of [column, value] pairs each: no Django field lies in between."""
    database = databases.at(database)
    with database.connect() as connection:
        cursor = connection.execute(f'SELECT * FROM "{table}" ORDER BY "{order}"')
        columns = [column[0] for column in cursor.description]
        return [[[column, database.stored(value)] for column, value in zip(columns, row)] for row in cursor]


@function
def execute(database, statement, values):
    """Changes rows behind the services' backs; a question mark stands for each value."""
    database = databases.at(database)
    with database.connect() as connection:
        return connection.execute(statement.replace("?", database.placeholder), values).rowcount


# Users


@function
def create_user(password, encoded=None, **fields):
    """Makes a user; `encoded` is a hash to store as it stands. Returns the primary key as text."""
    user = get_user_model().objects.create_user(password=password, **fields)
    if encoded is not None:
        user.password = encoded
        user.save(update_fields=["password"])
    return str(user.pk)


@function
def hash_password(password, algorithm, variety=None):
    """A stored hash. `variety` picks argon2's "I" or "D", which Django reads and no longer writes."""
    if variety is not None:
        from argon2 import PasswordHasher, Type

        return "argon2" + PasswordHasher(type=Type[variety], memory_cost=1024, parallelism=2).hash(password)
    return hashers.make_password(password, hasher=algorithm)


@function
def hash_like(password, like):
    """A hash with the salt and the work of `like`, which may lack its digest: one of long ago."""
    algorithm, *rest = like.split("$")
    hasher = hashers.get_hasher(algorithm)
    match algorithm, rest:
        case "scrypt", [work, salt, block, parallelism]:
            return hasher.encode(password, salt, int(work), int(block), int(parallelism))
        case _, [iterations, salt]:
            return hasher.encode(password, salt, int(iterations))
        case _, [salt]:
            return hasher.encode(password, salt)


@function
def check_password(password, encoded):
    return hashers.check_password(password, encoded)


@function
def join(username, groups=(), permissions=()):
    """Puts a user into groups, which are made where there are none, and gives permissions, by their codenames."""
    user = get_user_model().objects.get_by_natural_key(username)
    for name in groups:
        user.groups.add(Group.objects.get_or_create(name=name)[0])
    for codename in permissions:
        user.user_permissions.add(Permission.objects.get(codename=codename))


@function
def mails():
    """What was mailed so far: recipients, subject and text of each."""
    outbox = getattr(mail, "outbox", [])
    return [{"to": message.to, "subject": message.subject, "text": message.body} for message in outbox]


@function
def reset_link(username):
    """The two parts of a link for a new password."""
    user = get_user_model().objects.get_by_natural_key(username)
    return [urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)]


# Tokens


@function
def make_token(kind, username=None, claims=None, without=(), lifetime=None, signature=None):
    """A token of the package's own, changed as asked and signed.

    `claims` are set after the genuine ones, `without` names claims to leave out, `lifetime` is in seconds from now.
    `signature` says how to sign instead of as configured: {"algorithm", "key", "headers"}.
    """
    token = KINDS[kind]()
    if username is not None:
        user = get_user_model().objects.get_by_natural_key(username)
        # Not for_user of the class itself: that would write an outstanding row.
        token = tokens.Token.for_user.__func__(KINDS[kind], user)
    if lifetime is not None:
        token["exp"] = token["iat"] + lifetime
    token.payload.update(claims or {})
    for name in without:
        token.payload.pop(name, None)
    if signature is None:
        return str(token)
    return sign_text(json.dumps(token.payload, separators=(",", ":")), **signature)


@function
def sign_text(text, algorithm=None, key=None, headers=None):
    """Signs any text as if it were a claim set, with no look at it."""
    algorithm = algorithm or api_settings.ALGORITHM
    key = api_settings.SIGNING_KEY if key is None else key
    return jwt.PyJWS().encode(text.encode(), None if algorithm == "none" else key, algorithm, headers)


@function
def blacklist(kind, token):
    """Takes a token back, as a project's own code would."""
    KINDS[kind](token).blacklist()


@function
def read_token(kind, token):
    """The claims as the package reads them, in order, or why it refuses the token."""
    try:
        return {"claims": list(KINDS[kind](token).payload.items())}
    except TokenError as refusal:
        return {"refusal": str(refusal)}


@function
def make_keys(algorithm):
    """A key pair for an algorithm: [private PEM, public PEM, public JWK], all texts."""
    if algorithm in ("EdDSA", "Ed25519"):
        private = ed25519.Ed25519PrivateKey.generate()
    elif algorithm.startswith("ES"):
        curves = {"ES256": ec.SECP256R1, "ES256K": ec.SECP256K1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}
        private = ec.generate_private_key(curves[algorithm]())
    else:
        private = rsa.generate_private_key(65537, 2048)
    return [
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode(),
        jwt.get_algorithm_by_name(algorithm).to_jwk(private.public_key()),
    ]


@function
def versions():
    """What the oracle is made of."""
    from importlib.metadata import version

    names = ("django", "djangorestframework", "djangorestframework-simplejwt", "django-ninja", "django-ninja-jwt", "dj-ninja-auth", "strawberry-django-extras", "pyjwt")
    return {name: version(name) for name in names}


if settings.FAMILY == "graphql_jwt":
    from . import graphql_tokens

    FUNCTIONS |= graphql_tokens.FUNCTIONS
