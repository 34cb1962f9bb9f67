"""Photos of a clue's check: kept among the papers of the proceeding, looked at and written anew
before, and only where the table of dispatch needs or allows one."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath
from uuid import UUID

from bangfu.domains.monitoring import errands, rows
from bangfu.domains.monitoring.domain.cases import CasePaperRecord, PaperKind
from bangfu.domains.monitoring.domain.proceedings import CLUE
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.papers import filing
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.evidence import checking
from bangfu.foundation.evidence.checking import Paper
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Proof

CHECK = errands.CHECK
_PICTURES = (".jpg", ".png")


def keep_photo(
    *, scope: Scope, at: datetime, proceeding_id: UUID, name: str, content: bytes
) -> CasePaperRecord:
    """Keep a photo of a clue's check, without where and by which camera it was taken.

    Raises NotFound E-MONITORING-NOT-FOUND, E-CLUES-PHOTO-OF; Conflict E-CLUES-PHOTO-LATE;
    InvalidValue E-CLUES-PHOTO-UNASKED, E-CLUES-PHOTO-KIND, E-MONITORING-PAPER-SIZE, and what
    `evidence.checking.check` raises.
    """
    require(scope, CHECK)
    if len(content) > filing.LARGEST:
        raise InvalidValue("E-MONITORING-PAPER-SIZE", limit=filing.LARGEST // 1024**2)
    with activate(scope):
        # Who may not add a photo is told so before the file is looked at.
        _clue(scope, proceeding_id, at)
    photo = checking.check(name, content)
    return file_photo(scope=scope, at=at, proceeding_id=proceeding_id, photo=photo)


def file_photo(*, scope: Scope, at: datetime, proceeding_id: UUID, photo: Paper) -> CasePaperRecord:
    """File a picture that `evidence.checking` has written anew with a clue; raises as
    `keep_photo`. It is named by its number: what a telephone calls it is nobody's business."""
    require(scope, CHECK)
    suffix = PurePath(photo.name).suffix
    if suffix not in _PICTURES:
        raise InvalidValue("E-CLUES-PHOTO-KIND")
    with activate(scope):
        row = _clue(scope, proceeding_id, at, lock=True)
        no = f"{row.no}-{row.papers.count() + 1:02d}"
        return filing.store(
            scope, at, row, paper=errands.PHOTO, no=no, kind=PaperKind.ORIGINAL,
            dated_on=local_day(at), name=f"{no}{suffix}", content=photo.content, note="",
        )  # fmt: skip


def can_open(scope: Scope, proceeding_id: UUID, photo_id: UUID) -> bool:
    """Return whether a reader may open a photo that is on file with a clue of the scope."""
    with activate(scope):
        row = rows.find_row(scope, proceeding_id)
        return errands.may_open(scope, row, row.papers.get(id=photo_id))


def _clue(scope: Scope, proceeding_id: UUID, at: datetime, *, lock: bool = False) -> Proceeding:
    """A clue to whose check a photo may be added."""
    row = rows.find_row(scope, proceeding_id, lock=lock)
    if row.procedure != CLUE:
        raise NotFound("E-CLUES-PHOTO-OF", no=row.no)
    if row.closed_at is not None:
        raise Conflict("E-CLUES-PHOTO-LATE", no=row.no)
    errand = errands.row_of(row, errands.handed_on_at(row, at), scope)
    if errand is not None and errand.photo is Proof.NONE:
        raise InvalidValue("E-CLUES-PHOTO-UNASKED", no=row.no)
    return row
