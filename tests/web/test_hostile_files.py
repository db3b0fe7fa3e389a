"""Files that were made to do harm, sent by every form that takes one: each is refused in words or read as plain text."""

from __future__ import annotations

import io
import os
import resource
import zipfile
from collections.abc import Callable, Iterator
from gzip import compress
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook

from pb.core.actors import STAFF_ROLES, Actor
from pb.extensions import db, present
from pb.models.rounds import Policy, Round
from tests import factories
from tests.reader import form_values
from tests.signing_in import sign_in
from tests.voters import a_voting_round
from tests.web.test_nonsense import while_it_is_set_up, while_people_vote
from tests.web.test_secrecy import addresses

FULL = os.environ.get("PB_CAMPAIGN") == "full"
#: In short each form gets every so many of the files, others than the form before.
EVERY = 1 if FULL else 6
#: What the process may grow by, whatever it is sent; in kibibytes, as Linux counts.
MOST_MEMORY = 300 * 1024
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(**parts: bytes) -> bytes:
    """A real workbook, some of whose parts are others; a part's name has __ for / and _x for its ending."""
    plain = io.BytesIO()
    sheet = Workbook()
    sheet.active.append(["Name", "Postcode"])  # type: ignore[union-attr]
    sheet.active.append(["Sam Okafor", "EX1 1AB"])  # type: ignore[union-attr]
    sheet.save(plain)
    made = io.BytesIO()
    wanted = {name.replace("__", "/").replace("_x", ".xml"): content for name, content in parts.items()}
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, wanted.pop(name, before.read(name)))
        for name, content in wanted.items():
            after.writestr(name, content)
    return made.getvalue()


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def strings(body: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?>{head}<sst xmlns="{NAMESPACE}"><si><t>{body}</t></si></sst>'.encode()


LAUGHS = "<!DOCTYPE a [" + '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + at)} "{("&" + chr(97 + at) + ";") * 10}">' for at in range(9)
) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
BOMB = b'<worksheet xmlns="' + NAMESPACE.encode() + b'"><sheetData>' + b"<row><c t='str'><v>1</v></c></row>" * 800_000
SHEET = "xl__worksheets__sheet1_x"
#: The first bytes of what is no list at all, and the name that it comes under.
MAGIC = [
    (b"\x89PNG\r\n\x1a\n", "list.csv"), (b"\xff\xd8\xff\xe0", "photo.jpg"), (b"GIF89a=1;", "list.csv"), (b"%PDF-1.7 /JS", "list.csv"),
    (b"MZ\x90\x00", "list.xlsx"), (b"\x7fELF", "list.csv"), (b"#!/bin/sh\nrm -rf /", "list.sh"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "list.xls"),
    (b"Rar!\x1a\x07", "list.xlsx"), (b"7z\xbc\xaf\x27\x1c", "list.xlsx"), (b"\x1f\x8b\x08", "list.csv"), (b"BZh91AY&SY", "list.csv"),
    (b"PK\x05\x06" + bytes(18), "list.xlsx"), (b"PK\x03\x04", "list.xlsx"), (b"<svg onload=alert(1)>", "list.svg"), (b"<?php system($_GET[0]);", "a.php"),
    (b"<!DOCTYPE html><script>alert(1)</script>", "list.html"), (b"{\\rtf1\\object}", "list.rtf"), (b"\x00asm\x01\x00", "list.wasm"), (b"SQLite format 3\x00", "a.db"),
]  # fmt: skip
#: Names under which an honest list comes.
NAMES = [
    "../../../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/cron.d/list", "list.csv\x00.php", ".htaccess", "con.csv", "x" * 300 + ".csv",
    "<img src=x onerror=alert(1)>.csv", "list\u202evsc.exe", "=cmd|' /C calc'!A0.csv", "list.csv;.jsp", "'; DROP TABLE roll_entry; --.csv",
]  # fmt: skip
HONEST = b"Name,Postcode\r\nSam Okafor,EX1 1AB\r\n"
#: Made on demand: some are large, and all smaller than what the test client would put into a file of its own.
FILES: list[tuple[str, Callable[[], bytes]]] = [
    *((name, lambda start=start: start + bytes(range(256)) * 8) for start, name in MAGIC),
    *((name, lambda: HONEST) for name in NAMES),
    ("list.xlsx", lambda: workbook(xl__sharedStrings_x=strings("&j;", LAUGHS))),
    ("list.xlsx", lambda: workbook(xl__sharedStrings_x=strings("&a;", OUTSIDE))),
    ("list.xlsx", lambda: workbook(**{SHEET: BOMB})),
    ("list.xlsx", lambda: workbook(**{SHEET: b"<worksheet"})),
    ("list.xlsx", lambda: workbook(**{SHEET: b""})),
    ("list.xlsx", lambda: workbook(xl__workbook_x=b"<workbook/>")),
    ("list.xlsx", lambda: workbook(xl__vbaProject_x=b"macro")),
    ("list.xlsx", lambda: workbook(xl__externalLinks__externalLink1_x=b'<externalLink r:id="http://evil.example"/>')),
    ("list.xlsx", lambda: zipped(**{"../../../tmp/evil": b"x", "[Content_Types].xml": b"<Types/>"})),
    ("list.xlsx", lambda: zipped(**{f"part{at}": b"" for at in range(5_000)})),
    ("list.xlsx", lambda: zipped(**{"[Content_Types].xml": b"0" * 60_000_000})),
    ("list.xlsx", lambda: workbook() + b"<script>alert(1)</script>"),
    ("list.xlsx", lambda: b"<script>alert(1)</script>" + workbook()),
    ("list.xlsx", lambda: workbook()[: len(workbook()) // 2]),
    ("list.docx", lambda: zipped(**{"word/document.xml": OUTSIDE.encode()})),
    ("list.csv", lambda: b"Name,Postcode\r\n" + b"=HYPERLINK(0),EX1 1AB\r\n" * 1_000),
    ("list.csv", lambda: b'"' + b"a" * 400_000),
    ("list.csv", lambda: b"," * 400_000),
    ("list.csv", lambda: b"\n" * 400_000),
    ("list.csv", lambda: b'"\n' * 200_000),
    ("list.csv", lambda: b"\xff\xfe" + HONEST.decode().encode("utf-16-le")),
    ("list.csv", lambda: b"\xfe\xff\x00"),
    ("list.csv", lambda: b"\xef\xbb\xbf" * 1_000),
    ("list.csv", lambda: bytes(200_000)),
    ("list.csv", lambda: b"Name\x00,Postcode\r\n"),
    ("list.csv", lambda: compress(bytes(50_000_000))),
    ("list.csv", lambda: b""),
    ("list.pb", lambda: b"META\nkey;value\nnum_projects;" + b"9" * 5_000 + b"\nPROJECTS\nproject_id;cost\n1;" + b"9" * 5_000 + b"\nVOTES\n"),
    ("list.pb", lambda: b"META\n" * 80_000),
    ("list.pb", lambda: b"META\nkey;value\nbudget;1e999999\nPROJECTS\nproject_id;cost\nVOTES\nvoter_id;vote\n" + b"1;1,1,1,1\n" * 40_000),
]  # fmt: skip


def while_people_are_invited(by: Actor) -> Round:
    """A round whose officer keeps a list of people."""
    return a_voting_round(by=by, policy=Policy.INVITED)


MOMENTS: list[Callable[[Actor], Round]] = [
    while_it_is_set_up,
    while_people_vote,
    while_people_are_invited,
    factories.a_counted_round,
]


@pytest.fixture
def person(app: Flask) -> Actor:
    """Somebody with every role of the council."""
    return factories.an_account(*STAFF_ROLES)


def forms(client: FlaskClient, asked: list[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each form that takes a file: where it goes, the name of its file, and what else it holds."""
    for address in asked:
        for form in page(client, "GET", address)[1].select("form[method=post]"):
            taken = form.select_one("input[type=file]")
            if taken is not None:
                yield str(form.get("action") or address), str(taken["name"]), form_values(form)


def page(client: FlaskClient, method: str, address: str, **more: Any) -> tuple[int, BeautifulSoup]:
    db.session.rollback()
    with client.application.app_context():
        answer = client.open(address, method=method, **more)
        content = answer.get_data() if answer.mimetype == "text/html" else b""
    return answer.status_code, BeautifulSoup(content, "html.parser")


def kept_files() -> set[str]:
    """Every file of the instance folder, but for the database's own."""
    folder = Path(present.settings.instance_path)
    return {str(path) for path in folder.rglob("*") if path.is_file() and "sqlite3" not in path.name}


@pytest.mark.campaign
def test_no_file_does_harm_by_any_form(app: Flask, person: Actor) -> None:
    """Nothing fails, nothing is written beside the database, nothing of a file is ever taken for code."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client, begun = FlaskClient(app, app.response_class), present.now()
    tried: set[str] = set()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for moment in MOMENTS:
        factories.turn_to(begun)
        the_round = moment(person)
        sign_in(client, person)  # type: ignore[arg-type]
        kept = kept_files()
        asked = [each for each in addresses(app, the_round) if each.startswith("/officers/")]
        for door, field, untouched in [*forms(client, asked)]:
            kind = door.replace(the_round.slug, "x")
            if kind in tried:
                continue
            tried.add(kind)
            for name, make in FILES[len(tried) % EVERY :: EVERY]:
                send(client, door, untouched | {field: (io.BytesIO(make()), name)}, name)
        assert kept_files() == kept
    assert len(FILES) >= 60
    assert len(tried) >= 4, sorted(tried)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY


def send(client: FlaskClient, door: str, data: dict[str, Any], name: str) -> None:
    """A file is taken, or refused in words with its name as words."""
    status, told = page(client, "POST", door, data=data, content_type="multipart/form-data")
    assert status < 500, (door, name)
    if status >= 400:
        assert told.h1 is not None, (door, name)
    assert not told.select("script:not([src])")[1:], (door, name)
    assert not told.select("img[onerror]"), (door, name)
