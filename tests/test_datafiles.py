"""Typed reading of data files."""

from datetime import date
from pathlib import Path

import pytest

from care.datafiles import DataFileError, Record, data_files, read_records, read_top


def record(**fields: object) -> Record:
    return Record(Path("some.yml"), 3, fields)


def test_fields_come_back_typed_and_trimmed() -> None:
    one = record(
        id="a", text=" 您好 ", list=["一 ", "二"], day=date(2026, 1, 31), flag=False, map={"x": 1}
    )
    assert one.text("text") == "您好"
    assert one.texts("list") == ("一", "二")
    assert one.texts("absent") == ()
    assert one.day("day") == date(2026, 1, 31)
    assert one.flag("flag") is False
    assert one.mapping("map") == {"x": 1}
    assert one.mapping("absent") == {}


@pytest.mark.parametrize(
    ("accessor", "value"),
    [
        ("text", None),
        ("text", "  "),
        ("text", 5),
        ("texts", "一"),
        ("texts", ["一", ""]),
        ("texts", ["一", 2]),
        ("day", "2026-01-31"),
        ("day", None),
        ("flag", "yes"),
        ("flag", 1),
        ("mapping", ["x"]),
        ("mapping", {1: "x"}),
    ],
)
def test_a_wrong_field_is_an_error_naming_file_record_and_field(
    accessor: str, value: object
) -> None:
    with pytest.raises(DataFileError, match=r"some\.yml, entry 'a': 'field'"):
        getattr(record(id="a", field=value), accessor)("field")


def test_a_record_without_id_is_named_by_its_place() -> None:
    with pytest.raises(DataFileError, match=r"entry no\. 3"):
        record().text("id")


def test_a_misspelt_field_is_refused() -> None:
    with pytest.raises(DataFileError, match="unknown field 'anwser'"):
        record(id="a", anwser="x").only(("id", "answer"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("things: [", "is not valid YAML"),
        ("others: []", "top-level key 'things' is missing"),
        ("[]", "top-level key 'things' is missing"),
        ("", "top-level key 'things' is missing"),
        ("things: []\nmore: 1", "unknown top-level key 'more'"),
        ("things: {a: 1}", "'things' must be a list"),
        ("things: [1]", "entry no. 1: must be names with values"),
    ],
)
def test_a_malformed_file_is_named(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "broken.yml"
    path.write_text(content)
    with pytest.raises(DataFileError, match=message) as caught:
        list(read_records(path, "things"))
    assert caught.value.path == path


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "binary.yml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataFileError, match="cannot be read"):
        read_top(path, "things")


def test_a_missing_or_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="does not exist"):
        data_files(tmp_path / "absent")
    with pytest.raises(DataFileError, match=r"no \.yml file"):
        data_files(tmp_path)
