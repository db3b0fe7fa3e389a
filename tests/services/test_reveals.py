"""The reveal: nothing before its press, lots with witnesses, offers answered in the room, and the way back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pb.core.actors import Actor, Role
from pb.core.blockers import Blocked
from pb.core.errors import NotAllowed, Refusal
from pb.models.counts import OfferState
from pb.models.rounds import Round
from pb.services.counts import certify, counts_of, last_count, record_count
from pb.services.elections import projects_of
from pb.services.ledger import events_of_round
from pb.services.live import snapshot
from pb.services.live_cache import forget
from pb.services.lots import Draw, lots_of
from pb.services.offers import answer_offer, offers_of
from pb.services.outbox import opened_messages
from pb.services.reveals import (
    answer_in_room,
    answer_later,
    begin_reveal,
    draw_lot,
    end_reveal,
    reveal_of,
    show_step,
    stand_of,
)
from tests.factories import a_certified_round, a_closed_round, a_counted_round, an_opened_round, someone

#: Hall 4 votes (£6,000), Bench 3 (£3,000), Pond 2 (£2,500, could go ahead with £1,000): £1,000 is left for the Pond.
WITH_OFFER: list[tuple[str, str, int, int | None]] = [
    ("Bench", "", 300_000, None),
    ("Hall", "", 600_000, 400_000),
    ("Pond", "", 250_000, 100_000),
    ("Kiln", "", 90_000, None),
]
#: Bench and Pond stand equal at three votes, and after the Hall there is money for one of them.
TIED = [("Hall", "Bench"), ("Hall", "Pond"), ("Hall", "Bench"), ("Hall", "Pond"), ("Bench", "Pond")]
TIED_BIDS: list[tuple[str, str, int, int | None]] = [
    ("Bench", "", 300_000, None),
    ("Hall", "", 600_000, None),
    ("Pond", "", 250_000, None),
]


@pytest.fixture
def lead() -> Actor:
    return someone(Role.COUNT_LEAD)


def told(the_round: Round) -> dict[str, Any]:
    """What phones and halls are told of the reveal."""
    return snapshot(the_round.slug).data["reveal"]


def titles(the_round: Round) -> list[str]:
    """The projects that were shown so far, in the order of the presses."""
    return [step["project"] for step in told(the_round)["steps"] if "project" in step]


def key_of(the_round: Round, title: str) -> str:
    return next(each.key for each in projects_of(the_round.id) if each.title == title)


def a_draw(the_round: Round, *order: str, second: str = "Ben Brook") -> Draw:
    keys = [key_of(the_round, title) for title in order]
    return Draw(keys, "Folded papers from a hat", "Ann Avon", second, outsider=True)


def test_nothing_is_told_before_its_press_and_back_takes_it_away_again(app: object, lead: Actor) -> None:
    the_round = a_counted_round()
    assert snapshot(the_round.slug).data["reveal"] is None
    begin_reveal(the_round.id, by=lead)
    everything = stand_of(reveal_of(the_round.id)).steps  # type: ignore[arg-type]
    assert [step.kind.value for step in everything] == ["pot", "award", "award", "thanks", "end"]
    assert "Bench" not in json.dumps(snapshot(the_round.slug).data)
    seen = []
    for step in (1, 2, 3, 2, 3, 4, 5):
        show_step(the_round.id, step, by=lead)
        seen.append(titles(the_round))
    low_first = [[], ["Bench"], ["Bench", "Hall"]]
    assert seen == [*low_first, ["Bench"], *[["Bench", "Hall"]] * 3]
    left = [(step["before"], step["left"]) for step in told(the_round)["steps"][1:3]]
    assert left == [(1_000_000, 700_000), (700_000, 100_000)]
    assert [each["project"] for each in told(the_round)["steps"][3]["others"]] == ["Pond"]
    assert told(the_round)["whole"]["amount"] == 900_000
    assert [step["votes"] for step in told(the_round)["steps"]] == [None] * 5, "five ballots are too few to tell"


def test_a_reveal_is_on_the_record_from_begin_to_end_and_cannot_end_early(app: object, lead: Actor) -> None:
    the_round = a_certified_round()
    with pytest.raises(NotAllowed, match="An officer or the count lead"):
        begin_reveal(the_round.id, by=someone(Role.APPROVER))
    begin_reveal(the_round.id, by=someone(Role.OFFICER))
    show_step(the_round.id, 1, by=lead)
    assert begin_reveal(the_round.id, by=lead).step == 1, "begun twice, it stays where it is"
    with pytest.raises(Refusal, match="Show every step first"):
        end_reveal(the_round.id, by=lead)
    with pytest.raises(Refusal, match="no such step"):
        show_step(the_round.id, 6, by=lead)
    show_step(the_round.id, 5, by=lead)
    end_reveal(the_round.id, by=lead)
    assert told(the_round)["ended"]
    assert told(the_round)["certified"]
    with pytest.raises(Refusal, match="shown already"):
        begin_reveal(the_round.id, by=lead)
    kinds = [event.kind for event in events_of_round(the_round.id) if event.kind.startswith("reveal")]
    assert kinds == ["reveal_begun", "reveal_ended"]


def test_nothing_is_revealed_before_the_box_is_open_and_counted(app: object, lead: Actor) -> None:
    with pytest.raises(Refusal) as too_early:
        begin_reveal(a_closed_round().id, by=lead)
    assert too_early.value.code == "not_now"


def test_a_box_that_is_not_counted_is_not_revealed(app: object, lead: Actor) -> None:
    with pytest.raises(Blocked, match="No count is recorded"):
        begin_reveal(an_opened_round().id, by=lead)


def test_the_screen_waits_for_a_lot_and_its_witnesses(app: object, lead: Actor) -> None:
    the_round = an_opened_round(bids=TIED_BIDS, ballots=TIED)
    begin_reveal(the_round.id, by=lead)
    assert sorted(each["project"] for each in told(the_round)["lot"]) == ["Bench", "Pond"]
    assert told(the_round)["steps"] == []
    with pytest.raises(Refusal, match="A lot must be drawn first"):
        show_step(the_round.id, 1, by=lead)
    with pytest.raises(Refusal, match="witnesses are different people"):
        draw_lot(the_round.id, a_draw(the_round, "Pond", "Bench", second="Ann Avon"), by=lead)
    with pytest.raises(NotAllowed):
        draw_lot(the_round.id, a_draw(the_round, "Pond", "Bench"), by=someone(Role.OFFICER))
    assert lots_of(the_round.id) == []
    draw_lot(the_round.id, a_draw(the_round, "Pond", "Bench"), by=lead)
    assert [(lot.first_witness, lot.second_witness) for lot in lots_of(the_round.id)] == [("Ann Avon", "Ben Brook")]
    assert told(the_round)["lot"] == []
    for step in (1, 2, 3):
        show_step(the_round.id, step, by=lead)
    assert titles(the_round) == ["Pond", "Hall"]


def test_an_offer_accepted_in_the_room_is_shown_at_once(app: object, lead: Actor) -> None:
    the_round = a_counted_round(bids=WITH_OFFER)
    begin_reveal(the_round.id, by=lead)
    show_step(the_round.id, 2, by=lead)
    assert (titles(the_round), told(the_round)["asks"]) == (["Pond"], True)
    with pytest.raises(Refusal, match="must answer first"):
        show_step(the_round.id, 3, by=lead)
    assert show_step(the_round.id, 1, by=lead).step == 1, "one may go back"
    show_step(the_round.id, 2, by=lead)
    letters = len(opened_messages())
    answer_in_room(the_round.id, key_of(the_round, "Pond"), accepted=True, by=lead)
    step = told(the_round)["steps"][-1]
    assert (step["kind"], step["project"], step["amount"], told(the_round)["asks"]) == ("award", "Pond", 100_000, False)
    assert len(opened_messages()) == letters, "nobody is written to about an offer that they have answered"
    assert [count.reason for count in counts_of(the_round.id)][1:] == ["The offer to “Pond” was accepted in the room."]
    for number in (3, 4, 5, 6):
        show_step(the_round.id, number, by=lead)
    assert told(the_round)["whole"]["amount"] == 1_000_000
    end_reveal(the_round.id, by=lead)
    assert certify(the_round.id, 2, by=someone(Role.SECOND_TELLER)).number == 2


def test_an_offer_declined_in_the_room_sends_the_money_on(app: object, lead: Actor) -> None:
    the_round = a_counted_round(
        bids=WITH_OFFER,
        ballots=[("Hall", "Bench"), ("Hall", "Pond"), ("Bench", "Pond"), ("Hall",), ("Bench",), ("Kiln",)],
    )
    begin_reveal(the_round.id, by=lead)
    show_step(the_round.id, 2, by=lead)
    answer_in_room(the_round.id, key_of(the_round, "Pond"), accepted=False, by=lead)
    assert (told(the_round)["step"], titles(the_round)) == (1, [])
    assert [each["project"] for each in told(the_round)["declined"]] == ["Pond"]
    show_step(the_round.id, 2, by=lead)
    assert titles(the_round) == ["Kiln"], "it went to the next in line"


def test_a_group_that_needs_time_is_asked_in_writing_and_the_reveal_goes_on(app: object, lead: Actor) -> None:
    the_round = a_counted_round(bids=WITH_OFFER)
    begin_reveal(the_round.id, by=lead)
    show_step(the_round.id, 2, by=lead)
    answer_later(the_round.id, key_of(the_round, "Pond"), by=someone(Role.OFFICER))
    assert [offer.state for offer, _project in offers_of(the_round.id)] == [OfferState.OPEN]
    show_step(the_round.id, 6, by=lead)
    end_reveal(the_round.id, by=lead)
    assert told(the_round)["again"] is None
    answer_in_the_count(the_round, lead)
    assert told(the_round)["again"] == "They rang."
    assert begin_reveal(the_round.id, by=lead).step == 0, "what was counted again may be shown again"


def answer_in_the_count(the_round: Round, lead: Actor) -> None:
    """The group answers later, on the telephone, and the count lead counts again."""
    answer_offer(offers_of(the_round.id)[0][0].id, accepted=True, by=lead)
    record_count(the_round.id, by=lead, reason="They rang.")
    forget(the_round.id)


def test_a_count_made_elsewhere_is_taken_up_with_the_next_press(app: object, lead: Actor) -> None:
    the_round = a_counted_round(bids=WITH_OFFER)
    begin_reveal(the_round.id, by=lead)
    show_step(the_round.id, 2, by=lead)
    answer_later(the_round.id, key_of(the_round, "Pond"), by=lead)
    answer_in_the_count(the_round, lead)
    reveal = show_step(the_round.id, 3, by=lead)
    assert (reveal.count_id, reveal.step) == (last_count(the_round.id).id, 2)  # type: ignore[union-attr]
