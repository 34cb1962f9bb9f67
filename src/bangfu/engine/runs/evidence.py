"""The evidence of a run: of each household the facts that its rules looked at.

Facts, not conclusions: the reference evaluator decides them anew when a household is explained,
clause by clause. Files are sorted by household in small row groups, so one is found at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bangfu.engine.packs.model import Pack
from bangfu.engine.rules import nodes as n
from bangfu.engine.rules.compiler import Compiler
from bangfu.engine.rules.lowering import field_column
from bangfu.engine.rules.reference import Household, World
from bangfu.engine.rules.relations import AUTHORISED, NO_TOKEN
from bangfu.engine.runs.manifest import Manifest, read_manifest
from bangfu.engine.runs.view import times_used
from bangfu.kernel.period import Period

EVIDENCE = "evidence"
_FEED = "feed_"


def evidence_queries(compiler: Compiler) -> dict[str, str]:
    """Return file → query over the relations of a run, which stand in the order of households."""
    made = compiler.relations
    of_person = [field_column("person", name) for name in made.fields.get("person", [])]
    of_person += [made.uses_name(node) for node in made.used if node.field.scope == "person"]
    member = _columns(["hid", "pid", "person_id", "link", "member_as_of", *of_person])
    queries = {
        "household": "SELECT * EXCLUDE (cno) FROM home",
        "member": f"SELECT {member} FROM member",  # noqa: S608
    }
    for table in made.feeds:
        names = [field_column(table, name) for name in made.fields.get(table, [])]
        columns = _columns(["hid", "pid", *names])
        queries[f"{_FEED}{table}"] = f'SELECT {columns} FROM "rows_{table}"'  # noqa: S608
    return queries


def _columns(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


class _Sorted:
    """A Parquet file sorted by a column, with the range of each row group kept in memory."""

    def __init__(self, path: Path, key: str) -> None:
        self._file = pq.ParquetFile(path, memory_map=True)
        self._key = key
        index = self._file.schema_arrow.get_field_index(key)
        groups = range(self._file.metadata.num_row_groups)
        statistics = [self._file.metadata.row_group(g).column(index).statistics for g in groups]
        self._ranges = [(s.min, s.max) for s in statistics]

    def rows(self, value: Any) -> list[dict[str, Any]]:
        """Return the rows with a value, in the order of the file."""
        found: list[dict[str, Any]] = []
        for group, (low, high) in enumerate(self._ranges):
            if low <= value <= high:
                keys = self._file.read_row_group(group, columns=[self._key], use_threads=False)
                places = pc.indices_nonzero(pc.equal(keys.column(0), value))
                if len(places):
                    found += self._read(group).take(places).to_pylist()
        return found

    def _read(self, group: int) -> pa.Table:
        return self._file.read_row_group(group, use_threads=False)


class _Part:
    """One part of an output folder; files are opened when they are first asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._opened: dict[str, _Sorted] = {}

    @cached_property
    def hints(self) -> _Sorted:
        """The hints by household_id."""
        return _Sorted(self.folder / "hints.parquet", "household_id")

    def rows(self, name: str, key: str, value: Any) -> list[dict[str, Any]]:
        """Return rows of an evidence file; none where the run read no such feed."""
        path = self.folder / EVIDENCE / f"{name}.parquet"
        if name not in self._opened:
            if not path.exists():
                return []
            self._opened[name] = _Sorted(path, key)
        return self._opened[name].rows(value)


@dataclass(frozen=True)
class Facts:
    """What is known of one household: its hint, its facts as the reference evaluator takes them,
    and their dates: `dates` column → day, `member_dates` person_id → day."""

    hint: Mapping[str, Any]
    home: Household
    dates: Mapping[str, Any]
    member_dates: Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """An output folder opened for reading; `feeds` (table, county) → state of the feed."""

    manifest: Manifest
    feeds: Mapping[tuple[str, str], Mapping[str, Any]]
    parts: Sequence[_Part]

    def find(self, household_id: str, pack: Pack) -> Facts | None:
        """Return the facts of a household, None where the run has none of that name."""
        for part in self.parts:
            hints = part.hints.rows(household_id)
            if hints:
                return self._facts(part, hints[0], pack)
        return None

    def _facts(self, part: _Part, hint: Mapping[str, Any], pack: Pack) -> Facts:
        row = part.rows("household", "household_id", hint["household_id"])[0]
        people = sorted(
            part.rows("member", "hid", row["hid"]), key=lambda person: str(person["person_id"])
        )
        county = str(row["region_code"])[:6]
        states = {table: state for (table, at), state in self.feeds.items() if at == county}
        feeds = {
            table: [
                _feed_row(found, table) for found in part.rows(f"{_FEED}{table}", "hid", row["hid"])
            ]
            for table in states
        }
        home = Household(
            household={**_fields(row, "household"), "region_code": row["region_code"]},
            members=[_member(person) for person in people],
            feeds=feeds,
            gaps={table: int(state["gap"]) for table, state in states.items()},
            authorised=frozenset(str(p["pid"]) for p in people if p["link"] == AUTHORISED),
            uses=_uses(times_used(pack, self.manifest.period), row, people),
        )
        return Facts(
            hint=hint,
            home=home,
            dates={
                name.removesuffix("__at"): day for name, day in row.items() if name.endswith("__at")
            },
            member_dates={person["person_id"]: person["member_as_of"] for person in people},
        )


def _fields(row: Mapping[str, Any], scope: str) -> dict[str, Any]:
    start = field_column(scope, "")
    return {
        name.removeprefix(start): value for name, value in row.items() if name.startswith(start)
    }


def _member(row: Mapping[str, Any]) -> dict[str, Any]:
    """A member; its number in the part stands for its token, which the evidence does not keep."""
    token = None if row["link"] == NO_TOKEN else str(row["pid"])
    return {"person_id": row["person_id"], "person_token": token, **_fields(row, "person")}


def _feed_row(row: Mapping[str, Any], table: str) -> dict[str, Any]:
    return {"person_token": str(row["pid"]), **_fields(row, table)}


def _uses(
    used: Sequence[n.TimesUsed], row: Mapping[str, Any], people: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, str], dict[Any, int]]:
    found: dict[tuple[str, str], dict[Any, int]] = {}
    for index, node in enumerate(used):
        units = [row] if node.field.scope == "household" else people
        column = field_column(node.field.scope, node.field.name)
        found[node.field.scope, node.field.name] = {
            unit[column]: unit[f"u{index}"] for unit in units if unit[column] is not None
        }
    return found


def world_of(pack: Pack, period: Period) -> World:
    """Return what all households of a run share."""
    day = period.last_day
    tables = pack.thresholds.tables(day)

    def threshold(name: str, region_code: str) -> Any:
        return next((value for start, value in tables[name] if region_code.startswith(start)), None)

    return World(period, pack.catalog, threshold)


def open_evidence(out_dir: Path | str) -> Evidence:
    """Open OUT; what is read of its files is kept until the folder is replaced."""
    out = Path(out_dir)
    return _open(out, (out / "manifest.json").stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _open(out: Path, _written: int) -> Evidence:
    feeds = json.loads((out / "feeds.json").read_text(encoding="utf-8"))
    folders = sorted(out.glob("part=*")) or [out]
    return Evidence(
        manifest=read_manifest(out),
        feeds={(state["table"], state["county"]): state for state in feeds},
        parts=[_Part(folder) for folder in folders],
    )
