"""Counting: an outcome that follows by hand, stored for good, certified by somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from pb.core.actors import Role
from pb.core.errors import Refusal
from pb.core.outcome import Award
from pb.core.states import BidState, RoundState
from pb.extensions import db
from pb.models.bids import Bid
from pb.models.counts import Count, Offer, OfferState
from pb.models.envelopes import OpenedBallot
from pb.models.rounds import Round
from pb.services.counts import (
    certified_count,
    certify,
    certify_blockers,
    last_count,
    read_count,
    recommendations,
    record_count,
)
from pb.services.lots import Draw, lots_of, open_tie_of, record_lot
from pb.services.offers import answer_offer, make_offer, offers_of, pending_results
from pb.services.pots import PotEntry
from pb.services.rounds import find_round
from pb.services.transactions import transaction
from tests.factories import a_certified_round, a_closed_round, a_counted_round, an_opened_round, someone

pytestmark = pytest.mark.usefixtures("app")

#: Bench and Pond come before Hall, which finds £4,500 of the £6,000 it asked for and could go ahead with £4,000.
HALL_LAST = [("Bench", "Pond"), ("Bench", "Pond"), ("Hall", "Bench")]
#: Bench (£3,000) and Pond (£2,500) stand equal before a pot of £5,000.
TIED = {"pots": [PotEntry("Everywhere", 500_000)], "ballots": [("Bench", "Pond"), ("Bench", "Pond")]}


def amounts(the_round: Round) -> dict[str, int]:
    """What the newest count gives to each project, by title."""
    count = last_count(the_round.id)
    assert count is not None
    titles = {each["key"]: each["title"] for each in (the_round.frozen or {})["projects"]}
    outcomes = read_count(count).outcomes.values()
    return {titles[each.id]: each.amount for outcome in outcomes for each in outcome.projects}


def blocked(the_round: Round) -> list[str]:
    """The codes of what still stops certifying."""
    return [blocker.code for blocker in certify_blockers(the_round)]


def last_pending(the_round: Round) -> str:
    """The key of the project that the newest count offers a part."""
    (result,) = pending_results(the_round.id)
    return result.id


@contextmanager
def reads_of_ballots() -> Iterator[list[str]]:
    """The statements that read opened ballots' choices meanwhile."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "opened_ballot.choices" in statement:
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def test_the_count_follows_by_hand() -> None:
    the_round = a_counted_round()
    assert amounts(the_round) == {"Hall": 600_000, "Bench": 300_000, "Pond": 0}
    count = last_count(the_round.id)
    assert count is not None
    assert (count.number, count.rule, count.reason) == (1, "greedy", "")


def test_each_pot_is_counted_on_its_own() -> None:
    the_round = a_counted_round(
        pots=[PotEntry("North", 300_000), PotEntry("South", 300_000)],
        bids=[("Bench", "north", 300_000, None), ("Hall", "north", 100_000, None), ("Pond", "south", 300_000, None)],
        ballots=[("Bench", "Pond"), ("Hall",), ("Hall",)],
    )
    assert amounts(the_round) == {"Hall": 100_000, "Bench": 0, "Pond": 300_000}


def test_a_second_count_says_why_and_the_first_stays_as_it_was() -> None:
    the_round = a_counted_round()
    first = last_count(the_round.id)
    assert first is not None
    stored = (first.outcome_sha256, first.recorded_at)
    lead = someone(Role.COUNT_LEAD)
    with pytest.raises(Refusal) as refused:
        record_count(the_round.id, by=lead)
    assert refused.value.code == "reason_missing"
    with pytest.raises(Refusal) as refused:
        record_count(the_round.id, by=lead, reason="a" * 501)
    assert refused.value.code == "reason_long"
    with pytest.raises(Refusal) as refused:
        record_count(the_round.id, by=lead, reason="To be sure.")
    assert refused.value.code == "count_same"
    assert db.session.scalars(select(Count)).one().number == 1
    assert (first.outcome_sha256, first.recorded_at) == stored


def test_an_officer_who_is_not_count_lead_records_no_count() -> None:
    the_round = an_opened_round()
    with pytest.raises(Refusal) as refused:
        record_count(the_round.id, by=someone(Role.OFFICER))
    assert (refused.value.code, refused.value.status) == ("not_count_lead", 403)


def test_nothing_is_counted_before_the_box_is_opened() -> None:
    the_round = a_closed_round()
    with pytest.raises(Refusal) as refused:
        record_count(the_round.id, by=someone(Role.COUNT_LEAD))
    assert refused.value.code == "not_now"


