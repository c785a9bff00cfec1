"""dj-ninja-auth's controller in an API at /api/ that wants a token, as in its demo, and the tests' own door."""

from dj_ninja_auth.jwt.authentication import JWTAuth
from dj_ninja_auth.jwt.controller import NinjaAuthJWTController
from django.urls import path
from ninja_extra import NinjaExtraAPI

from . import control

api = NinjaExtraAPI(auth=[JWTAuth()])
api.register_controllers(NinjaAuthJWTController)

urlpatterns = [
    path("api/", api.urls),
    path("_oracle/", control.door),
]
