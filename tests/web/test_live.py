"""Live pages: the small file that phones ask for, the projector, the officer's hand, and the sheet to sign."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from pb.core.actors import Role
from pb.models.rounds import Policy, Round
from pb.services.live_cache import forget
from pb.services.result_sheets import result_sheet
from pb.services.reveals import begin_reveal, show_step
from pb.services.rounds import find_round
from tests.deciding import a_published_round
from tests.factories import (
    DATES,
    a_counted_round,
    an_account,
    an_open_round,
    an_opened_round,
    cancel_vote,
    cast_ballots,
    someone,
    turn_to,
)
from tests.printed import SHIPPED, fonts_of
from tests.reader import Reader, pressed, soup
from tests.services.test_reveals import TIED, TIED_BIDS, WITH_OFFER, key_of
from tests.signing_in import sign_in


def words(html: str) -> str:
    return " ".join(html.split())


def test_phones_are_told_what_is_new_once_and_keep_no_cookie(client: Reader) -> None:
    the_round = an_open_round(policy=Policy.CODE)
    address = f"/rounds/{the_round.slug}/live.json?in=en_GB"
    cast_ballots(the_round, [("Hall",)] * 19)
    first = client.get(address)
    assert first.json is not None
    assert first.json["turnout"]["ballots"] is None, "fewer than twenty are not told"
    assert "fewer than 20" in first.json["html"]
    assert first.headers["Cache-Control"] == "public, max-age=2"
    assert "Set-Cookie" not in first.headers
    mark = {"If-None-Match": first.headers["ETag"]}
    assert client.get(address, headers=mark).status_code == 304
    cast_ballots(the_round, [("Hall",)] * 8)
    forget(the_round.id)
    news = client.get(address, headers=mark)
    assert news.status_code == 200
    assert news.json is not None
    assert news.json["turnout"]["ballots"] == 20, "in steps of ten, or it would tell who has just voted"
    assert news.json["reveal"] is None


def test_a_step_is_in_no_page_and_no_file_before_its_press(client: Reader) -> None:
    the_round = a_counted_round()
    lead = someone(Role.COUNT_LEAD)
    begin_reveal(the_round.id, by=lead)
    paths = [f"/rounds/{the_round.slug}/{name}" for name in ("live", "reveal", "live.json", "live.json?screen=1")]
    for step, known in ((1, False), (2, True), (1, False), (2, True)):
        show_step(the_round.id, step, by=lead)
        for path in paths:
            answer = client.get(path).get_data(as_text=True)
            assert ("of the Bench" in answer, "of the Hall" in answer) == (known, False), path
    said = client.get(paths[2]).json
    assert said is not None
    assert said["said"] == "Recommended: “Bench”, £3,000. £7,000 is left."


def test_the_count_lead_draws_a_lot_in_the_room_and_goes_on(client: Reader) -> None:
    lead = an_account(Role.COUNT_LEAD)
    the_round = an_opened_round(bids=TIED_BIDS, ballots=TIED)
    sign_in(client, lead)
    hand = f"/officers/rounds/{the_round.slug}/reveal"
    assert pressed(client, hand, f"{hand}/begin").status_code == 303
    assert "A lot is being drawn" in words(client.read(f"/rounds/{the_round.slug}/reveal").get_text(" "))
    places = {"place_1": key_of(the_round, "Pond"), "place_2": key_of(the_round, "Bench")}
    typed = {**places, "method": "From a hat", "first_witness": "Ann Avon", "second_witness": "", "outsider": "y"}
    refused = pressed(client, hand, f"{hand}/lot", typed)
    assert refused.status_code == 422
    assert soup(refused).select_one("[name=first_witness]")["value"] == "Ann Avon"  # type: ignore[index]
    assert pressed(client, hand, f"{hand}/lot", {**typed, "second_witness": "Ben Brook"}).status_code == 303
    page = words(client.read(hand).get_text(" "))
    assert "Show next" in page
    assert "A lot is being drawn" not in page


needs_poppler = pytest.mark.skipif(not shutil.which("pdftoppm"), reason="poppler-utils is not on this machine")


@pytest.fixture
def sheet(client: Reader) -> tuple[Round, bytes]:
    the_round = a_counted_round(bids=WITH_OFFER)
    return the_round, result_sheet(the_round)


@needs_poppler
def test_the_sheet_to_sign_says_what_was_counted(sheet: tuple[Round, bytes], tmp_path: Path) -> None:
    the_round, made = sheet
    file = tmp_path / "sheet.pdf"
    file.write_bytes(made)
    text = words(_run("pdftotext", str(file), "-"))
    for told in (
        "recommended, not yet decided",
        "Not yet certified",
        "Hall",
        "£6,000",
        "offered a part, no answer yet",
    ):
        assert told in text
    assert "Ballots: 5" in text
    assert "votes are not told" in text, "fewer than ten voted"
    assert text.count("Name and role, signature, date") == 2
    assert fonts_of(made) <= SHIPPED
    assert "StructTreeRoot" in _run("pdfinfo", "-struct", str(file)) or "Tagged: yes" in words(
        _run("pdfinfo", str(file))
    )
    assert symbols_on(file) == [f"http://localhost/rounds/{the_round.slug}/result"]


@needs_poppler
def test_the_sheet_of_a_round_that_was_cancelled_does_not_call_its_count_certified(
    sheet: tuple[Round, bytes], tmp_path: Path
) -> None:
    the_round, _ = sheet
    cancel_vote(the_round, "The hall burnt down.")
    file = tmp_path / "sheet.pdf"
    file.write_bytes(result_sheet(find_round(the_round.slug)))
    assert "Not yet certified" in words(_run("pdftotext", str(file), "-"))


def symbols_on(file: Path) -> list[str]:
    """What the QR symbols on the first page of a PDF say."""
    command = ["pdftoppm", "-r", "150", "-png", "-f", "1", "-l", "1", str(file)]
    picture = subprocess.run(command, check=True, capture_output=True).stdout
    return [each.text for each in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))]


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@needs_poppler
def test_the_poster_leads_to_the_result_once_there_is_one(client: Reader, tmp_path: Path) -> None:
    assert client.get(f"/rounds/{a_counted_round().slug}/result/poster.pdf").status_code == 404
    turn_to(DATES.bids_open_at)
    the_round = a_published_round()
    made = client.get(f"/rounds/{the_round.slug}/result/poster.pdf").data
    file = tmp_path / "poster.pdf"
    file.write_bytes(made)
    assert symbols_on(file) == [f"http://localhost/rounds/{the_round.slug}/result"]
    text = words(_run("pdftotext", str(file), "-"))
    assert "£9,000 for 2 projects" in text
    assert fonts_of(made) <= SHIPPED
    assert "Pond" not in text, "a poster says what gets money"


def test_after_the_release_the_live_page_leads_to_the_result(client: Reader) -> None:
    the_round = a_published_round()
    shown = client.get(f"/rounds/{the_round.slug}/live.json").json
    assert shown is not None
    assert shown["reveal"] is None
    assert f"/rounds/{the_round.slug}/result" in shown["html"]
    sign_in(client, an_account(Role.OFFICER))
    page = words(client.read(f"/officers/rounds/{the_round.slug}/reveal").get_text(" "))
    assert "The result is published, so there is nothing more to reveal." in page
