"""Rehearsing the opening, taking a project off the ballot, explaining the account, as a phone and a desk show them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from pb.core.actors import Role
from pb.models.envelopes import Receipt
from pb.models.rounds import Round
from pb.services.elections import projects_of
from pb.services.imbalances import explain_imbalance
from pb.services.transactions import transaction
from pb.services.withdrawals import ask_withdrawal, confirm_withdrawal, withdrawal_digest
from tests.browser import Site
from tests.factories import an_opened_round, owner_of, someone
from tests.holders import a_round_with_holders, locked
from tests.journeys.test_box_pages import EVERYTHING, again, enter, look_at
from tests.voters import STREET, a_voting_round, codes_for

pytestmark = pytest.mark.browser

REASON = "The old chapel was sold last week, and the group has no other room for its Tuesdays."


def withdrawn_in_mid_vote() -> tuple[Round, str]:
    """A round of a real street's bids, one of which has left the ballot and another waits for an approver; a code."""
    the_round = a_voting_round(bids=STREET)
    (code,) = codes_for(the_round)
    first, second, *_rest = projects_of(the_round.id)
    for project in (first, second):
        ask_withdrawal(project.id, REASON, by=owner_of(the_round))
    confirm_withdrawal(first.id, sha256=withdrawal_digest(first), by=someone(Role.APPROVER))
    return the_round, code


def asked_key(the_round: Round) -> str:
    return projects_of(the_round.id)[1].key


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_the_pages_of_a_rehearsed_opening_read_well(site: Site, phone: bool) -> None:
    the_round, _people = a_round_with_holders()
    locked(the_round)
    with site.visit(phone=phone) as page:
        enter(page, *EVERYTHING)
        look_at(site, page, the_round, {"rehearsal": "rehearsal", "locked": f"/officers/rounds/{the_round.slug}"})


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_the_pages_of_a_withdrawal_read_well(site: Site, phone: bool) -> None:
    the_round, code = withdrawn_in_mid_vote()
    key = asked_key(the_round)
    with site.visit(phone=phone) as page:
        enter(page, *EVERYTHING)
        paths = {
            "withdrawals": "withdrawals",
            "withdraw": f"withdrawals/{key}",
            "confirm-withdrawal": f"withdrawals/{key}/confirm",
            "public-withdrawn": f"/rounds/{the_round.slug}",
            "versions": f"/rounds/{the_round.slug}/the-ballot",
        }
        look_at(site, page, the_round, paths)
    with site.visit(phone=phone) as page:
        _vote(page, the_round, code)
        site.look(page, f"box-ballot-without-{'phone' if phone else 'desk'}")


def _vote(page: Page, the_round: Round, code: str) -> None:
    page.goto(f"/rounds/{the_round.slug}/vote")
    page.get_by_label("Your code").or_(page.locator("[name=code]")).first.fill(code)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_load_state()


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_the_pages_of_an_account_that_is_not_even_read_well(site: Site, phone: bool) -> None:
    again()
    the_round = an_opened_round()
    with transaction() as session:
        session.delete(session.scalars(select(Receipt)).first())
    with site.visit(phone=phone) as page:
        enter(page, *EVERYTHING)
        look_at(site, page, the_round, {"uneven": "box", "explain": "box/account/receipts"})
        reason = "One receipt was taken out of the table by hand while the fault of Tuesday was looked for."
        explain_imbalance(the_round.id, "receipts", reason, by=someone(Role.COUNT_LEAD))
        look_at(site, page, the_round, {"explained": "box/account/receipts", "uneven-explained": "box"})
