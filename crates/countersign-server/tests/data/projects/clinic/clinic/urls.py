from dj_ninja_auth.jwt.authentication import JWTAuth
from dj_ninja_auth.jwt.controller import NinjaAuthJWTController
from django.contrib import admin
from django.urls import path
from ninja_extra import NinjaExtraAPI

api = NinjaExtraAPI(auth=[JWTAuth()])
api.register_controllers(NinjaAuthJWTController)

urlpatterns = [path("admin/", admin.site.urls), path("v1/", api.urls)]
