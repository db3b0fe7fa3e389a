"""Scrutiny's page: audit cards from the fixed list to the comparison, and the ballots that nobody else may have."""

from __future__ import annotations

import io

from pb.core.actors import Role
from pb.core.audit import fingerprint
from pb.services.elections import projects_of
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.publication import published
from tests.conftest import TurningClock
from tests.deciding import a_published_round
from tests.factories import an_account, an_open_round, cast_ballots, someone, turn_to
from tests.reader import Reader, pressed, soup
from tests.signing_in import sign_in
from tests.voters import codes_for


def words_of(answer: object) -> str:
    return " ".join(soup(answer).get_text(" ").split())  # type: ignore[arg-type]


def test_a_scrutineer_fixes_a_list_shows_it_after_the_freezing_and_everybody_reads_what_was_found(
    client: Reader, clock: TurningClock
) -> None:
    the_round, scrutineer = an_open_round(policy="code"), an_account(Role.SCRUTINY)
    cast_ballots(the_round, [("Hall",)] * 5)
    code, *_ = codes_for(the_round, 1, "Audit")
    listed = f"{code} {projects_of(the_round.id)[0].number}=x\n".encode()
    page = f"/officers/rounds/{the_round.slug}/scrutiny"
    sign_in(client, scrutineer)
    wrong = pressed(client, page, f"{page}/register", {"sha256": "abc", "cards": "1"})
    assert wrong.status_code == 422
    assert "64 figures and letters" in words_of(wrong)
    assert pressed(client, page, f"{page}/register", {"sha256": fingerprint(listed), "cards": "1"}).status_code == 303
    fixed = words_of(client.get(f"/rounds/{the_round.slug}/the-ballot"))
    assert "Scrutineers vote with 1 cards" in fixed
    turn_to(the_round.voting_closes_at)
    clock.turn(minutes=the_round.grace_minutes)
    lead = someone(Role.COUNT_LEAD)
    freeze_box(the_round.id, by=lead)
    sign_in(client, scrutineer)
    other = pressed(client, page, f"{page}/reveal", {"listed": (io.BytesIO(listed + b" "), "list.txt")})
    assert other.status_code == 422
    assert "its fingerprint is another one" in words_of(other)
    assert pressed(client, page, f"{page}/reveal", {"listed": (io.BytesIO(listed), "list.txt")}).status_code == 303
    for _ in range(2):
        approve_opening(the_round.id, by=someone(Role.OFFICER))
    open_box(the_round.id, by=lead)
    assert "not in the box 1" in words_of(client.get(page))


def test_a_scrutineer_fetches_every_ballot_with_a_passphrase_of_their_own(client: Reader, clock: TurningClock) -> None:
    the_round, scrutineer = a_published_round(), an_account(Role.SCRUTINY)
    page = f"/officers/rounds/{the_round.slug}/scrutiny"
    assert published(the_round.id).content["pots"][0]["disclosure"]["level"] == "totals"
    sign_in(client, scrutineer)
    weak = pressed(client, page, f"{page}/key", {"passphrase": "short"})
    assert weak.status_code == 422
    assert "different words" in words_of(weak)
    assert pressed(client, page, f"{page}/key", {"passphrase": "marmalade tractor eleven gulls"}).status_code == 303
    assert pressed(client, page, f"{page}/seal").status_code == 303
    wrong = pressed(client, page, f"{page}/ballots.jsonl", {"passphrase": "marmalade tractor eleven"})
    assert wrong.status_code in (409, 422)
    fetched = pressed(client, page, f"{page}/ballots.jsonl", {"passphrase": "marmalade tractor eleven gulls"})
    assert fetched.get_data().count(b'"choices"') == 5
    client.delete_cookie("you_decide")
    assert client.get(page).status_code in (302, 303)
