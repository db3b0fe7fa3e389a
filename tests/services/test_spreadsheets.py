"""Tables from people's own spreadsheets: read as they are, and nothing that could hurt."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from pb.core.errors import Refusal
from pb.services.spreadsheets import LARGEST_FILE, MOST_ROWS, read_table


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.create_sheet("Other").append(["not this"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(Refusal) as refused:
        read_table(name, content)
    assert refused.value.field == "file"
    return refused.value.code


def test_a_workbook_is_read_by_its_first_sheet_with_dates_and_numbers_as_people_see_them() -> None:
    born = datetime(1984, 3, 12)  # noqa: DTZ001 - as a workbook holds it
    table = read_table("List.XLSX", workbook(("Name", "Born", "Year"), ("Sam", born, 1984.0), (), ("Kim", None, 1990)))
    assert table.headings == ("Name", "Born", "Year")
    assert [(row.line, row.cells) for row in table.rows] == [
        (2, ("Sam", "1984-03-12", "1984")),
        (4, ("Kim", "", "1990")),
    ]
    assert date.fromisoformat(table.rows[0].cells[1])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_as_spreadsheets_write_it(encoding: str, delimiter: str) -> None:
    text = delimiter.join(["Name", "Postcode"]) + "\r\n" + delimiter.join(['"Zoë ""Z"" Wyn"', "EX1 1AB"]) + "\r\n\r\n"
    (row,) = read_table("list.csv", text.encode(encoding)).rows
    assert row.cells == ('Zoë "Z" Wyn', "EX1 1AB")


@pytest.mark.parametrize(
    "name, content, code",
    [
        ("list.pdf", b"%PDF", "file_kind"),
        ("list.xlsx", b"Name,Postcode\nSam,EX1 1AB\n", "file_kind"),
        ("list.csv", b"PK\x03\x04", "file_kind"),
        ("list", b"a,b\nc,d", "file_kind"),
        ("list.csv", b"", "file_empty"),
        ("list.csv", b"Name,Postcode\n", "file_empty"),
        ("list.csv", b"Name\n" + b"\0\n", "file_broken"),
        ("list.csv", b"x" * (LARGEST_FILE + 1), "file_large"),
        ("list.csv", b"Name\n" + b"Sam\n" * (MOST_ROWS + 1), "file_rows"),
        ("list.csv", b",".join([b"x"] * 61) + b"\n" + b",".join([b"x"] * 61), "file_columns"),
        ("list.xlsx", b"PK\x03\x04 and then nothing", "file_broken"),
    ],
)
def test_files_that_are_no_list_are_refused_in_words(name: str, content: bytes, code: str) -> None:
    assert refusal(name, content) == code


def test_a_workbook_that_unpacks_to_a_mountain_is_refused_before_it_is_unpacked() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 80_000_000)
    assert refusal("list.xlsx", file.getvalue()) == "file_large"


def test_a_workbook_whose_parts_are_damaged_is_refused() -> None:
    whole = workbook(("Name",), ("Sam",))
    with zipfile.ZipFile(io.BytesIO(whole)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    for damaged in parts:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as packed:
            for name, content in parts.items():
                packed.writestr(name, b"<nothing" if name == damaged else content)
        try:
            read_table("list.xlsx", file.getvalue())
        except Refusal as refused:
            assert refused.code in ("file_broken", "file_empty")  # noqa: PT017 - some parts are not needed


def test_a_workbook_that_was_damaged_on_its_way_is_read_or_refused_in_words() -> None:
    whole, chance = workbook(*[("Name", f"{number} Quay Street") for number in range(40)]), random.Random(1)
    told = set()
    for _ in range(300):
        damaged = bytearray(whole[: chance.choice([len(whole), chance.randrange(100, len(whole))])])
        for _ in range(3):
            damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
        try:
            read_table("list.xlsx", bytes(damaged))
        except Refusal as refused:
            told.add(refused.code)
    assert "file_broken" in told
