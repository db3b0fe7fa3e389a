"""The drop point of the demonstration: papers at a surgery, admitted by declarations, keyed by two stewards."""

from __future__ import annotations

import random
from collections.abc import Sequence

from pb.cli.demo.ballots import Voters
from pb.cli.demo.people import residents
from pb.cli.demo.town import Town, round_at
from pb.models.papers import PaperBatch
from pb.models.stations import StationKind
from pb.services.paper_declarations import admit, set_aside
from pb.services.paper_keying import Typed, key_again, key_papers, mismatches, numbers_to_key
from pb.services.papers import PapersWanted, count_papers, keyable, make_papers, note_visit, papers_of
from pb.services.stations import StationWanted, add_station, stations_of

SURGERY, WARD = "Quay Street Surgery", "Harbour"
PRINTED, COLLECTED = 40, 12
#: Two papers were taken and did not come back; of those in the box one is from somebody who has voted.
COUNTS = {"issued": 14, "unused": 26, "spoilt": 0, "not_returned": 2, "in_box": COLLECTED}
#: The second steward has keyed so many when the visitor of the demonstration comes, one of them misread.
KEYED_TWICE, MISREAD = 6, 4


def leave(town: Town, slug: str) -> None:
    """The officer prints papers with a declaration and leaves them at the surgery, beside a locked box."""
    the_round, by = round_at(slug), town.actor("officer")
    place = StationWanted(SURGERY, StationKind.DROP_POINT, place="Quay Street, EP1 2QS, in the waiting room")
    station = add_station(the_round.id, place, by=by)
    wanted = PapersWanted(SURGERY, PRINTED, area_id=town.areas[WARD], station_id=station.id, declares=True)
    batch = make_papers(the_round.id, wanted, by=by)
    note_visit(the_round.id, batch.id, station.id, left=PRINTED, collected=0, by=by)


def collect(town: Town, slug: str, people: Voters) -> None:
    """The officer brings the box back, counts, and goes through the declarations; then two stewards begin to key."""
    the_round, by = round_at(slug), town.actor("second")
    batch, chance = _batch(the_round.id), random.Random(f"{people.seed} surgery")
    station = next(each for each in stations_of(the_round.id) if each.name == SURGERY)
    note_visit(the_round.id, batch.id, station.id, left=0, collected=COLLECTED, by=by)
    count_papers(the_round.id, batch.id, COUNTS, by=by)
    patients = residents(chance, WARD, people.diary.day_nought.year - 5)
    for _ in range(COLLECTED - 1):
        admit(the_round.id, batch.id, next(patients), by=by)
    set_aside(the_round.id, batch.id, "duplicate", by=by)
    read = [_typed(at, people, the_round.id) for at in range(1, keyable(batch) + 1)]
    key_papers(the_round.id, batch.id, read, by=town.actor("steward"))
    town.papers = read
    key_papers(the_round.id, batch.id, _misread(read[:KEYED_TWICE]), by=town.actor("steward2"))


def finish(town: Town, slug: str) -> None:
    """The second steward keys the rest, and looks at the misread paper again."""
    the_round, by = round_at(slug), town.actor("steward2")
    batch = _batch(the_round.id)
    left = set(numbers_to_key(batch, by, PRINTED))
    key_papers(the_round.id, batch.id, [each for each in town.papers if each.number in left], by=by)
    for each in mismatches(batch):
        key_again(the_round.id, batch.id, town.papers[each.number - 1], by=by)


def _batch(round_id: int) -> PaperBatch:
    return next(each for each in papers_of(round_id) if each.name == SURGERY)


def _typed(number: int, people: Voters, round_id: int) -> Typed:
    chosen = people.marks(round_id, WARD).values()
    return Typed(number, {key: "x" for choices in chosen for key in choices["approved"]})


def _misread(lines: Sequence[Typed]) -> list[Typed]:
    """The same lines, one of them with a cross too few, or another one where there is a single cross."""
    fewer = dict(list(lines[MISREAD - 1].marks.items())[1:]) or dict(lines[0].marks)
    return [Typed(each.number, fewer) if each.number == MISREAD else each for each in lines]
