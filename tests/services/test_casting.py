"""Casting: what a ballot takes, what refuses it, and that a refusal leaves everything as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text, update

from pb.core.actors import Role
from pb.core.codes import make_code
from pb.core.errors import Refusal
from pb.extensions import Base, db, present
from pb.models.codes import Code, CodeState
from pb.models.envelopes import CastHour, Envelope, EnvelopeState, HeldEnvelope
from pb.models.roll import RollEntry, RollState
from pb.models.rounds import Policy, Round
from pb.services.casting import ASSISTED, Cast, Marked, cast
from pb.services.elections import projects_of
from pb.services.ledger import events_of_round
from pb.services.opening import freeze_box
from pb.services.reconciliation import channels_of
from pb.services.rights import Claim, WardWanted
from pb.services.transactions import transaction
from tests import factories
from tests.conftest import TurningClock
from tests.voters import SAM, a_paper, a_voting_round, codes_for, two_wards

ONE = {"ballot_settings": {"most": 1}}


@pytest.fixture
def code_round(app: Flask) -> Round:
    """An open round in which a code is the whole check."""
    return a_voting_round()


@pytest.fixture
def declared_round(app: Flask) -> Round:
    """An open round in which people declare who they are."""
    return a_voting_round(policy=Policy.DECLARED)


def everything() -> dict[str, list[Any]]:
    """Every row of the database."""
    db.session.rollback()
    return {table.name: sorted(map(repr, db.session.execute(select(table)))) for table in Base.metadata.sorted_tables}


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The deed is refused with `code`, and everything is as it was."""
    before = everything()
    with pytest.raises(Refusal) as told:
        yield
    assert told.value.code == code
    assert everything() == before


def envelopes() -> list[Envelope]:
    db.session.rollback()
    return list(db.session.scalars(select(Envelope)))


def state_of_code(the_round: Round) -> list[CodeState]:
    db.session.rollback()
    return list(db.session.scalars(select(Code.state).where(Code.round_id == the_round.id)))


def test_a_ballot_with_a_code_goes_into_the_box_and_uses_the_code(code_round: Round) -> None:
    (code,) = codes_for(code_round)
    done = cast(a_paper(code_round), Claim(code))
    assert len(done.receipt) == 13
    assert [(each.state, each.version) for each in envelopes()] == [(EnvelopeState.ACCEPTED, 1)]
    assert state_of_code(code_round) == [CodeState.USED]


def test_a_code_is_read_however_it_is_typed(code_round: Round) -> None:
    (code,) = codes_for(code_round)
    cast(a_paper(code_round), Claim(f" {code[:4].lower()}-{code[4:].lower()} "))
    assert len(envelopes()) == 1


def test_casting_is_no_event_of_the_ledger_and_is_counted_by_the_hour(code_round: Round, clock: TurningClock) -> None:
    first, second = codes_for(code_round, 2)
    cast(a_paper(code_round), Claim(first))
    before = [each.kind for each in events_of_round(code_round.id)]
    clock.turn(minutes=20)
    cast(a_paper(code_round, "B"), Claim(second))
    assert [each.kind for each in events_of_round(code_round.id)] == before
    hours = db.session.scalars(select(CastHour)).all()
    assert (sum(each.count for each in hours), {each.hour.minute for each in hours}) == (2, {0})


def test_the_first_ballot_records_that_the_clock_has_opened_the_voting(code_round: Round) -> None:
    first, second = codes_for(code_round, 2)
    with transaction() as session:  # as if nothing had been written since the lock
        session.execute(update(Round).where(Round.id == code_round.id).values(state="locked"))
    cast(a_paper(code_round), Claim(first))
    cast(a_paper(code_round, "B"), Claim(second))
    opened = [each for each in events_of_round(code_round.id, ("round_state",)) if each.facts["to"] == "voting"]
    assert opened[-1].facts["effective"] == code_round.voting_opens_at.isoformat()
    assert db.session.get_one(Round, code_round.id).state == "voting"