def test_certifying_moves_the_bids_and_hands_the_round_to_the_members() -> None:
    the_round = a_certified_round()
    assert the_round.state == RoundState.DECIDING
    states = {bid.title: bid.state for bid in db.session.scalars(select(Bid))}
    assert states == {"Hall": BidState.RECOMMENDED, "Bench": BidState.RECOMMENDED, "Pond": BidState.RESERVE}
    certified = certified_count(the_round.id)
    assert certified is not None
    assert certified.number == 1


def test_recommendations_tell_rank_votes_amount_and_reason() -> None:
    the_round = a_certified_round()
    told = [
        (each.project.title, each.rank, each.votes, each.award, each.amount) for each in recommendations(the_round.id)
    ]
    assert told == [
        ("Hall", 1, 4, Award.FULL, 600_000),
        ("Bench", 2, 3, Award.FULL, 300_000),
        ("Pond", 3, 2, Award.NONE, 0),
    ]
    assert "£1,000 was left" in str(recommendations(the_round.id)[2].reason)


def test_nothing_is_recommended_before_a_count_is_certified() -> None:
    assert recommendations(a_counted_round().id) == []


def test_who_recorded_the_count_cannot_certify_it() -> None:
    the_round = an_opened_round()
    both = someone(Role.COUNT_LEAD, Role.SECOND_TELLER)
    record_count(the_round.id, by=both)
    with pytest.raises(Refusal) as refused:
        certify(the_round.id, 1, by=both)
    assert (refused.value.code, refused.value.status) == ("not_second_teller", 403)


def test_a_round_without_a_count_is_not_certified() -> None:
    the_round = an_opened_round()
    with pytest.raises(Refusal) as refused:
        certify(the_round.id, 1, by=someone(Role.SECOND_TELLER))
    assert refused.value.code == "not_counted"


def test_an_imbalance_blocks_certifying() -> None:
    the_round = a_counted_round()
    with transaction() as session:
        alone = [each for each in session.scalars(select(OpenedBallot)) if len(each.choices["approved"]) == 1]
        session.delete(alone[0])
    assert [each.code for each in certify_blockers(the_round, afresh=True)] == ["imbalance", "count_overtaken"]
    with pytest.raises(Refusal) as refused:
        certify(the_round.id, 1, by=someone(Role.SECOND_TELLER))
    assert (refused.value.code, refused.value.status) == ("imbalance", 409)
    assert the_round.state == RoundState.OPENED


def test_reading_what_stops_a_count_reads_no_ballot_until_something_has_changed() -> None:
    the_round = a_counted_round(ballots=HALL_LAST)
    with reads_of_ballots() as reads:
        assert blocked(the_round) == ["offer_pending"]
        assert open_tie_of(the_round) == []
    assert reads == []
    offer = make_offer(the_round.id, last_pending(the_round), by=someone(Role.OFFICER))
    answer_offer(offer.id, accepted=True, by=someone(Role.OFFICER))
    with reads_of_ballots() as reads:
        assert "count_overtaken" in blocked(the_round)
    assert reads != []


def test_ballots_that_were_changed_since_are_found_before_anything_is_certified() -> None:
    the_round = a_counted_round()
    with transaction() as session:
        for each in session.scalars(select(OpenedBallot)):
            each.choices = {"approved": each.choices["approved"][:1]}
    with pytest.raises(Refusal) as refused:
        certify(the_round.id, 1, by=someone(Role.SECOND_TELLER))
    assert refused.value.code == "count_overtaken"
    assert find_round(the_round.slug).state == RoundState.OPENED


def test_a_part_offer_must_be_answered_before_the_count_is_certified() -> None:
    the_round = a_counted_round(ballots=HALL_LAST)
    assert amounts(the_round) == {"Bench": 300_000, "Pond": 250_000, "Hall": 450_000}
    assert blocked(the_round) == ["offer_pending"]


@pytest.mark.parametrize(("accepted", "given"), [(True, 450_000), (False, 0)])
def test_the_answer_to_an_offer_changes_the_next_count(accepted: bool, given: int) -> None:
    the_round = a_counted_round(ballots=HALL_LAST)
    hall = next(each["key"] for each in (the_round.frozen or {})["projects"] if each["title"] == "Hall")
    officer = someone(Role.OFFICER)
    offer = make_offer(the_round.id, hall, by=officer)
    answer_offer(offer.id, accepted=accepted, by=officer)
    assert "count_overtaken" in blocked(the_round)
    record_count(the_round.id, by=someone(Role.COUNT_LEAD), reason="Hall has answered.")
    assert amounts(the_round)["Hall"] == given
    certify(the_round.id, 2, by=someone(Role.SECOND_TELLER))
    state = db.session.scalar(select(Bid.state).where(Bid.title == "Hall"))
    assert state == (BidState.RECOMMENDED if accepted else BidState.NOT_FUNDED)


