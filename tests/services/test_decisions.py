"""Members decide on the certified count: one decision for each bid, in their own words, within the pot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from pb.core.actors import Actor, Role
from pb.core.errors import NotAllowed, Refusal, Refusals
from pb.core.states import BidState, RoundState
from pb.extensions import db
from pb.models.decisions import Decision
from pb.services.accounts import account_of, actor_of
from pb.services.decision_desk import desk_of, rounds_to_decide
from pb.services.decisions import agree_with_the_rest, decide, publish_decisions
from pb.services.interests import declare_interest
from pb.services.ledger import events_of_round
from pb.services.pots import PotEntry
from tests.deciding import (
    DIFFERENCE,
    a_cabinet_member,
    a_decided_round,
    a_member,
    a_ward_round,
    decided,
    project_called,
    released,
    resolution,
    seen,
    seen_in_pot,
)
from tests.factories import a_certified_round, a_counted_round, an_area, owner_of, someone

pytestmark = pytest.mark.usefixtures("app")


def refusal_of(the_round: object, title: str, by: Actor, amount: int | None = None, **words: str) -> Refusal:
    """The refusal of a decision."""
    with pytest.raises(Refusal) as refused:
        decided(the_round, title, by, amount, **words)  # type: ignore[arg-type]
    return refused.value


def rows(project_id: int) -> list[Decision]:
    """Every decision ever taken on a project, the first one first."""
    return list(db.session.scalars(select(Decision).where(Decision.project_id == project_id).order_by(Decision.id)))


def test_a_ward_member_agrees_with_the_vote_on_a_bid_of_their_ward() -> None:
    the_round, member = a_ward_round()
    decided(the_round, "Hall", member)
    decision = seen(the_round, "Hall").decision
    assert decision is not None
    assert (decision.amount, decision.recommended, decision.power) == (600_000, 600_000, "ward_member")
    (event,) = events_of_round(the_round.id, ("bid_decided",))
    assert event.facts == {
        "bid": project_called(the_round, "Hall").bid_id, "amount": 600_000, "agrees": True, "reason": "",
    }  # fmt: skip


def test_a_difference_keeps_the_members_own_words() -> None:
    the_round, member = a_ward_round()
    decided(the_round, "Hall", member, 450_000)
    decision = seen(the_round, "Hall").decision
    assert decision is not None
    assert {name: getattr(decision, name) for name in DIFFERENCE} == DIFFERENCE


def test_a_difference_without_a_reason_is_refused_beside_the_field_and_nothing_is_kept() -> None:
    the_round, member = a_ward_round()
    refusal = refusal_of(the_round, "Hall", member, 0, reason=" ")
    assert isinstance(refusal, Refusals)
    assert [(fault.code, fault.field) for fault in refusal.faults] == [("reason_missing", "reason")]
    assert seen(the_round, "Hall").decision is None
    assert list(events_of_round(the_round.id, ("bid_decided",))) == []


def test_nothing_is_decided_before_the_count_is_certified() -> None:
    area = an_area()
    the_round = a_counted_round(areas=[area], pots=[PotEntry("Northfield", 1_000_000, area_id=area.id)])
    with pytest.raises(Refusal) as refused:
        desk_of(the_round)
    assert refused.value.code == "not_certified"
    assert rounds_to_decide(a_member(area.id)) == []


def test_a_member_of_another_ward_cannot_decide() -> None:
    the_round, _member = a_ward_round()
    refusal = refusal_of(the_round, "Hall", a_member(an_area().id))
    assert (refusal.code, refusal.status) == ("not_your_pot", 403)


def test_a_pot_of_no_ward_is_for_the_cabinet() -> None:
    area = an_area()
    the_round = a_certified_round(areas=[area])
    assert refusal_of(the_round, "Hall", a_member(area.id)).code == "not_your_pot"
    decided(the_round, "Hall", a_cabinet_member(), power="cabinet")
    assert seen(the_round, "Hall").decision is not None


@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR, Role.SCRUTINY, Role.COUNT_LEAD])
def test_nobody_but_members_decides(role: Role) -> None:
    the_round, _member = a_ward_round()
    area_id = the_round.pots[0].area_id
    assert area_id is not None
    assert refusal_of(the_round, "Hall", someone(role, areas=[area_id])).code == "not_your_pot"


def test_a_member_shows_their_second_factor_first() -> None:
    the_round, member = a_ward_round()
    again = actor_of(account_of(member.account_id))
    assert refusal_of(the_round, "Hall", again).code == "step_up"


def test_whoever_runs_the_round_cannot_decide_in_it() -> None:
    area = an_area()
    both = someone(Role.OFFICER, Role.MEMBER, areas=[area.id])
    pots = [PotEntry("Northfield", 1_000_000, area_id=area.id)]
    the_round = a_certified_round(both, areas=[area], pots=pots)
    assert refusal_of(the_round, "Hall", both).code == "owner_decides"


def test_a_change_of_mind_is_a_new_decision_and_the_old_one_is_kept() -> None:
    the_round, member = a_ward_round()
    decided(the_round, "Hall", member)
    decided(the_round, "Hall", member, 0)
    first, second = rows(project_called(the_round, "Hall").id)
    assert (first.superseded, first.amount, second.superseded, second.amount) == (True, 600_000, False, 0)


def test_nobody_puts_their_words_in_the_place_of_another_members() -> None:
    the_round, member = a_ward_round()
    decided(the_round, "Hall", member)
    area_id = the_round.pots[0].area_id
    assert area_id is not None
    assert refusal_of(the_round, "Hall", a_member(area_id)).code == "decided_by_other"
    assert refusal_of(the_round, "Hall", a_cabinet_member(), power="cabinet").code == "decided_by_other"


def test_a_pot_is_not_overspent_and_the_member_is_told_by_how_much() -> None:
    the_round, member = a_ward_round()
    refusal = refusal_of(the_round, "Pond", member, 250_000)
    assert (refusal.code, refusal.field) == ("over_pot", "amount")
    assert "£1,500 more than the pot “Northfield” holds" in str(refusal)
    assert seen(the_round, "Pond").decision is None


def test_money_that_a_decline_releases_is_recommended_to_the_next_in_line() -> None:
    the_round, member = a_ward_round()
    decided(the_round, "Hall", member, 0)
    pond, pot = seen_in_pot(the_round, "Pond")
    assert (pot.money.released, pond.recommended, pond.in_line, pond.waits) == (600_000, 250_000, True, True)
    decided(the_round, "Pond", member)
    decision = seen(the_round, "Pond").decision
    assert decision is not None
    assert (decision.recommended, decision.amount) == (250_000, 250_000)


def test_after_the_next_in_line_has_the_money_the_first_cannot_have_it_back() -> None:
    the_round, member = a_ward_round()
    decided(the_round, "Hall", member, 0)
    decided(the_round, "Pond", member)
    refusal = refusal_of(the_round, "Hall", member, 600_000)
    assert refusal.code == "over_pot"
    assert seen(the_round, "Hall").decision.amount == 0  # type: ignore[union-attr]


def test_a_decision_on_a_page_that_is_out_of_date_is_refused() -> None:
    the_round, member = a_ward_round()
    old = resolution(the_round, "Pond", 0)
    decided(the_round, "Hall", member, 0)
    with pytest.raises(Refusal) as refused:
        decide(project_called(the_round, "Pond").id, old, by=member)
    assert refused.value.code == "recommendation_changed"


def test_a_withdrawn_bid_is_not_decided_and_its_money_is_released() -> None:
    the_round, member = a_ward_round()
    project = project_called(the_round, "Hall")
    project.withdrawn_at = the_round.voting_closes_at
    db.session.commit()
    assert refusal_of(the_round, "Hall", member, 0).code == "withdrawn"
    assert seen(the_round, "Pond").in_line


def test_agreeing_with_the_rest_decides_each_recommended_bid_by_itself() -> None:
    the_round, member = a_ward_round()
    decided(the_round, "Hall", member, 0)
    assert agree_with_the_rest(the_round.id, power="ward_member", by=member) == 1
    assert seen(the_round, "Bench").decision is not None
    assert seen(the_round, "Pond").decision is None, "released money is decided one by one"
    assert len(list(events_of_round(the_round.id, ("bid_decided",)))) == 2


def test_the_cabinet_agrees_with_the_rest_of_what_no_ward_member_speaks_for() -> None:
    the_round, member = a_ward_round()
    with pytest.raises(Refusal) as refused:
        agree_with_the_rest(the_round.id, power="cabinet_member", by=a_cabinet_member())
    assert refused.value.code == "nothing_waits"

    declare_interest(project_called(the_round, "Hall").id, "My sister runs the hall.", by=member)
    assert agree_with_the_rest(the_round.id, power="cabinet_member", by=a_cabinet_member()) == 1
    assert seen(the_round, "Hall").decision is not None
    assert seen(the_round, "Bench").decision is None, "it waits for the ward's member"


def test_agreeing_twice_finds_nothing_that_waits() -> None:
    the_round, member = a_ward_round()
    agree_with_the_rest(the_round.id, power="ward_member", by=member)
    with pytest.raises(Refusal) as refused:
        agree_with_the_rest(the_round.id, power="ward_member", by=member)
    assert refused.value.code == "nothing_waits"


def test_agreeing_under_a_power_without_its_source_keeps_nothing() -> None:
    the_round, member = a_ward_round()
    with pytest.raises(Refusals) as refused:
        agree_with_the_rest(the_round.id, power="binding", by=member)
    assert refused.value.code == "citation_missing"
    assert seen(the_round, "Hall").decision is None


def test_a_member_publishes_their_own_decisions_and_nobody_else_does() -> None:
    the_round, member = a_ward_round()
    decided(the_round, "Hall", member)
    for other in (owner_of(the_round), someone(Role.APPROVER), a_cabinet_member()):
        with pytest.raises(Refusal) as refused:
            publish_decisions(the_round.id, by=other)
        assert refused.value.code == "nothing_to_publish"
    publish_decisions(the_round.id, by=member)
    decision = seen(the_round, "Hall").decision
    assert decision is not None
    assert decision.published_at is not None
    (event,) = events_of_round(the_round.id, ("decision_published",))
    assert event.facts == {"decision": decision.id}


def test_publishing_again_changes_nothing() -> None:
    the_round, member = a_decided_round()
    assert len(list(events_of_round(the_round.id, ("decision_published",)))) == 2
    with pytest.raises(Refusal) as refused:
        publish_decisions(the_round.id, by=member)
    assert refused.value.code == "nothing_to_publish"


def test_a_bid_that_nobody_has_decided_cannot_be_published() -> None:
    the_round, member = a_ward_round()
    with pytest.raises(Refusal) as refused:
        publish_decisions(the_round.id, by=member)
    assert refused.value.code == "nothing_to_publish"


def test_bids_move_only_when_the_result_is_released() -> None:
    the_round, member = a_ward_round()
    decided(the_round, "Hall", member, 0)
    decided(the_round, "Pond", member)
    agree_with_the_rest(the_round.id, power="ward_member", by=member)
    publish_decisions(the_round.id, by=member)
    bids = {title: project_called(the_round, title).bid for title in ("Hall", "Bench", "Pond")}
    assert {title: bid.state for title, bid in bids.items() if bid} == {
        "Hall": BidState.RECOMMENDED, "Bench": BidState.RECOMMENDED, "Pond": BidState.RESERVE,
    }  # fmt: skip
    released(the_round)
    bids = {title: project_called(the_round, title).bid for title in ("Hall", "Bench", "Pond")}
    assert {title: bid.state for title, bid in bids.items() if bid} == {
        "Hall": BidState.DECLINED, "Bench": BidState.APPROVED, "Pond": BidState.APPROVED,
    }  # fmt: skip
    assert the_round.state == RoundState.PUBLISHED


def test_a_declared_interest_blocks_the_member_and_refers_the_bid_to_the_cabinet() -> None:
    the_round, member = a_ward_round()
    project = project_called(the_round, "Hall")
    declare_interest(project.id, "I am a trustee of the hall.", by=member)
    assert refusal_of(the_round, "Hall", member).code == "interested"
    assert project_called(the_round, "Hall").bid.state == BidState.REFERRED  # type: ignore[union-attr]
    cabinet = a_cabinet_member()
    decided(the_round, "Hall", cabinet, power="cabinet_member")
    decision = seen(the_round, "Hall").decision
    assert decision is not None
    assert (decision.referred, decision.decided_by) == (True, cabinet.account_id)


def test_a_referred_bid_is_not_for_another_ward_member_either() -> None:
    the_round, member = a_ward_round()
    declare_interest(project_called(the_round, "Hall").id, "My sister runs it.", by=member)
    area_id = the_round.pots[0].area_id
    assert area_id is not None
    assert refusal_of(the_round, "Hall", a_member(area_id)).code == "referred"


def test_a_cabinet_member_with_an_interest_leaves_it_to_the_others() -> None:
    the_round, member = a_ward_round()
    cabinet = a_cabinet_member()
    project = project_called(the_round, "Hall")
    declare_interest(project.id, "I let the hall its car park.", by=cabinet)
    assert refusal_of(the_round, "Hall", cabinet, power="cabinet").code == "interested"
    decided(the_round, "Hall", member)
    assert seen(the_round, "Hall").referred is False


def test_an_interest_that_comes_to_mind_late_sets_the_decision_aside_and_keeps_it() -> None:
    the_round, member = a_ward_round()
    decided(the_round, "Hall", member)
    project = project_called(the_round, "Hall")
    declare_interest(project.id, "I joined its committee last week.", by=member)
    (kept,) = rows(project.id)
    assert kept.superseded
    assert seen(the_round, "Hall").waits
    decided(the_round, "Hall", a_cabinet_member(), power="cabinet")
    assert len(rows(project.id)) == 2


def test_an_interest_says_what_it_is_and_is_declared_once() -> None:
    the_round, member = a_ward_round()
    project_id = project_called(the_round, "Hall").id
    with pytest.raises(Refusal) as refused:
        declare_interest(project_id, "  ", by=member)
    assert (refused.value.code, refused.value.field) == ("nature_missing", "nature")
    declare_interest(project_id, "I am a trustee.", by=member)
    with pytest.raises(Refusal) as refused:
        declare_interest(project_id, "Again.", by=member)
    assert refused.value.code == "declared_already"
    (event,) = events_of_round(the_round.id, ("interest_declared",))
    assert "trustee" not in str(event.facts)


def test_officers_have_no_interests_to_declare() -> None:
    the_round, _member = a_ward_round()
    with pytest.raises(NotAllowed) as refused:
        declare_interest(project_called(the_round, "Hall").id, "None of mine.", by=owner_of(the_round))
    assert refused.value.code == "not_a_member"


def test_the_desk_lists_the_rounds_in_which_a_member_has_a_say() -> None:
    the_round, member = a_ward_round()
    elsewhere = a_member(an_area().id)
    assert [each.id for each in rounds_to_decide(member)] == [the_round.id]
    assert rounds_to_decide(elsewhere) == []
    assert [each.id for each in rounds_to_decide(a_cabinet_member())] == [the_round.id]
    assert [each.id for each in rounds_to_decide(someone(Role.SCRUTINY))] == [the_round.id]
    with pytest.raises(NotAllowed):
        rounds_to_decide(someone(Role.OFFICER))


def test_two_decisions_at_once_cannot_both_stand() -> None:
    the_round, member = a_ward_round()
    decided(the_round, "Hall", member)
    (row,) = rows(project_called(the_round, "Hall").id)
    copy = {c.name: getattr(row, c.name) for c in Decision.__table__.columns if c.name != "id"}
    db.session.add(Decision(**copy))
    with pytest.raises(Exception, match=r"uq_decision_one_stands|UNIQUE"):
        db.session.commit()
    db.session.rollback()


def test_less_than_is_recommended_is_a_difference_too() -> None:
    the_round, member = a_ward_round()
    silent = replace(resolution(the_round, "Hall", 500_000), reason="")
    with pytest.raises(Refusals) as refused:
        decide(project_called(the_round, "Hall").id, silent, by=member)
    assert refused.value.code == "reason_missing"
