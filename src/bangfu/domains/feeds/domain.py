"""The pure rules of departmental data: manifests, periods, validity, what may stand in the lake."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any
from uuid import UUID

from bangfu.kernel.errors import BangfuError, Conflict, InvalidValue
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode

CHANGES = "CHANGES"
REGISTER = "REGISTER"
FULL = "FULL"

_MANIFEST_KEYS = frozenset({"dataset", "county", "period", "as_of", "rows", "sums", "hash"})
_HASHES = {"sm3": 64, "sha256": 64}
# An ID number, a phone or an account inside free text: eleven digits or more in a row.
_LONG_NUMBER = re.compile(r"[0-9０-９](?:[\s\-]?[0-9０-９]){10,}[XxＸｘ]?")


class LandingState(StrEnum):
    """Whether a landed batch counts."""

    LIVE = "LIVE"
    SUPERSEDED = "SUPERSEDED"
    REVERTED = "REVERTED"


class FeedbackState(StrEnum):
    """Where a request for correction stands (数据校核反馈单)."""

    DRAFT = "DRAFT"
    SENT = "SENT"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"
    WITHDRAWN = "WITHDRAWN"


# Each step of a request: the states it may be taken in, and the state it leads to.
FEEDBACK_STEPS: dict[str, tuple[frozenset[FeedbackState], FeedbackState]] = {
    "send": (frozenset({FeedbackState.DRAFT, FeedbackState.ANSWERED}), FeedbackState.SENT),
    "answer": (frozenset({FeedbackState.SENT}), FeedbackState.ANSWERED),
    "close": (frozenset({FeedbackState.ANSWERED}), FeedbackState.CLOSED),
    "withdraw": (
        frozenset({FeedbackState.DRAFT, FeedbackState.SENT, FeedbackState.ANSWERED}),
        FeedbackState.WITHDRAWN,
    ),
}


def check_step(state: FeedbackState, step: str) -> FeedbackState:
    """Return the state that a step leads to. Raises Conflict E-FEED-FEEDBACK-STATE.

    An answer that does not settle the matter is sent back by sending once more.
    """
    begun, led_to = FEEDBACK_STEPS[step]
    if state not in begun:
        raise Conflict("E-FEED-FEEDBACK-STATE", state=str(state), wanted=str(led_to))
    return led_to


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a file is refused as a whole: a code of the error table and what its text needs."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {"code": self.code, "params": self.params}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the sender says about the file (交接清单): the receiver checks every word of it.

    `rows` counts the data rows, `sums` are the exact totals of money columns in yuan, `hash_value`
    is the lower-case hex digest of the file's bytes by `hash_algorithm`.
    """

    dataset: str
    county: RegionCode
    period: Period
    rows: int
    sums: dict[str, Decimal] = field(default_factory=dict)
    as_of: date | None = None
    hash_algorithm: str | None = None
    hash_value: str | None = None

    @classmethod
    def parse(cls, data: bytes | str) -> Manifest:
        """Read a manifest from JSON. Raises InvalidValue E-FEED-MANIFEST with the field at fault.

        Floating-point totals are read from their digits, never through a binary float.
        """
        try:
            found = json.loads(data, parse_float=Decimal)
        except (ValueError, UnicodeDecodeError) as error:
            raise InvalidValue("E-FEED-MANIFEST", field="JSON") from error
        if not isinstance(found, dict):
            raise InvalidValue("E-FEED-MANIFEST", field="JSON")
        strange = sorted(set(found) - _MANIFEST_KEYS)
        if strange:
            raise InvalidValue("E-FEED-MANIFEST", field=strange[0])
        algorithm, value = _hash(found.get("hash"))
        return cls(
            dataset=_text(found, "dataset"),
            county=_read(lambda: RegionCode.parse(_text(found, "county")), "county"),
            period=_read(lambda: Period.parse(_text(found, "period")), "period"),
            rows=_row_count(found.get("rows")),
            sums=_sums(found.get("sums", {})),
            as_of=_read(lambda: date.fromisoformat(found["as_of"]), "as_of")
            if found.get("as_of")
            else None,
            hash_algorithm=algorithm,
            hash_value=value,
        )


def _read(reader: Any, name: str) -> Any:
    try:
        return reader()
    except (BangfuError, ValueError, TypeError) as error:
        raise InvalidValue("E-FEED-MANIFEST", field=name) from error


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidValue("E-FEED-MANIFEST", field=name)
    return value


def _row_count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidValue("E-FEED-MANIFEST", field="rows")
    return value


def _sums(value: object) -> dict[str, Decimal]:
    if not isinstance(value, dict):
        raise InvalidValue("E-FEED-MANIFEST", field="sums")
    sums = {}
    for name, total in value.items():
        try:
            sums[str(name)] = Decimal(str(total))
        except InvalidOperation as error:
            raise InvalidValue("E-FEED-MANIFEST", field=f"sums.{name}") from error
    return sums


