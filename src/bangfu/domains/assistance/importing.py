"""The list of pairings as a file: checked row by row, written whole for the rows in order.

A row of a pairing that stands as it is changes nothing, so the same file twice is taken once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from bangfu.domains.assistance import events, policy, rows, services
from bangfu.domains.assistance.cadres import MANAGE, Cadre, Cadres, list_cadres
from bangfu.domains.assistance.domain import EndReason
from bangfu.domains.assistance.models import Pairing
from bangfu.domains.assistance.services import Home
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope, narrowed
from bangfu.foundation.sheets import matching, reader, validation
from bangfu.foundation.sheets.annotation import write_error_workbook
from bangfu.foundation.sheets.types import CellIssue, RawSheet, SheetMapping, ValidatedSheet
from bangfu.kernel.errors import BangfuError, Conflict, InvalidValue, NotFound, Refused
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7
from bangfu.procedures import OfficeKind
from bangfu.standards.contract_reading import read_contract
from bangfu.standards.datasets import Dataset
from bangfu.standards.paths import standards_root

MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`commit` writes; `may_replace` lets a row change a household's cadre; `may_exceed` lets
    cadres have more households than the document allows."""

    commit: bool = False
    may_replace: bool = False
    may_exceed: bool = False


@dataclass(frozen=True)
class PairingImport:
    """What became of a list: how many rows are new, replaced, unchanged and bad, and why."""

    rows: int
    new: int
    replaced: int
    unchanged: int
    bad: int
    is_committed: bool
    issues: tuple[CellIssue, ...]
    raw: RawSheet = field(repr=False)
    mapping: SheetMapping = field(repr=False)

    def write_errors(self, path: Path, language: str = "zh") -> None:
        """Write the bad rows as a workbook with cell, reason and remedy."""
        write_error_workbook(path, self.raw, self.mapping, self.issues, language=language)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row in order: who is paired with which household, and whom that replaces."""

    home: Home
    cadre: Cadre
    kind: OfficeKind
    since: date
    office: str
    note: str
    replaces: Pairing | None


@dataclass(frozen=True)
class _Known:
    """What the rows are checked against."""

    today: date
    region: RegionCode
    homes: Mapping[str, Home]
    cadres: Cadres
    kinds: Mapping[str, OfficeKind]
    held: Mapping[UUID, Pairing]
    last: Mapping[UUID, date]
    options: ImportOptions


@cache
def contract() -> Dataset:
    """Return the columns of the list."""
    return read_contract(standards_root() / "pairings" / "list.yaml")


def import_pairings(
    *, scope: Scope, at: datetime, file: Path, region: RegionCode, options: ImportOptions
) -> PairingImport:
    """Check a list of pairings of a place and, with `commit`, write the rows that are in order.

    One transaction, one audit row. Raises NotAllowed, Refused E-ASSISTANCE-ROWS, and what reading
    and matching a sheet raise.
    """
    require(scope, MANAGE, region)
    here = narrowed(scope, region)
    today = timezone.localdate(at)
    raw, mapping = matching.find_sheet(reader.read_workbook(file), contract())
    sheet = validation.validate_rows(raw, mapping, contract(), today=today)
    if len(sheet) > MOST_ROWS:
        raise Refused("E-ASSISTANCE-ROWS", count=len(sheet), most=MOST_ROWS)
    with activate(here):
        services.lock(region)
        known = _known(here, region, today, sheet, options)
        lines, unchanged, issues = _check(known, sheet)
        if options.commit and lines:
            _write(here, at, region, lines)
    found = sorted([*sheet.issues, *issues], key=lambda one: one.row_no)
    return PairingImport(
        rows=len(sheet),
        new=sum(line.replaces is None for line in lines),
        replaced=sum(line.replaces is not None for line in lines),
        unchanged=unchanged,
        bad=len({one.row_no for one in found}),
        is_committed=options.commit,
        issues=tuple(found),
        raw=raw,
        mapping=mapping,
    )


def _known(
    scope: Scope, region: RegionCode, today: date, sheet: ValidatedSheet, options: ImportOptions
) -> _Known:
    numbers = {str(row["household_no"]) for _, row in sheet.iter_good_rows()}
    homes = services.find_homes(scope, numbers)
    ids = [home.id for home in homes.values()]
    held = rows.open_pairings(scope).select_for_update().filter(household_id__in=ids)
    ended = in_scope(Pairing.objects.all(), scope).filter(
        household_id__in=ids, valid_to__isnull=False, voided_at__isnull=True
    )
    last = ended.values_list("household_id").annotate(day=Max("valid_to"))
    return _Known(
        today=today,
        region=region,
        homes=homes,
        cadres=list_cadres(scope, today),
        kinds=policy.office_kinds(scope, region, today),
        held={row.household_id: row for row in held},
        last=dict(last),
        options=options,
    )


def _check(known: _Known, sheet: ValidatedSheet) -> tuple[list[_Line], int, list[CellIssue]]:
    """Return the rows to write, how many change nothing, and what is wrong with the others."""
    lines: list[_Line] = []
    issues: list[CellIssue] = []
    unchanged = 0
    places: list[int] = []
    for row_no, row in sheet.iter_good_rows():
        try:
            line = _line(known, row)
        except _Bad as bad:
            error = bad.error
            issues.append(
                CellIssue(row_no, bad.column, error.code, error.params, row.get(bad.column))
            )
            continue
        if line is None:
            unchanged += 1
        else:
            lines.append(line)
            places.append(row_no)
    if known.options.may_exceed:
        return lines, unchanged, issues
    kept, over = _within_capacity(known, lines, places)
    return kept, unchanged, issues + over


class _Bad(Exception):
    """A row that is not taken: the column at fault and why."""

    def __init__(self, column: str, error: BangfuError) -> None:
        super().__init__(column)
        self.column, self.error = column, error


def _line(known: _Known, row: Mapping[str, Any]) -> _Line | None:
    """Return what a row asks for; None where it stands already."""
    number = str(row["household_no"])
    home = known.homes.get(number)
    if home is None:
        raise _Bad("household_no", NotFound("E-ASSISTANCE-HOUSEHOLD", household_no=number))
    head = str(row.get("head_name") or "")
    if head and head != home.head_name:
        raise _Bad("head_name", Conflict("E-ASSISTANCE-HEAD", head=home.head_name))
    name, account = str(row["cadre_name"]), str(row.get("username") or "")
    cadre = _asked(
        "username" if account else "cadre_name",
        lambda: known.cadres.find(account, name, home.region_code),
    )
    _asked("cadre_name", lambda: known.cadres.demand(cadre, [home.region_code]))
    kind = _asked("office_kind", lambda: policy.find_kind(known.kinds, str(row["office_kind"])))
    since = row["valid_from"]
    _asked("valid_from", lambda: services.check_day(since, known.today))
    held = known.held.get(home.id)
    if held is not None and held.user_id == cadre.user_id:
        return None
    _check_before(known, home, held, since)
    texts = str(row.get("office") or ""), str(row.get("note") or "")
    return _Line(home, cadre, kind, since, *texts, held)


def _asked(column: str, question: Any) -> Any:
    try:
        return question()
    except (InvalidValue, Conflict) as error:
        raise _Bad(column, error) from error


def _check_before(known: _Known, home: Home, held: Pairing | None, since: date) -> None:
    """Refuse a row that would overlap what stood before it, or change a cadre unasked."""
    if held is not None and not known.options.may_replace:
        params = {"household_no": home.household_no, "by": held.cadre_name}
        raise _Bad("cadre_name", Conflict("E-ASSISTANCE-PAIRED", **params))
    if held is not None and since < held.valid_from:
        raise _Bad("valid_from", InvalidValue("E-ASSISTANCE-DATE"))
    last = known.last.get(home.id)
    if last is not None and since <= last:
        raise _Bad("valid_from", Conflict("E-ASSISTANCE-OVERLAP", count=1))


def _within_capacity(
    known: _Known, lines: list[_Line], places: list[int]
) -> tuple[list[_Line], list[CellIssue]]:
    """Return the rows up to each cadre's capacity, and the rows beyond it."""
    users = {line.cadre.user_id for line in lines}
    total = Counter(dict(rows.count_held(users, known.region)))
    kept, over = [], []
    for line, row_no in zip(lines, places, strict=True):
        capacity = line.kind.capacity(line.home.region_code, known.today)
        user = line.cadre.user_id
        if capacity is not None and total[user] + 1 > capacity.households:
            params = {"cadre": line.cadre.name, "held": total[user], "added": 1}
            params["most"] = capacity.households
            name = line.cadre.name
            over.append(CellIssue(row_no, "cadre_name", "E-ASSISTANCE-CAPACITY", params, name))
            continue
        total[user] += 1
        if line.replaces is not None:
            total[line.replaces.user_id] -= 1
        kept.append(line)
    return kept, over


def _write(scope: Scope, at: datetime, region: RegionCode, lines: list[_Line]) -> None:
    """End what is replaced, store what is new, tell the domains above."""
    replaced = [line for line in lines if line.replaces is not None]
    ended = []
    for line in replaced:
        assert line.replaces is not None, "it was looked at above"
        last = services.day_before(line.since)
        services.finish(scope, at, line.replaces, last, EndReason.HANDED_OVER)
        ended.append(line.replaces)
    fields = ["valid_to", "end_reason", "ended_at", "ended_by", "ended_in"]
    Pairing.objects.bulk_update(ended, fields, batch_size=500)
    services.save_all(
        scope,
        at,
        [
            services.new_row(
                scope, at, line.home, line.cadre, line.kind, line.since, line.office, line.note
            )
            for line in lines
        ],
    )
    detail = {"new": len(lines) - len(replaced), "replaced": len(replaced)}
    services.note(
        scope,
        "assistance.pairings.imported",
        at,
        services.SUBJECT,
        uuid7(),
        str(region),
        detail,
    )
    pairs = zip(ended, replaced, strict=True)
    events.tell(scope, at, [services.ended_event(row, line.cadre.user_id) for row, line in pairs])
