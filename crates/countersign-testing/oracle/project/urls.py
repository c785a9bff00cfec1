"""The six views of SimpleJWT where Countersign has them by default, a view they protect, and the tests' own door."""

from django.urls import path
from rest_framework_simplejwt import views as jwt

from . import control, views

urlpatterns = [
    path("api/token/", jwt.token_obtain_pair),
    path("api/token/refresh/", jwt.token_refresh),
    path("api/token/verify/", jwt.token_verify),
    path("api/token/blacklist/", jwt.token_blacklist),
    path("api/token/sliding/", jwt.token_obtain_sliding),
    path("api/token/sliding/refresh/", jwt.token_refresh_sliding),
    path("api/token/authenticate/", views.Authenticate.as_view()),
    path("_oracle/", control.door),
]
