"""The users: their model, their passwords, and the mail that they get."""

import os

from .values import encode


def users():
    from django.contrib.auth import get_user_model

    model = get_user_model()
    columns = {field.name: field.column for field in model._meta.concrete_fields}
    return {
        "model": model._meta.label,
        "table": model._meta.db_table,
        "username_field": model.USERNAME_FIELD,
        "email_field": model.get_email_field_name() if hasattr(model, "get_email_field_name") else None,
        "columns": columns,
    }


def column_of(name):
    """The settings name a field of the user model; Countersign reads its column."""
    from django.contrib.auth import get_user_model

    meta = get_user_model()._meta
    if name == "pk":
        return meta.pk.column
    return {field.name: field.column for field in meta.concrete_fields}.get(name, name)


def passwords(settings):
    """How passwords are checked and reset."""
    return {
        "validators": [
            {"name": one["NAME"], "options": {name: encode(value) for name, value in one.get("OPTIONS", {}).items()}}
            for one in settings.AUTH_PASSWORD_VALIDATORS
        ],
        "reset_timeout": settings.PASSWORD_RESET_TIMEOUT,
    }


def mail(settings):
    """How mail is sent, and the names of the site in it."""
    said = {name: encode(getattr(settings, name, None)) for name in MAIL}
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    domain, site_name = site(settings)
    return {
        **said,
        "EMAIL_FILE_PATH": os.path.abspath(folder) if folder else None,
        "domain": domain,
        "site_name": site_name,
    }


def site(settings):
    """Domain and name as `get_current_site` has them, as far as that is known without a request."""
    from django.apps import apps

    if apps.is_installed("django.contrib.sites") and getattr(settings, "SITE_ID", None):
        from django.contrib.sites.models import Site
        from django.db import Error

        try:
            current = Site.objects.get_current()
        except (Error, Site.DoesNotExist):
            return None, None
        return current.domain, current.name
    hosts = [host for host in settings.ALLOWED_HOSTS if not host.startswith((".", "*"))]
    return (hosts[0], hosts[0]) if hosts else (None, None)


MAIL = [
    "EMAIL_BACKEND",
    "EMAIL_HOST",
    "EMAIL_PORT",
    "EMAIL_HOST_USER",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_USE_TLS",
    "EMAIL_USE_SSL",
    "EMAIL_SSL_CERTFILE",
    "EMAIL_SSL_KEYFILE",
    "EMAIL_TIMEOUT",
    "DEFAULT_FROM_EMAIL",
]
