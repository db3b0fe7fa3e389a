"""The officers' pages about paper: printed, counted, keyed by two, looked at again; and papers by post."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from openpyxl import Workbook
from PIL import Image

from pb.core.actors import Actor, Role
from pb.core.draw import drawn_sample
from pb.core.reconciliation import imbalances
from pb.models.papers import PaperBatch, PaperFormat
from pb.models.rounds import Policy, Round
from pb.models.stations import StationKind
from pb.services.paper_sheets import paper_sheets
from pb.services.papers import PapersWanted, count_papers, find_papers, keying_of, make_papers, paper_in, papers_of
from pb.services.reconciliation import numbers_of
from pb.services.rounds import find_round
from pb.services.stations import StationWanted, add_station
from tests import factories
from tests.printed import SHIPPED, fonts_of
from tests.reader import Reader, pressed, soup
from tests.signing_in import sign_in
from tests.stations import a_station, closed, on_rota, opened
from tests.voters import SAM, a_voting_round, filled, two_wards


@pytest.fixture
def the_round(app: Flask, client: Reader) -> Round:
    """An open round with scoring ballots whose owner is signed in."""
    owner = factories.an_officer()
    the_round = a_voting_round("scoring", by=owner, policy=Policy.CODE)
    sign_in(client, owner)
    return the_round


@pytest.fixture
def path(the_round: Round) -> str:
    return f"/officers/rounds/{the_round.slug}/papers"


def in_box(the_round: Round, count: int, **wanted: object) -> PaperBatch:
    """A batch with so many papers in the box, all that were printed."""
    if "declares" not in wanted:
        wanted["station_id"] = a_station(the_round).id
    batch = make_papers(the_round.id, PapersWanted("Hall", count, **wanted), by=factories.owner_of(the_round))  # type: ignore[arg-type]
    counts = {"issued": count, "unused": 0, "not_returned": 0, "in_box": count}
    count_papers(the_round.id, batch.id, counts, by=factories.owner_of(the_round))
    return batch


def cells(line: int, number: int, marks: str, **more: str) -> dict[str, str]:
    """A line of the grid as it is typed: one sign for each project of the paper, by its drawn number."""
    typed = {f"r{line}-p{at}": sign for at, sign in enumerate(marks, 1)}
    return {f"r{line}-number": str(number)} | typed | {f"r{line}-{name}": text for name, text in more.items()}


def another(app: Flask, *roles: Role) -> Reader:
    """A second person's browser."""
    client = Reader(app)
    sign_in(client, factories.an_account(*roles))
    return client


def test_a_hall_of_slips_is_made_printed_counted_keyed_by_two_and_balances(
    app: Flask, client: Reader, the_round: Round, path: str
) -> None:
    made = {
        "name": "Hall",
        "printed": "5",
        "channel": "event",
        "right": "given",
        "format": "standard",
        "language": "en",
    }
    nowhere = soup(client.send(f"{path}/add", made))
    assert "hand these papers out and count them" in nowhere.select_one("#station-error").get_text()  # type: ignore[union-attr]
    hall = a_station(the_round, "Town hall")
    client.send(f"{path}/add", made | {"station": str(hall.id)})
    [batch] = papers_of(the_round.id)
    two = [on_rota(the_round, hall) for _ in range(2)]
    opened(hall, *two)
    closed(hall, *two, papers={batch.id: 1}, in_box=3, spoilt_papers=1, explanation="Given by hand.")
    keying = f"{path}/{batch.id}/keying"
    client.send(f"{path}/{batch.id}/print")
    assert client.get(f"{path}/{batch.id}/papers").data.startswith(b"%PDF")
    counted = {"issued": "4", "unused": "1", "spoilt": "1", "not_returned": "0", "in_box": "3"}
    assert client.send(f"{path}/{batch.id}/counts", counted).status_code == 303

    lines = cells(0, 1, "531") | cells(1, 2, "444") | cells(2, 3, "", void="blank")
    wrong = client.send(keying, lines | cells(1, 2, "944"))
    page = soup(wrong)
    assert wrong.status_code == 422
    told = page.select_one("#r1-faults").get_text()  # type: ignore[union-attr]
    assert "from 1 to 5" in told
    assert "If the paper says otherwise, choose “a score out of range”." in told, "nobody tells a voter here"
    assert page.select_one('.govuk-error-summary a[href="#r1-p1"]')
    assert page.select_one("#r0-p2")["value"] == "3", "nothing that was typed is lost"  # type: ignore[index]
    assert client.send(keying, lines).status_code == 303
    assert client.send(keying, lines).status_code == 422, "nobody keys a paper twice"

    second = another(app, Role.STEWARD)
    shown = second.read(keying)
    assert [each["value"] for each in shown.select("[id$=-number]")][:3] == ["1", "2", "3"]
    assert not [each for each in shown.select("[data-yd-line] .yd-key__cell--narrow") if each["value"]]
    second.send(keying, lines | cells(1, 2, "434"))
    listed = second.read(f"{keying}/look-again")
    row = listed.select_one("tbody tr").get_text(" ", strip=True)  # type: ignore[union-attr]
    assert "project 2" in row
    mains = listed.select("main") + client.read(f"{keying}/look-again").select("main")
    told = "".join(each.get_text() for each in mains).replace(the_round.title, "")  # tests number their rounds
    assert "project 2" in told
    assert "434" not in told
    other = client.send(f"{keying}/look-again/2", cells(0, 3, "", void="blank"))
    assert "This page is for paper 2." in soup(other).select_one("#r0-faults").get_text()  # type: ignore[union-attr]
    assert soup(other).select_one("h1").get_text() == "Paper 2 once more"  # type: ignore[union-attr]
    client.send(f"{keying}/look-again/2", cells(0, 2, "434"))
    assert keying_of(find_papers(the_round.id, batch.id)).complete
    assert "differs" not in client.read(f"{path}/{batch.id}").get_text()
    assert imbalances(numbers_of(find_round(the_round.slug))) == []
    assert "blank" in client.read(f"{path}/{batch.id}").get_text()
    client.read(path)

    sample = client.read(f"{path}/{batch.id}/sample?seed=4 1 6 2&size=2")
    drawn = [int(each.get_text()) for each in sample.select("tbody th")]
    assert drawn == drawn_sample("4 1 6 2", 3, 2)


