"""Sending a finished file, as long as its reader's post is in force (F59, ADR 0058)."""

from __future__ import annotations

import time
from typing import BinaryIO
from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.utils import timezone

from bangfu.foundation.accounts.selectors import is_in_force
from bangfu.kernel.scope import Scope

# How often the reader's post is looked at while bytes go out.
EVERY_SECONDS = 1.0


class ReaderOut(RuntimeError):
    """The reader's post or account is no longer in force: the rest of the file is not sent."""


class Guarded:
    """A file that can be read as long as its reader's post is in force.

    It has no file number, so that no server can send it past the check.
    """

    def __init__(self, stream: BinaryIO, scope: Scope, post_id: UUID | str | None) -> None:
        self._stream = stream
        self._scope = scope
        self._post_id = post_id
        self._asked = 0.0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes. Raises ReaderOut, and closes the file with it."""
        now = time.monotonic()
        if now - self._asked >= EVERY_SECONDS:
            self._asked = now
            self._check()
        return self._stream.read(size)

    def close(self) -> None:
        """Let the file go."""
        self._stream.close()

    def _check(self) -> None:
        actor = self._scope.actor
        if actor.kind == "USER" and not is_in_force(
            actor.id,
            self._post_id,
            self._scope.permissions,
            timezone.now(),
            region=self._scope.region,
        ):
            self._stream.close()
            raise ReaderOut("the reader's post is no longer in force")


def send(
    request: HttpRequest, stream: BinaryIO, *, file_name: str, content_type: str
) -> FileResponse:
    """Return the response that sends `stream` as a download and then closes it.

    It ends within a second or two of the end of the reader's post or account: what was not sent
    by then is not sent.
    """
    size = stream.seek(0, 2)
    stream.seek(0)
    scope: Scope = request.scope  # type: ignore[attr-defined]
    guarded = Guarded(stream, scope, request.post_id)  # type: ignore[attr-defined]
    response = FileResponse(
        guarded, as_attachment=True, filename=file_name, content_type=content_type
    )
    # The whole length is promised, so that a reader cannot take half a file for the whole.
    response["Content-Length"] = str(size)
    return response
