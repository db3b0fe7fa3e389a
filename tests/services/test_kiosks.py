"""Kiosks: what a tablet sends is taken once, whoever sends it again, and nothing of a stranger's or a late one's."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import ORMExecuteState

from pb.core.actors import Role
from pb.core.codes import with_check
from pb.core.eligibility import Declaration
from pb.core.errors import NotAllowed, Refusal
from pb.core.reconciliation import BoxNumbers, equations, imbalances
from pb.extensions import db, present
from pb.models.codes import CodeBatch
from pb.models.envelopes import Envelope, HeldEnvelope, Opening
from pb.models.events import Event
from pb.models.kiosks import ItemState, Kiosk, KioskItem
from pb.models.rounds import Policy, Round
from pb.services.codes import make_codes
from pb.services.duplicates import held_claims
from pb.services.kiosk_uploads import GRACE, Answered, take_upload
from pb.services.kiosks import add_kiosk, allow_unkept_storage, enrol, kiosks_of, revoke_kiosk, tell_closing_number
from pb.services.late_items import ask_late, late_items, quarantined_count, settle_late
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.pots import PotEntry
from pb.services.reconciliation import channels_of, numbers_of
from pb.services.round_steps import pause_voting
from pb.services.stations import stations_of
from pb.services.transactions import in_transaction, transaction
from tests.factories import an_area, an_open_round, make_ballot, owner_of, someone, turn_to
from tests.kiosks import Device, a_device, a_station

pytestmark = pytest.mark.usefixtures("app")


def codes_for(the_round: Round, count: int, name: str = "Cards") -> tuple[str, ...]:
    return make_codes(the_round.id, by=owner_of(the_round), count=count, name=name).codes


def answers(told: dict[str, Answered]) -> Counter[str]:
    return Counter(each.answer for each in told.values())


def opened(the_round: Round) -> Opening:
    lead = someone(Role.COUNT_LEAD)
    freeze_box(the_round.id, by=lead)
    for _ in range(2):
        approve_opening(the_round.id, by=someone(Role.OFFICER))
    return open_box(the_round.id, by=lead)


def test_what_is_sent_again_from_two_tablets_with_one_key_counts_once_and_the_account_comes_out_even() -> None:
    the_round = an_open_round(policy=Policy.CODE)
    device = a_device(the_round, name="Tablet one")
    codes = codes_for(the_round, 5)
    for code in codes[:4]:
        device.cast(code, "Hall", "Bench")
    device.cast(codes[0], "Pond")  # the same card again: the first that arrives counts
    first = device.send(*device.outbox[:4])
    assert answers(first) == {"stored": 4}
    copied = Device(the_round, device.kiosk_id, device.made, list(device.outbox), device.key)
    again = copied.send()
    assert answers(again) == {"duplicate": 4, "rejected": 1}
    assert again[device.outbox[4].id].reason == "code_used"
    assert answers(device.send()) == {"duplicate": 5}
    assert channels_of(the_round.id) == {"kiosk": 4}
    assert db.session.scalars(select(Event).where(Event.kind.like("%cast%"))).all() == []
    (state,) = kiosks_of(the_round.id)
    assert (state.numbers.made, state.numbers.received, state.numbers.duplicate) == (5, 5, 1)

    turn_to(the_round.voting_closes_at + timedelta(hours=1))
    opening = opened(the_round)
    assert (opening.valid, opening.invalid) == (4, {})
    numbers = numbers_of(the_round)
    assert imbalances(numbers) == []
    assert BoxNumbers.from_json(numbers.to_json()) == numbers


def test_a_ballot_that_the_tablet_made_and_nobody_sent_shows_in_the_account() -> None:
    the_round = an_open_round(policy=Policy.CODE)
    device = a_device(the_round, name="Tablet one")
    lost, kept = (device.cast(code, "Hall") for code in codes_for(the_round, 2))
    device.outbox.remove(lost)
    device.send(kept)
    (line,) = [each for each in equations(numbers_of(the_round)) if each.key == "kiosk"]
    assert (line.name, line.left.amount, line.difference) == ("kiosk:Tablet one", 2, 1)


def test_nothing_is_taken_that_its_tablet_did_not_sign() -> None:
    the_round = an_open_round(policy=Policy.CODE)
    device, stranger = a_device(the_round), a_device(the_round)
    one, two = (device.cast(code, "Hall") for code in codes_for(the_round, 2))
    forged = replace(two, sealed=one.sealed)
    assert answers(device.send(one, forged)) == {"stored": 1, "unsigned": 1}
    with pytest.raises(NotAllowed, match="not signed") as refused:
        take_upload(device.kiosk_id, stranger.upload(two))
    assert refused.value.code == "wrong_signature"
    moved = replace(two, signature=stranger.sign(two.signed(stranger.kiosk_id)))
    told = stranger.send(moved)  # another tablet's envelope, signed anew: its claim does not open here
    assert told[two.id].reason == "claim_unreadable"
    assert len(db.session.scalars(select(Envelope)).all()) == 1


def test_two_tablets_of_a_round_have_two_names_whatever_letters_they_are_written_in() -> None:
    the_round = an_open_round(policy=Policy.CODE)
    officer, station = owner_of(the_round), a_station(the_round)
    add_kiosk(station.id, name="Tŷ un", declares=False, by=officer)
    for same in ("Tŷ un", "TŶ UN"):
        with pytest.raises(Refusal) as refused:
            add_kiosk(station.id, name=same, declares=False, by=officer)
        assert refused.value.code == "kiosk_name_taken"


def test_a_tablet_is_enrolled_once_and_soon_and_one_that_is_out_of_use_sends_nothing() -> None:
    the_round = an_open_round(policy=Policy.CODE)
    officer, station = owner_of(the_round), a_station(the_round)
    _, code = add_kiosk(station.id, name="Tablet", declares=False, by=officer)
    with pytest.raises(NotAllowed) as stranger:
        add_kiosk(station.id, name="Mine", declares=False, by=someone(Role.STEWARD))
    assert stranger.value.code == "not_at_station"
    device = Device(the_round).enrol(code)
    with pytest.raises(Refusal) as again:
        Device(the_round).enrol(code)
    assert again.value.code == "enrolment_unknown"
    _, late = add_kiosk(station.id, name="Another", declares=False, by=officer)
    with pytest.raises(Refusal) as unproven:
        enrol(late, device.public_key, bytes(64))
    assert unproven.value.code == "key_unreadable"
    item = device.cast(codes_for(the_round, 1)[0], "Hall")
    allow_unkept_storage(device.kiosk_id, by=officer)
    with pytest.raises(Refusal) as cut:
        revoke_kiosk(device.kiosk_id, reason="a" * 501, by=officer)
    assert cut.value.code == "reason_long"
    revoke_kiosk(device.kiosk_id, reason="Stolen from the van.", by=officer)
    with pytest.raises(NotAllowed) as refused:
        device.send(item)
    assert refused.value.code == "kiosk_revoked"
    with pytest.raises(NotAllowed) as steward:
        revoke_kiosk(device.kiosk_id, reason="Me too.", by=someone(Role.STEWARD))
    assert steward.value.code == "may_not_supervise"
    turn_to(the_round.voting_opens_at + timedelta(hours=1))
    with pytest.raises(Refusal) as expired:
        Device(the_round).enrol(late)
    assert expired.value.code == "enrolment_unknown"
    kinds = [
        event.kind for event in db.session.scalars(select(Event).order_by(Event.id)) if event.kind.startswith("kiosk_")
    ]
    assert kinds == ["kiosk_added", "kiosk_enrolled", "kiosk_added", "kiosk_storage_allowed", "kiosk_revoked"]


def test_a_person_who_votes_twice_is_held_and_one_who_may_not_vote_is_turned_down_with_the_reason() -> None:
    the_round = an_open_round(policy=Policy.DECLARED, links=["live"])
    device = a_device(the_round, declares=True)
    codes = codes_for(the_round, 4)
    ann = Declaration("Ann Other", "EH6 6AB", 1984, "live", declared=True)
    device.cast(codes[0], "Hall", said=ann)
    assert answers(device.send()) == {"stored": 1}
    second = device.cast(codes[1], "Pond", said=replace(ann, name="Ann  OTHER"))
    child = device.cast(codes[2], "Pond", said=replace(ann, year_of_birth=2020))
    silent = device.cast(codes[3], "Pond")
    told = device.send(second, child, silent)
    assert told[second.id].answer == "held"
    assert (told[child.id].reason, told[silent.id].answer) == ("too_young", "rejected")
    assert [held.envelope_id for held in db.session.scalars(select(HeldEnvelope))] == [second.id]
    (claim,) = held_claims(the_round.id, by=someone(Role.OFFICER))
    places = {each.id: each.name for each in stations_of(the_round.id)}
    assert (claim.claim.channel, claim.claim.station) == (
        "kiosk",
        places[db.session.get_one(Kiosk, device.kiosk_id).station_id],
    )
    assert claim.first.station == "", "of a ballot that is in the box for good nobody keeps where it came from"


def test_what_comes_too_late_waits_for_two_officers_and_keeps_the_box_shut() -> None:
    the_round = an_open_round(policy=Policy.CODE)
    device = a_device(the_round, name="Tablet one")
    codes = codes_for(the_round, 4)
    in_time, after, later = (device.cast(code, "Hall") for code in codes[:3])
    turn_to(the_round.voting_closes_at - timedelta(hours=1))
    tell_closing_number(device.kiosk_id, 1, by=owner_of(the_round))
    turn_to(the_round.voting_closes_at + timedelta(hours=3))
    told = device.send(in_time, after)
    assert (told[in_time.id].answer, told[after.id].answer) == ("stored", "quarantined")
    assert told[after.id].reason == "after_closing"
    assert answers(device.send(after)) == {"duplicate": 1}
    with pytest.raises(Refusal) as shut:
        freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    assert shut.value.code == "items_quarantined"

    one, other = someone(Role.OFFICER), someone(Role.OFFICER)
    assert ask_late(device.kiosk_id, accept=True, reason="The stall closed late.", by=one) == 1
    with pytest.raises(Refusal) as alone:
        settle_late(device.kiosk_id, confirm=True, by=one)
    assert alone.value.code == "second_person"
    assert settle_late(device.kiosk_id, confirm=True, by=other) == (1, 0)
    device.send(later)
    ask_late(device.kiosk_id, accept=False, reason="Nobody knows who cast it.", by=one)
    (group,) = late_items(the_round.id)
    assert (group.count, group.asked_count, group.reasons) == (1, 1, {"after_closing": 1})
    assert settle_late(device.kiosk_id, confirm=True, by=other) == (0, 1)
    assert quarantined_count(the_round.id) == 0
    states = Counter(db.session.scalars(select(KioskItem.state)))
    assert states == {ItemState.ACCEPTED: 2, ItemState.REJECTED: 1}
    assert all(item.kept is None for item in db.session.scalars(select(KioskItem)))
    assert opened(the_round).valid == 2
    assert imbalances(numbers_of(the_round)) == []
    assert device.send(device.cast(codes[3], "Hall")).popitem()[1].reason == "box_frozen"


def test_two_officers_decide_on_what_waits_now_and_never_on_an_earlier_look_at_it() -> None:
    the_round = an_open_round(policy=Policy.CODE)
    device = a_device(the_round)
    (code,) = codes_for(the_round, 1)
    late = device.cast(code, "Hall")
    turn_to(the_round.voting_closes_at + GRACE + timedelta(hours=1))
    device.send(late)
    ask_late(device.kiosk_id, accept=True, reason="It lay in a drawer.", by=someone(Role.OFFICER))
    alone: list[bool] = []

    def note(state: ORMExecuteState) -> None:
        """Whether somebody else may change what waits between this look and the deed."""
        if "kiosk_item" in str(state.statement):
            alone.append(in_transaction())

    event.listen(db.session, "do_orm_execute", note)
    try:
        assert settle_late(device.kiosk_id, confirm=True, by=someone(Role.OFFICER)) == (1, 0)
    finally:
        event.remove(db.session, "do_orm_execute", note)
    assert alone
    assert all(alone)


def test_a_card_whose_time_was_over_before_the_ballot_was_made_waits_for_two_officers() -> None:
    """The tablet takes any card. What it had not made when it was heard after the cards' last hour was made later."""
    the_round = an_open_round(policy=Policy.CODE)
    owner, ends = owner_of(the_round), present.now() + timedelta(hours=2)
    cards = make_codes(the_round.id, by=owner, count=3, name="For the hall", window_to=ends).codes
    device = a_device(the_round, name="Tablet one")
    take_upload(device.kiosk_id, device.upload())
    before = device.cast(cards[0], "Hall")
    turn_to(ends + timedelta(hours=1))
    perhaps = device.cast(cards[1], "Hall")
    assert answers(device.send(before, perhaps)) == {"stored": 2}, "it was out of reach meanwhile, so nobody can know"
    surely = device.cast(cards[2], "Hall")
    (told,) = device.send(surely).values()
    assert (told.answer, told.reason) == ("quarantined", "code_outside_window")
    ask_late(device.kiosk_id, accept=True, reason="She had waited in the queue.", by=someone(Role.OFFICER))
    assert settle_late(device.kiosk_id, confirm=True, by=someone(Role.OFFICER)) == (1, 0)
    assert kiosks_of(the_round.id)[0].numbers.accepted == 3


