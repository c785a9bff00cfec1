"""A view as a project would write it: for a signed-in user only, and it says who that is."""

from django.conf import settings
from django.utils.module_loading import import_string
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from .shown import shown


# Without a docstring: DRF would show it in its answer to OPTIONS.
class Authenticate(APIView):
    authentication_classes = [import_string(settings.AUTHENTICATION)]
    permission_classes = [IsAuthenticated]

    def get(self, request):
        return Response(shown(request.user))
