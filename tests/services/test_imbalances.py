"""Lines of the ballot account that do not come out even: one person says why, a second confirms, then it may go on."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pb.core.actors import Actor, Role
from pb.core.blockers import Blocked
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.states import RoundState
from pb.extensions import db
from pb.models.envelopes import OpenedBallot, Receipt
from pb.models.rounds import Round
from pb.services.counts import certify, certify_blockers
from pb.services.imbalances import account_of_box, confirm_explanation, explain_imbalance, explanation_digest
from pb.services.ledger import events_of_round
from pb.services.pots import LONGEST_NAME, PotEntry
from pb.services.rounds import find_round
from pb.services.transactions import transaction
from tests.factories import a_counted_round, someone

pytestmark = pytest.mark.usefixtures("app")

REASON = "A receipt was taken out of the table by hand, to test this."


@pytest.fixture
def the_round() -> Round:
    """A counted round whose table of receipts has lost one."""
    the_round = a_counted_round()
    with transaction() as session:
        session.delete(session.scalars(select(Receipt)).first())
    return the_round


@pytest.fixture
def lead() -> Actor:
    return someone(Role.COUNT_LEAD)


def read_by_the_second(the_round: Round) -> str:
    """The digest of the reason that stands on the page of the line of receipts."""
    (line,) = [each for each in account_of_box(find_round(the_round.slug)) if each.equation.name == "receipts"]
    return explanation_digest(line.explanation) if line.explanation else ""


def confirmed(the_round: Round, *, by: Actor) -> None:
    confirm_explanation(the_round.id, "receipts", sha256=read_by_the_second(the_round), by=by)


def codes(the_round: Round) -> list[str]:
    return [blocker.code for blocker in certify_blockers(find_round(the_round.slug))]


def test_a_difference_stops_the_certifying_until_two_people_have_explained_it(the_round: Round, lead: Actor) -> None:
    teller = someone(Role.SECOND_TELLER)
    assert codes(the_round) == ["imbalance"]
    explain_imbalance(the_round.id, "receipts", REASON, by=lead)
    assert codes(the_round) == ["imbalance_unconfirmed"]
    with pytest.raises(Blocked):
        certify(the_round.id, 1, by=teller)
    confirmed(the_round, by=teller)
    assert codes(the_round) == []
    certify(the_round.id, 1, by=teller)
    assert find_round(the_round.slug).state == RoundState.DECIDING


def test_both_steps_are_in_the_ledger_with_the_difference_and_the_reason(the_round: Round, lead: Actor) -> None:
    explain_imbalance(the_round.id, "receipts", f"  {REASON} ", by=lead)
    teller = someone(Role.SECOND_TELLER)
    confirmed(the_round, by=teller)
    first, second = events_of_round(the_round.id, ("imbalance_explained", "imbalance_confirmed"))
    assert first.facts == {"equation": "receipts", "difference": -1, "reason": REASON}
    assert (first.account_id, second.account_id) == (lead.account_id, teller.account_id)
    assert second.facts == {"equation": "receipts", "difference": -1}


def test_whoever_gave_the_reason_does_not_confirm_it(the_round: Round, lead: Actor) -> None:
    explain_imbalance(the_round.id, "receipts", REASON, by=lead)
    with pytest.raises(NotAllowed) as refused:
        confirmed(the_round, by=lead)
    assert refused.value.code == "not_second_person"


def test_a_reason_that_was_changed_behind_the_page_of_the_second_person_is_not_confirmed(
    the_round: Round, lead: Actor
) -> None:
    explain_imbalance(the_round.id, "receipts", REASON, by=lead)
    read = read_by_the_second(the_round)
    explain_imbalance(the_round.id, "receipts", "Nothing is amiss: do not look.", by=lead)
    with pytest.raises(Refusal) as refused:
        confirm_explanation(the_round.id, "receipts", sha256=read, by=someone(Role.SECOND_TELLER))
    assert refused.value.code == "explanation_changed"
    assert codes(the_round) == ["imbalance_unconfirmed"]


def test_whoever_gives_another_reason_makes_it_wait_for_somebody_else_again(the_round: Round, lead: Actor) -> None:
    teller = someone(Role.SECOND_TELLER)
    explain_imbalance(the_round.id, "receipts", REASON, by=lead)
    explain_imbalance(the_round.id, "receipts", "No: two envelopes stuck together.", by=teller)
    with pytest.raises(NotAllowed):
        confirmed(the_round, by=teller)
    confirmed(the_round, by=lead)
    (line,) = [each for each in account_of_box(the_round) if not each.equation.holds]
    assert line.explanation is not None
    assert line.explanation.reason == "No: two envelopes stuck together."


def test_a_reason_holds_for_its_own_difference_alone(the_round: Round, lead: Actor) -> None:
    explain_imbalance(the_round.id, "receipts", REASON, by=lead)
    confirmed(the_round, by=someone(Role.OFFICER))
    with transaction() as session:
        session.delete(session.scalars(select(Receipt)).first())
    assert codes(the_round) == ["imbalance"]


def test_a_line_of_a_pot_with_the_longest_name_can_be_explained(lead: Actor) -> None:
    name = "N" * LONGEST_NAME
    the_round = a_counted_round(
        pots=[PotEntry(name, 500_000)],
        bids=[("Bench", "", 300_000, None), ("Hall", "", 100_000, None)],
        ballots=[("Bench",)],
    )
    with transaction() as session:
        session.delete(session.scalars(select(OpenedBallot)).one())
    explain_imbalance(the_round.id, f"sections:{name}", REASON, by=lead)
    assert "imbalance" not in codes(the_round)


def test_what_cannot_be_explained_is_refused_and_nothing_changes(the_round: Round, lead: Actor) -> None:
    tries = [
        (lambda: explain_imbalance(the_round.id, "receipts", " ", by=lead), "reason_missing"),
        (lambda: explain_imbalance(the_round.id, "receipts", "x" * 501, by=lead), "reason_long"),
        (lambda: explain_imbalance(the_round.id, "envelopes", REASON, by=lead), "line_even"),
        (lambda: explain_imbalance(the_round.id, "receipts", REASON, by=someone(Role.MEMBER)), "may_not_explain"),
        (lambda: confirmed(the_round, by=lead), "not_explained"),
    ]
    for deed, code in tries:
        with pytest.raises(Refusal) as refused:
            deed()
        assert refused.value.code == code
    with pytest.raises(NotFound):
        explain_imbalance(the_round.id, "moonlight", REASON, by=lead)
    db.session.rollback()
    assert list(events_of_round(the_round.id, ("imbalance_explained", "imbalance_confirmed"))) == []


def test_after_the_certifying_the_account_is_explained_no_more(the_round: Round, lead: Actor) -> None:
    explain_imbalance(the_round.id, "receipts", REASON, by=lead)
    teller = someone(Role.SECOND_TELLER)
    confirmed(the_round, by=teller)
    with pytest.raises(Refusal) as twice:
        explain_imbalance(the_round.id, "receipts", "Another.", by=lead)
    assert twice.value.code == "explained_already"
    certify(the_round.id, 1, by=teller)
    with pytest.raises(Refusal) as late:
        explain_imbalance(the_round.id, "receipts", "Another.", by=lead)
    assert late.value.code == "not_now"