def test_all_envelopes_of_a_round_have_one_length(code_round: Round) -> None:
    codes = codes_for(code_round, 3)
    paper = a_paper(code_round)
    ((key, choices),) = paper.sections.items()
    project = choices["approved"][0]
    other = next(each.key for each in projects_of(code_round.id) if each.key != project)
    for letter, code, approved in zip("ABC", codes, ([project], [project, other], [other]), strict=True):
        cast(replace(paper, nonce=letter * 32, sections={key: {"approved": approved}}), Claim(code))
    assert {len(each.sealed or b"") for each in envelopes()} == {code_round.envelope_size}


def test_no_row_of_the_box_holds_a_time_or_a_person(code_round: Round) -> None:
    kinds = {column.type.python_type.__name__ for table in (Envelope, Code) for column in table.__table__.columns}
    assert kinds.isdisjoint({"datetime", "date"})
    names = {column.name for table in (Envelope, Code) for column in table.__table__.columns}
    assert names.isdisjoint({"account_id", "roll_entry_id", "person", "name", "channel"})


REFUSED: dict[str, Callable[[Round, str], Any]] = {
    "code_unknown": lambda the_round, code: cast(a_paper(the_round), Claim(make_code(b"never made"))),
    "code_check": lambda the_round, code: cast(
        a_paper(the_round), Claim(code[:-1] + ("A" if code[-1] != "A" else "B"))
    ),
    "code_missing": lambda the_round, code: cast(a_paper(the_round), Claim("")),
    "ballot_changed": lambda the_round, code: cast(a_paper(the_round, version=2), Claim(code)),
    "too_many": lambda the_round, code: cast(too_many(the_round), Claim(code)),
    "nothing_chosen": lambda the_round, code: cast(a_paper(the_round, sections={}), Claim(code)),
    "unknown_section": lambda the_round, code: cast(a_paper(the_round, sections={"elsewhere": {}}), Claim(code)),
    "unreadable": lambda the_round, code: cast(unreadable(the_round), Claim(code)),
    "form_out_of_date": lambda the_round, code: cast(a_paper(the_round, nonce="short"), Claim(code)),
}


def too_many(the_round: Round) -> Marked:
    paper = a_paper(the_round)
    keys = [each.key for each in projects_of(the_round.id)]
    return replace(paper, sections={key: {"approved": keys} for key in paper.sections})


def unreadable(the_round: Round) -> Marked:
    paper = a_paper(the_round)
    return replace(paper, sections={key: {"approved": 7} for key in paper.sections})


@pytest.mark.parametrize("code", REFUSED)
def test_a_ballot_that_is_refused_leaves_everything_as_it_was(code_round: Round, code: str) -> None:
    (good,) = codes_for(code_round)
    with refused(code):
        REFUSED[code](code_round, good)
    cast(a_paper(code_round), Claim(good))  # and the code still works


def test_a_used_code_is_refused(code_round: Round) -> None:
    (code,) = codes_for(code_round)
    cast(a_paper(code_round), Claim(code))
    with refused("code_used"):
        cast(a_paper(code_round, "B"), Claim(code))


def test_a_void_code_is_refused(code_round: Round) -> None:
    (code,) = codes_for(code_round)
    with transaction() as session:
        session.execute(update(Code).values(state=CodeState.VOID))
    with refused("code_void"):
        cast(a_paper(code_round), Claim(code))


def test_a_code_of_another_round_is_told_so(code_round: Round) -> None:
    factories.turn_to(TurningClock().at)
    other = a_voting_round(title="Another")
    (code,) = codes_for(other)
    with refused("code_other_round"):
        cast(a_paper(code_round), Claim(code))


def test_a_code_works_inside_its_window_only(code_round: Round, clock: TurningClock) -> None:
    now = present.now()
    window = {"window_from": now + timedelta(hours=1), "window_to": now + timedelta(hours=2)}
    first, second = codes_for(code_round, 2, **window)
    with refused("code_outside_window"):
        cast(a_paper(code_round), Claim(first))
    clock.turn(hours=1)
    cast(a_paper(code_round), Claim(first))
    clock.turn(hours=1)
    with refused("code_outside_window"):
        cast(a_paper(code_round, "B"), Claim(second))


