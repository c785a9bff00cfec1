from django.urls import path
from rest_framework.decorators import api_view
from rest_framework.response import Response
from rest_framework_simplejwt.views import token_obtain_pair, token_refresh


@api_view()
def hello(request):
    return Response({"django says": f"Hello {request.user.username}!"})


urlpatterns = [
    path("api/token/", token_obtain_pair),
    path("api/token/refresh/", token_refresh),
    path("hello/", hello),
]
