"""Code lists, dataset contracts, divisions: what is in the files and what is refused."""

from __future__ import annotations

import csv
import lzma
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from bangfu.kernel.disability import DisabilityCertificate
from bangfu.kernel.errors import NotFound, Refused
from bangfu.standards import codelists, contract_reading, datasets, divisions
from bangfu.standards.paths import standards_root

# What the engine's tables `household` and `person` take from the register, by contract.
ENGINE_HOUSEHOLD = (
    "household_no region_code household_type monitored_category risk_status risk_kinds "
    "member_count wage_income business_income property_income transfer_income pension_income "
    "operating_expense net_income claim_income eligible_out_of_pocket income_as_of water_safe "
    "housing_grade road_kind"
)
ENGINE_PERSON = (
    "sex birth_on relation education_level student_status health labour_class work_months "
    "monthly_wage resident_medical employee_medical disability_kind disability_grade "
    "dropout_reason"
)


@pytest.fixture(scope="module")
def places() -> dict[str, divisions.Division]:
    return {place.code: place for place in divisions.iter_divisions()}


def code_of(name: str, label: str) -> str | None:
    entry = codelists.get(name).by_label(label)
    return entry.code if entry else None


def test_every_code_list_can_be_read_and_names_its_source() -> None:
    lists = [codelists.get(name) for name in codelists.names()]
    assert len(lists) >= 35
    assert all(each.source and each.entries for each in lists)


def test_disability_1_is_visual_and_2_hearing() -> None:
    kinds = codelists.get("disability_kind")
    by_digit = {entry.gb: entry.zh for entry in kinds.entries}
    assert by_digit == {
        "1": "视力残疾",
        "2": "听力残疾",
        "3": "言语残疾",
        "4": "肢体残疾",
        "5": "智力残疾",
        "6": "精神残疾",
        "7": "多重残疾",
    }
    certificate = DisabilityCertificate.parse("11010519491231002X21")
    entry = kinds.by_label(str(certificate.kind), system="gb")
    assert entry is not None
    assert entry.code == "HEARING"


@pytest.mark.parametrize(
    ("name", "label", "code", "gb"),
    [
        ("relation_to_head", "户主", "HEAD", "02"),
        ("relation_to_head", "之儿媳", "DAUGHTER_IN_LAW", "38"),
        ("relation_to_head", "之 女 婿", "SON_IN_LAW", "28"),
        ("education_level", "初中", "JUNIOR", "70"),
        ("education_level", "本科及以上", "BACHELOR", "20"),
        ("sex", "女", "FEMALE", "2"),
        ("ethnicity", "土家族", "TUJIA", "15"),
        ("ethnicity", "苗", "MIAO", "06"),
        ("labour_class", "弱劳动力或半劳动力", "PARTIAL", None),
        ("monitored_category", "突发严重困难户", "SUDDEN_HARDSHIP", None),
        ("housing_grade", "C级", "C", None),
        ("risk_kind", "因务工就业不稳", "UNSTABLE_JOB", None),
        ("student_status", "七年级", "GRADE_7", None),
    ],
)
def test_the_strings_of_the_national_export_meet_the_gb_codes(
    name: str, label: str, code: str, gb: str | None
) -> None:
    entry = codelists.get(name).by_label(label)
    assert entry is not None
    assert (entry.code, entry.gb) == (code, gb)


def test_the_values_of_the_national_export_are_complete() -> None:
    relations = (
        "户主 配偶 之子 之女 之儿媳 之女婿 之孙子 之孙女 之外孙子 之外孙女 之父 之母 之岳父 之岳母 "
        "之公公 之婆婆 之祖父 之祖母 之外祖父 之外祖母 之兄弟姐妹 之曾孙子 之曾孙女 之侄儿 之侄女 "
        "之兄弟媳妇 之叔伯 其他"
    )
    found = [code_of("relation_to_head", label) for label in relations.split()]
    assert None not in found
    assert len(set(found)) == 28
    assert len(codelists.get("ethnicity").entries) == 58
    assert len(codelists.get("poverty_cause").entries) == 13
    assert len(codelists.get("measure_kind").entries) == 14


def test_an_unknown_label_is_no_guess() -> None:
    assert code_of("sex", "不详") is None
    with pytest.raises(NotFound):
        codelists.get("../errors/id")


def test_the_register_holds_what_the_engine_promises() -> None:
    household = {column.name for column in datasets.get("registry/household").columns}
    member = {column.name for column in datasets.get("registry/member").columns}
    assert set(ENGINE_HOUSEHOLD.split()) <= household
    assert set(ENGINE_PERSON.split()) <= member


