"""Code of a project's own, wherever both packages take the same: a rule, and what is added to tokens."""


def staff(user):
    return user is not None and user.is_active and user.is_staff


def add_claims(token, user):
    """The claims in the order of their names, which is Countersign's."""
    token["email"] = user.email
    token["joined"] = user.date_joined
    token["login"] = user.last_login
    token["name"] = f"{user.first_name} {user.last_name}"
    token["profile"] = {"id": user.pk, "staff": user.is_staff}
    token["roles"] = ["staff", "user"] if user.is_staff else ["user"]
    return token
