"""The database wrapper; see the package's docstring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.utils import OperationalError
from psycopg_pool import PoolTimeout

from bangfu.foundation.database import saved
from bangfu.foundation.database.urls import url_settings
from bangfu.kernel.errors import NotFound, Refused


class NotRunning(NotFound, OperationalError):
    """There is no database to connect to; to Django an operational error like any other."""


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL whose HOST, PORT, USER and PASSWORD may come from the cluster's saved file."""

    def get_connection_params(self) -> dict[str, Any]:
        """Return psycopg's parameters.

        Raises NotRunning: E-DB-NOT-RUNNING without a cluster, E-DB-OTHER-HOME in a copied home.
        """
        known = self.settings_dict
        if not known["USER"] and not known["HOST"]:
            try:
                connection = saved.load(Path(known["BANGFU_HOME"]))
            except (NotFound, Refused) as error:
                raise NotRunning(error.code, **error.params) from error
            address = url_settings(connection.url(known["BANGFU_ROLE"]))
            # The database's name stands in the settings: tests have one of their own.
            self.settings_dict.update({**address, "NAME": known["NAME"]})
        params: dict[str, Any] = super().get_connection_params()
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection. Raises NotRunning E-DB-NOT-REACHED when nothing answers."""
        try:
            return super().get_new_connection(conn_params)
        except (PoolTimeout, psycopg.OperationalError) as error:
            place = f"{conn_params.get('host', '')}:{conn_params.get('port', '')}"
            raise NotRunning("E-DB-NOT-REACHED", place=place, reason=str(error)[:200]) from error
