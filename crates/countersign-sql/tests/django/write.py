"""Users, and tokens of theirs that SimpleJWT itself records and blacklists."""

import datetime

import django

django.setup()

from django.contrib.auth import get_user_model
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken, SlidingToken

User = get_user_model()
names = ["alice@example.org", "Älice@example.org", "bob"]
for name in names:
    user = User(**{User.USERNAME_FIELD: name}, is_active=name != "bob")
    user.set_password("correct horse")
    if name == "bob":
        user.last_login = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    user.save()
    RefreshToken.for_user(user)
    SlidingToken.for_user(user).blacklist()

gone = RefreshToken.for_user(user)
OutstandingToken.objects.filter(jti=gone["jti"]).update(user=None)
unrecorded = RefreshToken()
unrecorded["user_id"] = str(User.objects.first().pk)
unrecorded.blacklist()
whole = OutstandingToken.objects.first()
whole.created_at = timezone.now().replace(microsecond=0)
whole.save()
