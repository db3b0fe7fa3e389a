"""The public result: what was said, done and why, side by side; honest where they differ; and its downloads."""

from __future__ import annotations

import csv
import hashlib
import io

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from pb.core.actors import Role
from pb.core.canonical import words
from pb.core.checking.packing import unpacked
from pb.models.envelopes import Envelope
from pb.models.rounds import Round
from pb.services.decisions import agree_with_the_rest, publish_decisions
from pb.services.ledger import record
from pb.services.publication import published
from pb.services.transactions import transaction
from tests.deciding import (
    a_decided_round,
    a_published_round,
    a_ward_round,
    a_ward_round_by_channels,
    agreed_and_published,
    decided,
    project_called,
    released,
)
from tests.factories import a_round_taking_bids, someone
from tests.reader import Reader, soup

REASON = "The hall has a grant from the county this year."


def a_round_with_a_difference(**wanted: object) -> Round:
    """A published round whose member declined Hall, which came first."""
    the_round, member = a_ward_round(**wanted)
    decided(the_round, "Hall", member, 0, reason=REASON)
    decided(the_round, "Pond", member)
    agree_with_the_rest(the_round.id, power="ward_member", by=member)
    publish_decisions(the_round.id, by=member)
    released(the_round)
    return the_round


def row_of(page: BeautifulSoup, title: str) -> dict[str, str]:
    """The cells of a project's row under the heads of its table."""
    table = page.select_one("table.yd-result")
    assert table is not None
    heads = [head.get_text(" ", strip=True) for head in table.select("thead th")]
    row = next(
        row for row in table.select("tbody tr") if row.select_one("th") and title in row.select_one("th").get_text()
    )  # type: ignore[union-attr]
    cells = [" ".join(cell.get_text(" ", strip=True).split()) for cell in row.select("th, td")]
    return dict(zip(heads, cells, strict=True))


def test_votes_rank_recommendation_decision_and_reason_stand_in_one_row(app: Flask, client: Reader) -> None:
    the_round = a_round_with_a_difference()
    row = row_of(client.read(f"/rounds/{the_round.slug}/result"), "Hall")
    assert row["Place"] == "1"
    assert row["You said"].startswith("4 votes")
    assert "The vote recommends £6,000" in row["You said"]
    assert row["We did"] == "No money Differs from the vote The vote recommended £6,000."
    assert REASON in row["Because"]
    assert "Decided by Person" in row["Because"]


def test_a_difference_is_told_at_the_top_in_the_members_own_words(app: Flask, client: Reader) -> None:
    the_round = a_round_with_a_difference()
    page = client.read(f"/rounds/{the_round.slug}/result")
    (told,) = page.select(".yd-differs")
    text = " ".join(told.get_text(" ", strip=True).split())
    assert "Differs from the vote: Hall" in text
    assert "Place 1 · the vote recommended £6,000" in text
    assert REASON in text
    assert "The decision followed the vote on 1 of them" in " ".join(page.get_text().split())
    assert "reached one more project" in page.get_text()


def test_a_result_that_follows_the_vote_says_so(app: Flask, client: Reader) -> None:
    the_round = a_published_round()
    page = client.read(f"/rounds/{the_round.slug}/result")
    assert page.select(".yd-differs") == []
    assert "Every decision followed the vote." in page.get_text()
    row = row_of(page, "Pond")
    assert row["We did"] == "No money The money did not reach it."
    assert "£1,000 was left" in row["Because"]


def test_before_the_release_the_page_says_when(app: Flask, client: Reader) -> None:
    the_round = a_round_taking_bids()
    page = client.read(f"/rounds/{the_round.slug}/result")
    assert "The result is not published yet" in page.h1.get_text()  # type: ignore[union-attr]
    assert "26 June 2026 at 5pm" in page.get_text()
    assert page.select("table.yd-result") == []


def test_before_the_release_only_decisions_that_their_member_published_are_shown(app: Flask, client: Reader) -> None:
    the_round, member = a_ward_round()
    decided(the_round, "Hall", member, 0, reason=REASON)
    path = f"/rounds/{the_round.slug}/result"
    assert REASON not in client.read(path).get_text()
    publish_decisions(the_round.id, by=member)
    page = client.read(path)
    assert row_of(page, "Hall")["Place"] == "1"
    assert REASON in page.get_text()
    assert "Bench" not in page.get_text(), "what is not decided stays unsaid"
    assert len(page.select("table.yd-result a[href*='/result/question?project=']")) == 1


def test_nothing_is_downloaded_before_the_release(app: Flask, client: Reader) -> None:
    the_round, _member = a_decided_round()
    base = f"/rounds/{the_round.slug}"
    pot = the_round.pots[0].key
    names = ("result.csv", "result.json", "result/print", "result/summary", f"result/{pot}/ballots.pb",
             f"result/{pot}/scores.json", "result/publication-1.json")  # fmt: skip
    assert {client.get(f"{base}/{name}").status_code for name in names} == {404}


