"""Spoil and replace: a card handed back counts for nothing any more, and its holder votes once with the new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from pb.core.actors import Actor, Role
from pb.core.errors import Refusal, Refusals
from pb.core.reconciliation import imbalances
from pb.extensions import db, present
from pb.models.codes import Code, CodeState
from pb.models.envelopes import Envelope
from pb.models.roll import RollEntry
from pb.models.rounds import Policy, Round
from pb.services.batches import numbers_of_batch, revoke_batch
from pb.services.casting import cast
from pb.services.ledger import events_of_round
from pb.services.reconciliation import numbers_of
from pb.services.rights import Claim
from pb.services.spoiling import Spoilt, spoil
from tests import factories
from tests.conftest import TurningClock
from tests.stations import a_station, cards_at
from tests.voters import SAM, a_paper, a_voting_round, codes_for, invitation_codes, invite, two_wards


@pytest.fixture
def the_round(app: Flask) -> Round:
    return a_voting_round()


@pytest.fixture
def steward(app: Flask) -> Actor:
    return factories.someone(Role.STEWARD)


def envelopes() -> int:
    return db.session.scalar(select(func.count()).select_from(Envelope)) or 0


def refusal_of(*args: object, **kwargs: object) -> tuple[str, str]:
    with pytest.raises(Refusal) as refused:
        spoil(*args, **kwargs)  # type: ignore[arg-type]
    return refused.value.code, refused.value.field


def test_a_spoilt_card_that_nobody_used_opens_nothing_any_more(the_round: Round, steward: Actor) -> None:
    (code,) = codes_for(the_round)
    assert spoil(the_round.id, code.lower(), by=steward, none_wanted=True) == Spoilt(
        "Library", had_ballot=False, replaced=False
    )
    with pytest.raises(Refusal) as refused:
        cast(a_paper(the_round), Claim(code))
    assert refused.value.code == "code_void"
    numbers = numbers_of_batch(the_round.id, 1)
    assert (numbers.spoilt, numbers.void) == (1, 1)
    (event,) = events_of_round(the_round.id, ("card_spoilt",))
    assert event.facts == {"batch": 1}


def test_the_ballot_of_a_spoilt_card_is_taken_out_and_the_new_card_casts_another(
    the_round: Round, steward: Actor
) -> None:
    old, new = codes_for(the_round, 2)
    cast(a_paper(the_round), Claim(old))
    assert spoil(the_round.id, old, by=steward, replacement=new).had_ballot
    assert envelopes() == 0
    cast(a_paper(the_round, "B"), Claim(new))
    assert envelopes() == 1
    numbers = numbers_of_batch(the_round.id, 1)
    assert (numbers.used, numbers.void, numbers.spoilt) == (1, 1, 1)


def test_a_card_is_spoilt_once(the_round: Round, steward: Actor) -> None:
    (code,) = codes_for(the_round)
    spoil(the_round.id, code, by=steward, none_wanted=True)
    assert refusal_of(the_round.id, code, by=steward) == ("code_void", "code")
    assert numbers_of_batch(the_round.id, 1).spoilt == 1


def test_a_new_card_is_asked_for_unless_its_holder_wants_none(the_round: Round, steward: Actor) -> None:
    old, new = codes_for(the_round, 2)
    assert refusal_of(the_round.id, old, by=steward) == ("replacement_needed", "replacement")
    both = {"replacement": new, "none_wanted": True}
    assert refusal_of(the_round.id, old, by=steward, **both) == ("replacement_unwanted", "replacement")
    assert numbers_of_batch(the_round.id, 1).spoilt == 0


def test_after_the_close_no_card_is_taken_back(the_round: Round, steward: Actor, clock: TurningClock) -> None:
    (code,) = codes_for(the_round)
    cast(a_paper(the_round), Claim(code))
    clock.at = the_round.voting_closes_at
    assert refusal_of(the_round.id, code, by=steward) == ("not_now", "")
    assert envelopes() == 1


def test_what_is_scanned_wrongly_is_told_beside_its_field(the_round: Round, steward: Actor) -> None:
    one, used = codes_for(the_round, 2)
    cast(a_paper(the_round), Claim(used))
    assert refusal_of(the_round.id, "0" * 17, by=steward) == ("code_unknown", "code")
    assert refusal_of(the_round.id, "", by=steward) == ("code_missing", "code")
    assert refusal_of(the_round.id, one, by=steward, replacement="ABC") == ("code_too_short", "replacement")
    assert refusal_of(the_round.id, one, by=steward, replacement=used) == ("code_used", "replacement")
    with pytest.raises(Refusals) as both:
        spoil(the_round.id, "0" * 17, by=steward, replacement="ABC")
    assert [(each.code, each.field) for each in both.value.faults] == [
        ("code_unknown", "code"), ("code_too_short", "replacement"),
    ]  # fmt: skip
    assert refusal_of(the_round.id, one, by=steward, replacement=one) == ("replacement_same", "replacement")
    assert refusal_of(the_round.id, one, by=factories.someone(Role.MEMBER)) == ("not_a_steward", "")
    assert numbers_of_batch(the_round.id, 1).spoilt == 0


def test_the_new_card_of_somebody_who_declared_asks_them_nothing_and_keeps_the_roll_as_it_is(
    app: Flask, steward: Actor
) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    old, new, third = codes_for(the_round, 3)
    cast(a_paper(the_round), Claim(old, SAM))
    # Their ballot put them on the roll, where it would stay without one: they get a card, and need not use it.
    assert refusal_of(the_round.id, old, by=steward, none_wanted=True) == ("replacement_needed", "replacement")
    assert envelopes() == 1
    spoil(the_round.id, old, by=steward, replacement=new)
    assert refusal_of(the_round.id, new, by=steward, none_wanted=True) == ("replacement_needed", "replacement")
    assert imbalances(numbers_of(the_round)) == []
    spoil(the_round.id, new, by=steward, replacement=third)
    assert imbalances(numbers_of(the_round)) == []
    cast(a_paper(the_round, "B"), Claim(third))
    assert (envelopes(), db.session.scalar(select(func.count()).select_from(RollEntry))) == (1, 1)
    declared = db.session.scalars(select(Code.state).where(Code.declared)).all()
    assert declared == [CodeState.USED]
    assert imbalances(numbers_of(the_round)) == []


def test_a_card_that_was_given_for_another_is_given_to_nobody_else(app: Flask, steward: Actor) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    old, other, new = codes_for(the_round, 3)
    cast(a_paper(the_round), Claim(old, SAM))
    spoil(the_round.id, old, by=steward, replacement=new)
    cast(a_paper(the_round, "B"), Claim(other, replace(SAM, name="Kim Vale")))
    assert refusal_of(the_round.id, other, by=steward, replacement=new) == ("replacement_given", "replacement")
    assert envelopes() == 1


def test_nobody_gives_up_a_card_that_works_for_one_that_does_not(
    the_round: Round, steward: Actor, clock: TurningClock
) -> None:
    """A card of a hall that is not open yet, or of a stall whose days are over."""
    old, good = codes_for(the_round, 2)
    cast(a_paper(the_round), Claim(old))
    asleep = cards_at(the_round, a_station(the_round, "Hall"), 1).codes[0]
    (over,) = codes_for(the_round, 1, "Yesterday", window_to=present.now() + timedelta(minutes=5))
    clock.turn(minutes=6)
    for other in (asleep, over):
        told = refusal_of(the_round.id, old, by=steward, replacement=other)
        assert told == ("replacement_asleep", "replacement")
    assert envelopes() == 1
    spoil(the_round.id, old, by=steward, replacement=good)
    assert cast(a_paper(the_round), Claim(good)).receipt


def test_a_spoilt_card_is_no_way_into_another_ward(app: Flask, steward: Actor) -> None:
    areas, pots = two_wards()
    the_round = a_voting_round(areas=areas, pots=pots)
    (harbour,) = codes_for(the_round, name="Harbour", area_id=areas[0].id)
    northfield, another = codes_for(the_round, 2, name="Northfield", area_id=areas[1].id)
    (anywhere,) = codes_for(the_round, name="Anywhere")
    for new in (harbour, anywhere):
        told = refusal_of(the_round.id, northfield, by=steward, replacement=new)
        assert told == ("replacement_other_area", "replacement")
    assert spoil(the_round.id, northfield, by=steward, replacement=another).replaced


def test_a_ballot_at_the_duplicates_desk_is_settled_before_its_card_is_spoilt(app: Flask, steward: Actor) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    first, second, new = codes_for(the_round, 3)
    cast(a_paper(the_round), Claim(first, SAM))
    cast(a_paper(the_round, "B"), Claim(second, SAM), ask_check=True)
    assert refusal_of(the_round.id, second, by=steward, replacement=new) == ("code_held", "code")
    assert envelopes() == 2


def test_the_change_code_of_somebody_who_declared_is_on_no_card(app: Flask, steward: Actor) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED, allow_change=True)
    own = cast(a_paper(the_round), Claim("", SAM)).change_code
    assert refusal_of(the_round.id, own, by=steward) == ("code_not_a_card", "code")


def test_the_code_of_an_invitation_is_withdrawn_on_its_own_page(app: Flask, steward: Actor) -> None:
    the_round = a_voting_round(policy=Policy.INVITED)
    invite(the_round)
    code = invitation_codes(the_round)["Sam Okafor"]
    assert refusal_of(the_round.id, code, by=steward) == ("code_of_invitation", "code")
    with pytest.raises(Refusal) as refused:
        revoke_batch(the_round.id, 1, reason="Stolen", by=factories.owner_of(the_round))
    assert refused.value.code == "codes_of_invitations"
