"""The audit log: a write and its row stand or fall together, and nobody mends the log."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.foundation.accounts import services as accounts
from bangfu.foundation.accounts.models import Post, User
from bangfu.foundation.audit import selectors
from bangfu.foundation.audit import services as audit_services
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.errors import NotAllowed
from bangfu.kernel.region import RegionCode
from tests.cast import AT, YUNXI, YUNXI_VILLAGE, Cast, give_post

NATION = command_scope(RegionCode("000000000000"), "tests")


def _rows() -> list[str]:
    with activate(NATION):
        return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


@pytest.mark.evidence("ASVS-2.3.3")
@pytest.mark.django_db(transaction=True)
def test_a_rollback_leaves_neither_the_write_nor_its_row(cast: Cast) -> None:
    before = _rows()

    def fail() -> None:
        with transaction.atomic():
            accounts.create_user(scope=NATION, at=AT, username="nobody1", password=None)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert not User.objects.filter(username="nobody1").exists()
    assert _rows() == before


@pytest.mark.evidence("ASVS-16.5.3", "GB22239-8.1.4.3-d")
@pytest.mark.django_db(transaction=True)
def test_without_its_audit_row_there_is_no_write(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError("no audit today")

    monkeypatch.setattr(audit_services, "record", refuse)
    with pytest.raises(OSError, match="no audit today"):
        accounts.create_user(scope=NATION, at=AT, username="nobody2", password=None)
    assert not User.objects.filter(username="nobody2").exists()


@pytest.mark.django_db
def test_each_write_of_accounts_adds_one_row(cast: Cast) -> None:
    before = _rows()
    user = accounts.create_user(scope=NATION, at=AT, username="newcomer", password=None)
    post = give_post(user, "VILLAGE_OFFICER", YUNXI_VILLAGE)
    accounts.end_post(scope=NATION, at=AT, post_id=post, valid_to=date(2026, 6, 30))
    assert _rows()[len(before) :] == [
        "accounts.user.created",
        "accounts.post.proposed",
        "accounts.post.granted",
        "accounts.post.ended",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_row_outside_a_transaction_is_a_mistake_in_our_code(cast: Cast) -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        audit.record(
            cast.county.scope,
            "tests.thing.done",
            at=AT,
            subject_kind="tests.thing",
            subject_id="1",
            region_code=str(YUNXI),
        )


@pytest.mark.evidence("ASVS-16.4.2")
@pytest.mark.django_db
def test_f56_the_log_of_another_county_is_not_read(cast: Cast) -> None:
    seen = selectors.list_events(cast.auditor.scope)
    assert seen
    assert {YUNXI.contains(RegionCode(row.region_code)) for row in seen} == {True}
    with pytest.raises(NotAllowed, match="E-ACCESS-PERMISSION"):
        selectors.list_events(cast.neighbour.scope)


@pytest.mark.evidence("GB22239-8.1.4.3-a")
@pytest.mark.django_db
def test_history_keeps_what_an_ended_post_was(cast: Cast) -> None:
    accounts.end_post(
        scope=NATION, at=AT, post_id=cast.township.post_id, valid_to=date(2026, 6, 30)
    )
    with activate(cast.county.scope):
        post = Post.objects.get(id=cast.township.post_id)
        (version,) = post.versions.all()
        assert (version.valid_to, version.pgh_label) == (None, "replaced")
        assert post.valid_to == date(2026, 6, 30)
    with activate(cast.neighbour.scope):
        assert Post.versions.rel.related_model.objects.count() == 0
