"""Whether a package is in use: what the settings, the apps or the URLconf import."""

import importlib.util

from .ninja import controller_of, operations, raw
from .urls import view_class
from .values import dotted, package_of


def is_there(package):
    return importlib.util.find_spec(package) is not None


def is_installed(package):
    from django.apps import apps

    return any(config.name.split(".")[0] == package for config in apps.get_app_configs())


def is_listed(app):
    """Whether the settings name an app by its module, as packages look for their own."""
    from django.conf import settings

    return app in settings.INSTALLED_APPS


def is_used(package, patterns):
    from django.conf import settings

    if is_installed(package):
        return True
    drf = getattr(settings, "REST_FRAMEWORK", {}).get("DEFAULT_AUTHENTICATION_CLASSES", ())
    return any(dotted(name).startswith(package + ".") for name in drf) or any(
        package_of(code) == package for entry, _, _ in patterns for code in code_of(entry)
    )


def code_of(entry):
    """The classes and functions behind a pattern."""
    view = view_class(entry)
    if view is not None:
        return view.__mro__
    return [code for operation in operations(entry) for code in (raw(operation), *controller_of(operation))]
