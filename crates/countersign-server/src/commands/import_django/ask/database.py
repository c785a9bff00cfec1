"""Where the database is."""

import os
from urllib.parse import quote, urlencode

from .values import dotted

# Django's names of what a URL says in other places than among its options.
PLACES = {"HOST": "host", "NAME": "dbname", "PASSWORD": "password", "PORT": "port", "USER": "user"}
# What psycopg hands on to libpq, and Countersign's driver knows too.
LIBPQ = ("hostaddr", "sslcert", "sslkey", "sslmode", "sslrootcert")


def database(settings):
    default = settings.DATABASES["default"]
    found = {
        "engine": default["ENGINE"],
        "url": None,
        "is_secret": bool(default.get("PASSWORD")),
        "left": [],
        "routers": [dotted(router) for router in settings.DATABASE_ROUTERS],
    }
    if default["ENGINE"] == "django.db.backends.sqlite3":
        name = str(default.get("NAME") or "")
        if name and ":memory:" not in name and not name.startswith("file:"):
            found["url"] = "sqlite://" + os.path.abspath(name)
    elif default["ENGINE"] == "django.db.backends.postgresql":
        options = default.get("OPTIONS") or {}
        # A service file says where the database is, and only libpq reads it.
        if "service" not in options:
            found["url"] = postgres(default, options)
        found["left"] = sorted(name for name in options if name not in LIBPQ)
    return found


def postgres(default, options):
    said = {ours: str(default[name]) for name, ours in PLACES.items() if default.get(name)}
    said |= {name: str(options[name]) for name in LIBPQ if options.get(name)}
    host = said.get("host", "")
    if not host or "/" in host or "," in host:
        # A socket, or libpq's own choice.
        return "postgres:///?" + urlencode(said, quote_via=quote)
    user, password, port, name = (quote(said.pop(part, ""), safe="") for part in ("user", "password", "port", "dbname"))
    account = user + (":" + password if password else "")
    url = f"postgres://{account}{'@' if account else ''}{said.pop('host')}{':' if port else ''}{port}/{name}"
    return url + ("?" + urlencode(said, quote_via=quote) if said else "")
