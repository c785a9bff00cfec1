from django.urls import path, re_path
from rest_framework_simplejwt import views

urlpatterns = [
    path("token/", views.TokenObtainPairView.as_view()),
    re_path(r"^token/refresh/$", views.token_refresh),
    path("token/verify/", views.token_verify),
    path("token/logout/", views.token_blacklist),
]
