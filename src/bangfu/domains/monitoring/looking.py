"""Who looked at what is under way about a household: proceedings opened, papers, whole files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bangfu.domains.monitoring import wording
from bangfu.domains.monitoring.advancing import SUBJECT
from bangfu.domains.monitoring.papers import filing, opened
from bangfu.domains.monitoring.rows import visible
from bangfu.domains.monitoring.services import VIEWED
from bangfu.domains.monitoring.wording import Label, Wording
from bangfu.domains.registry.look_actions import REFUSED
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.subjects import list_of_subjects
from bangfu.kernel.scope import Scope

READ = "PROCEEDING_READ"


@dataclass(frozen=True, slots=True)
class CaseLook:
    """One look at a proceeding: it or a paper was opened, or its whole file was taken along.

    `is_refused`: the day's looks were spent; `purpose` and `note` as the reader stated them.
    """

    id: UUID
    at: datetime
    by: str
    is_file: bool
    procedure: str
    title: Label
    no: str
    is_refused: bool
    purpose: str
    note: str


def list_looks(
    scope: Scope, household_id: UUID, *, at: datetime, before: UUID | None = None, limit: int = 50
) -> list[CaseLook]:
    """Return who looked at a household's proceedings, newest first, rows older than `before`.

    Those of the scope only, and none to a post that does not read proceedings.
    """
    if not scope.allows(READ):
        return []
    with activate(scope):
        rows = {str(row.id): row for row in visible(scope).filter(household_id=household_id)}
        events = list_of_subjects(
            scope,
            subject_kinds=[SUBJECT, opened.SUBJECT],
            subject_ids=list(rows),
            actions=[VIEWED, filing.BOUND, filing.PAPER_OPENED, filing.PAPER_NAMED, REFUSED],
            before=before,
            limit=limit,
        )
    words = Wording(at)
    found = []
    for event in events:
        row = rows[event.subject_id]
        definition = words.definition(row.region_code, row.procedure, row.version)
        found.append(
            CaseLook(
                id=event.id,
                at=event.at,
                by=event.actor_label,
                is_file=event.action == filing.BOUND,
                procedure=row.procedure,
                title=wording.procedure_label(definition, row.procedure),
                no=row.no,
                is_refused=event.action == REFUSED,
                purpose=event.purpose,
                note=event.detail.get("note", ""),
            )
        )
    return found
