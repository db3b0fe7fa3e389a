"""Counts after the vote: a number that is there is changed by a second person, for a reason, on the record."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.core.actors import Actor, Role
from pb.core.errors import Refusal
from pb.models.rounds import Policy, Round
from pb.services.batches import find_batch, note_card_counts
from pb.services.count_corrections import corrections_of
from pb.services.ledger import events_of_round
from pb.services.papers import PapersWanted, count_papers, make_papers
from tests import stations
from tests.factories import owner_of, someone, turn_to
from tests.voters import a_voting_round, codes_for

WHY = "Two cards stuck together."


@pytest.fixture
def the_round(app: Flask) -> Round:
    return a_voting_round(policy=Policy.CODE)


def refused(the_round: Round, by: Actor, counts: dict[str, int | None], reason: str = "") -> tuple[str, str]:
    with pytest.raises(Refusal) as found:
        note_card_counts(the_round.id, 1, counts, by=by, reason=reason)
    return found.value.code, found.value.field


def after_the_vote(the_round: Round, steward: Actor) -> dict[str, int | None]:
    """Five cards that a steward counted while people voted, one of them missing."""
    codes_for(the_round, 5)
    counts: dict[str, int | None] = {"printed": 5, "handed_out": 3, "returned_unused": 1, "missing": 1}
    note_card_counts(the_round.id, 1, counts | {"missing": 2}, by=steward)
    note_card_counts(the_round.id, 1, counts, by=steward)
    turn_to(the_round.voting_closes_at)
    return counts


def test_once_voting_is_over_no_steward_types_an_imbalance_away(the_round: Round) -> None:
    steward = someone(Role.STEWARD)
    counts = after_the_vote(the_round, steward)
    for person in (steward, someone(Role.STEWARD)):
        assert refused(the_round, person, counts | {"missing": 0}, WHY) == ("not_a_corrector", "missing")
        assert refused(the_round, person, counts | {"missing": None}, WHY) == ("not_a_corrector", "missing")
    assert find_batch(the_round.id, 1).missing == 1
    note_card_counts(the_round.id, 1, counts | {"not_returned": 2}, by=someone(Role.STEWARD))
    assert find_batch(the_round.id, 1).not_returned == 2, "what nobody had counted is counted after the vote too"


def test_an_officer_corrects_what_somebody_else_typed_and_says_why(the_round: Round) -> None:
    counts = after_the_vote(the_round, someone(Role.STEWARD))
    one, other = owner_of(the_round), someone(Role.OFFICER)
    assert refused(the_round, one, counts | {"missing": 0}, " ") == ("reason_missing", "reason")
    assert not corrections_of(the_round.id)
    note_card_counts(the_round.id, 1, counts | {"missing": 0}, by=one, reason=WHY)
    assert refused(the_round, one, counts | {"missing": 3}, WHY) == ("typed_it_last", "missing")
    note_card_counts(the_round.id, 1, counts | {"missing": 0, "not_returned": 1}, by=other)
    assert refused(the_round, one, counts | {"missing": 3, "not_returned": 1}, WHY) == ("typed_it_last", "missing")
    note_card_counts(the_round.id, 1, counts | {"missing": 3, "not_returned": 1}, by=other, reason="Found one.")
    found = [(each.what, each.before, each.after, each.role, each.reason) for each in corrections_of(the_round.id)]
    assert found == [("missing", 1, 0, "officer", WHY), ("missing", 0, 3, "officer", "Found one.")]
    first = next(events_of_round(the_round.id, ("cards_corrected",)))
    assert (first.account_id, first.facts["before"]) == (one.account_id, {"missing": 1})


def test_a_paper_count_is_corrected_by_the_count_lead_and_not_by_those_who_closed_the_station(the_round: Round) -> None:
    station = stations.a_station(the_round)
    batch = make_papers(the_round.id, PapersWanted("Slips", 10, station_id=station.id), by=owner_of(the_round))
    one, other = stations.on_rota(the_round, station), someone(Role.OFFICER)
    stations.opened(station, one, other)
    stations.closed(station, one, other, papers={batch.id: 7}, in_box=3, explanation="Given by hand.")
    turn_to(the_round.voting_closes_at)
    found = []
    for by in (one, other, someone(Role.SECOND_TELLER)):
        with pytest.raises(Refusal) as refusal:
            count_papers(the_round.id, batch.id, {"issued": 4, "missing": 1}, by=by, reason=WHY)
        found.append(refusal.value.code)
    assert found == ["not_a_corrector", "typed_it_last", "not_a_corrector"]
    count_papers(the_round.id, batch.id, {"issued": 4, "unused": 7}, by=someone(Role.COUNT_LEAD), reason=WHY)
    [kept] = corrections_of(the_round.id)
    assert (kept.batch, kept.what, kept.before, kept.after, kept.role) == ("Slips", "issued", 3, 4, "count_lead")
