"""How names are read."""

from __future__ import annotations

import pytest

from bangfu.domains.registry.pinyin import read_name


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("张建国", "zhangjianguo", "zjg"),
        ("曾小红", "zengxiaohong", "zxh"),  # the surname is zeng, the word is ceng
        ("单田芳", "shantianfang", "stf"),
        ("单于飞", "chanyufei", "cyf"),
        ("吕布", "lvbu", "lb"),
        ("䶮一", "yanyi", "yy"),
        ("买买提·艾力", "maimaitiaili", "mmtal"),
        ("", "", ""),
    ],
)
def test_a_name_is_read_as_people_say_it(name: str, full: str, initials: str) -> None:
    assert read_name(name) == (full, initials)


def test_a_surname_alone_has_its_own_reading_only_at_the_front() -> None:
    assert read_name("王单").full == "wangdan"