def test_nothing_is_taken_before_the_opening_minute(code_round: Round, clock: TurningClock) -> None:
    (code,) = codes_for(code_round)
    with transaction() as session:
        session.execute(update(Round).where(Round.id == code_round.id).values(state="locked"))
    clock.turn(seconds=-1)
    with refused("not_open_yet"):
        cast(a_paper(code_round), Claim(code))


def test_the_close_is_a_minute_and_not_a_job(code_round: Round, clock: TurningClock) -> None:
    first, second = codes_for(code_round, 2)
    closes = code_round.voting_closes_at
    clock.at = closes - timedelta(seconds=1)
    cast(a_paper(code_round), Claim(first))
    clock.at = closes
    with refused("closed"):
        cast(a_paper(code_round, "B"), Claim(second))


def test_a_form_opened_before_the_close_has_its_grace(code_round: Round, clock: TurningClock) -> None:
    first, second, third = codes_for(code_round, 3)
    closes, grace = code_round.voting_closes_at, timedelta(minutes=code_round.grace_minutes)
    before = closes - timedelta(minutes=5)
    clock.at = closes + grace - timedelta(seconds=1)
    cast(a_paper(code_round, formed_at=before), Claim(first))
    with refused("closed"):
        cast(a_paper(code_round, "B", formed_at=closes), Claim(second))
    clock.at = closes + grace
    with refused("closed"):
        cast(a_paper(code_round, "C", formed_at=before), Claim(third))


def test_nothing_goes_into_a_frozen_box_by_a_clock_that_is_behind(code_round: Round, clock: TurningClock) -> None:
    code, other = codes_for(code_round, 2)
    cast(a_paper(code_round), Claim(code))
    paper = a_paper(code_round, "B", formed_at=clock.at)
    clock.at = code_round.voting_closes_at + timedelta(minutes=code_round.grace_minutes)
    freeze_box(code_round.id, by=factories.someone(Role.COUNT_LEAD))
    clock.at -= timedelta(seconds=1)
    with pytest.raises(Refusal) as refused:
        cast(paper, Claim(other))
    assert refused.value.code == "box_frozen"
    assert len(db.session.scalars(select(Envelope.id)).all()) == 1


def test_a_paused_round_takes_nothing_until_the_pause_ends(code_round: Round, clock: TurningClock) -> None:
    (code,) = codes_for(code_round)
    until = present.now() + timedelta(hours=1)
    with transaction() as session:
        session.execute(update(Round).values(paused_reason="A fire alarm", paused_until=until))
    with refused("paused"):
        cast(a_paper(code_round), Claim(code))
    clock.turn(hours=1)
    cast(a_paper(code_round), Claim(code))
    assert len(envelopes()) == 1


def test_a_form_replayed_after_its_reply_was_lost_gives_the_same_receipt(
    code_round: Round, clock: TurningClock
) -> None:
    (code,) = codes_for(code_round)
    first = cast(a_paper(code_round, browser_part="abc"), Claim(code))
    before = everything()
    assert cast(a_paper(code_round, browser_part="abc"), Claim(code)) == first
    clock.at = code_round.voting_closes_at + timedelta(days=1)
    assert cast(a_paper(code_round, browser_part="abc"), Claim(code)) == first
    assert everything() == before


def test_another_form_with_the_same_code_is_no_replay(code_round: Round) -> None:
    (code,) = codes_for(code_round)
    cast(a_paper(code_round, browser_part="abc"), Claim(code))
    with refused("code_used"):
        cast(a_paper(code_round, browser_part="abd"), Claim(code))


def test_somebody_who_declares_votes_and_stands_on_the_roll(declared_round: Round) -> None:
    done = cast(a_paper(declared_round), Claim(declaration=SAM))
    assert done.change_code == ""  # this round allows no change
    (entry,) = db.session.scalars(select(RollEntry)).all()
    assert (entry.state, entry.age_band, entry.link) == (RollState.VOTED, "35-44", "live")
    assert b"Okafor" not in (entry.sealed or b"")
    assert state_of_code(declared_round) == [CodeState.USED]


