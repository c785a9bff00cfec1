"""The JWT of strawberry-django-extras: its settings, and the schemas that have its mutations."""

import sys

from .packages import is_there
from .urls import route, view_arguments, view_at, view_class
from .values import dotted, family

JWT = "strawberry_django_extras.jwt"
MIDDLEWARE = f"{JWT}.middleware.jwt_middleware"
BACKEND = f"{JWT}.backend.JWTBackend"
INTROSPECTION = f"{JWT}.extensions.DisableAnonymousIntrospection"
# What `as_view` may be told that changes no answer of an operation.
HARMLESS_ARGUMENTS = {"schema", "graphiql", "graphql_ide"}
# No project has it.
NOWHERE = "countersign-asks-for-nothing"
# Makes a schema quick, and answers nothing otherwise.
OPTIMIZER = "strawberry_django.optimizer.DjangoOptimizerExtension"


def graphql_jwt(patterns):
    from django.conf import settings

    names = {*settings.MIDDLEWARE, *settings.AUTHENTICATION_BACKENDS}
    is_used = f"{JWT}.settings" in sys.modules or names & {MIDDLEWARE, BACKEND}
    if not is_there("strawberry_django_extras") or not is_used:
        return None
    from strawberry_django_extras.jwt.settings import DEFAULTS

    given = getattr(settings, "GRAPHQL_JWT", None) or {}
    # Functions as they are written. The default of one is a lambda, which has no path to be named by.
    values = {name: given.get(name, default) for name, default in DEFAULTS.items()}
    values = {name: value for name, value in values.items() if not is_lambda_of_the_package(value)}
    values.update(keys(values, settings.SECRET_KEY))
    values["JWT_REFRESH_TOKEN_MODEL"], of_the_project = refresh_tokens(values)
    found = list(routes(patterns))
    extensions = {name for one in found for name in one["schema"]["extensions"]}
    # It is the extension that asks for the setting.
    values["JWT_AUTHENTICATE_INTROSPECTION"] = INTROSPECTION in extensions and values["JWT_AUTHENTICATE_INTROSPECTION"]
    return family(
        "graphql_jwt",
        'GRAPHQL_JWT["{}"]',
        "strawberry-django-extras",
        values,
        found,
        unknown=[name for name in given if name not in DEFAULTS],
        surroundings={
            "MIDDLEWARE": [] if MIDDLEWARE in names else [f"{MIDDLEWARE} is not there"],
            "AUTHENTICATION_BACKENDS": [] if BACKEND in names else [f"{BACKEND} is not there"],
            'GRAPHQL_JWT["JWT_REFRESH_TOKEN_MODEL"]': of_the_project,
            "Schema(extensions=…)": sorted(extensions - {INTROSPECTION, OPTIMIZER}),
        },
    )


def is_lambda_of_the_package(value):
    return callable(value) and getattr(value, "__module__", "").startswith(f"{JWT}.") and value.__name__ == "<lambda>"


def keys(values, secret_key):
    """What signs and what verifies: the pair if there is one, and for want of it the secret."""
    secret, private, public = (values[f"JWT_{name}_KEY"] for name in ("SECRET", "PRIVATE", "PUBLIC"))
    if not str(values["JWT_ALGORITHM"]).startswith("HS"):
        private = private or (None if secret == secret_key else secret)
        return {"JWT_SECRET_KEY": None, "JWT_PRIVATE_KEY": private, "JWT_PUBLIC_KEY": public}
    if (private or secret) == (public or secret):
        return {"JWT_SECRET_KEY": private or secret, "JWT_PRIVATE_KEY": None, "JWT_PUBLIC_KEY": None}
    return {}


def refresh_tokens(values):
    """The model that keeps long-running refresh tokens, or its table; and the model if it is the project's own."""
    from django.apps import apps

    label = values["JWT_REFRESH_TOKEN_MODEL"]
    if not values["JWT_LONG_RUNNING_REFRESH_TOKEN"]:
        return "refresh_token.RefreshToken", []
    model = apps.get_model(label)
    table = model._meta.db_table
    is_own = not model.__module__.startswith(f"{JWT}.")
    return label if table == label.replace(".", "_").lower() else table, [label] if is_own else []


def routes(patterns):
    """The GraphQL views whose schemas have a mutation of the package's."""
    for entry, path, shown in patterns:
        view = view_class(entry)
        own = [base for base in view.__mro__ if base.__module__ == "strawberry.django.views"] if view else []
        schema = view_arguments(entry).get("schema") or getattr(view, "schema", None)
        if not own or schema is None:
            continue
        fields = list(fields_of(schema))
        if not any(field["mutation"] for field in fields):
            continue
        custom = sorted({
            name
            for base in view.__mro__[: view.__mro__.index(own[0])]
            for name in vars(base)
            if not name.startswith(("__", "_abc_")) and name != "schema"
        } | {name for name in view_arguments(entry) if name not in HARMLESS_ARGUMENTS})
        yield route(entry, path, shown, "path", dotted(view), custom, schema={
            "fields": fields,
            "extensions": [dotted(one if hasattr(one, "__qualname__") else type(one)) for one in schema.extensions],
            "beside": beside(path),
        })


def fields_of(schema):
    """Every field of the root types, with the package's mutation that it is, if it is one."""
    built = schema._schema
    roots = {"query": built.query_type, "mutation": built.mutation_type, "subscription": built.subscription_type}
    for root, kind in roots.items():
        for name, field in (kind.fields if kind else {}).items():
            answer = named(field.type)
            yield {
                "root": root,
                "name": name,
                "mutation": mutation(field),
                "type": answer.name,
                "is_node": "Node" in [one.name for one in getattr(answer, "interfaces", ())],
                "members": {member: str(one.type) for member, one in getattr(answer, "fields", {}).items()},
            }


def named(kind):
    """A type without what says that it is a list or never null."""
    while hasattr(kind, "of_type"):
        kind = kind.of_type
    return kind


def mutation(field):
    from strawberry_django_extras.jwt.mutations import JWTMutations

    code = code_of(field.extensions.get("strawberry-definition"))
    known = {name: code_of(vars(JWTMutations)[name]) for name in ("issue", "verify", "revoke")}
    return next((name for name, own in known.items() if code is not None and code is own), None)


def code_of(field):
    return getattr(getattr(field, "base_resolver", None), "wrapped_func", None)


def beside(path):
    """A path beside a view's at which the project has nothing but what it has at every path."""
    if path is None:
        return None
    folder = path.rstrip("/")
    nothing = view_at(f"{folder}/{NOWHERE}/")
    names = (f"{folder}/tokens{number or ''}/" for number in range(10))
    return next((name for name in names if view_at(name) is nothing), None)
