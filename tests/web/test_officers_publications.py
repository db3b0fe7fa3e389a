"""The officers' pages of the release: what stops it, the preview, two people, and residents' questions."""

from __future__ import annotations

from flask import Flask

from pb.core.actors import Role
from pb.core.states import RoundState
from pb.services.publication import publication_of
from pb.services.questions import ask_question
from tests.deciding import a_decided_round, a_published_round, a_ward_round
from tests.factories import a_locked_round, an_account, owner_of
from tests.reader import Reader, soup
from tests.signing_in import sign_in


def page_of(slug: str, end: str = "") -> str:
    return f"/officers/rounds/{slug}/publication{end}"


def test_the_owner_sees_what_still_stops_the_release_in_words(app: Flask, client: Reader) -> None:
    officer = an_account(Role.OFFICER)
    the_round, _member = a_ward_round(by=officer)
    sign_in(client, officer)
    page = client.read(page_of(the_round.slug))
    assert [item.get_text() for item in page.select("#blockers li")] == [
        "“Hall” is recommended and not decided yet.", "“Bench” is recommended and not decided yet.",
    ]  # fmt: skip
    assert page.select("main form") == []


def test_the_owner_asks_the_approver_releases_and_neither_does_the_others_part(app: Flask, client: Reader) -> None:
    officer, approver = an_account(Role.OFFICER), an_account(Role.APPROVER)
    the_round, _member = a_decided_round(by=officer)
    sign_in(client, officer)
    client.send(page_of(the_round.slug), form=f"form[action$='{page_of(the_round.slug, '/ask')}']")
    assert client.get(page_of(the_round.slug, "/release")).status_code == 403
    other = app.test_client()
    sign_in(other, approver)
    answer = other.send(page_of(the_round.slug, "/release"), {})
    assert answer.status_code == 422, "the box is not ticked"
    assert publication_of(the_round.id) is None
    other.send(page_of(the_round.slug, "/release"), {"sure": "y"})
    assert the_round.state == RoundState.PUBLISHED
    assert "The result is published" in other.read(page_of(the_round.slug)).get_text()


def test_the_preview_shows_the_page_with_the_fingerprint_that_is_released(app: Flask, client: Reader) -> None:
    officer = an_account(Role.OFFICER)
    the_round, _member = a_decided_round(by=officer)
    sign_in(client, officer)
    preview = client.read(page_of(the_round.slug, "/preview"))
    assert "Preview: not published" in preview.get_text()
    words = preview.select_one("#fingerprint")
    client.send(page_of(the_round.slug), form="form[action$='/ask']")
    other = app.test_client()
    sign_in(other, an_account(Role.APPROVER))
    assert words is not None
    assert words.get_text() in other.read(page_of(the_round.slug, "/release")).get_text()
    other.send(page_of(the_round.slug, "/release"), {"sure": "y"})
    result = other.read(f"/rounds/{the_round.slug}/result")
    assert "Preview: not published" not in result.get_text()
    package = result.select_one("#fingerprint")
    assert package is not None
    assert package.get_text() != words.get_text(), "the package for everybody has a fingerprint of its own"


def test_before_the_count_there_is_a_next_step_and_no_error(app: Flask, client: Reader) -> None:
    officer = an_account(Role.OFFICER)
    the_round = a_locked_round(officer)
    sign_in(client, officer)
    assert "Nothing to publish yet" in client.read(page_of(the_round.slug)).get_text()
    assert client.get(page_of(the_round.slug, "/preview")).status_code == 303


def test_a_correction_asks_for_its_reason_beside_the_field(app: Flask, client: Reader) -> None:
    officer = an_account(Role.OFFICER)
    the_round = a_published_round(by=officer)
    sign_in(client, officer)
    answer = client.send(page_of(the_round.slug), {"reason": ""}, form="form[action$='/ask']")
    assert answer.status_code == 422
    assert [link["href"] for link in soup(answer).select(".govuk-error-summary a")] == ["#reason"]


def test_questions_wait_for_the_officer_until_they_are_marked_answered(app: Flask, client: Reader) -> None:
    officer = an_account(Role.OFFICER)
    the_round = a_published_round(by=officer)
    said = {"name": "Joan Hale", "contact": "12 Mill Lane", "words": "Why the <b>hall</b>?"}
    ask_question(the_round.id, route="appeal", **said)
    sign_in(client, officer)
    assert "One waits for an answer." in client.read(page_of(the_round.slug)).get_text()
    path = f"/officers/rounds/{the_round.slug}/questions"
    page = client.read(path)
    assert "Why the <b>hall</b>?" in page.get_text()
    client.send(path, form="form[action$='/answered']")
    assert "Answered" in client.read(path).get_text()
    assert owner_of(the_round).account_id == officer.account_id


def test_members_of_other_desks_do_not_see_decisions_early(app: Flask, client: Reader) -> None:
    the_round, _member = a_decided_round()
    for role in (Role.STEWARD, Role.READING_PANEL, Role.GROUP_CONTACT):
        other = app.test_client()
        sign_in(other, an_account(role))
        assert other.get(page_of(the_round.slug, "/preview")).status_code == 403
