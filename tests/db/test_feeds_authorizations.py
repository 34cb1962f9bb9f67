"""The ledger of authorisations: import, repetition, change, masking, row security."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from bangfu.domains.feeds import authorizations
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.intake.domain import BatchState
from bangfu.kernel.errors import NotFound, Refused
from tests.feeds_kit import NOW, PAPER_HEAD, SHIQIAO, YUNXI, county, id_number, write_csv

pytestmark = pytest.mark.django_db

ROW = [id_number(1), "欧阳丹雀", "云授2026-0001", "2026-09-01", "李干部", "2027-08-31"]


def taken(tmp_path, *rows, commit: bool = True):
    path = write_csv(tmp_path / "papers.csv", PAPER_HEAD, rows)
    return authorizations.import_authorizations(
        scope=county(), at=NOW, file=path, region=YUNXI, commit=commit
    )


def listed(scope=None, region=YUNXI):
    return authorizations.list_authorizations(scope or county(), region, on=date(2026, 11, 2))


@pytest.mark.evidence("GB39786-8.4-e")
def test_a_paper_is_kept_masked_on_the_screen_and_encrypted_in_the_table(tmp_path) -> None:
    result = taken(tmp_path, ROW)
    assert result.state == BatchState.COMMITTED
    assert result.counts["new"] == 1
    assert listed() == [
        {
            "paper_no": "云授2026-0001",
            "name": "欧**雀",
            "id_number": id_number(1)[:6] + "************",
            "signed_on": "2026-09-01",
            "expires_on": "2027-08-31",
            "witness": "李干部",
            "revoked_on": None,
            "live": True,
        }
    ]
    with activate(county()), connection.cursor() as cursor:
        cursor.execute("SELECT feeds_authorization::text FROM feeds_authorization")
        (text,) = cursor.fetchone()
    for secret in (id_number(1), "欧阳丹雀"):
        assert secret not in text
        assert secret.encode().hex() not in text


def test_a_dry_run_writes_no_paper(tmp_path) -> None:
    assert taken(tmp_path, ROW, commit=False).state == BatchState.STAGED
    assert listed() == []


def test_the_same_list_again_changes_nothing_and_a_new_date_changes_the_paper(tmp_path) -> None:
    first = taken(tmp_path, ROW)
    assert taken(tmp_path, ROW).duplicate_of == first.batch_id
    second = [id_number(2), "王小二", "云授2026-0002", "2026-09-01", "李干部", "2027-08-31"]
    longer = [*ROW[:5], "2028-08-31"]
    result = taken(tmp_path, longer, second)
    assert {key: result.counts[key] for key in ("new", "changed", "unchanged")} == {
        "new": 1,
        "changed": 1,
        "unchanged": 0,
    }
    assert [item["expires_on"] for item in listed()] == ["2028-08-31", "2027-08-31"]


def test_a_paper_that_ends_before_it_begins_is_a_bad_row(tmp_path) -> None:
    result = taken(tmp_path, [*ROW[:5], "2026-08-31"])
    assert result.state == BatchState.REFUSED
    assert [issue["code"] for issue in result.issues] == ["E-ROW-ORDER"]


def test_a_paper_is_revoked_with_a_reason_by_its_own_county(tmp_path) -> None:
    taken(tmp_path, ROW)
    asked = {"at": NOW, "paper_no": "云授2026-0001", "on": date(2026, 11, 1)}
    with pytest.raises(NotFound):
        authorizations.revoke_authorization(
            scope=county(SHIQIAO), region=SHIQIAO, reason="撤回", **asked
        )
    with pytest.raises(Refused):
        authorizations.revoke_authorization(scope=county(), region=YUNXI, reason="", **asked)
    assert (
        authorizations.revoke_authorization(scope=county(), region=YUNXI, reason="撤回", **asked)
        == 1
    )
    assert [item["live"] for item in listed()] == [False]


def test_a_neighbour_sees_no_paper_with_either_layer_alone(tmp_path, settings) -> None:
    taken(tmp_path, ROW)
    for is_filtered in (True, False):
        settings.BANGFU_SCOPE_FILTER = is_filtered
        assert listed(county(SHIQIAO), YUNXI) == []
        assert listed(county(SHIQIAO), SHIQIAO) == []