@pytest.mark.parametrize(
    "again",
    [
        SAM,
        replace(SAM, name="  sam OKAFOR "),
        replace(SAM, name="Okafor, Sam", postcode="ex11ab"),
        replace(SAM, link="work", place_postcode="EX1 1ZZ"),
    ],
    ids=["the same", "in other letters", "surname first", "by another link"],
)
def test_the_same_person_votes_once_however_they_write_it(declared_round: Round, again: Any) -> None:
    cast(a_paper(declared_round), Claim(declaration=SAM))
    with refused("already_voted"):
        cast(a_paper(declared_round, "B"), Claim(declaration=again))


def test_a_second_claim_is_held_when_a_check_is_asked_for(declared_round: Round) -> None:
    cast(a_paper(declared_round), Claim(declaration=SAM))
    (first,) = db.session.scalars(select(RollEntry.id)).all()
    done = cast(a_paper(declared_round, "B"), Claim(declaration=SAM), ask_check=True)
    assert done.held
    pending = db.session.scalars(select(RollEntry).where(RollEntry.state == RollState.PENDING)).one()
    assert (pending.tag, pending.same_as) == (None, first)
    link = db.session.scalars(select(HeldEnvelope)).one()
    assert link.roll_entry_id == pending.id
    assert db.session.get_one(Envelope, link.envelope_id).state == EnvelopeState.HELD


def test_asking_for_the_same_check_twice_holds_one_envelope(declared_round: Round) -> None:
    cast(a_paper(declared_round), Claim(declaration=SAM))
    first = cast(a_paper(declared_round, "B"), Claim(declaration=SAM), ask_check=True)
    before = everything()
    assert cast(a_paper(declared_round, "B"), Claim(declaration=SAM), ask_check=True) == first
    assert everything() == before


@pytest.mark.parametrize(
    "code, declared",
    [
        ("too_young", replace(SAM, year_of_birth=2020)),
        ("year_missing", replace(SAM, year_of_birth=None)),
        ("postcode_shape", replace(SAM, postcode="nowhere")),
        ("link_missing", replace(SAM, link="holiday")),
        ("not_declared", replace(SAM, declared=False)),
        ("name_missing", replace(SAM, name="")),
    ],
)
def test_somebody_who_may_not_vote_is_told_why(declared_round: Round, code: str, declared: Any) -> None:
    with refused(code):
        cast(a_paper(declared_round), Claim(declaration=declared))


def test_a_card_in_a_declared_round_takes_the_code_and_the_place_together(declared_round: Round) -> None:
    first, second = codes_for(declared_round, 2)
    cast(a_paper(declared_round), Claim(first, SAM))
    with refused("already_voted"):
        cast(a_paper(declared_round, "B"), Claim(second, SAM))
    with refused("code_used"):
        cast(a_paper(declared_round, "C"), Claim(first, replace(SAM, name="Ada Musa")))
    cast(a_paper(declared_round, "D"), Claim(second, replace(SAM, name="Ada Musa")))
    assert len(envelopes()) == 2


def test_a_voter_gets_the_sections_of_their_ward_and_those_of_everybody(app: Flask) -> None:
    areas, pots = two_wards()
    bids = [("Bench", "", 1, None), ("Hall", "northfield", 1, None), ("Pond", "everybody", 1, None)]
    the_round = a_voting_round(policy=Policy.DECLARED, areas=areas, pots=pots, bids=bids, vote=ONE)
    projects = {each.pot.name: each for each in projects_of(the_round.id)}
    mine = {projects[name].pot.key: {"approved": [projects[name].key]} for name in ("Northfield", "Everybody")}
    northfielder = replace(SAM, postcode="EX1 2AD")
    cast(a_paper(the_round, sections=mine), Claim(declaration=northfielder))
    theirs = {projects["Harbour"].pot.key: {"approved": [projects["Harbour"].key]}}
    with refused("unknown_section"):
        cast(a_paper(the_round, "B", sections=theirs), Claim(declaration=replace(northfielder, name="Ada Musa")))
    with refused("postcode_outside"):
        cast(a_paper(the_round, "C", sections=mine), Claim(declaration=replace(SAM, postcode="EX9 1AB")))


