"""Paper: keyed by two different people, into the same sealed box, and every sheet of it accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select

from pb.core.actors import Actor, Role
from pb.core.errors import NotAllowed, Refusal, Refusals
from pb.core.reconciliation import imbalances
from pb.extensions import db
from pb.models.envelopes import Envelope, OpenedBallot
from pb.models.papers import PaperBallot, PaperBatch, PaperState
from pb.models.rounds import Policy, Round
from pb.services.casting import cast
from pb.services.handing_out import hand_over
from pb.services.ledger import events_of_round
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.paper_box import held_papers
from pb.services.paper_declarations import admit, set_aside
from pb.services.paper_keying import (
    Kept,
    LineFaults,
    Typed,
    key_again,
    key_papers,
    mismatches,
    numbers_to_key,
    settle_code,
    take_back,
)
from pb.services.papers import PapersWanted, count_papers, keying_of, make_papers, paper_in
from pb.services.reconciliation import channels_of, numbers_of
from pb.services.rights import Claim
from pb.services.rounds import find_round
from tests import stations
from tests.factories import an_officer, owner_of, someone, turn_to
from tests.voters import SAM, a_paper, a_voting_round, codes_for

pytestmark = pytest.mark.usefixtures("app")

COUNTED = {"issued": 8, "unused": 2, "spoilt": 1, "not_returned": 1, "in_box": 6}


def papers(the_round: Round, counts: dict[str, int | None] | None = None, **wanted: object) -> PaperBatch:
    """A batch of ten papers, counted."""
    batch = make_papers(the_round.id, PapersWanted("Hall", 10, **wanted), by=owner_of(the_round))  # type: ignore[arg-type]
    count_papers(the_round.id, batch.id, counts or COUNTED, by=someone(Role.STEWARD))
    return batch


def line(batch: PaperBatch, number: int, marks: str, **more: str) -> Typed:
    """A line of keying: one sign for each project in the drawn order, a stop for an empty cell."""
    projects = [each for section in paper_in(batch).sections for each in section.projects]
    cells = {each.key: sign for each, sign in zip(projects, marks, strict=False) if sign != "."}
    return Typed(number, cells, **more)  # type: ignore[arg-type]


def key(the_round: Round, batch: PaperBatch, by: Actor, lines: Sequence[Typed]) -> Kept:
    return key_papers(the_round.id, batch.id, lines, by=by)


def opened(the_round: Round) -> list[dict[str, object]]:
    """Everything in the box, once the round is over."""
    lead = someone(Role.COUNT_LEAD)
    freeze_box(the_round.id, by=lead)
    for _ in range(2):
        approve_opening(the_round.id, by=an_officer())
    open_box(the_round.id, by=lead)
    return [dict(each) for each in db.session.scalars(select(OpenedBallot.choices))]


def test_a_hall_of_slips_keyed_by_two_with_one_misread_balances_to_the_last_sheet() -> None:
    # Ten slips: two unused; of eight given out one was spoilt and swapped, one was taken home. Six in the box: four
    # valid, one blank, one with more than two choices.
    the_round = a_voting_round(policy=Policy.CODE)
    batch = papers(the_round, channel="event")
    one, two = someone(Role.STEWARD), someone(Role.STEWARD)
    read = ["xx.", "x..", ".xx", "..x"]
    same = [line(batch, at, marks) for at, marks in enumerate(read, 1)]
    void = [line(batch, 5, "...", void="blank"), line(batch, 6, "xxx", void="too_many")]
    assert key(the_round, batch, one, [*same, *void]) == Kept(first=6, agreed=0, unlike=0)
    assert numbers_to_key(batch, one, 10) == []
    assert numbers_to_key(batch, two, 10) == [1, 2, 3, 4, 5, 6]

    turn_to(the_round.voting_closes_at)
    misread = [*same[:2], line(batch, 3, "x.x"), same[3], *void]
    assert key(the_round, batch, two, misread) == Kept(first=0, agreed=5, unlike=1)
    drawn = [str(each.number) for each in paper_in(batch).sections[0].projects]
    assert [(each.number, each.where) for each in mismatches(batch)] == [(3, (drawn[0], drawn[1]))]
    turn_to(the_round.decision_by)
    with pytest.raises(Refusal) as refusal:
        freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    assert (refusal.value.code, refusal.value.fault.params["batches"]) == ("papers_not_keyed", "Hall")

    assert not key_again(the_round.id, batch.id, line(batch, 3, "xx."), by=two), "still unlike the first entry"
    with pytest.raises(Refusal, match="neither"):
        key_again(the_round.id, batch.id, line(batch, 3, "x.."), by=someone(Role.SECOND_TELLER))
    assert key_again(the_round.id, batch.id, line(batch, 3, ".xx"), by=two)

    sealed = select(PaperBallot.sealed_1, PaperBallot.sealed_2, PaperBallot.state, PaperBallot.void_reason)
    rows = db.session.execute(sealed.order_by(PaperBallot.number)).all()
    assert {(row.sealed_1, row.sealed_2) for row in rows} == {(None, None)}, "keyings are gone once two agree"
    assert [row.void_reason for row in rows] == ["", "", "", "", "blank", "too_many"]
    assert channels_of(the_round.id) == {"event": 4}

    keys = [each.key for each in paper_in(batch).sections[0].projects]
    expected = [sorted(keys[at] for at, sign in enumerate(marks) if sign == "x") for marks in read]
    assert sorted(each["approved"] for each in opened(the_round)) == sorted(expected)  # type: ignore[type-var]
    numbers = numbers_of(find_round(the_round.slug))
    assert imbalances(numbers) == []
    hall = numbers.paper_batches[0]
    assert (hall.printed, hall.in_box, hall.valid, hall.void) == (10, 6, 4, {"blank": 1, "too_many": 1})
    assert type(numbers).from_json(numbers.to_json()) == numbers
    assert not [each for each in events_of_round(the_round.id) if keys[0] in str(each.facts)]


def test_one_person_never_keys_a_paper_twice_and_a_line_that_is_wrong_keeps_nothing_of_the_page() -> None:
    the_round = a_voting_round(policy=Policy.CODE)
    batch = papers(the_round, channel="event")
    one, two = someone(Role.STEWARD), someone(Role.OFFICER)
    key(the_round, batch, one, [line(batch, 1, "x..")])
    lines = [line(batch, 1, "x.."), line(batch, 2, "xxx"), line(batch, 7, "x"), line(batch, 3, "q"), line(batch, 4, "")]
    with pytest.raises(LineFaults) as faults:
        key(the_round, batch, one, lines[1:])
    # The numbers are looked at once every line can be read.
    assert {at: [each.code for each in found] for at, found in faults.value.lines.items()} == {
        0: ["too_many"],
        2: ["not_a_mark"],
        3: ["nothing_typed"],
    }
    with pytest.raises(LineFaults) as faults:
        key(the_round, batch, one, [lines[0], line(batch, 2, "x"), line(batch, 7, "x")])
    assert {at: found[0].code for at, found in faults.value.lines.items()} == {0: "keyed_by_you", 2: "number_wrong"}
    assert keying_of(batch).once == 1, "nothing of either page was kept"
    with pytest.raises(Refusal, match="no entry"):
        take_back(the_round.id, batch.id, 1, by=two)
    take_back(the_round.id, batch.id, 1, by=one)
    assert keying_of(batch).once == 0
    with pytest.raises(NotAllowed):
        key(the_round, batch, someone(Role.MEMBER), [line(batch, 1, "x")])


def test_a_paper_with_a_cards_code_takes_the_code_and_a_used_one_makes_it_void() -> None:
    the_round = a_voting_round(policy=Policy.CODE)
    cards = codes_for(the_round, 3)
    batch = papers(the_round, {"issued": 4, "unused": 6, "spoilt": 0, "not_returned": 0, "in_box": 4}, with_code=True)
    cast(a_paper(the_round), Claim(code=cards[0]))
    unknown = "0000 0000 0000 0000 0"
    lines = [
        line(batch, 1, "x", code=cards[0]),  # cast online before
        line(batch, 2, ".x", code=cards[1].lower()),
        line(batch, 3, "..x", code=cards[1]),  # the same card once more
        line(batch, 4, "x", code=unknown),
    ]
    one, two = someone(Role.STEWARD), someone(Role.SECOND_TELLER)
    with pytest.raises(LineFaults) as faults:
        key(the_round, batch, one, [line(batch, 1, "x"), line(batch, 2, "x", code="ABC")])
    assert [found[0].code for found in faults.value.lines.values()] == ["code_needed", "code_too_short"]
    for person in (one, two):
        key(the_round, batch, person, lines)
    states = db.session.execute(select(PaperBallot.state, PaperBallot.void_reason).order_by(PaperBallot.number)).all()
    assert [(row.state, row.void_reason) for row in states] == [
        (PaperState.VOID, "duplicate"),
        (PaperState.VALID, ""),
        (PaperState.VOID, "duplicate"),
        (PaperState.HELD, ""),
    ]
    assert [each.why for each in held_papers(batch)] == ["unknown"]
    with pytest.raises(Refusal, match="opens no right"):
        settle_code(the_round.id, batch.id, 4, "", by=owner_of(the_round))
    settle_code(the_round.id, batch.id, 4, "unclear", by=owner_of(the_round))
    with pytest.raises(Refusal, match="not on the list"):
        key_again(the_round.id, batch.id, lines[3], by=one)
    assert db.session.scalars(select(Envelope.slot)).all().count(None) == 0
    numbers = numbers_of(find_round(the_round.slug))
    assert imbalances(numbers) == []
    assert (numbers.paper_batches[0].coded, numbers.codes_used) == (1, 2)


def test_counts_that_cannot_be_are_refused_and_the_box_never_holds_fewer_than_were_keyed() -> None:
    the_round = a_voting_round(policy=Policy.CODE)
    batch = papers(the_round, channel="post")
    steward = someone(Role.STEWARD)
    key(the_round, batch, steward, [line(batch, 6, "x")])
    with pytest.raises(Refusals) as refusals:
        count_papers(the_round.id, batch.id, {"issued": 11, "in_box": -1}, by=steward)
    assert [(each.code, each.field) for each in refusals.value.faults] == [
        ("count_wrong", "issued"),
        ("count_wrong", "in_box"),
    ]
    with pytest.raises(Refusals, match="keyed, admitted or set aside already: 6"):
        count_papers(the_round.id, batch.id, {"in_box": 5}, by=steward)
    count_papers(the_round.id, batch.id, {"issued": 9}, by=steward)
    names = [each.name for each in imbalances(numbers_of(find_round(the_round.slug)))]
    assert names == ["papers_printed:Hall", "papers_issued:Hall", "papers_in_box:Hall", "papers"]
    second = make_papers(the_round.id, PapersWanted("Library", 20), by=owner_of(the_round))
    assert (batch.first, second.first) == (1, 11), "serials go on"
    with pytest.raises(Refusals) as refusals:
        make_papers(the_round.id, PapersWanted("hall", 0, "pigeon", language="tlh"), by=owner_of(the_round))
    assert {each.code for each in refusals.value.faults} == {
        "name_taken", "count_wrong", "channel_wrong", "language_wrong"
    }  # fmt: skip


def test_papers_of_a_drop_point_are_admitted_by_their_declaration_before_anybody_unfolds_one() -> None:
    # Four papers in the box of a surgery: two people; one of them again; one whose link is not the round's.
    the_round = a_voting_round(policy=Policy.DECLARED)
    counts = {"issued": 4, "unused": 6, "spoilt": 0, "not_returned": 0, "in_box": 4}
    batch = papers(the_round, counts, declares=True)
    officer, steward = an_officer(), someone(Role.STEWARD)
    with pytest.raises(Refusal, match="declarations first"):
        key(the_round, batch, steward, [line(batch, 1, "x")])
    with pytest.raises(NotAllowed):
        admit(the_round.id, batch.id, SAM, by=steward)
    cast(a_paper(the_round), Claim(declaration=replace(SAM, name="Ida Berg")))
    admit(the_round.id, batch.id, SAM, by=officer)
    admit(the_round.id, batch.id, replace(SAM, name="Kim Vale"), by=officer)
    for other, code in ((replace(SAM, name="IDA  berg"), "already_on_roll"), (replace(SAM, link="study"), "")):
        with pytest.raises(Refusal) as refusal:
            admit(the_round.id, batch.id, other, by=officer)
        assert code in refusal.value.code
    set_aside(the_round.id, batch.id, "duplicate", by=officer)
    set_aside(the_round.id, batch.id, "out_of_area", by=officer)
    with pytest.raises(Refusal, match="Every paper"):
        admit(the_round.id, batch.id, replace(SAM, name="Zo Wyn"), by=officer)
    with pytest.raises(Refusal, match="already"):
        cast(a_paper(the_round, "B"), Claim(declaration=SAM))
    with pytest.raises(LineFaults, match="from 1 to 2"):
        key(the_round, batch, steward, [line(batch, 3, "x")])
    for person in (officer, steward):
        key(the_round, batch, person, [line(batch, 1, "x"), line(batch, 2, ".x")])
    assert keying_of(batch).complete
    numbers = numbers_of(find_round(the_round.slug))
    assert imbalances(numbers) == []
    assert numbers.paper_batches[0].void == {"duplicate": 1, "out_of_area": 1}
    assert (numbers.people, numbers.without_code, numbers.received) == (1, 2, 3)


@pytest.mark.parametrize("kind", ["scoring", "ranked", "points", "knapsack", "choose_and_score"])
def test_papers_of_every_ballot_type_are_keyed(kind: str) -> None:
    marks = {"scoring": "531", "ranked": "2.1", "points": "73.", "knapsack": "x..", "choose_and_score": "51."}[kind]
    expected = {
        "scoring": {"scores": {0: 5, 1: 3, 2: 1}},
        "ranked": {"ranking": [2, 0]},
        "points": {"points": {0: 7, 1: 3}},
        "knapsack": {"chosen": [0]},
        "choose_and_score": {"scores": {0: 5, 1: 1}},
    }[kind]
    the_round = a_voting_round(kind, policy=Policy.CODE)
    batch = papers(the_round, {"issued": 1, "unused": 9, "spoilt": 0, "not_returned": 0, "in_box": 1})
    for person in (someone(Role.STEWARD), someone(Role.STEWARD)):
        key(the_round, batch, person, [line(batch, 1, marks)])
    keys = [each.key for each in paper_in(batch).sections[0].projects]
    turn_to(the_round.decision_by)
    [(name, value)] = expected.items()
    wanted = [keys[at] for at in value] if isinstance(value, list) else {keys[at]: mark for at, mark in value.items()}
    assert opened(the_round) == [{name: wanted}]


def test_closing_a_station_counts_its_box_and_never_below_what_was_keyed_nor_above_what_was_printed() -> None:
    the_round = a_voting_round(policy=Policy.CODE)
    station = stations.a_station(the_round)
    one, other = stations.on_rota(the_round, station), stations.on_rota(the_round, station)
    batch = make_papers(the_round.id, PapersWanted("Slips", 4, station_id=station.id), by=owner_of(the_round))
    found = []
    for in_box in (9, 2, 1):
        stations.opened(station, one, other)
        stations.closed(station, one, other, in_box=in_box)
        found.append(batch.in_box)
        if in_box == 2:
            key(the_round, batch, one, [line(batch, 1, "x"), line(batch, 2, "x")])
    assert found == [None, 2, 2]


def test_a_slip_that_went_into_the_box_with_nobody_on_the_roll_for_it_shows_in_the_account() -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    station = stations.a_station(the_round)
    one, other = stations.on_rota(the_round, station), stations.on_rota(the_round, station)
    batch = make_papers(the_round.id, PapersWanted("Slips", 4, station_id=station.id), by=owner_of(the_round))
    stations.opened(station, one, other)
    hand_over(station.id, SAM, what="slip", by=one)
    stations.closed(station, one, other, papers={batch.id: 2}, in_box=2, explanation="One is gone.")
    count_papers(the_round.id, batch.id, {"not_returned": 0}, by=one)
    for person in (one, other):
        key(the_round, batch, person, [line(batch, 1, "x"), line(batch, 2, "x")])
    (out,) = imbalances(numbers_of(find_round(the_round.slug)))
    assert (out.name, out.difference) == ("papers_stewards:Slips", -1)