def _hash(value: object) -> tuple[str | None, str | None]:
    if value is None:
        return None, None
    if not isinstance(value, dict) or value.get("algorithm") not in _HASHES:
        raise InvalidValue("E-FEED-MANIFEST", field="hash.algorithm")
    digest = str(value.get("value", "")).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise InvalidValue("E-FEED-MANIFEST", field="hash.value")
    return str(value["algorithm"]), digest


def check_header(
    manifest: Manifest,
    *,
    dataset: str,
    county: RegionCode,
    period: Period,
    digests: dict[str, str],
) -> list[Reason]:
    """Return what in the manifest disagrees with the import: dataset, county, month or bytes."""
    reasons = []
    for name, said, wanted in (
        ("dataset", manifest.dataset, dataset),
        ("county", str(manifest.county), str(county)),
        ("period", str(manifest.period), str(period)),
    ):
        if said != wanted:
            reasons.append(
                Reason("E-FEED-MANIFEST-OTHER", {"field": name, "said": said, "wanted": wanted})
            )
    if manifest.hash_algorithm and digests[manifest.hash_algorithm] != manifest.hash_value:
        reasons.append(Reason("E-FEED-MANIFEST-HASH", {"algorithm": manifest.hash_algorithm}))
    return reasons


def check_totals(manifest: Manifest, rows: int, sums: dict[str, Decimal | None]) -> list[Reason]:
    """Compare control totals (F19): any difference refuses the file whole.

    `sums` holds the total of each money column of the file, None where a cell is no amount.
    """
    reasons = []
    if manifest.rows != rows:
        reasons.append(Reason("E-FEED-CONTROL-ROWS", {"said": manifest.rows, "found": rows}))
    for column, said in manifest.sums.items():
        if column not in sums:
            reasons.append(Reason("E-FEED-CONTROL-COLUMN", {"column": column}))
        elif sums[column] != said:
            found = sums[column]
            reasons.append(
                Reason(
                    "E-FEED-CONTROL-SUM",
                    {
                        "column": column,
                        "said": f"{said:.2f}",
                        "found": "?" if found is None else f"{found:.2f}",
                    },
                )
            )
    return reasons


@dataclass(frozen=True, slots=True)
class LandingRecord:
    """A landed batch as other code sees it; `path` is relative to the lake's folder."""

    batch_id: UUID
    dataset: str
    county: str
    period: Period
    as_of: date
    state: LandingState
    path: str
    content_sm3: str
    rows: int
    matched: int
    unmatched: int
    sums: dict[str, str]
    supersedes: UUID | None
    reason: str


def check_period(period: Period, today: date, live: Sequence[LandingRecord]) -> list[Reason]:
    """Return what speaks against taking this month now (F18), `live` being what is in force.

    A month that has not begun is always refused. A month that is in force already, or older than
    the newest in force, is refused unless the import says that it supersedes, and why.
    """
    reasons = []
    if period.first_day > today:
        reasons.append(Reason("E-FEED-FUTURE", {"period": str(period)}))
    same = [landing for landing in live if landing.period == period]
    if same:
        reasons.append(
            Reason("E-FEED-OVERLAP", {"period": str(period), "batch": str(same[0].batch_id)})
        )
    newest = max((landing.period for landing in live), default=None)
    if newest is not None and period < newest:
        reasons.append(Reason("E-FEED-OLDER", {"period": str(period), "newest": str(newest)}))
    return reasons


# From so many rows on, a list without a single person of the county's register is no accident.
TELLING_ROWS = 100


def check_people(landed: int, matched: int, registered: int) -> list[Reason]:
    """Refuse another county's file (F17): many rows, and nobody of them in our register."""
    if landed >= TELLING_ROWS and registered and not matched:
        return [Reason("E-FEED-OTHER-COUNTY", {"rows": landed})]
    return []


SUPERSEDABLE = frozenset({"E-FEED-OVERLAP", "E-FEED-OLDER"})


def in_force(
    live: Iterable[LandingRecord],
    period: Period,
    *,
    valid_months: int,
    coverage: str,
    accumulates: bool = False,
) -> list[LandingRecord]:
    """Return the batches whose data may be used for `period`, oldest first.

    A list that describes a state may be used in its month and the `valid_months` − 1 months after
    it, the newest alone; one that accumulates, each of these months. Lists of changes add up: each
    that is not later than the month counts.
    """
    earlier = sorted(
        (landing for landing in live if landing.period <= period),
        key=lambda landing: (landing.period, str(landing.batch_id)),
    )
    if coverage == CHANGES:
        return earlier
    wanted = earlier if accumulates else earlier[-1:]
    return [landing for landing in wanted if period.months_since(landing.period) < valid_months]


def has_long_number(text: str) -> bool:
    """Whether a text holds what may be an ID number, a phone or an account."""
    return _LONG_NUMBER.search(text) is not None


def scrub(text: str, own_name: str | None) -> str:
    """Return free text fit for the lake: long numbers and the row's own name are blotted out."""
    cleaned = _LONG_NUMBER.sub("***", text)
    if own_name and len(own_name) > 1:
        cleaned = cleaned.replace(own_name, "***")
    return cleaned
