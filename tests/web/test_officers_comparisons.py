"""Officers put the ways of counting side by side: on ballots of the past, and on their own once counted."""

from __future__ import annotations

import io

from flask import Flask

from pb.core.actors import Role
from tests.core.pb_files import SAMPLE, spoilt
from tests.deciding import a_published_round
from tests.factories import a_counted_round, a_round, an_account
from tests.reader import Reader, soup
from tests.signing_in import sign_in

TWO_CAMPS = [("Hall", "Bench")] * 6 + [("Pond",)] * 5


def text_of(page: object) -> str:
    """All words of a page on one line."""
    return " ".join(page.get_text(" ").split())  # type: ignore[attr-defined]


def test_a_file_of_a_past_election_is_counted_in_every_way(app: Flask, client: Reader) -> None:
    the_round = a_round()
    sign_in(client, an_account(Role.OFFICER))
    path = f"/officers/rounds/{the_round.slug}/rules-compared"
    answer = client.send(path, {"file": (io.BytesIO(SAMPLE.encode()), "riverside.pb")})
    assert answer.status_code == 200
    text = text_of(soup(answer))
    assert "Riverside ward fund 2026 (invented)" in text
    assert "Where the ways of counting differ" in text
    assert "Equal shares of the pot" in text


def test_a_file_with_a_fault_says_which_line(app: Flask, client: Reader) -> None:
    the_round = a_round()
    sign_in(client, an_account(Role.OFFICER))
    bad = spoilt(("6;a3,a4", "6;a3,a9")).encode()
    answer = client.send(
        f"/officers/rounds/{the_round.slug}/rules-compared", {"file": (io.BytesIO(bad), "riverside.pb")}
    )
    assert answer.status_code == 422
    assert "Line 33, column 3: there is no project “a9” in this file" in text_of(soup(answer))


def test_an_earlier_round_can_be_chosen_and_nothing_at_all_is_refused(app: Flask, client: Reader) -> None:
    earlier = a_published_round(ballots=TWO_CAMPS)
    the_round = a_round()
    sign_in(client, an_account(Role.OFFICER))
    path = f"/officers/rounds/{the_round.slug}/rules-compared"
    answer = client.send(path, {"earlier": earlier.slug})
    assert "Funded whichever way it is counted: Bench." in text_of(soup(answer))
    nothing = client.send(path)
    assert nothing.status_code == 422
    assert "Choose a file, or an earlier round." in text_of(soup(nothing))


def test_after_the_count_the_rounds_own_ballots_stand_there(app: Flask, client: Reader) -> None:
    the_round = a_counted_round(ballots=TWO_CAMPS)
    sign_in(client, an_account(Role.COUNT_LEAD))
    page = client.read(f"/officers/rounds/{the_round.slug}/rules-compared")
    assert "Funded whichever way it is counted: Bench." in text_of(page)
    counts = client.read(f"/officers/rounds/{the_round.slug}/counts")
    assert counts.select_one(f'a[href="/officers/rounds/{the_round.slug}/rules-compared"]')


def test_the_page_on_counting_leads_there_before_the_lock(app: Flask, client: Reader) -> None:
    the_round = a_round()
    sign_in(client, an_account(Role.OFFICER))
    page = client.read(f"/officers/rounds/{the_round.slug}/set-up/counting")
    assert page.select_one(f'a[href="/officers/rounds/{the_round.slug}/rules-compared"]')


def test_words_in_place_of_a_file_are_no_file(app: Flask, client: Reader) -> None:
    the_round = a_round()
    sign_in(client, an_account(Role.OFFICER))
    answer = client.send(f"/officers/rounds/{the_round.slug}/rules-compared", {"file": "²"})
    assert answer.status_code == 422
    assert "Choose a file" in text_of(soup(answer))
