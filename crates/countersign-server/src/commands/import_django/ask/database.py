"""Where the database is."""

import os
from urllib.parse import quote, urlencode

from .values import dotted

# Django's names of what a URL says in other places than among its options.
PLACES = {"HOST": "host", "NAME": "dbname", "PASSWORD": "password", "PORT": "port", "USER": "user"}
# What psycopg hands on to libpq, and Countersign's driver knows too.
LIBPQ = ("hostaddr", "sslcert", "sslkey", "sslmode", "sslrootcert")
# What mysqlclient has in a dictionary "ssl".
CERTIFICATES = ("ca", "cert", "key")


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
    elif default["ENGINE"] == "django.db.backends.mysql":
        options = default.get("OPTIONS") or {}
        # A file of options says where the database is, and only its own programs read it.
        if "read_default_file" not in options and default.get("NAME"):
            found["url"] = mysql(default, options)
        known = {"ssl_mode", "unix_socket"} | ({"ssl"} if set(options.get("ssl") or {}) <= set(CERTIFICATES) else set())
        found["left"] = sorted(name for name in options if name not in known)
    return found


def postgres(default, options):
    said = {ours: str(default[name]) for name, ours in PLACES.items() if default.get(name)}
    said |= {name: str(options[name]) for name in LIBPQ if options.get(name)}
    host = said.get("host", "")
    if not host or "/" in host or "," in host:
        # A socket, or libpq's own choice.
        return "postgres:///?" + urlencode(said, quote_via=quote)
    return url("postgres", *(said.pop(part, "") for part in ("user", "password", "host", "port", "dbname")), said)


def mysql(default, options):
    user, password, host, port, name = (str(default.get(key) or "") for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME"))
    socket = str(options.get("unix_socket") or (host if host.startswith("/") else ""))
    said = {"ssl-" + part: str(options["ssl"][part]) for part in CERTIFICATES if (options.get("ssl") or {}).get(part)}
    said |= {"ssl-mode": str(options["ssl_mode"])} if options.get("ssl_mode") else {}
    said |= {"socket": socket} if socket else {}
    return url("mysql", user, password, "localhost" if socket else host or "localhost", port, name, said)


def url(scheme, user, password, host, port, name, options):
    user, password, port, name = (quote(part, safe="") for part in (user, password, port, name))
    account = user + (":" + password if password else "")
    host = f"[{host}]" if ":" in host else host
    url = f"{scheme}://{account}{'@' if account else ''}{host}{':' if port else ''}{port}/{name}"
    return url + ("?" + urlencode(options, quote_via=quote) if options else "")
