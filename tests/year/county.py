"""An invented county: its places, households, who works in it, and who is paired with whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from random import Random
from uuid import UUID

from bangfu.domains.assistance.models import Pairing
from bangfu.domains.assistance.policy import office_kinds
from bangfu.domains.monitoring.clues import bulk_loading
from bangfu.domains.registry.models import Household, Membership, Person, Source
from bangfu.foundation.access.scopes import activate, command_scope, scope_for_post
from bangfu.foundation.accounts import selectors, services
from bangfu.foundation.crypto.tokens import person_token
from bangfu.foundation.regions.models import Region
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7
from tests.api.conftest import add_source, id_number
from tests.cast import AT, PASSWORD, REGIONS, YUNXI, add_small_country, give_post

START = date(2026, 1, 1)
COUNTY = command_scope(YUNXI, "year")
NATION = command_scope(RegionCode("000000000000"), "year")
BEFORE = datetime(2025, 12, 31, 9, 0, tzinfo=UTC)
# How many households a cadre of each may have stands in the pack.
OFFICES = ("COUNTY_OFFICE", "TOWNSHIP", "VILLAGE", "RESIDENT_TEAM", "SOCIETY")
DEPARTMENTS = (
    "MEDICAL_INSURANCE", "HOUSING", "WATER", "EDUCATION", "HUMAN_RESOURCES", "EMERGENCY",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """How large a county, until which day, and how many new hits: `first` in the first month,
    `monthly` from and to in the others, `flooded` households at once in month `flood`. Of the
    `monitored` families `clearings` a month are proposed to be cleared."""

    towns: int
    villages: int
    homes: int
    cadres: int
    last: date
    first: int
    monthly: tuple[int, int]
    flood: int
    flooded: int
    monitored: int
    clearings: int

    @property
    def months(self) -> int:
        """How many months there is a screening."""
        return self.last.month

    @property
    def households(self) -> int:
        """All households of the county."""
        return self.towns * self.villages * self.homes


WHOLE = 20
SHORT = Size(1, 2, 100, 5, date(2026, 2, 12), 14, (4, 5), 2, 50, 1, 1)


def county_of(towns: int) -> Size:
    """Return a county of some towns and its year; of twenty the whole one, of 20,000 households,
    550 new hits in the first month and 100 to 250 in each of the others."""
    return Size(
        towns=towns,
        villages=10,
        homes=100,
        cadres=15 * towns,
        last=date(2026, 12, 31),
        first=550 * towns // WHOLE,
        monthly=(100 * towns // WHOLE, 250 * towns // WHOLE),
        flood=7,
        flooded=80,
        monitored=8 * towns,
        clearings=max(1, 4 * towns // WHOLE),
    )


@dataclass(slots=True)
class Worker:
    """Somebody with a post: how soon they act, and when they are away. `delay` is the median in
    working days; None for who never does anything."""

    name: str
    user_id: UUID
    post_id: UUID
    scope: Scope
    delay: float | None = 0.6
    away: tuple[date, date] | None = None
    has_left: bool = False

    def is_here(self, day: date) -> bool:
        """Whether they are at work on a day."""
        on_leave = self.away is not None and self.away[0] <= day <= self.away[1]
        return not self.has_left and not on_leave


@dataclass
class County:
    """Who and what is there; villages by code."""

    size: Size
    rng: Random
    homes: dict[str, list[UUID]] = field(default_factory=dict)
    numbers: dict[UUID, str] = field(default_factory=dict)
    clerks: dict[str, Worker] = field(default_factory=dict)
    towns: dict[str, tuple[Worker, Worker]] = field(default_factory=dict)
    county: list[Worker] = field(default_factory=list)
    departments: dict[str, Worker] = field(default_factory=dict)
    cadres: list[Worker] = field(default_factory=list)
    by_user: dict[UUID, Worker] = field(default_factory=dict)
    paired: list[UUID] = field(default_factory=list)
    monitored: list[UUID] = field(default_factory=list)

    def town_of(self, code: str) -> tuple[Worker, Worker]:
        """The officer of a place's township and the one who reviews."""
        return self.towns[code[:9]]

    def settle(self) -> None:
        """Put everything into the database."""
        self._add_places()
        self._add_people()
        self._add_homes()
        self._pair()

    def _add_places(self) -> None:
        add_small_country()
        known = {code for code, _, _ in REGIONS}
        rows = []
        for town in range(self.size.towns):
            code = f"{YUNXI.prefix}{101 + town}000"
            rows.append((code, f"第{town + 1}镇", str(YUNXI)))
            for village in range(self.size.villages):
                place = f"{code[:9]}{201 + village}"
                rows.append((place, f"第{town + 1}镇{village + 1}村", code))
                self.homes[place] = []
        Region.objects.bulk_create(
            Region(code=code, name=name, level=RegionCode(code).level, parent_code=parent)
            for code, name, parent in rows
            if code not in known
        )

    def _add_people(self) -> None:
        for code in self.homes:
            self.clerks[code] = self._worker(f"文书{code[6:]}", "VILLAGE_OFFICER", code)
        for place in sorted({code[:9] for code in self.homes}):
            here = f"{place}000"
            self.towns[place] = (
                self._worker(f"专干{place[6:]}", "TOWNSHIP_OFFICER", here),
                self._worker(f"镇长{place[6:]}", "TOWNSHIP_OFFICER", here),
            )
        self.county = [self._worker(f"县办{n}", "COUNTY_OFFICER", str(YUNXI)) for n in (1, 2)]
        for name in DEPARTMENTS:
            self.departments[name] = self._worker(
                f"部门{name}", "DEPARTMENT_USER", str(YUNXI), department=name
            )
            self.departments[name].delay = self.rng.choice((2.0, 4.0, 8.0))
        villages = list(self.homes)
        for number in range(self.size.cadres):
            cadre = self._worker(f"干部{number}", "PAIRED_CADRE", villages[number % len(villages)])
            self._temper(cadre)
            self.cadres.append(cadre)

    def _worker(self, name: str, role: str, code: str, **terms: str) -> Worker:
        user = services.create_user(
            scope=NATION,
            at=BEFORE,
            username=f"year{len(self.by_user)}",
            password=PASSWORD,
            display_name=name,
        )
        post_id = give_post(user, role, RegionCode(code), **terms)
        (post,) = selectors.active_posts(user, AT.date())
        scope = scope_for_post(post, selectors.actor_of(user))
        worker = Worker(name, user.pk, post_id, scope)
        self.by_user[user.pk] = worker
        return worker

    def _temper(self, cadre: Worker) -> None:
        """Most answer at once, some late, a few never; some are on leave for some weeks."""
        drawn = self.rng.random()
        cadre.delay = None if drawn < 0.03 else 3.0 if drawn < 0.22 else 0.6
        if self.rng.random() < 0.08:
            first = date(2026, self.rng.randint(1, 11), self.rng.randint(1, 28))
            cadre.away = (first, date.fromordinal(first.toordinal() + self.rng.randint(7, 40)))

    def _add_homes(self) -> None:
        """Households of one person each, by COPY as the register's import writes."""
        with activate(COUNTY):
            source = add_source(YUNXI, "农户名册.xlsx")
            for start in range(0, self.size.households, 2_000):
                homes, people, belongings = [], [], []
                for serial in range(start, min(start + 2_000, self.size.households)):
                    home, person, belonging = self._family(source, serial)
                    homes.append(home)
                    people.append(person)
                    belongings.append(belonging)
                bulk_loading.insert(Household, homes)
                bulk_loading.insert(Person, people)
                bulk_loading.insert(Membership, belongings)
            found = self.rng.sample(list(self.numbers), self.size.monitored)
            self.monitored = found
            Household.objects.filter(id__in=found).update(
                monitored_category="SUDDEN_HARDSHIP",
                risk_status="ACTIVE",
                risk_identified_month="2025-03",
                measures=["HEALTH"],
            )

    def _family(self, source: Source, serial: int) -> tuple[Household, Person, Membership]:
        code = list(self.homes)[serial // self.size.homes]
        stamp = {"source": source, "as_of": date(2025, 12, 31), "recorded_at": BEFORE}
        number, head = f"N{serial:06d}", f"户主{serial}"
        born = date(1950 + serial // 9_990, 1 + serial // 999 % 10, 2)
        card = id_number(YUNXI.prefix, serial % 999 + 1, f"{born:%Y%m%d}")
        home = Household(
            id=uuid7(), region_code=code, household_no=number, head_name=head,
            head_pinyin=f"huzhu{serial}", head_initials="h", member_count=1,
            household_type="LIFTED", **stamp,
        )  # fmt: skip
        person = Person(
            id=uuid7(), region_code=code, name=head, id_number=card,
            id_token=person_token(card), birth_on=born, sex="MALE", **stamp,
        )  # fmt: skip
        self.homes[code].append(home.id)
        self.numbers[home.id] = number
        belonging = Membership(
            region_code=code, household=home, person=person, relation="HEAD",
            from_on=date(2020, 1, 1), **stamp,
        )  # fmt: skip
        return home, person, belonging

    def _pair(self) -> None:
        """Each cadre answers for as many households of the village as the office may have."""
        kinds = office_kinds(COUNTY, YUNXI, START)
        free = {code: iter(homes) for code, homes in self.homes.items()}
        made: list[Pairing] = []
        for number, cadre in enumerate(self.cadres):
            kind, village = OFFICES[number % len(OFFICES)], str(cadre.scope.region)
            capacity = kinds[kind].capacity(village, START)
            assert capacity is not None, kind
            made += self._pairings(cadre, capacity.households, kind, free[village])
        with activate(COUNTY):
            bulk_loading.insert(Pairing, made)

    def _pairings(
        self, cadre: Worker, most: int, kind: str, homes: Iterator[UUID]
    ) -> Iterator[Pairing]:
        for _, home in zip(range(most), homes, strict=False):
            self.paired.append(home)
            yield Pairing(
                region_code=str(cadre.scope.region), household_id=home,
                household_no=self.numbers[home], head_name=f"户主{int(self.numbers[home][1:])}",
                user_id=cadre.user_id, cadre_name=cadre.name, office_kind=kind,
                valid_from=START, created_at=BEFORE, created_by="year", created_by_id="year",
            )  # fmt: skip