def test_a_card_that_names_no_ward_lets_the_voter_choose_one(app: Flask) -> None:
    areas, pots = two_wards()
    bids = [("Bench", "", 1, None), ("Hall", "northfield", 1, None)]
    the_round = a_voting_round(areas=areas, pots=pots, bids=bids, vote=ONE)
    (code,) = codes_for(the_round)
    (ours,) = codes_for(the_round, name="Harbour school", area_id=areas[0].id)
    with refused("ward_needed"):
        cast(a_paper(the_round), Claim(code))
    with refused("ward_unknown"):
        cast(a_paper(the_round), Claim(code, area_id=10_000))
    cast(a_paper(the_round), Claim(code, area_id=areas[0].id))
    # A card of a ward votes there, whatever else is said.
    cast(a_paper(the_round, "B"), Claim(ours, area_id=areas[1].id))
    assert {row.area_id for row in db.session.scalars(select(Code))} == {areas[0].id}


def test_somebody_who_declares_votes_in_their_own_ward_whichever_stall_gave_them_a_card(app: Flask) -> None:
    areas, pots = two_wards()
    bids = [("Bench", "", 1, None), ("Hall", "northfield", 1, None)]
    the_round = a_voting_round(policy=Policy.DECLARED, areas=areas, pots=pots, bids=bids, vote=ONE)
    (card,) = codes_for(the_round, name="Stall in Harbour", area_id=areas[0].id)
    northfielder = replace(SAM, postcode="EX1 2AD")
    projects = {each.pot.name: each for each in projects_of(the_round.id)}
    papers = {name: {each.pot.key: {"approved": [each.key]}} for name, each in projects.items()}
    with refused("unknown_section"):
        cast(a_paper(the_round, sections=papers["Harbour"]), Claim(card, northfielder))
    cast(a_paper(the_round, "B", sections=papers["Northfield"]), Claim(card, northfielder))
    assert db.session.scalars(select(Code.area_id)).all() == [areas[1].id]


@pytest.fixture
def changing_round(app: Flask) -> Round:
    """An open round of codes in which ballots may be changed."""
    return a_voting_round(vote={"ballot_settings": {"most": 2}, "allow_change": True})


def mark_of(the_round: Round) -> bytes:
    (envelope,) = envelopes()
    return envelope.retry_tag


def test_a_change_takes_the_place_of_the_ballot_before(changing_round: Round) -> None:
    (code,) = codes_for(changing_round)
    cast(a_paper(changing_round), Claim(code))
    before = [(each.id, each.sealed) for each in envelopes()]
    changed = cast(a_paper(changing_round, "B"), Claim(code, replaces=mark_of(changing_round)))
    assert changed.changed
    (after,) = envelopes()
    assert (after.id, after.sealed) not in before
    assert len(after.sealed or b"") == changing_round.envelope_size
    assert sum(db.session.scalars(select(CastHour.count))) == 1


def test_a_first_form_sent_late_does_not_undo_a_change(changing_round: Round) -> None:
    (code,) = codes_for(changing_round)
    cast(a_paper(changing_round), Claim(code))
    first = mark_of(changing_round)
    cast(a_paper(changing_round, "B"), Claim(code, replaces=first))
    with refused("code_used"):
        cast(a_paper(changing_round), Claim(code))
    with refused("changed_meanwhile"):
        cast(a_paper(changing_round, "C"), Claim(code, replaces=first))


def test_a_change_sent_twice_is_one_change(changing_round: Round) -> None:
    (code,) = codes_for(changing_round)
    cast(a_paper(changing_round), Claim(code))
    claim = Claim(code, replaces=mark_of(changing_round))
    first = cast(a_paper(changing_round, "B"), claim)
    before = everything()
    assert cast(a_paper(changing_round, "B"), claim) == first
    assert everything() == before


