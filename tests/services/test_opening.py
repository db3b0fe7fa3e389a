"""Opening the box: frozen first, two people, and every envelope accounted for."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from pb.core.actors import Role
from pb.core.canonical import digest
from pb.core.errors import Refusal
from pb.core.reconciliation import equations, imbalances
from pb.core.states import RoundState
from pb.extensions import db
from pb.models.ballots import BallotVersion
from pb.models.envelopes import Envelope, OpenedBallot, Opening, Receipt
from pb.models.rounds import Round
from pb.services.accounts import change_account, set_active
from pb.services.elections import profile_of, projects_of
from pb.services.frozen import versions_of
from pb.services.ledger import events_of_round
from pb.services.ledger_check import check_ledger
from pb.services.opening import approve_opening, freeze_box, may_be_frozen_at, open_box, receipt_is_counted
from pb.services.reconciliation import numbers_of
from pb.services.transactions import transaction
from pb.services.withdrawals import ask_withdrawal, confirm_withdrawal, withdrawal_digest
from tests.factories import (
    BALLOTS,
    a_closed_round,
    an_open_round,
    an_opened_round,
    cast_ballots,
    owner_of,
    someone,
    turn_to,
)

pytestmark = pytest.mark.usefixtures("app")


def approved(the_round: Round) -> Round:
    """The round with its box frozen and both approvals given."""
    freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    for _ in range(2):
        approve_opening(the_round.id, by=someone(Role.OFFICER))
    return the_round


def opened(the_round: Round) -> Opening:
    """What the opening of a box found."""
    return open_box(approved(the_round).id, by=someone(Role.COUNT_LEAD))


def envelopes_of(the_round: Round) -> list[Envelope]:
    """The envelopes of a round by their ids."""
    return list(db.session.scalars(select(Envelope).where(Envelope.round_id == the_round.id).order_by(Envelope.id)))


def votes(the_round: Round) -> Counter[str]:
    """How many opened ballots name each project."""
    titles = {each.key: each.title for each in projects_of(the_round.id)}
    named: Counter[str] = Counter()
    for choices in profile_of(the_round.pots[0]).each():
        named.update(titles[key] for key in choices.get("approved", []))
    return named


def test_an_opened_box_holds_what_was_cast_and_every_receipt() -> None:
    the_round = an_open_round(policy="code")
    receipts = cast_ballots(the_round, BALLOTS)
    turn_to(the_round.decision_by)
    opening = opened(the_round)
    assert (opening.envelopes, opening.valid, opening.invalid, opening.receipts) == (5, 5, {}, 5)
    assert votes(the_round) == {"Hall": 4, "Bench": 3, "Pond": 2}
    assert all(receipt_is_counted(the_round.id, receipt) for receipt in receipts)
    assert not receipt_is_counted(the_round.id, "0000000000000")
    assert the_round.state == RoundState.OPENED


def test_the_root_is_on_the_ledger_before_the_box_is_opened() -> None:
    the_round = an_opened_round()
    kinds = [event.kind for event in events_of_round(the_round.id, ("box_sealed", "opening_approved", "box_opened"))]
    assert kinds == ["box_sealed", "opening_approved", "opening_approved", "box_opened"]
    sealed = next(events_of_round(the_round.id, ("box_sealed",)))
    assert sealed.facts == {"sealed_root": the_round.sealed_root, "envelopes": 5}


def test_the_box_of_a_round_that_still_takes_ballots_is_not_frozen() -> None:
    the_round = an_open_round(policy="code")
    with pytest.raises(Refusal) as refused:
        freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    assert refused.value.code == "not_now"
    turn_to(the_round.voting_closes_at)
    with pytest.raises(Refusal) as refused:
        freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    assert refused.value.code == "too_early"


def test_a_box_that_is_not_frozen_is_not_opened() -> None:
    the_round = a_closed_round()
    with pytest.raises(Refusal) as refused:
        open_box(the_round.id, by=someone(Role.COUNT_LEAD))
    assert refused.value.code == "not_frozen"


def test_in_simple_mode_one_officer_is_not_enough() -> None:
    the_round = a_closed_round()
    freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    officer = someone(Role.OFFICER)
    approve_opening(the_round.id, by=officer)
    with pytest.raises(Refusal) as refused:
        approve_opening(the_round.id, by=officer)
    assert refused.value.code == "approved_already"
    with pytest.raises(Refusal) as refused:
        open_box(the_round.id, by=someone(Role.COUNT_LEAD))
    assert refused.value.code == "approvals_missing"
    assert db.session.scalar(select(func.count()).select_from(OpenedBallot)) == 0


@pytest.mark.parametrize("how", ["stopped", "another role"])
def test_an_approval_of_somebody_who_may_not_approve_any_more_opens_no_box(how: str) -> None:
    the_round = a_closed_round()
    freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    stays, goes = someone(Role.OFFICER), someone(Role.OFFICER, name="Gone Officer")
    for officer in (stays, goes):
        approve_opening(the_round.id, by=officer)
    administrator = someone(Role.ADMINISTRATOR)
    assert goes.account_id is not None
    if how == "stopped":
        set_active(goes.account_id, False, by=administrator)
    else:
        change_account(goes.account_id, by=administrator, name="Gone Officer", roles=[Role.MEMBER], areas=[])
    with pytest.raises(Refusal) as refused:
        open_box(the_round.id, by=someone(Role.COUNT_LEAD))
    assert (refused.value.code, refused.value.fault.params["names"]) == ("approvals_lapsed", "Gone Officer")
    assert db.session.scalar(select(func.count()).select_from(OpenedBallot)) == 0
    approve_opening(the_round.id, by=someone(Role.APPROVER))
    assert open_box(the_round.id, by=someone(Role.COUNT_LEAD)).valid == 5


def test_an_officer_who_is_not_count_lead_cannot_open_the_box() -> None:
    the_round = approved(a_closed_round())
    with pytest.raises(Refusal) as refused:
        open_box(the_round.id, by=someone(Role.OFFICER))
    assert (refused.value.code, refused.value.status) == ("not_count_lead", 403)


def test_an_altered_a_moved_and_a_copied_envelope_are_counted_as_invalid() -> None:
    the_round = a_closed_round()
    with transaction() as session:
        altered, moved, copied, *_rest = envelopes_of(the_round)
        assert altered.sealed is not None
        altered.sealed = altered.sealed[:-1] + bytes([altered.sealed[-1] ^ 1])
        row = {"round_id": the_round.id, "version": 1, "state": moved.state, "slot": moved.slot, "sealed": moved.sealed}
        session.delete(moved)
        session.flush()
        session.add(Envelope(id=str(uuid4()), retry_tag=b"m" * 32, **row))
        session.add(Envelope(id=str(uuid4()), retry_tag=b"c" * 32, **{**row, "slot": None, "sealed": copied.sealed}))
    opening = opened(the_round)
    assert opening.invalid == {"copied": 1, "seal": 2}
    assert (opening.envelopes, opening.valid, opening.receipts) == (6, 3, 3)


def test_a_box_that_changed_after_it_was_frozen_stays_shut() -> None:
    the_round = approved(a_closed_round())
    with transaction() as session:
        session.delete(envelopes_of(the_round)[0])
    with pytest.raises(Refusal) as refused:
        open_box(the_round.id, by=someone(Role.COUNT_LEAD))
    assert refused.value.code == "box_changed"
    assert the_round.state == RoundState.CLOSED


def swapped(content: dict[str, Any]) -> dict[str, Any]:
    """The document of a ballot on which two projects have changed places, so that a mark means the other one."""
    one, other, *rest = content["projects"]
    return {**content, "projects": [{**one, "key": other["key"]}, {**other, "key": one["key"]}, *rest]}


def test_a_box_whose_ballot_was_altered_after_it_was_published_stays_shut_and_the_version_is_named() -> None:
    the_round = an_open_round(policy="code")
    cast_ballots(the_round, BALLOTS)
    gone = projects_of(the_round.id)[0]
    ask_withdrawal(gone.id, "The hall was sold.", by=owner_of(the_round))
    confirm_withdrawal(gone.id, sha256=withdrawal_digest(gone), by=someone(Role.APPROVER))
    turn_to(may_be_frozen_at(the_round))
    approved(the_round)
    first, second = versions_of(the_round.id)
    with transaction():
        published, first.content = first.content, swapped(first.content)
    refused_for(the_round, "1")
    with transaction():
        first.sha256 = digest(first.content)  # whoever alters the document can alter what stands beside it
    refused_for(the_round, "1")
    with transaction():
        the_round.frozen = swapped(second.content)
    refused_for(the_round, "1, 2")
    with transaction():
        first.content, first.sha256, the_round.frozen = published, digest(published), second.content
    assert open_box(the_round.id, by=someone(Role.COUNT_LEAD)).valid == len(BALLOTS)


def test_a_version_that_nobody_published_or_that_is_gone_keeps_the_box_shut() -> None:
    the_round = approved(a_closed_round())
    (only,) = versions_of(the_round.id)
    content, locked_at = {**only.content, "version": 7}, only.locked_at
    seventh = BallotVersion(
        round_id=the_round.id, version=7, content=content, sha256=digest(content), locked_at=locked_at
    )
    with transaction() as session:
        session.add(seventh)
    refused_for(the_round, "7")
    with transaction() as session:
        session.delete(seventh)
        session.delete(only)
    refused_for(the_round, "1")


def refused_for(the_round: Round, versions: str) -> None:
    """The opening is refused for these versions, nothing is opened, and the ledger's check names them too."""
    with pytest.raises(Refusal) as refused:
        open_box(the_round.id, by=someone(Role.COUNT_LEAD))
    assert (refused.value.code, refused.value.fault.params) == ("ballot_altered", {"versions": versions})
    assert f"version {versions} was altered" in str(refused.value.fault)
    assert (the_round.state, db.session.scalar(select(func.count()).select_from(OpenedBallot))) == ("closed", 0)
    named = [str(fault.params["version"]) for fault in check_ledger().faults if fault.code == "version_differs"]
    assert ", ".join(named) == versions


def test_a_box_without_a_valid_ballot_ends_the_round() -> None:
    the_round = a_closed_round(ballots=[])
    assert opened(the_round).valid == 0
    assert the_round.state == RoundState.NO_VALID_BALLOTS


def test_a_box_is_opened_once() -> None:
    the_round = an_opened_round()
    with pytest.raises(Refusal) as refused:
        open_box(the_round.id, by=someone(Role.COUNT_LEAD))
    assert refused.value.code == "not_now"
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 5


def test_an_opened_box_reconciles_to_zero() -> None:
    the_round = an_opened_round()
    numbers = numbers_of(the_round)
    assert imbalances(numbers) == []
    assert {each.key: each.left.amount for each in equations(numbers)} == {
        "batch": 5, "envelopes": 5, "people": 5, "opened": 5, "receipts": 5, "sections": 5, "cards_void": 0,
    }  # fmt: skip


def test_a_ballot_added_after_the_opening_is_an_imbalance() -> None:
    the_round = an_opened_round()
    with transaction() as session:
        session.add(OpenedBallot(key=b"k" * 16, pot_id=the_round.pots[0].id, choices={}))
    (found,) = imbalances(numbers_of(the_round))
    assert (found.key, found.difference) == ("sections", 1)
