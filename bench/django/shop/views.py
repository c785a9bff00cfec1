"""A view as a project would write it: for a signed-in user only, and it says who that is, as Countersign's `authenticate` does."""

from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

SHOWN = ("id", "username", "email", "first_name", "last_name", "is_active", "is_staff", "is_superuser")


class Authenticate(APIView):
    permission_classes = [IsAuthenticated]

    def get(self, request):
        return Response({name: getattr(request.user, name) for name in SHOWN})
