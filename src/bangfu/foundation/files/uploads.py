"""Where an upload that is too large for memory lies while it comes in."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

from bangfu.foundation.files.private import private_folder
from bangfu.foundation.files.scratch import UPLOADS


class HomeUpload(TemporaryUploadedFile):
    """Django's own, but in a folder of the home that others cannot read.

    `FILE_UPLOAD_TEMP_DIR` would have to be there before anything else is.
    """

    def __init__(self, name: str, *args: Any) -> None:
        # It goes with its closing, which Django sees to at the end of the request.
        file = tempfile.NamedTemporaryFile(  # noqa: SIM115
            suffix=f".upload{Path(name).suffix}", dir=private_folder(UPLOADS)
        )
        UploadedFile.__init__(self, file, name, *args)


class HomeUploadHandler(TemporaryFileUploadHandler):
    """Lays what is too large for memory into the home."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = HomeUpload(
            self.file_name or "", self.content_type, 0, self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write what came. A file that cannot be written on goes at once: Django closes whole ones,
        and this one would keep a full disk full for as long as the request is remembered."""
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            with suppress(OSError):
                self.file.close()
            raise
