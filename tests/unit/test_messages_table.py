"""The table of messages: what would tell too much never gets into it (T15)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bangfu.foundation.notifications.hours import is_digest_time, quiet_until
from bangfu.kernel.errors import NotFound, Refused
from bangfu.standards import messages
from bangfu.standards.paths import standards_root

KNOWN = (standards_root() / "messages.yaml").read_text(encoding="utf-8")
HEAD = KNOWN[: KNOWN.index("subjects:\n")]


def table(tmp_path: Path, **changes: str) -> messages.Table:
    """Read a table with one subject, parts of which are changed."""
    parts = {
        "params": "{number: number, place: place}",
        "title": "{zh: 新任务, en: New task}",
        "text": '{zh: "办件 {number}", en: "Case {number}"}',
        **changes,
    }
    lines = [f"    {name}: {text}" for name, text in parts.items()]
    path = tmp_path / "messages.yaml"
    path.write_text(HEAD + "subjects:\n  - name: a.b\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return messages.read_table(path)


def text(chinese: str, english: str = "x") -> str:
    return f'{{zh: "{chinese}", en: "{english}"}}'


def test_the_committed_table_is_sound_and_every_value_says_by_which_document() -> None:
    found = messages.table()
    assert len(found.subjects) > 25
    assert {"digest.at", "digest.until", "quiet.from", "quiet.to"} == set(found.times)
    assert all(one.template for one in found.subjects.values() if one.sms)


@pytest.mark.evidence("T15")
@pytest.mark.parametrize(
    "said",
    [
        "您包的贫困户 {number}",
        "监 测 户 {number}",
        "低　保 {number}",
        "残疾 {number}",
        "户主 {number}",
        "电话 13812345678",
        "身份证 {number}",
        "红色预警 {number}",
    ],
)
def test_t15_a_word_of_standing_a_name_or_a_long_number_is_refused(
    tmp_path: Path, said: str
) -> None:
    with pytest.raises(Refused) as refused:
        table(tmp_path, text=text(said))
    assert refused.value.code == "E-STANDARD-MALFORMED"
    assert refused.value.params["line"] > 100


@pytest.mark.parametrize(
    "said", ["A poor family", "monitored household", "of LOW-INCOME", "a red one"]
)
def test_t15_the_same_in_english_and_inside_no_other_word(tmp_path: Path, said: str) -> None:
    with pytest.raises(Refused):
        table(tmp_path, text=text("办件", said))
    assert table(tmp_path, text=text("办件", "it was delivered and required")).subjects


@pytest.mark.parametrize(
    "changes",
    [
        {"params": "{number: name}"},
        {"text": text("办件 {who}")},
        {"text": text("办件 {number")},
        {"sms": text("{place} 有事"), "template": "A"},
        {"sms": text("编号 {number}")},
        {"template": "A"},
        {"sms": text("编号" * 40), "template": "A"},
        {"sender": "x"},
    ],
)
def test_a_table_with_a_slip_is_refused_by_its_line(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    with pytest.raises(Refused) as refused:
        table(tmp_path, **changes)
    assert refused.value.params["file"] == "messages.yaml"


def test_the_mutant_without_its_words_would_let_it_pass(tmp_path: Path) -> None:
    path = tmp_path / "messages.yaml"
    bare = HEAD.replace("贫,", "").replace("监测,", "")
    path.write_text(
        bare
        + "subjects:\n  - name: a.b\n    title: {zh: 贫, en: x}\n    text: {zh: 监测, en: x}\n",
        encoding="utf-8",
    )
    assert messages.read_table(path).subjects


def test_the_signature_of_sms_is_held_to_the_same() -> None:
    assert messages.tells_too_much("云溪县帮扶平台") == "帮扶"
    assert messages.tells_too_much("云溪县工作平台") == ""


def test_an_unknown_bound_is_said() -> None:
    with pytest.raises(NotFound):
        messages.get_count("sms.gossip", datetime(2026, 11, 1).date())


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-10-31T20:59", None),
        ("2026-10-31T21:00", "2026-11-01T08:00"),
        ("2026-10-31T23:59", "2026-11-01T08:00"),
        ("2026-11-01T00:00", "2026-11-01T08:00"),
        ("2026-11-01T07:59", "2026-11-01T08:00"),
        ("2026-11-01T08:00", None),
    ],
)
def test_quiet_hours_go_over_midnight(at: str, until: str | None) -> None:
    wanted = datetime.fromisoformat(f"{until}:00+08:00") if until else None
    moment = datetime.fromisoformat(f"{at}:00+08:00")
    assert quiet_until("digest.daily", moment) == wanted
    assert quiet_until("monitoring.urgent", moment) is None


@pytest.mark.parametrize(
    ("at", "is_time"),
    [
        ("2026-11-16T00:29:59+00:00", False),
        ("2026-11-16T00:30:00+00:00", True),
        ("2026-11-16T09:59:59+00:00", True),
        ("2026-11-16T10:00:00+00:00", False),
    ],
)
def test_the_digests_hour_is_beijings(at: str, is_time: bool) -> None:
    assert is_digest_time(datetime.fromisoformat(at)) is is_time