@pytest.mark.parametrize(
    ("dataset", "heading", "column", "national_code"),
    [
        ("registry/household", "耕地面积（亩）", "arable_land", "aac301"),
        ("registry/household", "工资性收入", "wage_income", "aac073"),
        ("registry/household", "致贫/返贫风险1", "risk_kind_1", None),
        ("registry/household", "与村主干路距离(km)", "road_distance", "aac315"),
        ("registry/household", "户主身份证号码", "head_id_number", "aab004"),
        ("registry/member", "公民身份号码", "id_number", "aab004"),
        ("registry/member", "与户主的关系", "relation", "aab006"),
        ("registry/member", "务工时间（月）", "work_months", "aab012"),
        ("registry/member", "是否参加大病保险", "serious_illness_insurance", "aab022"),
    ],
)
def test_a_national_heading_finds_its_column(
    dataset: str, heading: str, column: str, national_code: str | None
) -> None:
    found = datasets.get(dataset).by_label(heading)
    assert found is not None
    assert (found.name, found.national_code) == (column, national_code)


@pytest.mark.evidence("GB22239-8.1.4.11-a")
def test_nothing_personal_lands_in_the_lake() -> None:
    for dataset in datasets.list_datasets():
        names = {column.type for column in dataset.lake_columns}
        assert not names & {"name", "id_number", "phone", "account", "disability_certificate"}


def test_the_first_five_feeds_are_one_of_each_kind() -> None:
    claim = datasets.get("medical/claim")
    assert claim.list_threshold == datasets.ListThreshold("self_paid_year", Decimal("3000.00"))
    assert datasets.get("traffic/vehicle").basis == "ASSET"
    assert {d.coverage for d in datasets.list_datasets()} >= {"FULL", "THRESHOLD_LIST", "CHANGES"}


