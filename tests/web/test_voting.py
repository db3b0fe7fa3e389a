"""The voting pages without scripts: three pages, what is wrong beside its place, and nothing left in the open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from pb.core.ballots import BALLOT_TYPES
from pb.core.codes import make_code
from pb.extensions import db, present
from pb.models.envelopes import Envelope
from pb.models.rounds import Policy, Round
from tests import factories
from tests.conftest import TurningClock
from tests.reader import Reader, form_values, soup
from tests.voters import GOOD_MARKS, VOTES, a_voting_round, codes_for, filled, go_on, two_wards

UNKNOWN = make_code(b"never made")


@pytest.fixture
def the_round(app: Flask) -> Round:
    """An open round in which a code is the whole check."""
    return a_voting_round()


@pytest.fixture
def declared(app: Flask) -> Round:
    """An open round in which people declare who they are."""
    return a_voting_round(policy=Policy.DECLARED)


def heading(page: TestResponse) -> str:
    return soup(page).h1.get_text(" ", strip=True)  # type: ignore[union-attr]


def summary(page: TestResponse) -> list[str]:
    """The lines of the error summary."""
    return [line.get_text(" ", strip=True) for line in soup(page).select(".govuk-error-summary__list li")]


def in_the_box() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Envelope)) or 0


def start(client: Reader, the_round: Round, data: dict[str, str]) -> TestResponse:
    return client.send(f"/rounds/{the_round.slug}/vote", data)


def to_check(
    client: Reader, the_round: Round, data: dict[str, str], marks: dict[str, str] | None = None
) -> TestResponse:
    return go_on(client, start(client, the_round, data), marks or {"p1": "1"})


@pytest.mark.parametrize("kind", VOTES)
def test_a_resident_casts_a_ballot_of_every_type_in_three_pages(client: Reader, kind: str) -> None:
    the_round = a_voting_round(kind)
    (code,) = codes_for(the_round)
    ballot = start(client, the_round, {"code": code.lower()})
    assert heading(ballot) == "Your choices"
    check = go_on(client, ballot, GOOD_MARKS[kind])
    assert heading(check) == "Check your choices"
    assert len(soup(check).select("main .govuk-summary-list__row")) == len(GOOD_MARKS[kind])
    done = go_on(client, check)
    assert heading(done) == "Your ballot is in the box"
    assert "close this tab now" in soup(done).get_text(), "the next person at a shared phone finds no receipt"
    assert "My stations" not in soup(done).get_text(), "a resident has none"
    assert len(soup(done).select_one("#receipt").get_text().replace(" ", "")) == 13  # type: ignore[union-attr]
    assert in_the_box() == 1


BAD_MARKS: dict[str, tuple[str, dict[str, str], str]] = {
    "too many choices": ("approval", {"p1": "1", "p2": "1", "p3": "1"}, "You can choose up to 2. You have chosen 3."),
    "nothing at all": ("approval", {}, "You have not chosen anything yet."),
    "a project without a score": ("scoring", {"p1": "5", "p2": "3"}, "a score. This ballot counts when every project"),
    "a score off the scale": ("scoring", {"p1": "9", "p2": "3", "p3": "1"}, "a score from 1 to 5."),
    "too many scores": ("choose_and_score", {"p1": "5", "p2": "3", "p3": "1"}, "You can choose up to 2."),
    "one place twice": ("ranked", {"p1": "1", "p2": "1"}, "You gave place 1 to"),
    "too many points": ("points", {"p1": "9", "p2": "3"}, "You have 10 points to give. You have given 12."),
    "points in words": ("points", {"p1": "ten"}, "Enter a whole number for"),
    "half a point": ("points", {"p1": "2.5"}, "Enter a whole number for"),
    "points below nothing": ("points", {"p1": "-3", "p2": "4"}, "at least 1, or leave it empty"),
    "more than the pot holds": ("knapsack", {"p1": "1", "p2": "1", "p3": "1"}, "You can spend up to £10,000."),
}


@pytest.mark.parametrize("what", BAD_MARKS)
def test_a_ballot_over_a_limit_comes_back_marked_with_the_fault_beside(client: Reader, what: str) -> None:
    kind, marks, told = BAD_MARKS[what]
    the_round = a_voting_round(kind)
    (code,) = codes_for(the_round)
    again = go_on(client, start(client, the_round, {"code": code}), marks)
    assert again.status_code == 422
    assert any(told in line for line in summary(again))
    beside = " ".join(each.get_text() for each in soup(again).select("main fieldset .govuk-error-message"))
    assert told in beside or what == "nothing at all"
    kept = {name: value for name, value in form_values(soup(again).select_one("main form")).items() if name in marks}  # type: ignore[arg-type]
    assert kept == marks or what == "a score off the scale"
    assert in_the_box() == 0


def test_the_extra_vote_and_the_kinds_of_projects_are_on_the_ballot(client: Reader) -> None:
    vote = {"ballot_settings": {"most": 2, "boost": True, "per_category": 1}}
    changes: dict[str, dict[str, Any]] = {
        "Bench": {"themes": ["Streets"]},
        "Hall": {"themes": ["Streets"], "boost": True},
        "Pond": {"themes": ["Nature"]},
    }
    the_round = a_voting_round(vote=vote, changes=changes)
    (code,) = codes_for(the_round)
    ballot = start(client, the_round, {"code": code})
    page = soup(ballot)
    assert [each.get_text() for each in page.select("main fieldset h3")] == ["Nature", "Streets"]
    fields = {label.get_text(strip=True): str(label["for"]) for label in page.select("main .yd-ballot label")}
    both = {fields["Bench"]: "1", fields["Hall"]: "1"}
    assert any("up to 1 in “Streets”" in line for line in summary(go_on(client, ballot, both)))
    number = fields["Hall"].removeprefix("p")
    boost = str(page.select_one(f"input[type=radio][value='{number}']")["name"])  # type: ignore[index]
    check = go_on(client, ballot, {fields["Hall"]: "1", boost: number})
    assert "Chosen, and your extra vote" in soup(check).get_text()


def test_choices_can_be_changed_before_they_are_cast(client: Reader, the_round: Round) -> None:
    (code,) = codes_for(the_round)
    check = to_check(client, the_round, {"code": code}, {"p1": "1", "p3": "1"})
    ballot = go_on(client, check, button="Change my choices")
    values = form_values(soup(ballot).select_one("main form"))  # type: ignore[arg-type]
    assert {name for name in values if name.startswith("p") and name[1:].isdigit()} == {"p1", "p3"}
    assert in_the_box() == 0


WRONG_CODES = {
    "unknown": (UNKNOWN, "We do not know this code."),
    "mistyped": ("7K2M", "13 characters are missing."),
    "empty": ("", "Enter the code."),
}


@pytest.mark.parametrize("what", WRONG_CODES)
def test_a_wrong_code_is_told_beside_its_field(client: Reader, the_round: Round, what: str) -> None:
    typed, told = WRONG_CODES[what]
    page = start(client, the_round, {"code": typed})
    assert page.status_code in (409, 422)
    assert told in soup(page).select_one("#code-error").get_text()  # type: ignore[union-attr]
    assert soup(page).select_one("#code")["value"] == typed  # type: ignore[index]


def test_a_used_code_is_told_before_anything_is_marked(client: Reader, the_round: Round) -> None:
    (code,) = codes_for(the_round)
    go_on(client, to_check(client, the_round, {"code": code}))
    page = start(client, the_round, {"code": code})
    assert "This code has been used" in summary(page)[0]


def test_wrong_codes_from_one_address_never_stop_a_right_one(
    client: Reader, the_round: Round, monkeypatch: Any
) -> None:
    monkeypatch.setitem(present.settings.__dict__, "code_failures", 3)
    codes = codes_for(the_round)
    pages = [start(client, the_round, {"code": UNKNOWN}) for _ in range(4)]
    assert [page.status_code for page in pages] == [409, 409, 429, 429]
    assert "too many wrong codes" in summary(pages[-1])[0]
    assert heading(start(client, the_round, {"code": codes[0]})) == "Your choices"


def test_a_form_sent_again_shows_the_same_receipt(client: Reader, the_round: Round) -> None:
    (code,) = codes_for(the_round)
    check = to_check(client, the_round, {"code": code})
    receipts = {soup(go_on(client, check)).select_one("#receipt").get_text() for _ in range(3)}  # type: ignore[union-attr]
    assert len(receipts) == 1
    assert in_the_box() == 1


def test_going_back_and_casting_the_same_choices_again_shows_the_same_receipt(client: Reader, the_round: Round) -> None:
    (code,) = codes_for(the_round)
    ballot = start(client, the_round, {"code": code})
    first = go_on(client, go_on(client, ballot, {"p1": "1"}))
    again = go_on(client, ballot, {"p1": "1"})
    assert soup(first).select_one("#receipt") == soup(again).select_one("#receipt")
    other = go_on(client, ballot, {"p2": "1"})
    assert "This code has been used" in summary(other)[0]
    assert in_the_box() == 1


@pytest.mark.parametrize("way", ["checks the same choices", "presses “Change my choices”"])
def test_whoever_goes_back_on_a_shared_phone_does_not_read_what_was_cast(
    client: Reader, declared: Round, way: str
) -> None:
    ballot = start(client, declared, filled())
    check = go_on(client, ballot, {"p1": "1"})
    done = go_on(client, check)
    same = way == "checks the same choices"
    again = go_on(client, ballot, {"p1": "1"}) if same else go_on(client, check, button="Change my choices")
    assert soup(again).select_one("#receipt") == soup(done).select_one("#receipt")
    words = soup(again).select_one("main").get_text()  # type: ignore[union-attr]
    assert [title for title in ("Bench", "Hall", "Pond") if title in words] == []


def test_two_tabs_with_one_code_count_one_ballot(client: Reader, the_round: Round) -> None:
    (code,) = codes_for(the_round)
    first, second = (to_check(client, the_round, {"code": code}, {mark: "1"}) for mark in ("p1", "p2"))
    assert heading(go_on(client, first)) == "Your ballot is in the box"
    late = go_on(client, second)
    assert late.status_code == 409
    assert "This code has been used" in summary(late)[0]


def test_the_receipt_page_shows_no_choice(client: Reader, the_round: Round) -> None:
    (code,) = codes_for(the_round)
    done = go_on(client, to_check(client, the_round, {"code": code}))
    words = soup(done).select_one("main").get_text()  # type: ignore[union-attr]
    assert [title for title in ("Bench", "Hall", "Pond") if title in words] == []
    assert code not in words.replace(" ", "")


def test_what_a_voter_enters_is_in_no_address_and_no_cookie(client: Reader, declared: Round) -> None:
    pages = [start(client, declared, filled())]
    pages.append(go_on(client, pages[0], {"p1": "1"}))
    pages.append(go_on(client, pages[1]))
    for page in pages:
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        assert page.request.query_string == b""
        assert "Okafor" not in page.get_data(as_text=True)
        # the space: among the random letters of a page's proofs any three stand once in a few hundred times
        assert "EX1 1AB" not in page.get_data(as_text=True)
        assert "EX11AB" not in page.get_data(as_text=True)
    session = client.get_cookie("you_decide")
    assert session is None or not any(word in session.value for word in ("Okafor", "EX1 1AB", "EX11AB", "claim"))


def test_a_form_that_was_tampered_with_or_grew_old_starts_again(
    client: Reader, the_round: Round, clock: TurningClock
) -> None:
    (code,) = codes_for(the_round)
    check = to_check(client, the_round, {"code": code})
    values = form_values(soup(check).select_one("main form"))  # type: ignore[arg-type]
    path = f"/rounds/{the_round.slug}/vote/done"
    for carried in ("", "AAAA", values["carried"][:-6] + "AAAAAA"):
        page = client.post(path, data=values | {"carried": carried})
        assert page.status_code == 422
        assert "Please start again" in summary(page)[0]
    clock.turn(hours=7)
    assert client.post(path, data=values).status_code == 422
    assert in_the_box() == 0


def test_a_form_of_one_round_does_not_work_in_another(client: Reader, the_round: Round) -> None:
    (code,) = codes_for(the_round)
    values = form_values(soup(to_check(client, the_round, {"code": code})).select_one("main form"))  # type: ignore[arg-type]
    factories.turn_to(TurningClock().at)
    other = a_voting_round(title="Another")
    assert client.post(f"/rounds/{other.slug}/vote/done", data=values).status_code == 422
    assert in_the_box() == 0


def test_the_page_says_when_voting_opens_and_that_it_is_over(
    client: Reader, the_round: Round, clock: TurningClock
) -> None:
    path = f"/rounds/{the_round.slug}/vote"
    (code,) = codes_for(the_round)
    check = to_check(client, the_round, {"code": code})
    opened = clock.at
    clock.turn(days=-1)
    page = client.read(path)
    assert "1 June 2026 at 5pm" in page.get_text()
    clock.at = opened
    clock.at = the_round.voting_closes_at
    assert client.read(path).h1.get_text() == "Voting has closed"  # type: ignore[union-attr]
    late = go_on(client, check)
    assert late.status_code in (409, 422)
    assert in_the_box() == 0


def test_pages_that_stand_on_a_form_lead_to_the_beginning(client: Reader, the_round: Round) -> None:
    for page in ("ballot", "check", "done"):
        answer = client.get(f"/rounds/{the_round.slug}/vote/{page}")
        assert answer.location == f"/rounds/{the_round.slug}/vote"


def test_a_card_leads_from_its_code_to_its_ballot(client: Reader, the_round: Round) -> None:
    (code,) = codes_for(the_round)
    assert heading(client.send("/c", {"code": code})) == "Your choices"
    assert "We do not know this code" in summary(client.send("/c", {"code": UNKNOWN}))[0]


def test_a_card_of_a_declared_round_leads_to_the_declaration_with_its_code(client: Reader, declared: Round) -> None:
    (code,) = codes_for(declared)
    page = client.send("/c", {"code": code})
    assert heading(page) == "Who you are"
    assert soup(page).select_one("#code")["value"] == code  # type: ignore[index]


def test_the_voter_chooses_a_ward_where_the_card_leaves_it_open(client: Reader) -> None:
    areas, pots = two_wards()
    bids = [("Bench", "harbour", 1, None), ("Hall", "northfield", 1, None), ("Pond", "everybody", 1, None)]
    the_round = a_voting_round(areas=areas, pots=pots, bids=bids, vote={"ballot_settings": {"most": 1}})
    (code,) = codes_for(the_round)
    asked = start(client, the_round, {"code": code})
    assert asked.status_code == 200
    ballot = go_on(client, asked, {"area": str(areas[1].id)})
    assert [each.get_text() for each in soup(ballot).select("main fieldset h2")] == ["Northfield", "Everybody"]
    check = go_on(client, ballot, {soup(ballot).select_one("main .yd-ballot input")["name"]: "1"})  # type: ignore[index,dict-item]
    assert "Your ballot does not count for this pot" in soup(check).get_text()
    assert heading(go_on(client, check)) == "Your ballot is in the box"


def test_somebody_who_declares_votes_once_and_is_told_so_the_second_time(client: Reader, declared: Round) -> None:
    done = go_on(client, to_check(client, declared, filled()))
    assert heading(done) == "Your ballot is in the box"
    again = go_on(client, to_check(client, declared, filled(name="SAM  okafor")))
    assert again.status_code == 409
    assert heading(again) == "A ballot has been cast already"
    assert in_the_box() == 1
    held = go_on(client, again, {"ask_check": "yes"})
    assert heading(held) == "Your ballot is waiting for a check"
    assert in_the_box() == 2


DECLARATIONS = {
    "under age": ({"year_of_birth": "2020"}, "year_of_birth", "You can vote in this round from the age of 11."),
    "a year in words": ({"year_of_birth": "eighty"}, "year_of_birth", "four figures"),
    "no postcode": ({"postcode": ""}, "postcode", "Enter a postcode."),
    "a wrong postcode": ({"postcode": "QQ1 1QQ"}, "postcode", "full UK postcode"),
    "no name": ({"name": ""}, "name", "Enter your name."),
    "not declared": ({"declared": ""}, "declared", "Tick the box"),
    "no link": ({"link": ""}, "link", "Choose what links you"),
}


@pytest.mark.parametrize("what", DECLARATIONS)
def test_what_is_wrong_with_a_declaration_stands_beside_it(client: Reader, declared: Round, what: str) -> None:
    changes, field, told = DECLARATIONS[what]
    page = start(client, declared, filled(**changes))
    assert page.status_code in (409, 422)
    assert told in soup(page).select_one(f"#{field}-error").get_text()  # type: ignore[union-attr]
    name = soup(page).select_one("#name")
    assert name is not None
    assert name["value"] == (changes.get("name", "Sam Okafor"))
    assert len(summary(page)) == 1


def test_a_changed_ballot_says_so_and_the_earlier_choices_are_not_shown(client: Reader) -> None:
    the_round = a_voting_round(vote={"ballot_settings": {"most": 2}, "allow_change": True})
    (code,) = codes_for(the_round)
    go_on(client, to_check(client, the_round, {"code": code}))
    ballot = start(client, the_round, {"code": code})
    assert "A ballot has been cast with this code" in soup(ballot).get_text()
    assert soup(ballot).select("main input[checked]") == []
    done = go_on(client, go_on(client, ballot, {"p2": "1"}))
    assert heading(done) == "Your changed ballot is in the box"
    assert in_the_box() == 1


def test_somebody_who_declared_gets_a_change_code_that_works(client: Reader) -> None:
    vote = {"ballot_settings": {"most": 2}, "allow_change": True}
    the_round = a_voting_round(policy=Policy.DECLARED, vote=vote)
    done = go_on(client, to_check(client, the_round, filled()))
    code = soup(done).select_one("#change-code").get_text()  # type: ignore[union-attr]
    ballot = start(client, the_round, {"code": code})
    changed = go_on(client, go_on(client, ballot, {"p2": "1"}))
    assert heading(changed) == "Your changed ballot is in the box"
    assert in_the_box() == 1


def test_nothing_that_a_voter_enters_reaches_a_log(client: Reader, declared: Round, capfd: Any, caplog: Any) -> None:
    (code,) = codes_for(declared)
    start(client, declared, filled(code=UNKNOWN))
    done = go_on(client, to_check(client, declared, filled(code=code)))
    receipt = soup(done).select_one("#receipt").get_text()  # type: ignore[union-attr]
    go_on(client, to_check(client, declared, filled()))
    said = "".join(capfd.readouterr()) + caplog.text
    assert [
        word for word in (code, UNKNOWN, "Okafor", "EX1 1AB", receipt, receipt.replace(" ", "")) if word in said
    ] == []


@pytest.mark.parametrize("kind", BALLOT_TYPES)
def test_every_ballot_type_has_its_page_its_words_and_its_total(app: Flask, kind: str) -> None:
    """A new ballot type needs a template, a way from marks to choices and back, an instruction, words and a total."""
    from pb.web import instructions
    from pb.web.voting import marks

    assert kind in marks._TO_MARKS
    assert kind in {**marks._TICKED, **marks._NUMBERED}
    assert kind in {**instructions._INSTRUCTIONS, "knapsack": None}
    assert kind in instructions._WORDS
    source = (Path(app.template_folder or "") / "ballots" / f"{kind}.html").read_text(encoding="utf-8")
    count = source.split('data-yd-count="')[1].split('"')[0]
    script = (Path(app.static_folder or "") / "js" / "ballot.js").read_text(encoding="utf-8")
    assert f"  {count} (section) {{" in script


def test_sixteen_phones_at_one_moment_all_get_their_receipts(app: Flask, the_round: Round) -> None:
    codes = codes_for(the_round, 16)
    slug, together = the_round.slug, Barrier(len(codes))

    def vote(code: str) -> str:
        phone = app.test_client()
        together.wait()
        ballot = phone.get(f"/rounds/{slug}/vote")
        for data in ({"code": code}, {"p1": "1"}, {}):
            form = soup(ballot).select_one("main form")
            assert form is not None
            ballot = phone.post(str(form["action"]), data=form_values(form) | data)
        return heading(ballot)

    with ThreadPoolExecutor(len(codes)) as pool:
        assert set(pool.map(vote, codes)) == {"Your ballot is in the box"}
    assert in_the_box() == len(codes)


def test_a_program_that_says_who_it_is_gets_no_ballot_and_a_person_loses_nothing(
    client: Reader, declared: Round, clock: TurningClock
) -> None:
    present.use(settings=present.settings.model_copy(update={"least_fill_seconds": 3}))
    client.get(f"/rounds/{declared.slug}/vote")  # a page that is drawn once and filled in has a moment of its own
    clock.turn(minutes=1)
    quick = start(client, declared, filled())
    assert (quick.status_code, heading(quick)) == (422, "Who you are")
    assert summary(quick) == [
        "That was very quick, and we could not tell you from a program. Look it over, and send it once more."
    ]
    clock.turn(seconds=3)
    trapped = go_on(client, quick, {"website": "example.org"})
    assert (trapped.status_code, heading(trapped)) == (422, "Who you are")
    assert heading(go_on(client, trapped)) == "Your choices"


def test_a_card_asks_nobody_to_wait(client: Reader, the_round: Round) -> None:
    present.use(settings=present.settings.model_copy(update={"least_fill_seconds": 3}))
    (code,) = codes_for(the_round)
    assert heading(start(client, the_round, {"code": code})) == "Your choices"