def test_a_correction_says_so_and_keeps_what_it_corrects(app: Flask, client: Reader) -> None:
    the_round, member = a_decided_round()
    released(the_round)
    decided(the_round, "Bench", member, 250_000, reason="One bench fewer.")
    publish_decisions(the_round.id, by=member)
    released(the_round, reason="The amount for Bench was wrong.")
    page = client.read(f"/rounds/{the_round.slug}/result")
    assert "The amount for Bench was wrong." in page.get_text()
    assert page.select_one("a[href$='/result/publication-1.json']") is not None
    assert page.select_one("a[href$='/result/package-1.zip']") is not None
    outcome = client.read(f"/rounds/{the_round.slug}/result/projects/{project_called(the_round, 'Bench').key}")
    assert "This takes the place of a decision of" in outcome.get_text()


def test_the_fingerprint_on_the_page_is_that_of_the_package(app: Flask, client: Reader) -> None:
    the_round = a_published_round()
    page = client.read(f"/rounds/{the_round.slug}/result")
    data = client.get(f"/rounds/{the_round.slug}/result/package.zip").data
    shown = page.select_one("#fingerprint")
    assert shown is not None
    assert shown.get_text() == words(hashlib.sha256(unpacked(data)["manifest.json"]).hexdigest())
    sheet = client.read(f"/rounds/{the_round.slug}/result/print")
    assert shown.get_text() in sheet.get_text()
    assert f"/rounds/{the_round.slug}/result/check" in sheet.get_text()


def test_a_title_that_is_a_formula_is_text_in_the_table(app: Flask, client: Reader) -> None:
    bids = [("=HYPERLINK(1)", "", 300_000, None), ("Hall", "", 600_000, None)]
    the_round, member = a_ward_round(bids=bids, ballots=[("=HYPERLINK(1)", "Hall")] * 3)
    decided(the_round, "Hall", member, 0, reason="+44 reasons")
    agreed_and_published(the_round, member)
    text = client.get(f"/rounds/{the_round.slug}/result.csv", buffered=True).get_data(as_text=True)
    rows = {row["project"]: row for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))}
    assert set(rows) == {"'=HYPERLINK(1)", "Hall"}
    assert rows["Hall"]["reason"] == "'+44 reasons"
    assert rows["Hall"]["decided"] == "0.00"


def test_full_ballots_are_offered_where_all_look_alike_and_withheld_with_the_reason_where_not(
    app: Flask, client: Reader
) -> None:
    the_round, member = a_ward_round_by_channels({"online": [("Hall", "Bench")] * 12})
    agreed_and_published(the_round, member)
    page = client.read(f"/rounds/{the_round.slug}/result")
    (link,) = page.select("a[href$='/ballots.pb']")
    text = client.get(str(link["href"])).get_data(as_text=True)
    assert text.startswith("META\n")
    assert text.count("\n", text.index("VOTES")) == 14


def test_withheld_ballots_are_not_linked_and_the_page_says_why(app: Flask, client: Reader) -> None:
    ballots = [("Hall", "Bench")] * 10 + [("Pond",), ("Hall",)]
    the_round, member = a_ward_round_by_channels({"online": ballots})
    agreed_and_published(the_round, member)
    page = client.read(f"/rounds/{the_round.slug}/result")
    assert page.select("a[href$='/ballots.pb']") == []
    assert "2 of 12 have a pattern that fewer than five voters share" in " ".join(page.get_text().split())
    answer = client.get(f"/rounds/{the_round.slug}/result/{the_round.pots[0].key}/ballots.pb")
    assert answer.status_code == 403
    assert "made to prove how they voted" in " ".join(soup(answer).get_text().split())


def test_every_decision_has_its_link_to_question_it(app: Flask, client: Reader) -> None:
    the_round = a_published_round()
    links = client.read(f"/rounds/{the_round.slug}/result").select(
        "table.yd-result a[href*='/result/question?project=']"
    )
    assert len(links) == 3
    form = client.read(str(links[0]["href"]))
    chosen = form.select_one("select[name=project] option[selected]")
    assert chosen is not None
    assert chosen.get_text(strip=True) == "Hall"


def test_a_question_is_sent_and_its_reference_shown_and_none_of_its_words(app: Flask, client: Reader) -> None:
    the_round = a_published_round()
    path = f"/rounds/{the_round.slug}/result/question"
    said = {"route": "question", "name": "Joan Hale", "contact": "01632 960 222", "words": "Why the hall?"}
    wrong = client.send(path, {**said, "words": ""})
    assert wrong.status_code == 422
    assert soup(wrong).select_one("#name")["value"] == "Joan Hale"  # type: ignore[index]
    answer = client.send(path, said, follow_redirects=True)
    text = soup(answer).get_text()
    assert "Your reference is Q-" in text
    assert "Why the hall?" not in text
    ways = client.read(path).get_text(" ", strip=True)
    for way in ("Appeal", "Complain", "Petition", "Ask scrutiny", "ombudsman", "By 15 June 2026.", "By 8 June 2026."):
        assert way in ways


