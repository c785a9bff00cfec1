import strawberry
import strawberry_django
from django.contrib.auth import get_user_model
from strawberry import relay
from strawberry_django_extras.jwt.extensions import DisableAnonymousIntrospection
from strawberry_django_extras.jwt.mutations import JWTMutations


@strawberry_django.type(get_user_model())
class UserType(relay.Node):
    username: strawberry.auto
    email: strawberry.auto


@strawberry.type
class Query:
    @strawberry_django.field
    def me(self, info: strawberry.Info) -> UserType | None:
        user = info.context.request.user
        return user if user.is_authenticated else None


@strawberry.type
class Mutation:
    request_token = JWTMutations.issue
    revoke_token = JWTMutations.revoke
    verify_token = JWTMutations.verify


schema = strawberry.Schema(query=Query, mutation=Mutation, extensions=[DisableAnonymousIntrospection])
