"""Paper: keyed by two different people, into the same sealed box, and every sheet of it accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select

from pb.core.actors import SYSTEM, Actor, Role
from pb.core.errors import NotAllowed, Refusal, Refusals
from pb.core.reconciliation import equations, imbalances
from pb.extensions import db
from pb.models.envelopes import Envelope, OpenedBallot
from pb.models.papers import PaperBallot, PaperBatch, PaperState
from pb.models.rounds import Policy, Round
from pb.models.stations import StationKind
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
from pb.services.papers import PapersWanted, count_papers, keying_of, make_papers, note_visit, paper_in
from pb.services.reconciliation import channels_of, numbers_of
from pb.services.retention import destroy_box
from pb.services.rights import Claim
from pb.services.rounds import find_round
from tests import stations
from tests.conftest import TurningClock
from tests.factories import an_officer, cancel_vote, owner_of, someone, turn_to
from tests.voters import SAM, a_paper, a_voting_round, codes_for

pytestmark = pytest.mark.usefixtures("app")

COUNTED = {"issued": 8, "unused": 2, "spoilt": 1, "not_returned": 1, "in_box": 6}


def papers(the_round: Round, counts: dict[str, int | None] | None = None, **wanted: object) -> PaperBatch:
    """A batch of ten papers, counted; at a station of its own unless something else lets a paper count."""
    counts = counts or COUNTED
    alone = wanted.keys() & {"with_code", "declares", "station_id"} or wanted.get("channel") == "post"
    station = None if alone else stations.a_station(the_round)
    wanted |= {"station_id": station.id} if station else {}
    batch = make_papers(the_round.id, PapersWanted("Hall", 10, **wanted), by=owner_of(the_round))  # type: ignore[arg-type]
    if station:
        two = [stations.on_rota(the_round, station) for _ in range(2)]
        counted = {"in_box": counts["in_box"], "spoilt_papers": counts["spoilt"], "explanation": "Given by hand."}
        stations.opened(station, *two)
        stations.closed(station, *two, papers={batch.id: counts["unused"]}, **counted)
    count_papers(the_round.id, batch.id, counts, by=someone(Role.STEWARD))
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


@pytest.mark.parametrize("kind", ["approval", "scoring", "points"])
def test_what_waits_for_a_second_person_has_one_length_whatever_stands_on_the_paper(kind: str) -> None:
    few, many = {"approval": ("x", "xx"), "scoring": ("111", "555"), "points": ("9", "334")}[kind]
    the_round = a_voting_round(kind, policy=Policy.CODE)
    batch = papers(the_round, with_code=True)
    codes = codes_for(the_round, 3)
    one, two = someone(Role.STEWARD), someone(Role.STEWARD)
    lines = [
        line(batch, 1, few, code=codes[0]),
        line(batch, 2, many, code=codes[1]),
        line(batch, 3, "", void="blank"),
        line(batch, 4, many, code="0000 0000 0000 0000 0"),
    ]
    key(the_round, batch, one, lines)
    key(the_round, batch, two, [line(batch, 1, many, code=codes[0]), line(batch, 2, "", void="unclear"), lines[3]])
    rows = db.session.execute(select(PaperBallot.state, PaperBallot.sealed_1, PaperBallot.sealed_2)).all()
    assert {row.state for row in rows} == {PaperState.ONCE, PaperState.MISMATCH, PaperState.HELD}
    assert len({len(sealed) for row in rows for sealed in (row.sealed_1, row.sealed_2) if sealed}) == 1


def test_what_was_read_on_papers_that_nobody_settled_goes_with_the_box_of_a_round_that_ended(
    clock: TurningClock,
) -> None:
    the_round = a_voting_round(policy=Policy.CODE)
    batch = papers(the_round)
    one, two = someone(Role.STEWARD), someone(Role.STEWARD)
    key(the_round, batch, one, [line(batch, 1, "x"), line(batch, 2, "x"), line(batch, 3, "x")])
    key(the_round, batch, two, [line(batch, 2, "xx"), line(batch, 3, "x")])
    cancel_vote(the_round, "The papers were wrong.")
    clock.turn(days=28)
    assert destroy_box(the_round.id, by=SYSTEM).counts["keyings"] == 2
    (settled,) = db.session.scalars(select(PaperBallot))
    assert (settled.number, settled.sealed_1, settled.sealed_2) == (3, None, None)


def test_counts_that_cannot_be_are_refused_and_the_box_never_holds_fewer_than_were_keyed() -> None:
    the_round = a_voting_round(policy=Policy.CODE)
    batch = papers(the_round)
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
    second = make_papers(the_round.id, PapersWanted("Library", 20, with_code=True), by=owner_of(the_round))
    assert (batch.first, second.first) == (1, 11), "serials go on"
    with pytest.raises(Refusals) as refusals:
        make_papers(the_round.id, PapersWanted("hall", 0, "pigeon", language="tlh"), by=owner_of(the_round))
    assert {each.code for each in refusals.value.faults} == {
        "name_taken", "count_wrong", "channel_wrong", "language_wrong", "station_needed"
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


def test_a_card_whose_voter_declares_is_filled_in_on_paper_with_a_sheet_that_says_who_they_are() -> None:
    # Five papers: Sam's; Kim's, whose card was used on a phone; one void; one by somebody who has voted; a sheet
    # that nobody can read. Who declared stands on no paper, and which card is on a paper stands on no sheet.
    the_round = a_voting_round(policy=Policy.DECLARED)
    cards = codes_for(the_round, 5)
    counts = {"issued": 5, "unused": 5, "spoilt": 0, "not_returned": 0, "in_box": 5}
    batch = papers(the_round, counts, with_code=True, declares=True)
    cast(a_paper(the_round), Claim(code=cards[1], declaration=replace(SAM, name="Ida Berg")))
    officer, steward = an_officer(), someone(Role.STEWARD)
    for name in ("Sam Okafor", "Kim Vale", "Zo Wyn"):
        admit(the_round.id, batch.id, replace(SAM, name=name), by=officer)
    with pytest.raises(Refusal, match="as a duplicate"):
        admit(the_round.id, batch.id, replace(SAM, name="Ida Berg"), by=officer)
    for reason in ("duplicate", "unclear"):
        set_aside(the_round.id, batch.id, reason, by=officer)
    lines = [
        line(batch, 1, "x", code=cards[0]),
        line(batch, 2, ".x", code=cards[1]),
        line(batch, 3, "", void="blank"),
    ]
    for person in (officer, steward):
        key(the_round, batch, person, lines)
    assert keying_of(batch).complete, "nothing is held: the sheets have been gone through"
    numbers = numbers_of(find_round(the_round.slug))
    assert imbalances(numbers) == []
    (account,) = numbers.paper_batches
    assert (account.valid, account.coded, account.by_sheet) == (1, 1, 1)
    assert account.void == {"blank": 1, "duplicate": 2, "unclear": 1}
    with pytest.raises(Refusal, match="already"):
        cast(a_paper(the_round, "B"), Claim(code=cards[2], declaration=SAM))


@pytest.mark.parametrize(
    ("policy", "wanted", "kind", "code"),
    [
        (Policy.DECLARED, {}, None, "station_needed"),
        (Policy.DECLARED, {}, StationKind.DROP_POINT, "drop_point_open"),
        (Policy.DECLARED, {}, StationKind.STALL, ""),
        (Policy.DECLARED, {"declares": True}, StationKind.DROP_POINT, ""),
        (Policy.DECLARED, {"with_code": True}, None, ""),
        (Policy.DECLARED, {"channel": "post"}, None, ""),
        (Policy.DECLARED, {"channel": "post", "declares": True}, None, "post_declared"),
        (Policy.CODE, {"channel": "event"}, None, "station_needed"),
        (Policy.CODE, {}, StationKind.DROP_POINT, ""),
        (Policy.CODE, {"channel": "post"}, None, "post_by_code"),
        (Policy.CODE, {"declares": True}, None, "declares_wrong"),
        (Policy.INVITED, {}, StationKind.STALL, "code_needed"),
    ],
)
def test_no_batch_is_made_whose_papers_nothing_could_be_held_against(
    policy: Policy, wanted: dict[str, object], kind: StationKind | None, code: str
) -> None:
    the_round = a_voting_round(policy=policy)
    station = stations.a_station(the_round, kind=kind) if kind else None
    asked = PapersWanted("Hall", 10, station_id=station.id if station else None, **wanted)  # type: ignore[arg-type]
    found = []
    try:
        make_papers(the_round.id, asked, by=owner_of(the_round))
    except Refusals as refusals:
        found = [each.code for each in refusals.faults]
    assert found == [code] * bool(code)


def test_a_paper_that_two_keyers_made_up_shows_in_the_account_and_cannot_be_counted_away() -> None:
    the_round = a_voting_round(policy=Policy.CODE)
    batch = papers(the_round, COUNTED | {"in_box": 5, "not_returned": 2})
    one, two = someone(Role.STEWARD), someone(Role.STEWARD)
    count_papers(the_round.id, batch.id, {"in_box": 6, "not_returned": 1}, by=one)
    for person in (one, two):
        key(the_round, batch, person, [line(batch, at, "x") for at in range(1, 7)])
    (out,) = imbalances(numbers_of(find_round(the_round.slug)))
    assert (out.name, out.difference) == ("papers_boxes", 1)


def test_papers_of_a_drop_point_are_held_against_what_was_brought_from_it_and_against_the_roll() -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    place = stations.a_station(the_round, "Surgery", kind=StationKind.DROP_POINT)
    counts = {"issued": 2, "unused": 8, "spoilt": 0, "not_returned": 0, "in_box": 2}
    batch = papers(the_round, counts, declares=True, station_id=place.id)
    officer = an_officer()
    note_visit(the_round.id, batch.id, place.id, left=10, collected=1, by=officer)
    admit(the_round.id, batch.id, SAM, by=officer)
    set_aside(the_round.id, batch.id, "unclear", by=officer)
    for person in (officer, someone(Role.STEWARD)):
        key(the_round, batch, person, [line(batch, 1, "x")])
    numbers = numbers_of(find_round(the_round.slug))
    assert [(each.name, each.difference) for each in imbalances(numbers)] == [("papers_boxes", 1)]
    (declared,) = [each for each in equations(numbers) if each.key == "papers_declared"]
    assert (declared.left.amount, [term.amount for term in declared.right]) == (1, [2, -1])
    note_visit(the_round.id, batch.id, place.id, left=0, collected=1, by=officer)
    assert imbalances(numbers_of(find_round(the_round.slug))) == []


def test_papers_ask_for_a_sheet_exactly_where_the_cards_of_their_station_leave_it_to_the_voter() -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    voters, stewards = stations.a_station(the_round), stations.a_station(the_round, "Library")
    stations.cards_at(the_round, voters)
    stations.cards_at(the_round, stewards, by_steward=True)
    for station, declares, code in ((voters, False, "sheet_needed"), (stewards, True, "sheet_not_needed")):
        with pytest.raises(Refusals) as refusals:
            papers(the_round, station_id=station.id, with_code=True, declares=declares)
        assert [(each.code, each.field) for each in refusals.value.faults] == [(code, "right")]


def test_no_cards_are_sent_to_a_station_whose_papers_could_not_be_used_with_them() -> None:
    the_round = a_voting_round(policy=Policy.DECLARED)
    plain, sheets = stations.a_station(the_round), stations.a_station(the_round, "Library")
    for name, station, declares in (("Plain", plain, False), ("Sheets", sheets, True)):
        wanted = PapersWanted(name, 10, station_id=station.id, with_code=True, declares=declares)
        make_papers(the_round.id, wanted, by=owner_of(the_round))
    for station, by_steward, code in ((plain, False, "papers_without_sheet"), (sheets, True, "papers_with_sheet")):
        with pytest.raises(Refusal) as refused:
            stations.cards_at(the_round, station, by_steward=by_steward, name=f"Not for {station.name}")
        assert refused.value.code == code
        assert stations.cards_at(the_round, station, by_steward=not by_steward, name=f"For {station.name}").batch_id


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
    for in_box, recounted in ((9, 2), (2, 0), (1, 0)):
        stations.opened(station, one, other)
        stations.closed(station, one, other, in_box=in_box)
        found.append(batch.in_box)
        if recounted:
            count_papers(the_round.id, batch.id, {"in_box": recounted}, by=one)
            key(the_round, batch, one, [line(batch, 1, "x"), line(batch, 2, "x")])
    assert found == [None, 4, 4], "four papers were printed"


def test_a_second_day_takes_over_what_the_first_left_and_each_day_and_the_batch_come_out_even() -> None:
    # Ten papers. Day one: three given, three in the box. One is gone in the morning. Day two: two given; one of them
    # is spoilt and swapped for the other, which goes into the box.
    the_round = a_voting_round(policy=Policy.CODE)
    station = stations.a_station(the_round)
    one, other = stations.on_rota(the_round, station), stations.on_rota(the_round, station)
    batch = make_papers(the_round.id, PapersWanted("Slips", 10, station_id=station.id), by=owner_of(the_round))
    by_hand = {"explanation": "Handed out without the tablet."}
    stations.opened(station, one, other)
    stations.closed(station, one, other, papers={batch.id: 7}, in_box=3, **by_hand)
    assert (batch.issued, batch.missing, batch.unused, batch.in_box) == (3, 0, 7, 3)

    opened_again = stations.opened(station, one, other, papers={batch.id: 6}, explanation="One blew away.")
    name = f"papers_{batch.id}"
    assert opened_again.opening["differences"] == {name: -1}
    assert (batch.issued, batch.missing) == (3, 1), "what was lost overnight was given to nobody"
    closed_again = stations.closed(station, one, other, papers={batch.id: 4}, in_box=1, spoilt_papers=1, **by_hand)
    assert closed_again.closing["given"][name] - closed_again.opening["given"][name] == 2
    assert (batch.issued, batch.missing, batch.unused, batch.spoilt, batch.in_box) == (5, 1, 4, 1, 4)
    count_papers(the_round.id, batch.id, {"not_returned": 0}, by=one)
    for person in (one, other):
        key(the_round, batch, person, [line(batch, at, "x") for at in range(1, 5)])
    assert imbalances(numbers_of(find_round(the_round.slug))) == []


def test_a_box_that_an_officer_has_counted_since_the_opening_is_not_counted_twice_at_the_closing() -> None:
    the_round = a_voting_round(policy=Policy.CODE)
    station = stations.a_station(the_round)
    one, other = stations.on_rota(the_round, station), stations.on_rota(the_round, station)
    batch = make_papers(the_round.id, PapersWanted("Slips", 10, station_id=station.id), by=owner_of(the_round))
    stations.opened(station, one, other)
    count_papers(the_round.id, batch.id, {"in_box": 4}, by=one)
    stations.closed(station, one, other, in_box=4)
    assert batch.in_box == 4


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
