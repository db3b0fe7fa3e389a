"""What tells how a vote stands: the numbers that follow from the choices of `under_way`, and where to look for them."""

from __future__ import annotations

import io
import random
import re
import subprocess
from zipfile import ZipFile

import pytest
from sqlalchemy import LargeBinary, select
from werkzeug.test import TestResponse

from pb.extensions import Base, db
from pb.services.outbox import opened_messages, opened_texts

#: The numbers that `under_way` tells, their shares of the ballots and of the marks: nothing else comes to them.
#: One more for Hall, and one or two more marks, are what comes of them where a claim is accepted or a paper settled.
TELLING = re.compile(
    rb"(?<![\w.,:/\xa3-])(?:3[78]|29|7[89]|90[.,][25]\d?|88[.,]1\d?|70[.,]7\d?|47[.,]4\d?|48[.,]1\d?|46[.,]8\d?|37[.,]2\d?|"
    rb"90 ?%|71 ?%|47 ?%)(?![\w-]|[.,:]\d)"
)
#: Random letters, keys, addresses of styles, QR codes and names that tests number: any number may stand there.
CHANCE = re.compile(
    rb'name="(?:csrf_token|nonce|offer)"[^>]*>|[?&;][vn]=[\w-]+|"(?:nonce|roundKey|onlineKey)": ?"[^"]*"|sha256-[\w+/=]+|'
    rb'<svg class="yd-qr".*?</svg>|\b(?:Person|You Decide|Ward|Batch|Street) \d+',
    re.DOTALL,
)
#: What is sealed, or a key, in letters and figures.
SEALED = re.compile(rb"[\w+/=-]{40,}")


def words_of(answer: TestResponse) -> bytes:
    """What can be read in an answer, headers and all; of a PDF its text, of a zip file the files in it."""
    content = answer.get_data()
    if content.startswith(b"%PDF"):
        content = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout
    elif content.startswith(b"PK"):
        with ZipFile(io.BytesIO(content)) as files:
            content = b"\n".join(files.read(name) for name in files.namelist())
    heads = [each for name in ("ETag", "Location", "Content-Disposition") for each in answer.headers.getlist(name)]
    return content + str(heads).encode()


def telling(content: bytes) -> list[bytes]:
    """The numbers in it that follow from what people chose."""
    return TELLING.findall(CHANCE.sub(b"", content))


def told_by_tables() -> dict[str, list[bytes]]:
    """What every table tells, but for the keys of its rows and for what is sealed, random or a digest."""
    db.session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        plain = [each for each in table.columns if not (each.primary_key or each.foreign_keys)]
        columns = [each for each in plain if not isinstance(each.type, LargeBinary)]
        rows = db.session.execute(select(*columns)).all() if columns else []
        found[table.name] = telling(SEALED.sub(b"", repr(list(map(tuple, rows))).encode()))
    return {name: told for name, told in found.items() if told}


def told_by_letters() -> list[bytes]:
    """What the letters and texts say that wait to be sent, sealed as they are, or were sent to people."""
    words = [each.letter.subject + each.letter.text for each in opened_messages()]
    words += [each.text for each in opened_texts()]
    return telling("\n".join(words).encode())


class Watch:
    """Looks through all that is answered, logged, sent and stored; `found` says where it told how the vote stands."""

    def __init__(self, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], tables: float) -> None:
        """`tables`: how often tables are looked through after a form, of once."""
        caplog.set_level("DEBUG")
        self._caplog, self._capfd = caplog, capfd
        self._chance, self._often = random.Random(4), tables
        self.found: dict[str, list[bytes]] = {}
        self.faults: list[str] = []

    def answer(self, where: str, answer: TestResponse) -> bool:
        """Look through an answer; gives whether it is what was asked for."""
        self._note(where, telling(words_of(answer)))
        if answer.status_code >= 500:
            self.faults.append(f"{answer.status_code} {where}")
        return answer.status_code == 200

    def around(self, where: str, answer: TestResponse) -> None:
        """Look through the answer to a form, and what it left in the log, in letters and in tables."""
        self.answer(where, answer)
        self.logs(where)
        self._note(f"letters after {where}", told_by_letters())
        if self._chance.random() < self._often:
            self.tables(where)

    def logs(self, where: str) -> None:
        """Look through what was logged or printed since the last look."""
        written = self._caplog.text + "".join(self._capfd.readouterr())
        self._caplog.clear()
        self._note(f"log after {where}", telling(written.encode()))

    def tables(self, where: str) -> None:
        """Look through every table."""
        for table, told in told_by_tables().items():
            self._note(f"table {table} after {where}", told)

    def _note(self, where: str, told: list[bytes]) -> None:
        if told:
            self.found[where] = told
