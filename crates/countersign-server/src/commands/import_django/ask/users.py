"""The users."""


def users():
    from django.contrib.auth import get_user_model

    model = get_user_model()
    columns = {field.name: field.column for field in model._meta.concrete_fields}
    return {
        "model": model._meta.label,
        "table": model._meta.db_table,
        "username_field": model.USERNAME_FIELD,
        "columns": columns,
    }


def column_of(name):
    """The settings name a field of the user model; Countersign reads its column."""
    from django.contrib.auth import get_user_model

    meta = get_user_model()._meta
    if name == "pk":
        return meta.pk.column
    return {field.name: field.column for field in meta.concrete_fields}.get(name, name)
