"""The GraphQL endpoint at /graphql/, and the tests' own door."""

from django.urls import path
from strawberry.django.views import GraphQLView

from . import control
from .graphql_schema import schema

urlpatterns = [
    path("graphql/", GraphQLView.as_view(schema=schema)),
    path("_oracle/", control.door),
]