def test_what_was_closed_in_time_may_come_for_a_day_and_what_waits_in_a_pause_stays_on_the_tablet() -> None:
    the_round = an_open_round(policy=Policy.CODE)
    device, opens = a_device(the_round), the_round.voting_opens_at
    first, second = (device.cast(code, "Hall") for code in codes_for(the_round, 2))
    pause_voting(the_round.id, "A fault in the ballots.", opens + timedelta(hours=1), by=owner_of(the_round))
    with pytest.raises(Refusal) as paused:
        device.send(first)
    assert paused.value.code == "paused"
    turn_to(opens + timedelta(hours=2))
    assert answers(device.send(first)) == {"stored": 1}
    tell_closing_number(device.kiosk_id, 2, by=owner_of(the_round))
    turn_to(opens + timedelta(hours=2) + GRACE)
    assert device.send(second)[second.id].reason == "after_grace"


def test_two_ballots_with_one_receipt_are_found_at_the_opening() -> None:
    """A tablet makes its receipts by chance; what happens where two are alike is counted, and told."""
    the_round = an_open_round(policy=Policy.CODE)
    device = a_device(the_round)
    one, other = codes_for(the_round, 2)
    same = with_check("7K2M9QXD2TRC")
    device.cast(one, "Hall", receipt=same)
    device.cast(other, "Pond", receipt=same)
    device.send()
    turn_to(the_round.voting_closes_at + timedelta(hours=1))
    opening = opened(the_round)
    assert (opening.valid, opening.invalid) == (1, {"receipt_twice": 1})