def test_what_is_wrong_with_a_paper_as_a_whole_leads_to_its_first_cell(client: Reader) -> None:
    owner = factories.an_officer()
    the_round = a_voting_round("approval", by=owner, policy=Policy.CODE)
    sign_in(client, owner)
    batch = in_box(the_round, 2)
    keying = f"/officers/rounds/{the_round.slug}/papers/{batch.id}/keying"
    page = soup(client.send(keying, cells(1, 2, "xxx")))
    told = page.select_one(".govuk-error-summary a")
    assert told is not None
    assert page.select_one(str(told["href"]))["name"] == "r1-p1"  # type: ignore[index]


def test_a_spreadsheet_tells_every_fault_by_row_and_column_and_keeps_nothing_until_all_is_well(
    app: Flask, client: Reader, the_round: Round, path: str
) -> None:
    batch = in_box(the_round, 3)
    where = f"{path}/{batch.id}/keying/spreadsheet"
    headings = client.get(f"{where}.csv").get_data(as_text=True).lstrip("\ufeff").splitlines()[0].split(",")

    def sent(*rows: list[object]) -> object:
        book = Workbook()
        for row in [headings, *rows]:
            book.active.append(row)  # type: ignore[union-attr]
        file = io.BytesIO()
        book.save(file)
        return client.send(where, {"file": (io.BytesIO(file.getvalue()), "papers.xlsx")})

    faulty = soup(sent([1, 5, 3, "?"], ["x", 5, 3, 1], [2, 5, 3], [3, "", "", "", "torn"]))  # type: ignore[arg-type]
    told = [[cell.get_text(strip=True) for cell in row.select("th, td")][:2] for row in faulty.select("tbody tr")]
    assert told == [["2", headings[3]], ["3", "paper"], ["4", headings[3]], ["5", "void"]]
    assert keying_of(batch).once == 0
    sent([1, 5, 3, 1], [2, "5", "3", "2"], [3, "", "", "", "score missing"])
    assert keying_of(batch).once == 3


def test_papers_in_every_format_and_language_are_read_by_machines_too(the_round: Round, tmp_path: Path) -> None:
    words = {
        ("standard", "en"): ["Scoring slip", "Score every project from 1 to 5", "Made a mistake?", "Ballot version 1"],
        ("large", "en"): ["Large print, easy read", "Stub of paper 00003"],
        ("easy", "en"): ["These groups want money", "Picture"],
        ("standard", "cy"): ["Papur sgorio", "Rhowch sgôr o 1 i 5 i bob prosiect", "Fersiwn 1"],
    }
    for at, ((format_, language), sentences) in enumerate(words.items()):
        hall = a_station(the_round, f"Hall {at}").id
        wanted = PapersWanted(f"Hall {at}", 2, "event", None, hall, PaperFormat(format_), language)
        batch = make_papers(the_round.id, wanted, by=factories.owner_of(the_round))
        file = tmp_path / f"{format_}-{language}.pdf"
        file.write_bytes(paper_sheets(batch, [3]))
        text = " ".join(
            subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True).stdout.split()
        )
        titles = [each.title for each in paper_in(batch).sections[0].projects]
        assert [each for each in [*sentences, *titles] if each not in text] == []
        places = [text.index(f"{title} for everybody") for title in titles]
        assert places == sorted(places)
        info = subprocess.run(["pdfinfo", file], check=True, capture_output=True, text=True).stdout
        assert "Tagged:          yes" in info
        assert fonts_of(file.read_bytes()) <= SHIPPED
    subprocess.run(["pdftoppm", "-r", "110", "-gray", tmp_path / "large-en.pdf", tmp_path / "page"], check=True)
    page = next(iter(sorted(tmp_path.glob("page-*.pgm"))))
    found = [each.text for each in zxingcpp.read_barcodes(Image.open(io.BytesIO(page.read_bytes())))]
    assert [each.rpartition("/rounds/")[2] for each in found] == [the_round.slug]


