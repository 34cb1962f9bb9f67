"""Stored files as a place of ciphertext, for those who count by key and change keys."""

from __future__ import annotations

from collections.abc import Iterator

from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.foundation.crypto.holdings import NATION
from bangfu.foundation.crypto.keys import get_keyring
from bangfu.foundation.files import disk, sealed, selectors, services
from bangfu.foundation.files.models import StoredFile
from bangfu.foundation.files.records import FileRecord
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound

BATCH = 500


class StoredFiles:
    """Every file that has a row; one whose content is gone from the disk lies under no key."""

    name = "files_stored"

    def count_by_key(self) -> dict[int, int]:
        """Return how many files lie under each key; 0 is for those in clear."""
        found: dict[int, int] = {}
        for _, key in _list_with_key():
            found[key] = found.get(key, 0) + 1
        return found

    def is_readable(self) -> bool:
        """Return whether the first file of each key opens, with every byte of it."""
        firsts: dict[int, FileRecord] = {}
        for record, key in _list_with_key():
            firsts.setdefault(key, record)
        return all(_opens(record) for record in firsts.values())

    def is_filled(self) -> bool:
        """Return whether any file is encrypted."""
        return any(key for _, key in _list_with_key())

    def renew(self, active: int) -> Iterator[str]:
        """Encrypt files under other keys and in clear anew; yield "" for each, or the path of one
        that does not open."""
        for record, key in _list_with_key():
            if key != active:
                yield _renew(record)


def _list_with_key() -> Iterator[tuple[FileRecord, int]]:
    """Yield every file that is on the disk with its key, oldest first, in short reads."""
    last = None
    while True:
        with activate(system_scope(NATION, "keys")):
            rows = StoredFile.objects.order_by("id")
            page = list((rows.filter(id__gt=last) if last else rows)[:BATCH])
        for row in page:
            try:
                with (services.folder() / row.path).open("rb") as file:
                    key = sealed.key_number(file)
            except FileNotFoundError:
                continue
            yield selectors.to_record(row), key
        if len(page) < BATCH:
            return
        last = page[-1].id


def _opens(record: FileRecord) -> bool:
    try:
        disk.open_whole(services.folder(), record, get_keyring()).close()
    except (Conflict, InvalidValue, NotFound):
        return False
    return True


def _renew(record: FileRecord) -> str:
    try:
        disk.renew(services.folder(), record, get_keyring())
    except (Conflict, InvalidValue):
        return f"files/{record.path}"
    return ""
