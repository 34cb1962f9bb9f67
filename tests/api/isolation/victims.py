"""Fills the country: households and hints by village, and in each county and village one of every
thing that has a name in the interface."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from bangfu.domains.changes import services as changes
from bangfu.domains.changes.selectors import get_detail
from bangfu.domains.feeds import feedback
from bangfu.domains.monitoring.services import Report, open_proceeding
from bangfu.domains.quality.models import QualityItem
from bangfu.domains.reconciliation.models import Reconciliation, ReconciliationItem
from bangfu.domains.registry.models import Household, Membership, Person, Source
from bangfu.domains.screening.domain import Severity
from bangfu.foundation import files, jobs
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts import granting, guarding, services
from bangfu.foundation.accounts.domain import Act, Asked, PostKind, Terms
from bangfu.foundation.crypto.tokens import person_token
from bangfu.foundation.exports import services as exports
from bangfu.foundation.intake import services as intake
from bangfu.foundation.regions.models import Region
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7
from tests.api.conftest import AS_OF, NOW, add_source, hint, id_number, publish
from tests.api.isolation.cases import add_case
from tests.api.isolation.country import COUNTIES, NATION, PLACES, VILLAGES, Village
from tests.api.isolation.images import picture
from tests.api.isolation.lists import add_lists
from tests.api.isolation.pairings import add_pairings
from tests.api.isolation.rounds import add_correction, fill_rounds
from tests.cast import PASSWORD, SINCE, give_post


@dataclass
class Things:
    """What of one place the interface can name: by the kind of thing, its name and its region."""

    names: dict[str, str] = field(default_factory=dict)
    regions: dict[str, RegionCode] = field(default_factory=dict)

    def add(self, kind: str, name: Any, region: RegionCode) -> None:
        """Note a thing."""
        self.names[kind] = str(name)
        self.regions[kind] = region


@dataclass
class Country:
    """The filled country: the things of each village, those of its county among them."""

    things: dict[Village, Things]


def fill() -> Country:
    """Fill the country, under the caller's transaction."""
    Region.objects.bulk_create(
        [
            Region(
                code=code,
                name=name,
                level=RegionCode(code).level,
                parent_code=str(RegionCode(code).parent or ""),
            )
            for code, name in PLACES
        ],
        ignore_conflicts=True,
    )
    things = {village: Things() for village in VILLAGES}
    for county in COUNTIES:
        mine = [village for village in VILLAGES if village.county == county]
        _fill_county(county, mine, things)
    return Country(things)


def _fill_county(
    county: RegionCode, villages: list[Village], things: dict[Village, Things]
) -> None:
    scope = command_scope(county, "tests")
    with activate(scope):
        source = add_source(county, f"laiyuan-{county.prefix}.xlsx")
        homes = {village: _add_households(source, village) for village in villages}
        publish(
            county,
            [
                hint(one, str(village.code), Severity.URGENT, village.reason, "water_unsafe")
                for village in villages
                for one in homes[village]
            ],
        )
        shared = _add_county_things(scope, county)
        fill_rounds(scope, county, villages)
        for village in villages:
            for kind, name in shared.items():
                things[village].add(kind, name, county)
            _add_village_things(scope, village, homes[village][0], things[village])


def _add_households(source: Source, village: Village) -> list[Any]:
    """Add the households of a village, each of one person; the first has the income."""
    stamp = {
        "source": source,
        "as_of": AS_OF,
        "recorded_at": NOW,
        "region_code": str(village.code),
    }
    homes = Household.objects.bulk_create(
        Household(
            household_no=village.household_no(number),
            head_name=village.head,
            head_pinyin=village.pinyin,
            head_initials="kn",
            member_count=1,
            household_type="LIFTED",
            natural_village=f"zuowei-{village.letter}",
            risk_remark=village.reason,
            wage_income=Decimal(village.fen) / 100 if number == 1 else None,
            net_income=Decimal(village.fen) / 100 if number == 1 else None,
            **stamp,
        )
        for number in range(1, village.count + 1)
    )
    cards = [village.id_number, *_cards(village)]
    persons = Person.objects.bulk_create(
        Person(
            name=village.head,
            id_number=card,
            id_token=person_token(card),
            birth_on=date(1970, 1, 2),
            sex="MALE",
            remark=f"zuowei-{village.letter}",
            work_place=village.reason,
            **stamp,
        )
        for card in cards[: len(homes)]
    )
    Membership.objects.bulk_create(
        Membership(
            household=home, person=person, relation="HEAD", from_on=date(2020, 1, 1), **stamp
        )
        for home, person in zip(homes, persons, strict=True)
    )
    return [home.id for home in homes]


def _cards(village: Village) -> list[str]:
    county, letter = village.county.prefix, village.place
    return [id_number(county, serial, f"196{letter}0102") for serial in range(1, village.count)]