def test_the_sheet_of_a_paper_with_a_code_lies_apart_and_leads_to_no_paper(app: Flask) -> None:
    the_round = a_voting_round("scoring", policy=Policy.DECLARED)
    wanted = PapersWanted("Market", 2, with_code=True, declares=True)
    batch = make_papers(the_round.id, wanted, by=factories.owner_of(the_round))
    read = ["pdftotext", "-layout", "-", "-"]
    text = subprocess.run(read, input=paper_sheets(batch, [1, 2]), check=True, capture_output=True).stdout.decode()
    ballot, _back, sheet = text.split("\f")[:3]
    assert "The code from your card" in ballot
    assert "Full name" in sheet
    assert "Full name" not in ballot
    assert not [each for each in ("The code from your card", "00001", "Number 1") if each in sheet]


def test_an_officer_goes_through_the_declarations_of_a_drop_point(app: Flask, client: Reader) -> None:
    owner = factories.an_officer()
    the_round = a_voting_round("scoring", by=owner, policy=Policy.DECLARED)
    sign_in(client, owner)
    batch = in_box(the_round, 2, declares=True)
    path = f"/officers/rounds/{the_round.slug}/papers/{batch.id}"
    assert client.send(f"{path}/declarations", filled(SAM)).status_code == 303
    again = soup(client.send(f"{path}/declarations", filled(SAM)))
    assert "Set the paper aside as a duplicate" in again.get_text()
    assert again.select_one("#name")["value"] == SAM.name  # type: ignore[index]
    child = soup(client.send(f"{path}/declarations", filled(SAM, name="Kim Vale", year_of_birth="2024")))
    assert "If the sheet says so, set the paper aside as under age." in child.get_text()
    refused = pressed(client, f"{path}/declarations", f"{path}/set-aside", {"void": ""})
    assert soup(refused).select_one("#void-error")
    pressed(client, f"{path}/declarations", f"{path}/set-aside", {"void": "duplicate"})
    page = client.read(path)
    assert "Key papers" in page.get_text()
    assert "duplicate voter" in page.get_text()


def test_whoever_asks_for_a_paper_by_post_gets_one_and_votes_no_other_way(app: Flask, client: Reader) -> None:
    owner: Actor = factories.an_officer()
    areas, pots = two_wards()
    the_round = a_voting_round("scoring", by=owner, policy=Policy.DECLARED, areas=areas, pots=pots)
    sign_in(client, owner)
    path = f"/officers/rounds/{the_round.slug}/papers"
    asked = filled(SAM) | {"address": "1 Quay Street\nExampleton\nEX1 1AB", "format": "large", "language": "en"}
    missing = client.send(f"{path}/post", asked | {"address": ""})
    assert soup(missing).select_one("#address-error")
    assert client.send(f"{path}/post", asked).status_code == 303
    again = client.send(f"{path}/post", asked)
    assert "has voted, or has been given" in soup(again).get_text()

    refused = client.send(f"{path}/add", {"name": "Post", "printed": "9", "channel": "post", "right": "given"})
    assert soup(refused).select_one("#area-error"), "wards vote on different projects"
    wanted = PapersWanted("Post", 9, "post", areas[0].id, format=PaperFormat.LARGE)
    batch = make_papers(the_round.id, wanted, by=owner)
    assert "asked for a paper like these by post: 1" in client.read(f"{path}/{batch.id}").get_text()
    labels = client.get(f"{path}/{batch.id}/labels.pdf").data
    assert fonts_of(labels) <= SHIPPED
    text = subprocess.run(["pdftotext", "-", "-"], input=labels, check=True, capture_output=True).stdout.decode()
    assert text.split("\n")[:3] == ["Sam Okafor", "1 Quay Street", "Exampleton"]
    pressed(client, f"{path}/{batch.id}", f"{path}/{batch.id}/sent")
    assert find_papers(the_round.id, batch.id).issued == 1

    place = add_station(the_round.id, StationWanted("Surgery", StationKind.DROP_POINT), by=owner)
    visit = {"station": str(place.id), "left": "5", "collected": "0"}
    assert client.send(f"{path}/{batch.id}/drop-points", visit).status_code == 303
    assert client.send(f"{path}/{batch.id}/drop-points", visit | {"left": "0", "collected": "3"}).status_code == 303
    row = client.read(f"{path}/{batch.id}/drop-points").select_one("tbody tr")
    assert [each.get_text(strip=True) for each in row.select("th, td")] == ["Surgery", "5", "3", "2"]  # type: ignore[union-attr]
