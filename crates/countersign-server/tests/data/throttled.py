"""What Django REST framework and Django Ninja answer whom a throttle of a project's own tells to wait, in seconds."""

import json
import sys

import django
from django.conf import settings

settings.configure(ALLOWED_HOSTS=["*"], REST_FRAMEWORK={"UNAUTHENTICATED_USER": None})
django.setup()

from django.test import RequestFactory
from ninja import NinjaAPI
from ninja.testing import TestClient
from ninja.throttling import BaseThrottle as NinjaThrottle
from rest_framework.renderers import JSONRenderer
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

wait = float(sys.argv[1])


class Nobody(BaseThrottle):
    def allow_request(self, request, view):
        return False

    def wait(self):
        return wait


class NobodyAtNinja(NinjaThrottle):
    def allow_request(self, request):
        return False

    def wait(self):
        return wait


class View(APIView):
    authentication_classes = permission_classes = []
    throttle_classes = [Nobody]
    renderer_classes = [JSONRenderer]

    def post(self, request):
        pass


api = NinjaAPI()


@api.post("/login", throttle=NobodyAtNinja())
def login(request):
    pass


drf = View.as_view()(RequestFactory().post("/")).render()
ninja = TestClient(api).post("/login")
for answer in drf, ninja:
    print(json.dumps([answer.status_code, answer.headers.get("Retry-After"), answer.content.decode()]))