def test_a_group_answers_only_its_own_offer_and_only_once() -> None:
    the_round = a_counted_round(ballots=HALL_LAST)
    hall = next(each["key"] for each in (the_round.frozen or {})["projects"] if each["title"] == "Hall")
    officer = someone(Role.OFFICER)
    offer = make_offer(the_round.id, hall, by=officer)
    assert make_offer(the_round.id, hall, by=officer).id == offer.id
    with pytest.raises(Refusal) as refused:
        answer_offer(offer.id, accepted=True, by=someone(Role.GROUP_CONTACT))
    assert (refused.value.code, refused.value.status) == ("no_offer", 404)
    answer_offer(offer.id, accepted=True, by=officer)
    with pytest.raises(Refusal) as refused:
        answer_offer(offer.id, accepted=False, by=officer)
    assert refused.value.code == "answered_already"
    ((_offer, project),) = offers_of(the_round.id)
    assert project.title == "Hall"


def test_an_offer_that_a_newer_one_has_overtaken_says_so_when_it_is_answered() -> None:
    the_round = a_counted_round(ballots=HALL_LAST)
    officer = someone(Role.OFFICER)
    first = make_offer(the_round.id, last_pending(the_round), by=officer)
    with transaction() as session:  # as it stood before the pot had more money
        session.get_one(Offer, first.id).amount -= 100
    newer = make_offer(the_round.id, last_pending(the_round), by=officer)
    for accepted in (True, False):
        with pytest.raises(Refusal) as refused:
            answer_offer(first.id, accepted=accepted, by=officer)
        assert refused.value.code == "offer_overtaken"
    assert answer_offer(newer.id, accepted=True, by=officer).state == OfferState.ACCEPTED


def test_a_bid_for_which_nothing_is_set_aside_is_offered_nothing() -> None:
    the_round = a_counted_round()
    with pytest.raises(Refusal) as refused:
        make_offer(the_round.id, (the_round.frozen or {})["projects"][0]["key"], by=someone(Role.OFFICER))
    assert refused.value.code == "nothing_to_offer"


def test_a_tie_that_matters_waits_for_a_lot_and_follows_it() -> None:
    the_round = an_opened_round(**TIED)
    lead = someone(Role.COUNT_LEAD)
    with pytest.raises(Refusal) as refused:
        record_count(the_round.id, by=lead)
    assert refused.value.code == "open_tie"
    tied = {project.title: project.key for project in open_tie_of(the_round)}
    assert set(tied) == {"Bench", "Pond"}
    draw = Draw([tied["Pond"], tied["Bench"]], "Folded papers from a hat.", "Ann Other", "Ben Other", outsider=True)
    record_lot(the_round.id, draw, by=lead)
    assert open_tie_of(the_round) == []
    record_count(the_round.id, by=lead)
    assert amounts(the_round) == {"Pond": 250_000, "Bench": 0, "Hall": 0}
    assert lots_of(the_round.id)[0].order == [tied["Pond"], tied["Bench"]]


def test_a_lot_needs_every_tied_bid_a_method_and_two_witnesses_of_whom_one_is_no_officer() -> None:
    the_round = an_opened_round(**TIED)
    tied = [project.key for project in open_tie_of(the_round)]
    wrong = Draw(tied[:1] * 2, " ", "Ann Other", "ann  other", outsider=False)
    with pytest.raises(Refusal) as refused:
        record_lot(the_round.id, wrong, by=someone(Role.COUNT_LEAD))
    codes = [fault.code for fault in refused.value.faults]  # type: ignore[attr-defined]
    assert codes == ["order_wrong", "method_missing", "witness_twice", "witness_outside"]
    assert lots_of(the_round.id) == []


def test_no_lot_is_recorded_where_no_tie_is_open() -> None:
    the_round = a_counted_round()
    draw = Draw(["x"], "A hat.", "Ann Other", "Ben Other", outsider=True)
    with pytest.raises(Refusal) as refused:
        record_lot(the_round.id, draw, by=someone(Role.COUNT_LEAD))
    assert refused.value.code == "no_open_tie"
