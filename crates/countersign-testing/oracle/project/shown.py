"""What a protected view says of its user: what Countersign shows, where the model has it."""

from django.contrib.auth import get_user_model

COLUMNS = ("email", "first_name", "last_name", "is_active", "is_staff", "is_superuser")


def shown(user):
    if not isinstance(user, get_user_model()):
        names = ["username", "is_staff", "is_superuser"]
    else:
        columns = {field.name for field in user._meta.fields}
        names = [user.USERNAME_FIELD]
        names += [name for name in COLUMNS if name in columns and name not in names]
    return {"id": user.pk} | {name: getattr(user, name) for name in names}
