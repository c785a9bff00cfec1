"""Databases by their URL: an SQLite file, `sqlite://` and its path, or a database of a PostgreSQL server, `postgres://…`.

What Django is told of one, and a way to it past Django: rows as they are stored, databases made, copied and removed.
"""

import shutil
import sqlite3
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import psycopg


def at(url):
    return Sqlite(url) if urlsplit(url).scheme == "sqlite" else Postgres(url)


class Sqlite:
    placeholder = "?"

    def __init__(self, url):
        self.path = Path(url.removeprefix("sqlite://"))

    def for_django(self):
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": self.path,
            # One writer at a time, and a writer waits for another rather than failing: the file may be shared.
            "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
        }

    def connect(self):
        return sqlite3.connect(self.path, timeout=20)

    def stored(self, value):
        return value

    def create(self):
        """Whoever connects makes the file."""

    def copy_from(self, source):
        shutil.copyfile(source.path, self.path)

    def remove(self):
        self.path.unlink()


class Postgres:
    placeholder = "%s"

    def __init__(self, url):
        self.url = url
        self.name = urlsplit(url).path.removeprefix("/")

    def for_django(self):
        parts = urlsplit(self.url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": parts.hostname,
            "PORT": parts.port,
            "USER": parts.username,
            "PASSWORD": parts.password,
            "NAME": self.name,
        }

    def connect(self):
        return psycopg.connect(self.url)

    def stored(self, value):
        """As SQLite has it in a text, where JSON has no such value."""
        match value:
            case datetime():
                return value.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
            case Decimal() | UUID():
                return str(value)
            case _:
                return value

    def create(self):
        self.on_the_server("CREATE DATABASE {} TEMPLATE template0")

    def copy_from(self, source):
        # The server waits for connections of the source to end, as Django's do behind each answer.
        self.on_the_server(f'CREATE DATABASE {{}} TEMPLATE "{source.name}"')

    def remove(self):
        self.on_the_server("DROP DATABASE {} WITH (FORCE)")

    def on_the_server(self, statement):
        server = urlsplit(self.url)._replace(path="/postgres").geturl()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(statement.format(f'"{self.name}"'))
