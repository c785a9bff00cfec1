"""What SimpleJWT's main branch does at refresh and its release 5.5.1 does not yet.

Countersign follows main. Three things are added to the release, in front of what it does:

- a user who is gone is answered as an inactive one is (the release fails with a 500);
- a sliding token is refreshed only for an active user;
- with CHECK_REVOKE_TOKEN, a token from before a change of password is refused, and blacklisted where that is possible.

And two serializers as a project writes them, which add claims.
"""

from django.contrib.auth import get_user_model
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt import serializers
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.utils import get_md5_hash_password

from .custom import add_claims


def refuse_unless_welcome(token):
    """Raises a 401 unless the token's user may have another token."""
    claim = token.get(api_settings.USER_ID_CLAIM)
    if not claim:
        return
    user = get_user_model().objects.filter(**{api_settings.USER_ID_FIELD: claim}).first()
    if user is None or not api_settings.USER_AUTHENTICATION_RULE(user):
        raise AuthenticationFailed("No active account found for the given token.")
    if api_settings.CHECK_REVOKE_TOKEN and is_older_than_password(token, user):
        if hasattr(token, "blacklist"):
            token.blacklist()
        raise AuthenticationFailed("The user's password has been changed.")


def is_older_than_password(token, user):
    return token.get(api_settings.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(user.password)


class Refresh(serializers.TokenRefreshSerializer):
    def validate(self, attrs):
        refuse_unless_welcome(self.token_class(attrs["refresh"]))
        return super().validate(attrs)


class RefreshSliding(serializers.TokenRefreshSlidingSerializer):
    def validate(self, attrs):
        refuse_unless_welcome(self.token_class(attrs["token"]))
        return super().validate(attrs)


class ObtainWithClaims(serializers.TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        return add_claims(super().get_token(user), user)


class ObtainSlidingWithClaims(serializers.TokenObtainSlidingSerializer):
    @classmethod
    def get_token(cls, user):
        return add_claims(super().get_token(user), user)