def test_a_tablet_that_fills_in_the_sections_of_other_wards_spoils_its_ballot() -> None:
    areas = [an_area(), an_area()]
    pots = [PotEntry("North", 500_000, area_id=areas[0].id), PotEntry("South", 500_000, area_id=areas[1].id)]
    the_round = an_open_round(
        policy=Policy.CODE, areas=areas, pots=pots, vote={"ballot_settings": {"most": 1}},
        bids=[("Hall", "north", 300_000, None), ("Pond", "south", 300_000, None)],
    )  # fmt: skip
    device = a_device(the_round)
    honest, greedy = codes_for(the_round, 2)
    north = {key: choices for key, choices in make_ballot(the_round, "Hall").items() if key == "north"}
    device.cast(honest, area=areas[0].id, sections=north)
    device.cast(greedy, area=areas[0].id, sections=make_ballot(the_round, "Hall", "Pond"))
    assert answers(device.send()) == {"stored": 2}
    turn_to(the_round.voting_closes_at + timedelta(hours=1))
    opening = opened(the_round)
    assert (opening.valid, opening.invalid) == (1, {"choices": 1})


def test_nothing_waits_for_officers_that_comes_when_the_box_is_frozen() -> None:
    the_round = an_open_round(policy=Policy.CODE)
    device = a_device(the_round)
    item = device.cast(codes_for(the_round, 1)[0], "Hall")
    turn_to(the_round.voting_closes_at + timedelta(hours=1))
    freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    told = device.send(item)[item.id]
    assert (told.answer, told.reason) == ("rejected", "box_frozen")
    assert quarantined_count(the_round.id) == 0