def test_a_change_after_the_close_is_refused(changing_round: Round, clock: TurningClock) -> None:
    (code,) = codes_for(changing_round)
    cast(a_paper(changing_round), Claim(code))
    claim = Claim(code, replaces=mark_of(changing_round))
    clock.at = changing_round.voting_closes_at
    with refused("closed"):
        cast(a_paper(changing_round, "B"), claim)


def test_somebody_who_declared_changes_with_the_code_on_their_receipt(app: Flask) -> None:
    vote = {"ballot_settings": {"most": 2}, "allow_change": True}
    the_round = a_voting_round(policy=Policy.DECLARED, vote=vote)
    done = cast(a_paper(the_round), Claim(declaration=SAM))
    again = cast(a_paper(the_round), Claim(declaration=SAM))
    assert again.change_code == done.change_code != ""
    changed = cast(a_paper(the_round, "B"), Claim(done.change_code, replaces=mark_of(the_round)))
    assert changed.changed
    assert len(envelopes()) == 1
    assert len(db.session.scalars(select(RollEntry)).all()) == 1


def test_a_fault_at_any_statement_leaves_the_before_or_the_after(declared_round: Round) -> None:
    """Break the connection at the first statement of the casting, then at the second, until one goes through."""
    (code,) = codes_for(declared_round)
    before, broken_at = everything(), 0
    while True:
        broken_at += 1
        try:
            with breaking(broken_at):
                cast(a_paper(declared_round), Claim(code, SAM))
        except BrokenStatement:
            assert everything() == before
            continue
        break
    assert broken_at > 6
    assert len(envelopes()) == 1
    assert cast(a_paper(declared_round), Claim(code, SAM)).receipt


class BrokenStatement(Exception):
    """The fault that a test puts into a statement."""


@contextmanager
def breaking(number: int) -> Iterator[None]:
    """Let the statement of this number, and nothing before it, fail."""
    seen = 0

    def listen(*_args: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            raise BrokenStatement

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)


def test_a_reply_lost_after_the_commit_is_made_good_by_the_same_form(code_round: Round) -> None:
    (code,) = codes_for(code_round)
    receipts: set[Cast] = {cast(a_paper(code_round), Claim(code)) for _ in range(10)}
    assert len(receipts) == 1
    assert len(envelopes()) == 1
    assert db.session.scalar(text("SELECT count(*) FROM cast_hour")) == 1


def test_somebody_of_two_wards_chooses_one_of_the_two_and_votes_once(app: Flask) -> None:
    areas, pots = two_wards()
    third = factories.an_area()
    bids = [("Bench", "harbour", 1, None), ("Hall", "northfield", 1, None), ("Pond", "everybody", 1, None)]
    the_round = a_voting_round(
        policy=Policy.DECLARED, areas=[*areas, third], pots=pots, bids=bids, links=["live", "work"], vote=ONE
    )
    worker = replace(SAM, link="work", place_postcode="EX1 2AB")
    for chosen, told in ((None, "ward_needed"), (third.id, "ward_unknown")):
        with pytest.raises(WardWanted) as refused:
            cast(a_paper(the_round), Claim(declaration=worker, area_id=chosen))
        assert (refused.value.code, set(refused.value.wards)) == (told, {area.id for area in areas})
    cast(a_paper(the_round), Claim(declaration=worker, area_id=areas[0].id))
    assert db.session.scalars(select(RollEntry)).one().area_id == areas[0].id
    with pytest.raises(Refusal) as again:
        cast(a_paper(the_round, "B"), Claim(declaration=SAM))
    assert again.value.code == "already_voted"


def test_an_assisted_vote_is_a_number_and_stands_beside_no_name(app: Flask) -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    cast(a_paper(the_round, channel=ASSISTED), Claim(declaration=SAM))
    assert channels_of(the_round.id) == {"assisted": 1}
    assert db.session.scalars(select(RollEntry)).one().channel == "online"
    assert ASSISTED not in repr([tuple(row) for row in db.session.execute(select(Envelope.__table__))])