def _add_county_things(scope: Scope, county: RegionCode) -> dict[str, str]:
    """Add an import with an error workbook, a job and a reconciliation of a county."""
    name = f"wenjian-{county.prefix}.xlsx"
    stored = files.save(scope, name, name.encode(), "import.errors", at=NOW)
    batch = intake.open_batch(
        scope=scope,
        at=NOW,
        dataset="police/death",
        region=county,
        file=intake.IncomingFile(name, 9, county.prefix * 10 + "abcd", stored.id),
        period=Period("2026-10"),
    )
    intake.record_staging(
        scope=scope,
        at=NOW,
        batch_id=batch.id,
        counts={"rows": 1},
        mapping={},
        issues=[],
        error_file_id=stored.id,
    )
    job = jobs.start(scope, "screening.run", {"region": str(county), "period": "2026-10"}, at=NOW)
    run = Reconciliation.objects.create(
        region_code=str(county),
        as_of=NOW.date(),
        file_name=name,
        file_sm3="0" * 64,
        state="DONE",
        created_at=NOW,
        created_by=f"wenjian-{county.prefix}",
    )
    made = {"batch": batch.id, "job": job.id, "reconciliation": run.id}
    return {kind: str(one) for kind, one in made.items()} | _add_people(scope, county)


def _add_people(scope: Scope, county: RegionCode) -> dict[str, str]:
    """Add an account with a post and a proposed one, and a request for an export."""
    name = f"zhanghao-{county.prefix}"
    user = services.create_user(
        scope=scope, at=NOW, username=name, password=PASSWORD, display_name=name
    )
    post = give_post(user, "COUNTY_OFFICER", county)
    terms = Terms(SINCE, None, PostKind.REGULAR, name, name, "POLICE")
    proposal = granting.propose_post(
        scope=scope, at=NOW, user=user, role="DEPARTMENT_USER", region=county, terms=terms
    )
    asked = exports.ask(scope=scope, at=NOW, kind="households", filters={}, purpose=name)
    act = _add_guarded_act(scope, county)
    made = {"account": name, "post": post, "proposal": proposal, "export": asked.id, "act": act}
    return {kind: str(one) for kind, one in made.items()}


def _add_guarded_act(scope: Scope, county: RegionCode) -> Any:
    """Add an auditor whom somebody wants to disable."""
    name = f"guanli-{county.prefix}"
    user = services.create_user(
        scope=scope, at=NOW, username=name, password=None, display_name=name
    )
    give_post(user, "AUDITOR", county)
    asked = Asked(Act.DISABLE, name)
    return guarding.propose_act(scope=scope, at=NOW, user_id=user.id, asked=asked).id


def _add_village_things(scope: Scope, village: Village, home: Any, things: Things) -> None:
    """Add a request with a photograph, a work item, a difference and a feedback of a village."""
    place = village.code
    member = Membership.objects.get(household_id=home)
    things.add("household", village.household_no(), place)
    things.add("member", member.person_id, place)
    things.add("region", place, place)
    form = changes.Form(
        "BIRTH",
        village.household_no(),
        NOW.date(),
        {"name": village.head, "id_number": village.id_number, "relation": "SON"},
        village.reason,
    )
    made = changes.create(scope=scope, at=NOW, form=form)
    changes.attach(
        scope=scope,
        at=NOW,
        request_id=made.id,
        name=village.evidence,
        content=picture(village.place),
    )
    (kept,) = get_detail(scope, made.id).evidence
    things.add("change", made.id, place)
    things.add("evidence", kept.id, place)
    things.add("feedback", _add_feedback(scope, village), place)
    item = QualityItem.objects.create(
        region_code=str(place),
        rule_id="road_distance",
        household_id=home,
        household_no=village.household_no(),
        fingerprint="0" * 32,
        message_zh=village.reason,
        message_en=village.reason,
        state="OPEN",
        first_seen_on=NOW.date(),
        opened_check=uuid7(),
    )
    things.add("quality_item", item.id, place)
    difference = ReconciliationItem.objects.create(
        region_code=str(place),
        county_code=village.county.prefix,
        key=f"{village.place}" * 64,
        reconciliation_id=things.names["reconciliation"],
        kind="CORRECT_FIELD",
        household_no=village.household_no(),
        head_name=village.head,
        column="water_safe",
        here=village.reason,
        first_seen_on=NOW.date(),
        last_seen_on=NOW.date(),
    )
    things.add("difference", difference.id, place)
    clue = _add_proceeding(scope, village)
    things.add("proceeding", clue, place)
    add_lists(scope, village, clue, things)
    add_case(scope, village, home, things)
    add_pairings(scope, village, home, things)
    things.add("correction", add_correction(scope, village), place)


def _add_proceeding(scope: Scope, village: Village) -> Any:
    return open_proceeding(
        scope=scope,
        at=NOW,
        procedure="clue",
        household_no=village.household_no(),
        region=None,
        facts={"clue_on": NOW.date(), "source": "CADRE", "matter": village.reason},
        report=Report(
            words=village.reason,
            reporter=village.head,
            risk="WATER",
            titles=(village.reason, village.reason),
            classes=(),
        ),
    ).id


def _add_feedback(scope: Scope, village: Village) -> Any:
    draft = feedback.Draft(
        dataset="civil/dibao",
        period=Period("2026-10"),
        column="status",
        stated="享受中",
        expected="终止",
        reason=village.reason,
        household_no=village.household_no(),
    )
    return feedback.create_feedback(scope=scope, at=NOW, region=village.county, draft=draft)


def missing(country: Country) -> Things:
    """Return names of things that nobody has, to compare the answers with."""
    nobody = Things()
    for kind in country.things[VILLAGES[0]].names:
        plain = {"household": "HMZ9999", "region": "970101101201", "account": "zhanghao-999999"}
        stranger = plain.get(kind, str(uuid7()))
        nobody.add(kind, stranger, RegionCode(NATION))
    return nobody
