"""Random births, deaths, moves, splits, merges, heads, corrections and undoings of three families.

After every step: nobody belongs to two households, an open household has one head and counts its
members, a closed one has none, and no version of a row has gone from the history. Undoing the last
act gives back exactly what could be seen before it. Steps are drawn by Hypothesis from a seed; a
failing run prints them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bangfu.domains.registry import selectors
from bangfu.domains.registry.acts import services as acts
from bangfu.domains.registry.acts.records import ActRecord, Mover, Newcomer
from bangfu.domains.registry.acts.services import Origin
from bangfu.domains.registry.models import Household, Membership, Person, Source
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.crypto.tokens import person_token
from bangfu.kernel.errors import Conflict
from bangfu.kernel.region import RegionCode
from tests.cast import add_small_country
from tests.registry_kit import id_number

TOWN = RegionCode("990101101000")
VILLAGE = "990101101201"
START = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
FAMILIES = {
    "1": (("HEAD", "MALE"), ("SPOUSE", "FEMALE"), ("SON", "MALE"), ("DAUGHTER_IN_LAW", "FEMALE"),
          ("SONS_SON", "MALE")),
    "2": (("HEAD", "FEMALE"), ("MOTHER", "FEMALE")),
    "3": (("HEAD", "MALE"),),
}  # fmt: skip
RELATIONS = ("SON", "DAUGHTER", "SPOUSE", "OTHER", "SONS_DAUGHTER")
# A conflict that the register gives as an answer to a request that does not fit; all others fail.
ANSWERS = {
    "E-REGISTRY-ACT-UNDONE",
    "E-REGISTRY-ALREADY-A-MEMBER",
    "E-REGISTRY-HEAD-NEEDED",
    "E-REGISTRY-HOUSEHOLD-CLOSED",
    "E-REGISTRY-MOVE-HEAD",
    "E-REGISTRY-NOT-A-MEMBER",
    "E-REGISTRY-NOTHING-CHANGES",
    "E-REGISTRY-PERSON-DECEASED",
    "E-REGISTRY-PERSON-MERGED",
    "E-REGISTRY-PERSON-REGISTERED",
    "E-REGISTRY-RELATION-HEAD",
    "E-REGISTRY-SAME-HOUSEHOLD",
    "E-REGISTRY-SPLIT-ALL",
    "E-REGISTRY-UNDO-BLOCKED",
}

# Each example is a run of up to 15 steps; `make prove` may ask for more.
EXAMPLES = int(os.environ.get("BANGFU_ACT_RUNS", "4"))
COUNTS = {"done": 0, "answered": 0, "undone": 0}
picks = st.integers(0, 10**6)
some = st.lists(picks, min_size=1, max_size=3)


class Register(RuleBasedStateMachine):
    """A village in one long transaction, which is rolled back at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.at = START
        self.scope = command_scope(TOWN, "tests")
        self.done: list[ActRecord] = []
        self.before: dict[str, Any] = {}
        self.serial = 100
        self.versions = 0
        self.answers = self.acted = self.undone = 0

    def teardown(self) -> None:
        COUNTS["done"] += self.acted
        COUNTS["answered"] += self.answers
        COUNTS["undone"] += self.undone
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize()
    def settle(self) -> None:
        add_small_country()
        with activate(command_scope(TOWN.county, "tests")):
            source = Source.objects.create(
                region_code=str(TOWN.county), kind="FILE", label="a.xlsx",
                as_of=date(2026, 9, 1), committed_at=self.at, committed_by="tests",
            )  # fmt: skip
            stamp = {
                "source": source, "as_of": date(2026, 9, 1), "recorded_at": self.at,
                "region_code": VILLAGE,
            }  # fmt: skip
            serial = 0
            for number, people in FAMILIES.items():
                home = Household.objects.create(
                    household_no=number, head_name=f"人{serial + 1}", member_count=len(people),
                    **stamp,
                )  # fmt: skip
                for relation, sex in people:
                    serial += 1
                    card = id_number(serial)
                    person = Person.objects.create(
                        name=f"人{serial}", id_number=card, id_token=person_token(card), sex=sex,
                        **stamp,
                    )  # fmt: skip
                    Membership.objects.create(
                        household=home, person=person, relation=relation,
                        from_on=date(2026, 9, 1), **stamp,
                    )  # fmt: skip

    # What there is to choose from

    def homes(self) -> list[str]:
        return [each.household_no for each in selectors.list_households(self.scope).items]

    def home(self, pick: int) -> str:
        homes = self.homes()
        return homes[pick % len(homes)]

    def member(self, home: str, pick: int) -> UUID:
        members = selectors.get_household(self.scope, home).members
        return members[pick % len(members)].id

    def card(self, pick: int) -> str:
        """The ID number of anybody who was ever entered."""
        with activate(self.scope):
            people = list(Person.objects.order_by("id"))
        return str(people[pick % len(people)].id_number)

    @contextmanager
    def act(self) -> Iterator[dict[str, Any]]:
        """One act at its own time; an answer that it does not fit changes nothing."""
        self.at += timedelta(minutes=7)
        before = self.view()
        try:
            yield {
                "scope": self.scope,
                "at": self.at,
                "source": Origin("BG-1", TOWN),
                "on": (self.at + timedelta(hours=8)).date(),
            }
        except Conflict as error:
            if error.code not in ANSWERS:
                raise
            assert self.view() == before
            self.answers += 1
        else:
            self.acted += 1
            self.before = before

    def view(self) -> dict[str, Any]:
        """What can be seen now."""
        with activate(self.scope):
            homes = [
                home for home in Household.objects.order_by("household_no") if not home.closed_on
            ]
            people = {
                (str(each.id), each.region_code, str(each.died_on), str(each.merged_into_id),
                 each.id_token, str(each.birth_on), each.remark)
                for each in Person.objects.all()
            }  # fmt: skip
            members = {
                (str(each.household_id), str(each.person_id), each.relation, each.from_on,
                 str(each.source_id))
                for each in Membership.objects.filter(to_on__isnull=True)
            }  # fmt: skip
        rows = [(h.household_no, h.head_name, h.member_count, h.wage_income) for h in homes]
        # Somebody who was entered and undone stays known, and belongs nowhere.
        belonging = {person for _, person, *_ in members}
        return {
            "homes": rows,
            "members": members,
            "people": {each for each in people if each[0] in belonging or each[2] != "None"},
        }

    # Acts

    @precondition(lambda self: self.homes())
    @rule(pick=picks, relation=st.sampled_from(RELATIONS))
    def birth(self, pick: int, relation: str) -> None:
        self.serial += 1
        child = Newcomer("新生", id_number(self.serial, "20260901"), relation)
        with self.act() as common:
            self.done.append(acts.record_birth(household_no=self.home(pick), child=child, **common))

    @precondition(lambda self: self.homes())
    @rule(pick=picks, who=picks, heir=picks)
    def death(self, pick: int, who: int, heir: int) -> None:
        home = self.home(pick)
        dead, new_head = self.member(home, who), self.member(home, heir)
        with self.act() as common:
            self.done.append(
                acts.record_death(household_no=home, person_id=dead, new_head=new_head, **common)
            )

    @precondition(lambda self: self.homes())
    @rule(pick=picks, who=picks, relation=st.sampled_from(RELATIONS))
    def arrival(self, pick: int, who: int, relation: str) -> None:
        newcomer = Newcomer("来人", self.card(who), relation)
        with self.act() as common:
            self.done.append(
                acts.record_arrival(household_no=self.home(pick), newcomer=newcomer, **common)
            )

    @precondition(lambda self: self.homes())
    @rule(pick=picks, who=some, heir=picks)
    def departure(self, pick: int, who: list[int], heir: int) -> None:
        home = self.home(pick)
        leaving = sorted({self.member(home, each) for each in who}, key=str)
        new_head = self.member(home, heir)
        with self.act() as common:
            self.done.append(
                acts.record_departure(
                    household_no=home, person_ids=leaving, new_head=new_head, **common
                )
            )

    @precondition(lambda self: self.homes())
    @rule(pick=picks, who=some, heir=picks)
    def split(self, pick: int, who: list[int], heir: int) -> None:
        home = self.home(pick)
        leaving = sorted({self.member(home, each) for each in who}, key=str)
        new_head = self.member(home, heir)
        with self.act() as common:
            self.done.append(
                acts.split_household(
                    household_no=home,
                    movers=[Mover(each) for each in leaving],
                    head=leaving[0],
                    new_head=new_head,
                    inherited=("household_type",),
                    **common,
                )
            )

    @precondition(lambda self: self.homes())
    @rule(pick=picks, other=picks, who=picks, heir=picks)
    def divorce(self, pick: int, other: int, who: int, heir: int) -> None:
        home, target = self.home(pick), self.home(other)
        leaver, new_head = self.member(home, who), self.member(home, heir)
        with self.act() as common:
            self.done.append(
                acts.join_household(
                    household_no=home,
                    movers=[Mover(leaver, "OTHER")],
                    to_household_no=target,
                    new_head=new_head,
                    **common,
                )
            )

    @precondition(lambda self: self.homes())
    @rule(pick=picks, other=picks, relation=st.sampled_from(RELATIONS))
    def merge(self, pick: int, other: int, relation: str) -> None:
        home, second = self.home(pick), self.home(other)
        with self.act() as common:
            self.done.append(
                acts.merge_households(
                    household_no=home, other_household_no=second, relation=relation, **common
                )
            )

    @precondition(lambda self: self.homes())
    @rule(pick=picks, who=picks)
    def head(self, pick: int, who: int) -> None:
        home = self.home(pick)
        chosen = self.member(home, who)
        with self.act() as common:
            self.done.append(acts.change_head(household_no=home, person_id=chosen, **common))

    @precondition(lambda self: self.homes())
    @rule(pick=picks, who=picks, value=st.sampled_from(("甲", "乙", "")))
    def remark(self, pick: int, who: int, value: str) -> None:
        home = self.home(pick)
        chosen = self.member(home, who)
        with self.act() as common:
            self.done.append(
                acts.correct_fact(
                    household_no=home, field="member.remark", value=value, person_id=chosen,
                    **common,
                )
            )  # fmt: skip

    @precondition(lambda self: self.homes())
    @rule(pick=picks, who=picks, other=picks, heir=picks)
    def duplicate(self, pick: int, who: int, other: int, heir: int) -> None:
        home = self.home(pick)
        kept, card, new_head = self.member(home, who), self.card(other), self.member(home, heir)
        with self.act() as common:
            self.done.append(
                acts.merge_persons(
                    household_no=home, keep=kept, other_id_number=card, new_head=new_head,
                    **common,
                )
            )  # fmt: skip

    # Undoing

    @precondition(lambda self: self.done)
    @rule()
    def undo_the_last(self) -> None:
        """Nothing rests on the last act, so it comes back whole."""
        self.at += timedelta(minutes=7)
        acts.undo(
            scope=self.scope, at=self.at, source=Origin("BG-1", TOWN),
            act_id=self.done.pop().id, reason="误",
        )  # fmt: skip
        assert self.view() == self.before
        self.undone += 1
        self.done.clear()

    @precondition(lambda self: len(self.done) > 1)
    @rule(pick=picks)
    def undo_an_earlier(self, pick: int) -> None:
        """Undone or refused; what it then is, the invariants say."""
        record = self.done[pick % (len(self.done) - 1)]
        with self.act() as common:
            acts.undo(
                scope=self.scope, at=common["at"], source=common["source"],
                act_id=record.id, reason="误",
            )  # fmt: skip
            self.done.clear()

    # What holds at every moment

    @invariant()
    def everybody_belongs_to_one_household(self) -> None:
        with activate(self.scope):
            people = list(
                Membership.objects.filter(to_on__isnull=True).values_list("person_id", flat=True)
            )
            gone = Person.objects.filter(id__in=people).exclude(
                died_on__isnull=True, merged_into_id__isnull=True
            )
            assert not gone.exists()
        assert len(people) == len(set(people))

    @invariant()
    def an_open_household_has_one_head_and_counts_its_members(self) -> None:
        with activate(self.scope):
            for home in Household.objects.all():
                members = list(
                    Membership.objects.filter(household=home, to_on__isnull=True).select_related(
                        "person"
                    )
                )
                assert home.member_count == len(members)
                heads = [each.person.name for each in members if each.relation == "HEAD"]
                assert (home.closed_on is not None) == (not members)
                if members:
                    assert heads == [home.head_name]
                assert {each.region_code for each in members} <= {home.region_code}
                assert {each.person.region_code for each in members} <= {home.region_code}

    @invariant()
    def nothing_leaves_the_history(self) -> None:
        with activate(self.scope):
            count = sum(
                model.objects.count() + model.pgh_event_model.objects.count()
                for model in (Household, Person, Membership)
            )
            deleted = sum(
                model.pgh_event_model.objects.filter(pgh_label="deleted").count()
                for model in (Household, Person, Membership)
            )
        assert count >= self.versions
        assert deleted == 0
        self.versions = count


@pytest.mark.django_db
def test_random_acts_and_undoings_keep_the_register_whole() -> None:
    run_state_machine_as_test(
        Register,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            database=None,
            # A step takes a dozen statements: shrinking would take longer than reading the steps.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    # The drawn steps reach what they are meant to judge.
    assert COUNTS["done"] > COUNTS["answered"] / 3
    assert COUNTS["undone"] > 0
