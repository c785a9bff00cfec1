"""Values of Django's as JSON, and the shape in which every family is told."""

import base64
import os
from datetime import timedelta


def family(table, spelling, distribution, values, routes, **more):
    """A package in use; `spelling` is how the project writes one of its settings."""
    return {
        "table": table,
        "spelling": spelling,
        "version": version(distribution),
        "settings": {name: encode(value) for name, value in values.items()},
        "routes": routes,
        **more,
    }


def version(distribution):
    from importlib import metadata

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def encode(value):
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, timedelta):
        return {"micros": value // timedelta(microseconds=1)}
    if isinstance(value, os.PathLike):
        return os.path.abspath(value)
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple, set)):
        return [encode(one) for one in value]
    if hasattr(value, "private_bytes") or hasattr(value, "public_bytes"):
        return encode(pem(value))
    if hasattr(value, "__qualname__"):
        return dotted(value)
    if type(value).__module__.startswith(("pydantic", "django.utils.functional")):
        return str(value)
    return {"object": dotted(type(value))}


def pem(key):
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    if hasattr(key, "private_bytes"):
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def dotted(code):
    return code if isinstance(code, str) else f"{code.__module__}.{code.__qualname__}"


def package_of(code):
    """The name of the package that a class or a function is from."""
    return (getattr(code, "__module__", None) or "").split(".")[0]
