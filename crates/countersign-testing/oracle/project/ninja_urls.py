"""Ninja JWT's controllers in an API at /api/, a route they protect, and the tests' own door."""

from django.conf import settings
from django.urls import path
from django.utils.module_loading import import_string
from ninja_extra import ControllerBase, NinjaExtraAPI, api_controller
from ninja_extra.permissions import AllowAny
from ninja_jwt.controller import NinjaJWTDefaultController, NinjaJWTSlidingController, TokenBlackListController

from . import control
from .shown import shown


# Ninja JWT leaves it to the project to make a controller of this one.
@api_controller("/token", permissions=[AllowAny], auth=None)
class Blacklist(ControllerBase, TokenBlackListController):
    auto_import = False


api = NinjaExtraAPI()
api.register_controllers(NinjaJWTDefaultController, NinjaJWTSlidingController, Blacklist)


@api.get("/token/authenticate", auth=import_string(settings.AUTHENTICATION)())
def authenticate(request):
    return shown(request.user)


urlpatterns = [
    path("api/", api.urls),
    path("_oracle/", control.door),
]
