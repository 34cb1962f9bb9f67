"""Where an upload that is too large for memory lies while it comes in."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import TemporaryFileUploadHandler

from bangfu.foundation.files.private import private_folder
from bangfu.foundation.files.scratch import UPLOADS


class HomeUploadHandler(TemporaryFileUploadHandler):
    """Django's own, which lays files into a folder of the home that others cannot read."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file; its folder (`FILE_UPLOAD_TEMP_DIR`) is made when it is not there yet."""
        private_folder(UPLOADS)
        super().new_file(*args, **kwargs)
