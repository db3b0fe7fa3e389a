"""The early assessment in the pages: answered in pieces, checked, sent, judged by somebody else."""

from __future__ import annotations

from flask import Flask

from pb.core.actors import Role
from pb.core.states import RoundState
from pb.services.rounds import find_round
from tests.factories import a_sent_assessment, an_account, an_idea
from tests.reader import Reader, soup
from tests.signing_in import sign_in

R = "/officers/rounds/you-decide-abbey/assessment"


def test_answers_wait_for_the_officer_to_come_back(client: Reader) -> None:
    by = an_account(Role.OFFICER)
    an_idea(by, "You Decide: Abbey")
    sign_in(client, by)
    answer = client.send(f"{R}/why", {"why": "People asked."})
    assert answer.location.endswith(f"{R}/known")
    page = client.read(f"{R}/why")
    assert page.select_one("#why").get_text(strip=True) == "People asked."  # type: ignore[union-attr]
    assert "People asked." in client.read(R).get_text()


def test_sending_too_early_marks_every_gap_and_sends_nothing(client: Reader) -> None:
    by = an_account(Role.OFFICER)
    an_idea(by, "You Decide: Abbey")
    sign_in(client, by)
    client.send(f"{R}/why", {"why": "People asked.", "which_decision": "The grant."})
    answer = client.send(R)
    assert answer.status_code == 422
    page = soup(answer)
    missing = {row.select_one("dt").get_text() for row in page.select(".govuk-summary-list__row:has(.yd-error-text)")}  # type: ignore[union-attr]
    assert "Enough time?" in missing
    assert "Why do we need this round?" not in missing
    assert find_round("you-decide-abbey").assessment.sent_at is None  # type: ignore[union-attr]


def test_an_approver_needs_a_reason_to_say_no_and_loses_nothing_typed(client: Reader) -> None:
    a_sent_assessment(title="You Decide: Abbey")
    sign_in(client, an_account(Role.APPROVER))
    answer = client.send(R, {"outcome": "not_pursued"})
    assert answer.status_code == 422
    page = soup(answer)
    assert page.select_one(".govuk-error-summary a[href='#reason']")
    assert page.select_one("input[value=not_pursued]").has_attr("checked")  # type: ignore[union-attr]
    client.send(R, {"outcome": "not_pursued", "reason": "Another round does this."})
    assert find_round("you-decide-abbey").state == RoundState.CANCELLED
    assert "Another round does this." in client.read(R).get_text()


def test_the_owner_is_not_offered_the_answer_and_cannot_send_it(client: Reader) -> None:
    both = an_account(Role.OFFICER, Role.APPROVER)
    a_sent_assessment(both, title="You Decide: Abbey")
    sign_in(client, both)
    page = client.read(R)
    assert page.select("input[name=outcome]") == []
    token = page.select_one("input[name=csrf_token]")
    assert token is not None
    answer = client.post(f"{R}/answer", data={"csrf_token": token["value"], "outcome": "pursue"})
    assert answer.status_code == 403
    assert find_round("you-decide-abbey").state == RoundState.IDEA


def test_a_sent_assessment_is_taken_back_to_be_mended(app: Flask, client: Reader) -> None:
    by = an_account(Role.OFFICER)
    a_sent_assessment(by, title="You Decide: Abbey")
    sign_in(client, by)
    assert client.send(f"{R}/why", {"why": "Other"}).status_code == 409
    client.send(R)
    assert client.send(f"{R}/why", {"why": "Other"}).status_code == 303