def test_a_number_that_was_told_is_not_raised_by_one_person_to_let_in_what_waits_for_two() -> None:
    the_round = an_open_round(policy=Policy.CODE)
    device = a_device(the_round)
    with pytest.raises(NotAllowed) as stranger:
        tell_closing_number(device.kiosk_id, 9, by=replace(someone(Role.STEWARD), stepped_up=True))
    assert stranger.value.code == "not_at_station"
    tell_closing_number(device.kiosk_id, 0, by=owner_of(the_round))
    turn_to(the_round.voting_closes_at + timedelta(hours=1))
    for number in (9, None):
        with pytest.raises(Refusal) as raised:
            tell_closing_number(device.kiosk_id, number, by=owner_of(the_round))
        assert raised.value.code == "number_told"


def test_a_ballot_is_not_lost_because_another_tablet_sent_something_under_its_id() -> None:
    the_round = an_open_round(policy=Policy.CODE)
    device, other = a_device(the_round), a_device(the_round)
    item = device.cast(codes_for(the_round, 1)[0], "Hall")
    other.send(replace(item, signature=other.sign(item.signed(other.kiosk_id))))
    assert device.send(item)[item.id].answer == "unsigned"


def test_a_tablet_asks_who_people_are_where_cards_are_about_whose_holders_must_say_so() -> None:
    the_round = an_open_round(policy=Policy.DECLARED)
    officer, station = owner_of(the_round), a_station(the_round)
    add_kiosk(station.id, name="Before", declares=False, by=officer)
    codes_for(the_round, 1)
    with transaction():
        for batch in db.session.scalars(select(CodeBatch)):
            batch.as_cards = True
    with pytest.raises(Refusal) as refused:
        add_kiosk(station.id, name="Mute", declares=False, by=officer)
    assert (refused.value.code, refused.value.fault.field) == ("must_declare", "declares")
    add_kiosk(station.id, name="Asking", declares=True, by=officer)
