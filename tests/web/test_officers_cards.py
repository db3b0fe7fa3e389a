"""The officers' pages of printed cards: asked for, watched while they are made, fetched, deleted."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask import Flask

from pb.models.rounds import Round
from pb.services.cards import AT_ONCE, PART
from pb.services.worker import work_due
from pb.web.officers.cards import archive
from tests import factories
from tests.conftest import TurningClock
from tests.reader import Reader, pressed, soup
from tests.signing_in import sign_in
from tests.voters import a_voting_round, codes_for


@pytest.fixture
def the_round(app: Flask, client: Reader) -> Round:
    """An open round whose owner is signed in."""
    owner = factories.an_officer()
    the_round = a_voting_round(by=owner)
    sign_in(client, owner)
    return the_round


@pytest.fixture
def path(the_round: Round) -> str:
    return f"/officers/rounds/{the_round.slug}/codes"


def asked(client: Reader, path: str, count: int) -> str:
    """The passphrase of a batch that the officer has just asked for."""
    answer = client.send(f"{path}/print", {"name": "Library", "count": str(count)})
    assert answer.headers["Cache-Control"] == "no-store"
    return soup(answer).select_one("main .yd-mono").get_text()  # type: ignore[union-attr]


def test_an_officer_fetches_cards_as_a_pdf_and_then_has_them_deleted(client: Reader, path: str) -> None:
    passphrase = asked(client, path, 3)
    page = client.read(f"{path}/1/cards")
    assert "3 of 3 cards made" in page.get_text()
    assert passphrase not in page.get_text()
    wrong = pressed(client, path, f"{path}/1/cards/file", {"code": passphrase[:-1]})
    assert "missing" in soup(wrong).select_one("#code-error").get_text()  # type: ignore[union-attr]
    file = pressed(client, path, f"{path}/1/cards/file", {"code": passphrase.lower()})
    assert file.mimetype == "application/pdf"
    assert file.headers["Content-Disposition"].endswith('-1.pdf"')
    assert file.headers["Cache-Control"] == "no-store"
    assert file.data.startswith(b"%PDF")
    assert pressed(client, path, f"{path}/1/cards/kept").status_code == 303
    assert "was fetched and is deleted" in client.read(f"{path}/1/cards").get_text()
    again = pressed(client, path, f"{path}/1/cards/file", {"code": passphrase})
    assert again.status_code == 404


def test_what_is_wrong_with_cards_stands_in_the_order_of_the_page(client: Reader, path: str) -> None:
    typed = {"name": "", "count": "six", "window_to-day": "31", "window_to-month": "2", "window_to-year": "2026"}
    page = soup(client.send(f"{path}/print", typed))
    links = [str(each["href"]).lstrip("#") for each in page.select(".govuk-error-summary a")]
    fields = [str(each["id"]) for each in page.select("main form [id]")]
    assert len(links) >= 2
    assert links == [each for each in fields if each in links]


def test_while_a_large_batch_is_made_its_page_says_how_far_it_is(
    client: Reader, path: str, clock: TurningClock
) -> None:
    passphrase = asked(client, path, AT_ONCE + 1)
    page = client.read(f"{path}/1/cards")
    assert page.select_one("progress")["value"] == "0"  # type: ignore[index]
    where = str(page.select_one("[data-yd-progress]")["data-yd-progress"])  # type: ignore[index]
    answer = client.get(where)
    assert answer.json == {"done": 0, "total": 201, "ended": False, "text": "0 of 201 cards made"}
    clock.turn(minutes=2)
    assert "pb worker" in client.read(f"{path}/1/cards").get_text()
    work_due()
    assert client.get(where).json["ended"] is True  # type: ignore[index]
    file = pressed(client, path, f"{path}/1/cards/file", {"code": passphrase})
    assert file.mimetype == "application/pdf"


def test_a_file_of_several_parts_is_sent_as_an_archive_while_it_is_made() -> None:
    asked_for = []

    def parts():  # type: ignore[no-untyped-def]
        for number in range(3):
            asked_for.append(number)
            yield f"cards-{number}.pdf", bytes([number]) * PART

    sending = archive(parts())
    first = next(sending)
    assert (asked_for, len(first) > PART) == ([0], True)
    made = zipfile.ZipFile(io.BytesIO(first + b"".join(sending)))
    assert made.testzip() is None
    assert [made.read(name)[0] for name in made.namelist()] == [0, 1, 2]


def test_another_officer_may_look_and_fetches_nothing(app: Flask, client: Reader, path: str) -> None:
    passphrase = asked(client, path, 2)
    other = app.test_client()
    sign_in(other, factories.an_officer())  # type: ignore[arg-type]
    page = other.read(f"{path}/1/cards")  # type: ignore[attr-defined]
    assert "Only the officer who asked" in page.get_text()
    assert pressed(other, path, f"{path}/1/cards/file", {"code": passphrase}).status_code == 403  # type: ignore[attr-defined]
    assert pressed(other, path, f"{path}/1/cards/kept").status_code == 403  # type: ignore[attr-defined]
    assert other.send(f"{path}/print", {"name": "Mine", "count": "1"}).status_code == 403  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "data, field", [({"name": "", "count": "3"}, "name"), ({"name": "Library", "count": "20001"}, "count")]
)
def test_what_is_wrong_with_a_batch_of_cards_stands_beside_it(
    client: Reader, path: str, data: dict[str, str], field: str
) -> None:
    answer = client.send(f"{path}/print", data)
    assert answer.status_code == 422
    assert soup(answer).select_one(f"#{field}-error")


def test_a_list_of_codes_has_no_file_of_cards(client: Reader, the_round: Round, path: str) -> None:
    codes_for(the_round, 2)
    assert client.get(f"{path}/1/cards").status_code == 404
    assert pressed(client, path, f"{path}/1/cards/again").status_code == 404


def test_making_goes_on_only_where_it_stopped(client: Reader, path: str) -> None:
    asked(client, path, 2)
    answer = pressed(client, path, f"{path}/1/cards/again")
    assert answer.status_code == 409
    assert "has not stopped" in soup(answer).get_text()
