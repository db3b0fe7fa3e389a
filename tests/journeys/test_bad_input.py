"""Bad input and faults in a browser: a sentence beside its place, a 4xx, and everything as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Response, Route, expect
from sqlalchemy import select

from pb.core.actors import Role
from pb.core.codes import make_code, slot
from pb.extensions import Base, db, present
from pb.models.codes import Code, CodeState
from pb.models.rounds import KeyMode, Round
from pb.services.round_sections import change_round
from pb.services.transactions import transaction
from pb.services.withdrawals import ask_withdrawal, confirm_withdrawal, withdrawal_digest
from tests.bidding import a_contact, a_draft
from tests.browser import Site
from tests.conftest import TurningClock
from tests.deciding import a_ward_round, project_called
from tests.factories import (
    PASSWORD,
    a_checked_round,
    a_round,
    a_round_taking_bids,
    an_account,
    owner_of,
    someone,
    turn_to,
)
from tests.journeys.people import at_desk, on_phone
from tests.journeys.steps import cast, expect_fault, expect_heading, fill, press
from tests.voters import a_voting_round, codes_for

pytestmark = pytest.mark.browser

#: What a refusal may count or note: failures from an address, and that a person is there.
NOTED = {"failure", "staff_session"}


def everything() -> dict[str, list[str]]:
    """Every row of every table, as text."""
    db.session.rollback()
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in Base.metadata.sorted_tables
            if table.name not in NOTED
        }


@contextmanager
def as_it_was() -> Iterator[None]:
    """Nothing in the database may change meanwhile."""
    before = everything()
    yield
    after = everything()
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}


def refused(page: Page, button: str) -> Response:
    """Press a button whose answer must be a 4xx that changes nothing."""
    with as_it_was():
        with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            press(page, button)
        assert 400 <= answered.value.status < 500, answered.value.status
    return answered.value


def test_a_code_that_does_not_work_says_why(site: Site, clock: TurningClock) -> None:
    begun = present.now()
    other = a_voting_round()
    turn_to(begun)
    the_round = a_voting_round()
    now = present.now()
    (good,) = codes_for(the_round, name="Library")
    (early,) = codes_for(the_round, name="Event", window_from=now + timedelta(days=2))
    (late,) = codes_for(the_round, name="School", window_to=now + timedelta(minutes=1))
    (elsewhere,) = codes_for(other)
    cancelled = a_cancelled_code(the_round)
    clock.turn(minutes=5)
    told = {
        make_code(b"never made"): "We do not know this code.",
        elsewhere: "This code is for another round.",
        cancelled: "This code was cancelled.",
        early: "This code does not work yet.",
        late: "This code has stopped working.",
        good[:-1] + ("2" if good[-1] != "2" else "3"): "One or more of these characters is not right.",
        "7K2M": "13 characters are missing.",
        "": "Enter the code.",
    }
    with site.visit(phone=True) as page:
        page.goto(f"/rounds/{the_round.slug}/vote")
        for code, words in told.items():
            fill(page, {"code": code})
            refused(page, "Continue")
            expect_fault(page, "code", words)
            expect(page.get_by_label("Code on your card")).to_have_value(code)
        site.look(page, "bad-code")
        fill(page, {"code": good})
        press(page, "Continue")
        mark_and_check(page, "Hall")
        cast(site, page)
        page.goto(f"/rounds/{the_round.slug}/vote")
        fill(page, {"code": good})
        refused(page, "Continue")
        expect_fault(page, "code", "This code has been used: a ballot is in the box.")


def a_cancelled_code(the_round: Round) -> str:
    """A code of a card that was spoilt."""
    (code,) = codes_for(the_round, name="Spoilt")
    with transaction() as session:
        row = session.scalar(select(Code).where(Code.slot == slot(present.secrets.code_key, the_round.id, code)))
        assert row is not None
        row.state = CodeState.VOID
    return code


def mark_and_check(page: Page, *titles: str) -> None:
    expect_heading(page, "Your choices")
    for title in titles:
        page.get_by_role("checkbox", name=title).check()
    press(page, "Check my choices")
    expect_heading(page, "Check your choices")


def open_ballot(page: Page, the_round: Round, code: str) -> None:
    page.goto(f"/rounds/{the_round.slug}/vote")
    fill(page, {"code": code})
    press(page, "Continue")
    expect_heading(page, "Your choices")


def test_a_ballot_over_its_limit_comes_back_with_what_was_marked(site: Site, clock: TurningClock) -> None:
    the_round = a_voting_round()
    (code,) = codes_for(the_round)
    with site.visit(phone=True) as page:
        open_ballot(page, the_round, code)
        refused(page, "Check my choices")
        expect(page.locator(".govuk-error-summary")).to_contain_text("You have not chosen anything yet.")
        for title in ("Bench", "Hall", "Pond"):
            page.get_by_role("checkbox", name=title).check()
        expect(page.locator("[data-yd-total]")).to_contain_text("3 chosen, 1 too many")
        refused(page, "Check my choices")
        expect(page.locator(".govuk-error-summary")).to_contain_text("You can choose up to 2. You have chosen 3.")
        expect(page.locator("main fieldset .govuk-error-message")).to_contain_text("You have chosen 3.")
        expect(page.get_by_role("checkbox", name="Pond")).to_be_checked()
        site.look(page, "bad-ballot")


def test_a_ballot_that_comes_after_the_close_is_not_recorded(site: Site, clock: TurningClock) -> None:
    the_round = a_voting_round()
    first, second = codes_for(the_round, 2)
    with site.visit(phone=True) as page, site.visit(phone=True) as other:
        open_ballot(page, the_round, first)
        mark_and_check(page, "Hall")
        open_ballot(other, the_round, second)
        turn_to(the_round.voting_closes_at)
        clock.turn(minutes=the_round.grace_minutes)
        refused(page, "Cast my ballot")
        expect_heading(page, "Voting has closed")
        expect(page.get_by_text("Yours was not recorded.")).to_be_visible()
        site.look(page, "bad-after-close")
        other.get_by_role("checkbox", name="Hall").check()
        refused(other, "Check my choices")
        expect_heading(other, "Voting has closed")


def test_a_ballot_of_another_version_is_marked_anew(site: Site, clock: TurningClock) -> None:
    the_round = a_voting_round()
    (code,) = codes_for(the_round)
    with site.visit(phone=True) as page:
        open_ballot(page, the_round, code)
        mark_and_check(page, "Hall")
        withdrawn(the_round, "Pond")
        refused(page, "Cast my ballot")
        expect(page.locator(".govuk-error-summary")).to_contain_text("The ballot has changed since you opened it.")


def withdrawn(the_round: Round, title: str) -> None:
    """A project leaves the ballot while people vote, which makes the ballot a new version."""
    project = project_called(the_round, title)
    ask_withdrawal(project.id, "The group has moved away.", by=owner_of(the_round))
    confirm_withdrawal(project.id, sha256=withdrawal_digest(project), by=someone(Role.APPROVER))


def test_two_people_with_one_code_count_once(site: Site, clock: TurningClock) -> None:
    the_round = a_voting_round()
    (code,) = codes_for(the_round)
    with site.visit(phone=True) as page, site.visit(phone=True) as other:
        for each, title in ((page, "Hall"), (other, "Pond")):
            open_ballot(each, the_round, code)
            mark_and_check(each, title)
        cast(site, page)
        refused(other, "Cast my ballot")
        expect(other.locator(".govuk-error-summary")).to_contain_text("This code has been used")


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_a_form_sent_again_after_its_reply_was_lost_shows_its_receipt(
    site: Site, clock: TurningClock, javascript: bool
) -> None:
    the_round = a_voting_round()
    (code,) = codes_for(the_round)
    lost: list[str] = []

    def lose_the_reply(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().text())
            route.abort()

    with site.visit(phone=True, javascript=javascript) as page:
        open_ballot(page, the_round, code)
        mark_and_check(page, "Hall")
        page.route("**/vote/done", lose_the_reply)
        with page.expect_event("requestfailed"):
            page.get_by_role("button", name="Cast my ballot").click()
        page.wait_for_url("chrome-error://**")
        before = everything()
        page.reload()
        expect_heading(page, "Your ballot is in the box")
        receipt = page.locator("#receipt").inner_text()
    assert receipt in lost[0]
    assert everything() == before
    assert len(before["envelope"]) == 1


BAD_AMOUNTS = {
    "£0": "Enter an amount of at least £0.01.",
    "-1": "Enter an amount above nought, without a minus sign.",
    "1e9": "Enter the amount in figures, such as £1,500.",
    "1000000000": "Enter an amount of at most £10,000,000.",
    "12.345": "Enter an amount with at most 2 figures after the point",
    "ten": "Enter the amount in figures, such as £1,500.",
}


def bad_amounts_are_refused(page: Page, field: str, button: str) -> None:
    """Each bad amount comes back as it was typed, with its sentence."""
    for typed, words in BAD_AMOUNTS.items():
        fill(page, {field: typed})
        assert refused(page, button).status == 422
        expect_fault(page, field, words)
        expect(page.locator(f'[name="{field}"]')).to_have_value(typed)


def test_an_officers_amounts_must_be_amounts_and_add_up(site: Site, clock: TurningClock) -> None:
    officer = an_account(Role.OFFICER)
    the_round = a_round(officer)
    base = f"/officers/rounds/{the_round.slug}"
    with at_desk(site, officer, f"{base}/set-up/money") as page:
        bad_amounts_are_refused(page, "total", "Save and continue")
        site.look(page, "bad-money")
        page.goto(f"{base}/set-up/pots")
        fill(page, {"pots-0-amount": "£14,000.50"})
        assert refused(page, "Save the pots").status == 422
        told = "The pots come to £14,000.50, and the round has £15,000. £999.50 is still to be placed."
        expect(page.locator(".govuk-error-summary")).to_contain_text(told)
        site.look(page, "bad-pots")


def test_a_groups_amounts_must_be_amounts(site: Site, clock: TurningClock) -> None:
    contact = a_contact(password=PASSWORD)
    draft = a_draft(a_round_taking_bids(), contact)
    with on_phone(site, contact, f"/groups/bids/{draft.reference}/pages/amount") as page:
        bad_amounts_are_refused(page, "asked", "Save and continue")
        site.look(page, "bad-asked")


def test_a_members_amount_must_be_one_and_a_difference_needs_its_reasons(site: Site, clock: TurningClock) -> None:
    the_round, silent = a_ward_round()
    member = an_account(Role.MEMBER, areas=silent.areas)
    key = project_called(the_round, "Hall").key
    with at_desk(site, member, f"/members/rounds/{the_round.slug}/projects/{key}/decide") as page:
        fill(page, {"answer": "differ"})
        bad_amounts_are_refused(page, "amount", "Keep this decision")
        fill(page, {"amount": "5,000"})
        assert refused(page, "Keep this decision").status == 422
        for field in ("reason", "alternatives", "interests"):
            expect(page.locator(f"#{field}-error")).to_be_visible()
        site.look(page, "bad-decision")


def test_a_step_that_has_become_impossible_says_what_is_in_the_way(site: Site, clock: TurningClock) -> None:
    officer = an_account(Role.OFFICER)
    the_round = a_round(officer)
    with at_desk(site, officer, f"/officers/rounds/{the_round.slug}/open-bids") as page:
        change_round(the_round.id, "promise", {"promise_last_word": ""}, by=officer)
        assert refused(page, "Make it public and open for bids").status == 409
        expect(page.locator("#stopped")).to_contain_text("The promise does not say who has the last word.")
        site.look(page, "bad-step")


def test_a_lock_that_has_become_impossible_says_what_is_in_the_way(site: Site, clock: TurningClock) -> None:
    officer = an_account(Role.OFFICER)
    the_round = a_checked_round(officer)
    with at_desk(site, officer, f"/officers/rounds/{the_round.slug}/lock") as page:
        change_round(the_round.id, "keys", {"key_mode": KeyMode.HOLDERS}, by=officer)
        assert refused(page, "Ask for the lock").status == 409
        expect(page.get_by_text("Appoint three key holders. There are 0 so far.").first).to_be_visible()
        site.look(page, "bad-lock")