def test_a_resident_offers_help_to_a_winner_and_to_no_other(app: Flask, client: Reader) -> None:
    the_round = a_published_round()
    base = f"/rounds/{the_round.slug}/result/projects"
    hall, pond = (project_called(the_round, title).key for title in ("Hall", "Pond"))
    said = {"name": "Mo Farooq", "contact": "mo@exampleton.example", "message": "I have a van."}
    answer = client.send(f"{base}/{hall}/help", said, follow_redirects=True)
    assert "Your offer is with Friends of the Hall." in soup(answer).get_text()
    assert client.get(f"{base}/{pond}/help").status_code == 404


def test_the_summary_names_what_is_funded_and_what_differs(app: Flask, client: Reader) -> None:
    the_round = a_round_with_a_difference()
    text = " ".join(client.read(f"/rounds/{the_round.slug}/result/summary").get_text(" ", strip=True).split())
    assert "Bench , Friends of the Bench: £3,000 (3 votes)" in text
    assert "the vote recommended £6,000" in text
    assert REASON in text


def test_a_project_that_is_not_there_is_not_found(app: Flask, client: Reader) -> None:
    the_round = a_published_round()
    assert client.get(f"/rounds/{the_round.slug}/result/projects/YD-99999").status_code == 404
    assert "There is no such project" in client.read(f"/rounds/{the_round.slug}/result/projects/YD-99999").get_text()


def test_the_record_that_is_shown_is_the_one_that_was_released(app: Flask, client: Reader) -> None:
    the_round, member = a_decided_round()
    released(the_round)
    decided(the_round, "Bench", member, 250_000, reason="Not released yet.")
    publish_decisions(the_round.id, by=member)
    page = client.read(f"/rounds/{the_round.slug}/result")
    assert "Not released yet." not in page.get_text()
    assert client.get(f"/rounds/{the_round.slug}/result.json").json["sha256"] == published(the_round.id).sha256  # type: ignore[index]


def test_few_ballots_of_one_way_in_cannot_be_told_from_the_two_pages_together(app: Flask, client: Reader) -> None:
    ballots = {"online": [("Hall", "Bench")] * 12, "paper": [("Bench",)] * 2}
    the_round, member = a_ward_round_by_channels(ballots)
    agreed_and_published(the_round, member)
    for page in ("result", "result/print", "how-it-was-counted"):
        text = " ".join(client.read(f"/rounds/{the_round.slug}/{page}").select_one("main").get_text(" ").split())  # type: ignore[union-attr]
        assert "Online, on paper, together" in text, page
        assert "Online 12" not in text, page


def test_a_count_that_was_corrected_after_the_vote_stands_beside_the_account(app: Flask, client: Reader) -> None:
    the_round = a_published_round()
    path = f"/rounds/{the_round.slug}/how-it-was-counted"
    assert "corrected after the vote" not in client.read(path).get_text()
    facts = {"before": {"missing": 1}, "after": {"missing": None}, "role": "officer", "reason": "It was a spoilt one."}
    record("cards_corrected", someone(Role.OFFICER), round_id=the_round.id, subject="batch:1", batch=1, **facts)
    page = client.read(path)
    table = next(each for each in page.select("table") if "corrected after" in each.caption.get_text())  # type: ignore[union-attr]
    told = [cell.get_text(strip=True) for cell in table.select("tbody td")]
    assert told[:4] == ["1", "empty", "Engagement officer", "It was a spoilt one."]


def alter_an_envelope(the_round: Round) -> None:
    """Change one byte of one envelope, behind everybody's back."""
    with transaction() as session:
        envelope = session.scalars(select(Envelope).where(Envelope.round_id == the_round.id)).first()
        assert envelope is not None
        assert envelope.sealed is not None
        envelope.sealed = envelope.sealed[:-1] + bytes([envelope.sealed[-1] ^ 1])


def test_envelopes_that_could_not_be_counted_are_told_by_their_reason(app: Flask, client: Reader) -> None:
    ballots = {"online": [("Hall", "Bench")] * 12}
    the_round, member = a_ward_round_by_channels(ballots, tamper=alter_an_envelope)
    agreed_and_published(the_round, member)
    for page in ("result", "result/print"):
        text = " ".join(client.read(f"/rounds/{the_round.slug}/{page}").get_text(" ").split())
        assert "altered after it was sealed, or moved from another place: 1" in text, page
        assert "Ballots counted 11" in text, page
