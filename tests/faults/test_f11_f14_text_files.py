"""F11–F14: rare characters, legacy code points, dots of names, and spoilt text files."""

from __future__ import annotations

import pytest

from tests.sheet_samples import (
    check_rows,
    contract,
    good_file,
    id_number,
    message,
    refusal,
    write_xlsx,
)

HEAD = "身份证号,姓名,金额"


@pytest.fixture(autouse=True)
def _next_file_is_served(tmp_path):
    yield
    assert len(check_rows(good_file(tmp_path / "served.xlsx"))[1]) == 2


def csv_file(tmp_path, data: bytes):
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    return path


def text_file(tmp_path, text: str, encoding: str):
    return csv_file(tmp_path, text.encode(encoding))


RARE = "𠅤㛃䶮𬭎"


def test_f11_gb18030_carries_rare_characters_exactly(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        RARE.encode("gbk")
    text = f"{HEAD}\r\n{id_number(1)},张{RARE},5\r\n"
    _, sheet = check_rows(text_file(tmp_path, text, "gb18030"))
    assert sheet.columns["name"] == [f"张{RARE}"]


def test_f12_the_private_code_point_of_yan_is_made_public(tmp_path):
    text = f"{HEAD}\n{id_number(1)},王\ue863,5\n"
    path = text_file(tmp_path, text, "utf-8")
    _, sheet = check_rows(path)
    assert sheet.columns["name"] == ["王䶮"]
    (repair,) = sheet.repairs
    assert (repair.before, repair.after, repair.code) == ("王\ue863", "王䶮", "E-REPAIR-NAME")


@pytest.mark.parametrize("dot", "·•．‧・")
def test_f13_every_dot_of_a_name_becomes_one_and_nothing_is_cut(tmp_path, dot):
    long = dot.join(
        ["阿卜杜热合曼", "买买提艾力", "伊敏江", "吐尔逊", "阿不都克里木", "依不拉音", "沙吾提"]
    )
    long += dot + "木" * 13
    assert len(long) == 50
    path = write_xlsx(tmp_path / "a.xlsx", [HEAD.split(","), [id_number(1), long, 1]])
    _, sheet = check_rows(path)
    assert sheet.columns["name"] == [long.replace(dot, "\u00b7")]
    assert len(sheet.columns["name"][0]) == 50


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_f14_encodings_delimiters_and_line_ends_are_detected(tmp_path, encoding, delimiter, end):
    lines = [HEAD, f"{id_number(1)},张三,5", f"{id_number(2)},李四,6", ""]
    text = end.join(lines).replace(",", delimiter)
    _, sheet = check_rows(text_file(tmp_path, text, encoding))
    assert sheet.columns["name"] == ["张三", "李四"]
    assert [str(v) for v in sheet.columns["amount"]] == ["5.00", "6.00"]


@pytest.mark.evidence("ASVS-1.1.1")
def test_f14_a_change_of_encoding_inside_the_file_is_refused_at_its_byte(tmp_path):
    first = f"{HEAD}\n{id_number(1)},张三,5\n".encode()
    second = f"{id_number(2)},李四,6\n".encode("gb18030")
    error = refusal(csv_file(tmp_path, first + second))
    assert error.code == "E-TEXT-MIXED"
    # The second part starts with 18 digits and a comma that both encodings share.
    assert error.params["offset"] == len(first) + 19
    assert message(error) == (
        f"文件混用了 UTF-8 和 GB18030 两种编码，从第 {len(first) + 19} 字节处开始不一致。"
    )


def test_f14_the_other_order_of_encodings_is_refused_too(tmp_path):
    first = f"{HEAD}\n{id_number(1)},张三,5\n".encode("gb18030")
    second = f"{id_number(2)},李四,6\n".encode()
    error = refusal(csv_file(tmp_path, first + second))
    assert error.code == "E-TEXT-MIXED"


def test_f14_a_byte_of_no_encoding_is_refused_with_its_offset(tmp_path):
    data = f"{HEAD}\n{id_number(1)},".encode("gb18030") + b"\xff\xff,5\n"
    error = refusal(csv_file(tmp_path, data))
    assert error.code == "E-TEXT-ENCODING"
    offset = data.index(b"\xff\xff")
    assert message(error) == f"第 {offset} 字节处无法按 GB18030 编码读取。"


def test_f14_one_broken_byte_of_utf8_is_damage_and_no_mixture(tmp_path):
    data = f"{HEAD}\n{id_number(1)},张三,5\n".encode() + b"\xff\n"
    error = refusal(csv_file(tmp_path, data))
    assert error.code == "E-TEXT-ENCODING"
    assert message(error) == f"第 {len(data) - 2} 字节处无法按 UTF-8 编码读取。"


def test_f14_a_nul_is_refused_with_its_offset(tmp_path):
    data = f"{HEAD}\n{id_number(1)},张\0三,5\n".encode()
    error = refusal(csv_file(tmp_path, data))
    assert error.code == "E-TEXT-NUL"
    assert message(error) == f"第 {data.index(0)} 字节处有空字符（NUL），文件可能损坏。"


def test_f14_a_lone_return_that_breaks_a_row_is_refused_with_its_offset(tmp_path):
    data = f"{HEAD}\r\n{id_number(1)},张\r三,5\r\n".encode()
    error = refusal(csv_file(tmp_path, data))
    assert error.code == "E-TEXT-RETURN"
    offset = data.index("三".encode()) - 1
    assert message(error) == f"第 {offset} 字节处有单独的回车符，会把一行断成两行。"


def test_f14_a_return_inside_quotes_is_part_of_the_cell(tmp_path):
    text = f'{HEAD}\r\n{id_number(1)},"张三",5\r\n{id_number(2)},"李\r四",6\r\n'
    _, sheet = check_rows(text_file(tmp_path, text, "utf-8"))
    assert sheet.columns["name"] == ["张三", "李四"]


def test_f14_a_line_of_ten_megabytes_is_refused(tmp_path):
    data = f"{HEAD}\n".encode() + b"9" * 10_000_000 + b"\n"
    error = refusal(csv_file(tmp_path, data))
    assert error.code == "E-TEXT-LINE"
    start = len(f"{HEAD}\n".encode())
    assert message(error) == f"第 {start} 字节起的一行有 10000000 字节，超过上限 1048576 字节。"


def test_f14_an_open_quote_is_refused_with_its_row(tmp_path):
    error = refusal(text_file(tmp_path, f'{HEAD}\n{id_number(1)},"张三,5\n', "utf-8"))
    assert error.code == "E-TEXT-QUOTE"
    assert message(error) == "第 2 行的引号不成对。"


def test_f14_a_gb18030_word_that_is_also_valid_utf8_is_no_mixture(tmp_path):
    # 联通 in GB18030 is C1 AA CD A8, which UTF-8 reads as two Arabic-range letters or fails on.
    text = "身份证号,姓名,备注\n" + f"{id_number(1)},张三,联通\n"
    _, sheet = check_rows(text_file(tmp_path, text, "gb18030"), contract())
    assert sheet.columns["name"] == ["张三"]
