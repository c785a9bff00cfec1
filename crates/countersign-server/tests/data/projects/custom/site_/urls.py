from django.urls import path, re_path
from rest_framework_simplejwt import views


class LoggedVerify(views.TokenVerifyView):
    def post(self, request, *args, **kwargs):
        return super().post(request, *args, **kwargs)


urlpatterns = [
    path("token/", views.token_obtain_pair),
    path("token/refresh/", views.token_refresh),
    path("token/refresh/", views.token_refresh_sliding),
    path("refresh/", views.token_refresh),
    path("token/verify/", LoggedVerify.as_view()),
    path("<slug:tenant>/token/blacklist/", views.token_blacklist),
    re_path(r"^sliding/?$", views.token_obtain_sliding),
]
