"""Ninja JWT's input schemas as a project writes them: they add claims."""

from ninja_jwt.schema import TokenObtainPairInputSchema, TokenObtainSlidingInputSchema
from ninja_jwt.tokens import RefreshToken, SlidingToken

from .custom import add_claims


class ObtainWithClaims(TokenObtainPairInputSchema):
    @classmethod
    def get_token(cls, user):
        refresh = add_claims(RefreshToken.for_user(user), user)
        return {"refresh": str(refresh), "access": str(refresh.access_token)}


class ObtainSlidingWithClaims(TokenObtainSlidingInputSchema):
    @classmethod
    def get_token(cls, user):
        return {"token": str(add_claims(SlidingToken.for_user(user), user))}
