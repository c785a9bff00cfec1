"""The URLconf: every pattern with its path, and the code behind it."""

import re


def walk():
    """Every pattern of the URLconf with its path, or None for the path when it is not one concrete path."""
    from django.urls import get_resolver

    yield from walk_below(get_resolver().url_patterns, prefix() + "/", "/", True)


def walk_below(patterns, path, shown, is_concrete):
    for entry in patterns:
        piece, concrete = piece_of(entry.pattern)
        here, seen = path + piece, shown + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from walk_below(entry.url_patterns, here, seen, is_concrete and concrete)
        else:
            yield entry, here if is_concrete and concrete else None, seen


def piece_of(pattern):
    from django.urls.resolvers import LocalePrefixPattern, RegexPattern, RoutePattern

    if isinstance(pattern, RoutePattern):
        return str(pattern), not pattern.converters
    if isinstance(pattern, RegexPattern):
        text = re.sub(r"^\^|(\$|\\[zZ])$", "", str(pattern))
        plain = re.sub(r"\\([^\w])", r"\1", text)
        return plain, re.search(r"(?<!\\)[\[\](){}*+?|.^$]|\\\w", text) is None
    return str(pattern), not isinstance(pattern, LocalePrefixPattern) and str(pattern) == ""


def route(entry, path, shown, endpoint, view, custom, **more):
    return {
        "endpoint": endpoint,
        "path": path,
        "pattern": shown,
        "view": view,
        "custom": custom,
        "is_reached": path is None or view_at(path) is entry.callback,
        **more,
    }


def view_at(path):
    from django.urls import Resolver404, resolve

    try:
        return resolve(path[len(prefix()):]).func
    except Resolver404:
        return None


def prefix():
    from django.conf import settings

    return (settings.FORCE_SCRIPT_NAME or "").rstrip("/")


def view_class(entry):
    view = getattr(entry.callback, "view_class", None) or getattr(entry.callback, "cls", None)
    return view if isinstance(view, type) else None


def view_arguments(entry):
    """What `as_view` was called with."""
    return getattr(entry.callback, "view_initkwargs", None) or {}
