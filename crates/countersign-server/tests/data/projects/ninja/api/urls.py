from django.urls import path
from ninja_extra import ControllerBase, NinjaExtraAPI, api_controller
from ninja_extra.permissions import AllowAny
from ninja_jwt.controller import TokenObtainPairController
from ninja_jwt.routers.blacklist import blacklist_router
from ninja_jwt.routers.verify import verify_router


@api_controller("/session", permissions=[AllowAny], auth=None)
class Session(ControllerBase, TokenObtainPairController):
    auto_import = False


api = NinjaExtraAPI(urls_namespace="import")
api.register_controllers(Session)
api.add_router("/session", verify_router)
api.add_router("/session/end", blacklist_router)

urlpatterns = [path("v2/", api.urls)]
