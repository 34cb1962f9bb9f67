"""Import of one county's list: 20,000 households, about 75,000 people, 66 columns.

Needs 60 s and 1 GB at most. Prints seconds a step, peak memory of this process and of the parsing
child (not at the same time), for a first import, the same file again, a file in which one
household in ten differs, and, between them, that last file reconciled with the register as if the
national system had exported it (30 s at most). `--households N` makes it smaller.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.server.settings")

COUNTY = "990101000000"
TOWNS, VILLAGES = 12, 19
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "德福秀兰建国志强玉珍思远大勇桂英丽明海凤永红梅"


def id_number(serial: int, born: date) -> str:
    """Return a valid number that no other serial has."""
    body = f"990101{(born + timedelta(days=serial // 900)):%Y%m%d}{100 + serial % 900:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def make_rows(households: int, *, shift: int) -> list[dict[str, object]]:
    """Return one row a person, 66 columns of both contracts filled plausibly."""
    from bangfu.domains.registry import columns
    from bangfu.standards import codelists, datasets

    draw = random.Random(20261031)
    facts = {
        column.name: (column, [e.zh for e in codelists.get(column.code_list).entries])
        if column.code_list
        else (column, [])
        for dataset in (columns.MEMBER, columns.HOUSEHOLD)
        for column in datasets.get(dataset).columns
    }
    income = [f.name for f in columns.household_facts() if f.name.endswith("_income")][:8]
    household_names = [f.name for f in columns.household_facts()][:20] + income
    person_names = [f.name for f in columns.person_facts()][:30]

    def value(name: str) -> object:
        column, labels = facts[name]
        if labels:
            return draw.choice(labels[: 3 if column.type == "codes" else None])
        return {
            "money": round(draw.uniform(0, 50_000), 2),
            "decimal": round(draw.uniform(0, 20), 1),
            "integer": draw.randrange(1, 12),
            "boolean": draw.choice("是否"),
            "month": "2025-06",
            "date": date(2026, 9, 30),
        }.get(column.type, f"备注{draw.randrange(50)}")

    rows, serial = [], 0
    for number in range(households):
        village = f"990101{101 + number % TOWNS}{200 + number % VILLAGES}"
        own = {name: value(name) for name in household_names}
        if shift and number % 10 == 0:
            own["wage_income"] = 12_345.67
        surname = draw.choice(SURNAMES)
        for place in range(draw.choices((1, 2, 3, 4, 5, 6, 7), (9, 16, 20, 22, 18, 10, 5))[0]):
            born = date(1950 + draw.randrange(50), 1 + draw.randrange(12), 1 + draw.randrange(28))
            row = {name: value(name) for name in person_names}
            row |= own
            row |= {
                "household_no": f"990101{number:010d}",
                "region_code": village,
                "phone": f"1380{number:07d}",
                "account": f"62284800{number:011d}",
                "name": surname + draw.choice(GIVEN) + draw.choice(GIVEN),
                "id_number": id_number(serial, date(born.year, 1, 1)),
                "relation": "户主" if place == 0 else "其他",
                "birth_on": None,
                "sex": None,
                "disability_issued_year": 2015,
            }
            rows.append(row)
            serial += 1
    return rows


def write_file(path: Path, rows: list[dict[str, object]]) -> None:
    """Write the list under the national headings; a member's column wins over a household's."""
    from bangfu.domains.registry import columns
    from bangfu.foundation.sheets.tables import write_table
    from bangfu.standards import datasets

    titles: dict[str, str] = {}
    for dataset in (columns.HOUSEHOLD, columns.MEMBER):
        for column in datasets.get(dataset).columns:
            if column.name in rows[0]:
                titles[column.name] = column.zh
    titles["phone"] = "户联系电话"
    write_table(path, list(titles.items()), rows)


def add_places() -> None:
    """Add the county with its towns and villages."""
    from bangfu.foundation.regions.models import Region
    from tests.cast import add_small_country

    add_small_country()
    places = []
    for town in range(TOWNS):
        code = f"990101{101 + town}000"
        places.append(Region(code=code, name=f"{town}镇", level=4, parent_code=COUNTY))
        for village in range(VILLAGES):
            place = f"990101{101 + town}{200 + village}"
            places.append(Region(code=place, name=f"{village}村", level=5, parent_code=code))
    Region.objects.bulk_create(places, ignore_conflicts=True)


class Clock:
    """Seconds between the steps that progress tells of."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last, self._name = time.monotonic(), "opening"

    def __call__(self, done: int, total: int, message: str) -> None:
        now = time.monotonic()
        self.seconds[self._name] = round(self.seconds.get(self._name, 0) + now - self._last, 2)
        self._last, self._name = now, message


def processor_seconds() -> float:
    """Return what this process and its ended children used, without the database server."""
    own, ended = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime


def run(file: Path, as_of: date) -> dict[str, object]:
    """Import the file and return what it took."""
    from django.utils import timezone

    from bangfu.domains.registry import services
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.kernel.region import RegionCode

    clock, began, used = Clock(), time.monotonic(), processor_seconds()
    scope = command_scope(RegionCode(COUNTY), "bench")
    result = services.import_households(
        scope=scope,
        at=timezone.now(),
        file=file,
        region=scope.region,
        as_of=as_of,
        commit=True,
        progress=clock,
    )
    mib = 1024
    return {
        "state": result.state,
        "seconds": round(time.monotonic() - began, 2),
        "cpu_seconds": round(processor_seconds() - used, 2),
        "steps": clock.seconds,
        "counts": result.counts,
        "first_issue": result.issues[:1],
        "errors": result.errors,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // mib,
        "peak_child_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // mib,
    }


def reconcile(file: Path, as_of: date) -> dict[str, object]:
    """Compare the file with the register as an export of the national system."""
    from django.utils import timezone

    from bangfu.domains.reconciliation import services
    from bangfu.foundation.access.scopes import command_scope
    from bangfu.kernel.region import RegionCode

    clock, began = Clock(), time.monotonic()
    scope = command_scope(RegionCode(COUNTY), "bench")
    record = services.reconcile(
        scope=scope,
        region=scope.region,
        as_of=as_of,
        file=file,
        at=timezone.now(),
        progress=clock,
    )
    return {
        "state": record.state,
        "seconds": round(time.monotonic() - began, 2),
        "steps": clock.seconds,
        "counts": record.counts,
    }


def main() -> None:
    """Set up a database of its own, import and reconcile, print one JSON object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--households", type=int, default=20_000)
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="bangfu-bench-"))
    home.chmod(0o711)
    os.environ["BANGFU_HOME"] = str(home)
    from bangfu.foundation.database import cluster

    try:
        cluster.up(home)
        import django

        django.setup()
        from bangfu.foundation.database.migrate import migrate

        migrate()
        add_places()
        first, second = home / "first.xlsx", home / "second.xlsx"
        # Made in a child, so that their memory does not count.
        for path, shift in ((first, 0), (second, 1)):
            child = os.fork()
            if child == 0:
                write_file(path, make_rows(options.households, shift=shift))
                os._exit(0)
            os.waitpid(child, 0)
        report = {
            "first": run(first, date(2026, 9, 30)),
            "again": run(first, date(2026, 9, 30)),
            "reconcile": reconcile(second, date(2026, 10, 31)),
            "changed": run(second, date(2026, 10, 31)),
        }
        print(json.dumps(report, ensure_ascii=False, indent=1, default=str))
    finally:
        cluster.destroy(home)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
