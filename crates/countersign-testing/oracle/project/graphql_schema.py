"""The package's mutations under the names its document gives them, and `me`: the user whom the middleware found."""

import strawberry
import strawberry_django
from django.contrib.auth import get_user_model
from strawberry import relay
from strawberry_django_extras.jwt.extensions import DisableAnonymousIntrospection
from strawberry_django_extras.jwt.mutations import JWTMutations

User = get_user_model()
COLUMNS = {field.name for field in User._meta.fields}
SHOWN = (
    "email",
    "first_name",
    "last_name",
    "is_active",
    "is_staff",
    "is_superuser",
    "last_login",
    "date_joined",
)


def full_name(self) -> str:
    return f"{self.first_name} {self.last_name}".strip()


def user_type():
    names = [User.USERNAME_FIELD, *(name for name in SHOWN if name in COLUMNS and name != User.USERNAME_FIELD)]
    members = {"__annotations__": dict.fromkeys(names, strawberry.auto)}
    if {"first_name", "last_name"} <= COLUMNS:
        members["full_name"] = strawberry_django.field(resolver=full_name, only=["first_name", "last_name"])
    return strawberry_django.type(User)(type("UserType", (relay.Node,), members))


UserType = user_type()


@strawberry.type
class Query:
    @strawberry.field
    def me(self, info: strawberry.Info) -> UserType | None:
        user = info.context.request.user
        return user if user.is_authenticated else None


@strawberry.type
class Mutation:
    request_token = JWTMutations.issue
    revoke_token = JWTMutations.revoke
    verify_token = JWTMutations.verify


schema = strawberry.Schema(query=Query, mutation=Mutation, extensions=[DisableAnonymousIntrospection])
