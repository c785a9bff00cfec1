from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer


class SlowHasher(PBKDF2PasswordHasher):
    algorithm = "slow"


class LdapBackend(ModelBackend):
    pass


class Router:
    pass


class WithRoles(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["staff"] = user.is_staff
        return token
