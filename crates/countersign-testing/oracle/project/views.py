"""A view as a project would write it: for a signed-in user only, and it says who that is."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.module_loading import import_string
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

# What Countersign shows of a user, where the model has it.
SHOWN = ("email", "first_name", "last_name", "is_active", "is_staff", "is_superuser")


# Without a docstring: DRF would show it in its answer to OPTIONS.
class Authenticate(APIView):
    authentication_classes = [import_string(settings.AUTHENTICATION)]
    permission_classes = [IsAuthenticated]

    def get(self, request):
        user = request.user
        if not isinstance(user, get_user_model()):
            names = ["username", "is_staff", "is_superuser"]
        else:
            columns = {field.name for field in user._meta.fields}
            names = [user.USERNAME_FIELD]
            names += [name for name in SHOWN if name in columns and name not in names]
        return Response({"id": user.pk} | {name: getattr(user, name) for name in names})
