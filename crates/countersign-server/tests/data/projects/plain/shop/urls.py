from django.urls import include, path
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView, TokenVerifyView

print("URLs are read")
auth = [
    path("login/", TokenObtainPairView.as_view(), name="login"),
    path("login/refresh/", TokenRefreshView.as_view(), name="refresh"),
    path("login/verify/", TokenVerifyView.as_view(), name="verify"),
]
urlpatterns = [path("shop/v1/", include(auth))]
