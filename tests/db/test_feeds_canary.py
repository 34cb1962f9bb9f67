"""No ID number, name, phone or plate in any byte or value of the lake."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from bangfu.domains.feeds.services import lake
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.models import AuditEvent
from bangfu.foundation.intake.domain import BatchState
from bangfu.foundation.intake.models import Batch
from tests.feeds_kit import (
    CLAIM_HEAD,
    DEATH_HEAD,
    GRADE_HEAD,
    VEHICLE_HEAD,
    county,
    id_number,
    take_in,
    write_csv,
)

pytestmark = pytest.mark.django_db

NAME, PHONE, PLATE = "欧阳丹雀", "13912345678", "演A7X9Q2"
NUMBER = id_number(777)
ENROLMENT_HEAD = ["身份证号", "姓名", "学校名称", "学段", "就学状态", "状态日期", "原因"]
FILES = {
    "medical/claim": (CLAIM_HEAD, [NUMBER, NAME, "住院", "1", "3000", "2026-10"]),
    "education/enrolment": (
        ENROLMENT_HEAD,
        [
            NUMBER,
            NAME,
            f"云溪一中（联系人{NAME}）",
            "初中",
            "休学",
            "2026-10-08",
            f"{NAME}因病，家长电话{PHONE}，证号{NUMBER}",
        ],
    ),
    "housing/grade": (GRADE_HEAD, [NUMBER, NAME, "C级", "2026-10-08", f"鉴定所{PHONE}", "是"]),
    "police/death": (DEATH_HEAD, [NUMBER, NAME, "2026-10-01", "2026-10-08", "户籍注销"]),
    "traffic/vehicle": (
        VEHICLE_HEAD,
        [NUMBER, NAME, PLATE, "小型汽车", "2024-03-01", "52000", "正常"],
    ),
}


@pytest.fixture
def own_lake(settings, tmp_path):
    """A lake of this test's own, so that every file in it can be searched."""
    home = tmp_path / "lake"
    home.mkdir()
    lake_root = lake.lake_root
    lake.lake_root = lambda: home
    yield home
    lake.lake_root = lake_root


@pytest.mark.evidence("ASVS-14.2.4", "GB22239-8.1.4.11-b", "GB22239-8.1.4.8-b")
def test_no_identity_is_in_any_byte_or_value_of_the_lake(own_lake, tmp_path) -> None:
    for dataset, (head, row) in FILES.items():
        path = write_csv(tmp_path / f"{NAME}{NUMBER}.csv", head, [row])
        assert take_in(path, dataset).state == BatchState.COMMITTED, dataset
    found = [path for path in own_lake.rglob("*") if path.is_file()]
    assert len([path for path in found if path.suffix == ".parquet"]) >= len(FILES)
    for path in found:
        values = str(pq.read_table(path, partitioning=None).to_pylist())
        metadata = str(pq.read_metadata(path).metadata)
        for secret in (NUMBER, NAME, PHONE, PLATE):
            assert secret.encode() not in path.read_bytes()
            assert secret not in values
            assert secret not in metadata
            assert secret not in str(path.relative_to(own_lake))


@pytest.mark.evidence("ASVS-16.2.5")
def test_no_identity_is_in_the_batches_or_the_audit_log(own_lake, tmp_path) -> None:
    for dataset, (head, row) in FILES.items():
        wrong = [NUMBER[:-1] + "?", *row[1:]]
        path = write_csv(tmp_path / "a.csv", head, [row, wrong])
        take_in(path, dataset)
    with activate(county()):
        kept = [str(list(Batch.objects.values())), str(list(AuditEvent.objects.values()))]
    for text in kept:
        for secret in (NUMBER, NAME, PHONE, PLATE):
            assert secret not in text