CONTRACT = """\
id: police/death
title: {zh: 死亡, en: Deaths}
department: police
basis: RISK
coverage: CHANGES
cadence: EVENT
key: [person]
source: {document: 通知, status: unverified}
columns:
  - name: id_number
    zh: 身份证号
    en: ID number
    type: id_number
    required: true
  - name: died_on
    zh: 死亡日期
    en: Died on
    type: date
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("type: date", "type: day", 18, "columns[died_on].type"),
        ("zh: 死亡日期", "zh: 身份证号", 15, "columns[died_on].synonyms"),
        ("name: died_on", "name: id_number", 15, "columns[id_number].name"),
        ("required: true", "require: true", 14, "columns[id_number].require"),
        ("basis: RISK", "basis: MAYBE", 4, "basis"),
        ("coverage: CHANGES", "coverage: THRESHOLD_LIST", 1, "list_threshold"),
        ("key: [person]", "key: [grave]", 7, "key"),
        ("status: unverified", "status: sure", 8, "source"),
        ("type: date", "type: code", 15, "columns[died_on].code_list"),
        ("id: police/death", "id: police/deaths", 1, "id"),
        ("department: police", "department: [", 5, ""),
        ("    en: Died on\n", "", 15, "columns[died_on].en"),
        ("basis: RISK", "basis: RISK\nbasis: ASSET", 5, "basis"),
    ],
)
def test_a_malformed_contract_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, line: int, field: str
) -> None:
    path = tmp_path / "police" / "death.yaml"
    path.parent.mkdir()
    path.write_text(CONTRACT, encoding="utf-8")
    assert contract_reading.read_contract(path).valid_months == 12
    path.write_text(CONTRACT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        contract_reading.read_contract(path)
    params = caught.value.params
    assert caught.value.code == "E-STANDARD-MALFORMED"
    assert (params["line"], params["field"]) == (line, field)
    assert params["remedy"]


def test_the_files_hold_every_division_of_the_sources() -> None:
    folder = standards_root() / "divisions"
    counted = {}
    for path in folder.glob("*s.csv*"):
        data = path.read_bytes()
        text = (lzma.decompress(data) if path.suffix == ".xz" else data).decode("utf-8")
        counted[path.name.split(".")[0]] = sum(1 for _ in csv.reader(text.splitlines())) - 1
    assert counted == {
        "provinces": 31,
        "prefectures": 342,
        "counties": 2_978,
        "towns": 41_352,
        "villages": 620_573,
        "county_changes": 6_823,
        "town_changes": 7_644,
    }


def test_the_files_of_places_hold_a_code_a_comma_and_a_name() -> None:
    lengths = {"provinces": 2, "prefectures": 4, "counties": 6, "towns": 9, "villages": 12}
    for path in (standards_root() / "divisions").glob("*s.csv*"):
        data = path.read_bytes()
        text = (lzma.decompress(data) if path.suffix == ".xz" else data).decode("utf-8")
        length = lengths.get(path.name.split(".")[0])
        if length is not None:
            rest = text.removeprefix("code,name\n")
            assert re.fullmatch(rf"(?:[0-9]{{{length}}},[^,\"\s]+(?: [^,\"\s]+)*\n)+", rest), path


def test_each_division_comes_once_with_a_parent_that_is_there(
    places: dict[str, divisions.Division],
) -> None:
    # Five doubles less than the files: 东莞 中山 儋州 as counties, 金门县 as a town and a village.
    assert Counter(place.level for place in places.values()) == {
        1: 31,
        2: 342,
        3: 2_975,
        4: 41_351,
        5: 620_572,
    }
    orphans = [p for p in places.values() if p.parent_code not in places and p.level > 1]
    assert orphans == []
    assert all(place.parent_code is None for place in places.values() if place.level == 1)


def test_kinds_are_read_from_the_code(places: dict[str, divisions.Division]) -> None:
    assert places["110101001000"] == (
        "110101001000",
        "东华门街道",
        4,
        "110101000000",
        "SUBDISTRICT",
    )
    assert places["130123106000"].kind == "TOWN"
    assert places["110101001001"].kind == "RESIDENTS_COMMITTEE"
    assert places["130171000000"].kind == "ZONE"
    assert places["441900003000"].parent_code == "441900000000"


def test_a_retired_code_leads_to_its_successor() -> None:
    # 崇文区 became part of 东城区 in 2010; 榆树县 222521 went by 220121 to 榆树市 220182.
    assert divisions.successors("110103000000") == ("110101000000",)
    assert divisions.successors("222521000000") == ("220182000000",)
    assert divisions.successors("130123200000") == ("130123106000",)


def test_a_retired_code_may_have_several_successors() -> None:
    assert divisions.successors("130124000000") == ("130108000000", "130111000000")
    assert divisions.successors("130103000000") == ("130102000000", "130104000000")


def test_a_code_in_use_has_no_successor() -> None:
    # 正定县 gave parts away in 2001 and went on.
    assert divisions.successors("130123000000") == ()
    assert divisions.successors("990101000000") == ()


def test_a_village_of_a_renumbered_place_is_found(places: dict[str, divisions.Division]) -> None:
    # 羊二庄回族乡 130983200 became 羊二庄镇 130983107; village 201 kept its digits.
    found = divisions.resolve_code("130983200201", places.__contains__)
    assert found == divisions.Resolution("130983107201")


def test_a_village_under_several_successors_waits(places: dict[str, divisions.Division]) -> None:
    # 桥东区 130103 was split in 2014; both heirs have a village of these digits.
    found = divisions.resolve_code("130103001001", places.__contains__)
    assert found == divisions.Resolution(None, ("130102001001", "130104001001"))


def test_a_village_of_a_merged_county_waits_unless_its_name_agrees(
    places: dict[str, divisions.Division],
) -> None:
    # 崇文区 joined 东城区, whose own towns already had these digits: 东华门街道 is no 前门街道.
    code = "110103001001"
    assert divisions.resolve_code(code, places.__contains__).code is None
    named = divisions.resolve_code(code, places.__contains__, lambda place: True)
    assert named.code == "110101001001"


def test_a_village_whose_digits_are_gone_waits_at_the_place_above(
    places: dict[str, divisions.Division],
) -> None:
    # 富阳市 330183 became 富阳区 330111 in 2014; no village has these digits there.
    found = divisions.resolve_code("330183100001", places.__contains__)
    assert found == divisions.Resolution(None, ("330111100000",))


def test_a_code_that_no_source_knows_finds_nothing(places: dict[str, divisions.Division]) -> None:
    assert divisions.resolve_code("990101100201", places.__contains__) == divisions.Resolution(None)


def test_a_code_that_is_there_is_itself() -> None:
    found = divisions.resolve_code("990101100201", lambda code: True)
    assert found == divisions.Resolution("990101100201")


def test_following_successors_ends_for_every_code() -> None:
    changes = list(divisions.iter_changes())
    retired = {change.old_code for change in changes if change.is_whole}
    ends = {code: divisions.successors(code) for code in retired}
    assert len(changes) > 9_000
    assert all(code not in heirs for code, heirs in ends.items())
    assert sum(len(heirs) > 1 for heirs in ends.values()) > 400
