"""Django's database settings, made without touching the network.

Two aliases: `default` logs in as the application role, `owner` as the owning role, which only
migrations use. DATABASE_URL and DATABASE_OWNER_URL win; otherwise the backend reads the cluster's
saved connection when it first connects, so that a command which needs no database asks for none.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from bangfu.kernel.errors import InvalidValue

ENGINE = "bangfu.foundation.database.backend"
CONNECT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """One address of a database. `options` are libpq parameters such as sslmode."""

    host: str
    port: int
    name: str
    user: str
    password: str
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> DatabaseUrl:
        """Read postgresql://user:password@host:port/name?sslmode=…; raises E-DB-URL."""
        parts = urlsplit(text)
        options = tuple(parse_qsl(parts.query))
        host = unquote(parts.hostname or "") or dict(options).get("host", "")
        name = unquote(parts.path.lstrip("/"))
        if parts.scheme not in ("postgres", "postgresql") or not name or not parts.username:
            raise InvalidValue("E-DB-URL", scheme=parts.scheme)
        try:
            port = parts.port or 5432
        except ValueError as error:
            raise InvalidValue("E-DB-URL", scheme=parts.scheme) from error
        return cls(
            host=host,
            port=port,
            name=name,
            user=unquote(parts.username),
            password=unquote(parts.password or ""),
            options=tuple((key, value) for key, value in options if key != "host"),
        )

    def text(self, *, with_password: bool = False) -> str:
        """Return the address; the password stands in it only when asked for."""
        secret = f":{quote(self.password, safe='')}" if with_password and self.password else ""
        query = "&".join(f"{key}={quote(value, safe='')}" for key, value in self.options)
        host = quote(self.host, safe="") if "/" in self.host else self.host
        address = f"postgresql://{quote(self.user, safe='')}{secret}@{host}:{self.port}/{self.name}"
        return f"{address}?{query}" if query else address


def stated_urls(environment: Mapping[str, str] | None = None) -> tuple[str | None, str | None]:
    """Return DATABASE_URL and DATABASE_OWNER_URL, each also readable from `…_FILE`."""
    variables = os.environ if environment is None else environment
    found = [_stated(name, variables) for name in ("DATABASE_URL", "DATABASE_OWNER_URL")]
    return found[0], found[1] or found[0]


def _stated(name: str, variables: Mapping[str, str]) -> str | None:
    path = variables.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return variables.get(name) or None


def database_settings(home: Path, *, pool_size: int = 8) -> dict[str, dict[str, Any]]:
    """Return Django's DATABASES for an installation whose state lies in `home`."""
    app, owner = stated_urls()
    pool = {"min_size": 1, "max_size": pool_size, "timeout": CONNECT_SECONDS}
    return {
        "default": _alias(home, "app", app, {"pool": pool}),
        "owner": _alias(home, "owner", owner, {}),
    }


def _alias(home: Path, role: str, url: str | None, options: dict[str, Any]) -> dict[str, Any]:
    alias: dict[str, Any] = {
        "ENGINE": ENGINE,
        "NAME": "bangfu",
        "OPTIONS": {"connect_timeout": CONNECT_SECONDS, **options},
        # Read by our backend: whose saved connection to use when no address is given here.
        "BANGFU_HOME": str(home),
        "BANGFU_ROLE": role,
    }
    if url is not None:
        alias.update(url_settings(DatabaseUrl.parse(url)))
        alias["OPTIONS"].update(dict(DatabaseUrl.parse(url).options))
    return alias


def url_settings(url: DatabaseUrl) -> dict[str, Any]:
    """Return the part of Django's settings that an address decides."""
    return {
        "NAME": url.name,
        "USER": url.user,
        "PASSWORD": url.password,
        "HOST": url.host,
        "PORT": str(url.port),
    }
