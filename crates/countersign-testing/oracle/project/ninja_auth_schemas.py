"""dj-ninja-auth's input schema as a project writes it: it adds claims. The package has no encoder for dates."""

from dj_ninja_auth.jwt.schema import TokenPairInputSchema
from dj_ninja_auth.jwt.tokens import RefreshToken


class PairWithClaims(TokenPairInputSchema):
    @classmethod
    def get_token(cls, user):
        refresh = RefreshToken.for_user(user)
        refresh["email"] = user.email
        refresh["roles"] = ["staff", "user"] if user.is_staff else ["user"]
        return {"refresh": str(refresh), "access": str(refresh.access_token)}
