"""Batches of paper: made from the lock on, counted by hand, left at drop points, and what is still to be keyed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.errors import Fault, NotAllowed, NotFound, Refusal, Refusals
from pb.core.paper_account import TYPED, PaperNumbers
from pb.core.permissions import may_count_papers
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.papers import PaperBallot, PaperBatch, PaperFormat, PaperState, PaperVisit
from pb.models.roll import RollEntry
from pb.models.rounds import Round
from pb.models.stations import Station, StationKind
from pb.services.count_corrections import settle_correction
from pb.services.ledger import record
from pb.services.paper_faults import batch_faults
from pb.services.rights import DECLARING
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import locked_round, round_to_change
from pb.services.transactions import transaction
from pb.services.voting import Paper, paper_of, voting_round_of

#: Paper is printed once the ballot is fixed, and counted until the count is certified.
MAKING = (RoundState.LOCKED, RoundState.VOTING)
COUNTING = (RoundState.LOCKED, RoundState.VOTING, RoundState.CLOSED, RoundState.OPENED)
#: Counts that are 0 until somebody types them.
NEVER_EMPTY = ("missing", "spoilt")


@dataclass(frozen=True)
class PapersWanted:
    """What is asked for a new batch. `with_code` papers have a field for the code of a card, which each needs.

    `declares` papers come with a sheet on which their voter declares: anybody may take one or, with a code as well,
    whoever has a card for which its voter declares.
    """

    name: str
    printed: int
    channel: str = "paper"
    area_id: int | None = None
    station_id: int | None = None
    format: PaperFormat = PaperFormat.STANDARD
    language: str = "en"
    with_code: bool = False
    serial_on_slip: bool = False
    returns_by: datetime | None = None
    declares: bool = False


@dataclass(frozen=True)
class Keying:
    """How far the keying of a batch is: papers by what became of them, of `in_box`.

    Of papers with a declaration `undeclared` are neither admitted nor set aside yet; `aside` were never keyed.
    """

    in_box: int | None
    aside: int
    undeclared: int
    once: int
    mismatch: int
    held: int
    valid: int
    void: int

    @property
    def settled(self) -> int:
        """Papers that are a ballot in the box, or void."""
        return self.valid + self.void

    @property
    def complete(self) -> bool:
        """Whether every paper in the box is settled."""
        return self.in_box is not None and self.settled + self.aside == self.in_box and not self.undeclared


def make_papers(round_id: int, wanted: PapersWanted, *, by: Actor) -> PaperBatch:
    """A batch of papers of the ballot's present version, with the next free serials of the round.

    Raises NotFound `no_round`; NotAllowed `not_your_round`; Refusal `not_now`; Refusals `count_wrong`,
    `name_missing`, `name_long`, `name_taken`, `channel_wrong`, `language_wrong`, `area_wrong`, `area_needed`,
    `station_wrong`, `station_needed`, and beside `right` those of `right_faults`. Event `papers_made`.
    """
    with transaction() as session:
        the_round = round_to_change(session, round_id, by)
        record_due_arrows(the_round)
        must_be(the_round, *MAKING)
        version = the_round.ballot_version or 0
        batch = PaperBatch(
            round_id=round_id, name=" ".join(wanted.name.split()), printed=wanted.printed, channel=wanted.channel,
            area_id=wanted.area_id, station_id=wanted.station_id, format=wanted.format, language=wanted.language,
            with_code=wanted.with_code, serial_on_slip=wanted.serial_on_slip, returns_by=wanted.returns_by,
            declares=wanted.declares,
            version=version, first=_next_serial(session, round_id), made_by=by.account_id, made_at=present.now(),
        )  # fmt: skip
        faults = batch_faults(the_round, batch, paper_in(batch).wards)
        if faults:
            raise Refusals(faults)
        session.add(batch)
        session.flush()
        record(
            "papers_made", by, round_id=round_id, subject=f"papers:{batch.id}",
            batch=batch.id, count=batch.printed, first=batch.first, channel=batch.channel, version=version,
        )  # fmt: skip
    return batch


def _next_serial(session: Session, round_id: int) -> int:
    last = func.max(PaperBatch.first + PaperBatch.printed)
    return session.scalar(select(last).where(PaperBatch.round_id == round_id)) or 1


def find_papers(round_id: int, batch_id: int) -> PaperBatch:
    """A batch of papers of a round. Raises NotFound `no_papers`."""
    batch = db.session.get(PaperBatch, batch_id)
    if batch is None or batch.round_id != round_id:
        raise NotFound("no_papers", N_("This round has no such batch of papers."))
    return batch


def papers_to_change(session: Session, round_id: int, batch_id: int) -> tuple[Round, PaperBatch]:
    """A batch with its round, locked, while papers are counted. Raises NotFound `no_round`, `no_papers`; `not_now`."""
    the_round = locked_round(session, round_id)
    record_due_arrows(the_round)
    must_be(the_round, *COUNTING)
    return the_round, find_papers(round_id, batch_id)


def papers_of(round_id: int, station_id: int | None = None) -> list[PaperBatch]:
    """The batches of papers of a round, or of one of its stations, in the order in which they were made."""
    query = select(PaperBatch).where(PaperBatch.round_id == round_id).order_by(PaperBatch.id)
    return list(db.session.scalars(query if station_id is None else query.where(PaperBatch.station_id == station_id)))


def paper_in(batch: PaperBatch) -> Paper:
    """The paper of the version that a batch was printed in."""
    return paper_of(replace(voting_round_of(batch.round_id), ballot_version=batch.version))


def count_papers(
    round_id: int, batch_id: int, counts: Mapping[str, int | None], *, by: Actor, reason: str = ""
) -> None:
    """Write down how many papers of a batch were issued, unused, missing, spoilt, not returned and in the box.

    `counts` holds some of `TYPED`; what it leaves out stays as it is, None is not counted yet. Counts that do not add
    up are kept: the account shows what is out. The box never holds fewer papers than were keyed of it, nor does its
    count change once it is frozen. Once voting is over, a number that is there is changed as `settle_correction`
    says, with a `reason`, and raises what that raises. Raises NotFound `no_round`, `no_papers`; NotAllowed
    `not_a_counter`; Refusal `not_now`, `box_frozen`; Refusals `count_wrong`, `more_keyed`, beside each field. Event
    `papers_counted`.
    """
    _refuse_stranger(by)
    with transaction() as session:
        the_round, batch = papers_to_change(session, round_id, batch_id)
        _refuse_counts(the_round, batch, counts)
        wanted = {
            name: (counts[name] or 0) if name in NEVER_EMPTY else counts[name] for name in TYPED if name in counts
        }
        settle_correction(the_round, batch, wanted, reason, by=by)
        for name, value in wanted.items():
            setattr(batch, name, value)
        typed = {name: getattr(batch, name) for name in TYPED}
        record("papers_counted", by, round_id=round_id, subject=f"papers:{batch_id}", batch=batch_id, **typed)


def _refuse_stranger(by: Actor) -> None:
    if not may_count_papers(by):
        raise NotAllowed("not_a_counter", N_("Only stewards, officers and those who count work with papers."))


def _refuse_counts(the_round: Round, batch: PaperBatch, counts: Mapping[str, int | None]) -> None:
    sentence = N_("Enter a number from 0 to %(most)s.")
    wrong = [name for name, value in counts.items() if value is not None and not 0 <= value <= batch.printed]
    if wrong:
        raise Refusals([Fault("count_wrong", sentence, {"most": batch.printed}, name) for name in wrong])
    if "in_box" not in counts or counts["in_box"] == batch.in_box:
        return
    if the_round.sealed_root is not None:
        raise Refusal("box_frozen", N_("The box is frozen: the papers in it cannot be counted anew."), field="in_box")
    least = least_in_box(batch)
    if (counts["in_box"] or 0) < least:
        sentence = N_("Papers keyed, admitted or set aside already: %(number)s. There are at least so many in the box.")
        raise Refusals([Fault("more_keyed", sentence, {"number": least}, "in_box")])


def least_in_box(batch: PaperBatch) -> int:
    """How many papers of a batch the box holds at the least: those keyed, admitted or set aside already."""
    last = db.session.scalar(select(func.max(PaperBallot.number)).where(PaperBallot.batch_id == batch.id)) or 0
    return int(max(last, batch.admitted) + sum(batch.set_aside.values()))


def keyable(batch: PaperBatch) -> int:
    """How many papers of a batch are to be keyed: those in the box that were not set aside unread."""
    return (batch.in_box or 0) - sum(batch.set_aside.values())


def keying_of(batch: PaperBatch) -> Keying:
    """How far the keying of a batch is."""
    return _keying(batch, _states(select(PaperBallot).where(PaperBallot.batch_id == batch.id))[batch.id])


def _keying(batch: PaperBatch, states: Mapping[str, int]) -> Keying:
    aside = sum(batch.set_aside.values())
    undeclared = max((batch.in_box or 0) - aside - batch.admitted, 0) if batch.declares else 0
    return Keying(batch.in_box, aside, undeclared, *(states.get(state, 0) for state in PaperState))


def _states(query: Select[Any]) -> dict[int, Counter[str]]:
    """How many papers of each batch stand in each state."""
    counted = query.with_only_columns(PaperBallot.batch_id, PaperBallot.state, func.count())
    found: dict[int, Counter[str]] = {}
    for batch_id, state, count in db.session.execute(counted.group_by(PaperBallot.batch_id, PaperBallot.state)):
        found.setdefault(batch_id, Counter())[state] = count
    return _Defaulting(found)


class _Defaulting(dict[int, "Counter[str]"]):
    """Batches of which nothing was keyed have no papers in any state."""

    def __missing__(self, key: int) -> Counter[str]:
        return Counter()


def _of_round(round_id: int) -> Select[Any]:
    return select(PaperBallot).join(PaperBatch, PaperBallot.batch_id == PaperBatch.id).where(
        PaperBatch.round_id == round_id
    )  # fmt: skip


def batches_with_keying(round_id: int) -> list[tuple[PaperBatch, Keying]]:
    """The batches of a round, each with how far its keying is."""
    states = _states(_of_round(round_id))
    return [(batch, _keying(batch, states[batch.id])) for batch in papers_of(round_id)]


def numbers_of_papers(round_id: int) -> tuple[PaperNumbers, ...]:
    """What has become of the papers of every batch of a round, for the ballot account."""
    reasons: dict[int, Counter[str]] = {}
    query = _of_round(round_id).where(PaperBallot.state == PaperState.VOID)
    rows = query.with_only_columns(PaperBallot.batch_id, PaperBallot.void_reason, func.count())
    for batch_id, reason, count in db.session.execute(rows.group_by(PaperBallot.batch_id, PaperBallot.void_reason)):
        reasons.setdefault(batch_id, Counter())[reason] = count
    collected = _collected(round_id)
    return tuple(
        PaperNumbers(
            name=batch.name,
            channel=batch.channel,
            printed=batch.printed,
            issued=batch.issued or 0,
            unused=batch.unused or 0,
            missing=batch.missing,
            spoilt=batch.spoilt,
            not_returned=batch.not_returned or 0,
            in_box=batch.in_box or 0,
            valid=keying.valid,
            coded=batch.coded,
            by_sheet=batch.by_sheet,
            void=dict(reasons.get(batch.id, Counter()) + Counter(batch.set_aside)),
            void_parts=dict(batch.void_parts),
            marks=_marks(batch),
            declared=_on_roll(batch) if batch.declares else None,
            aside=keying.aside,
            boxed=batch.channel != "post" and (batch.station_id is not None or batch.id in collected),
            collected=collected.get(batch.id, 0),
        )
        for batch, keying in batches_with_keying(round_id)
    )


def _marks(batch: PaperBatch) -> int | None:
    """How many people are on the roll for a paper of a batch; None where nobody is put there as it is given out."""
    handed = batch.station_id is not None or batch.channel == "post"
    the_round = db.session.get_one(Round, batch.round_id)
    if the_round.policy not in DECLARING or batch.with_code or batch.declares or not handed:
        return None
    return _on_roll(batch)


def _on_roll(batch: PaperBatch) -> int:
    mine = select(func.count()).select_from(RollEntry).where(RollEntry.paper_batch_id == batch.id)
    return db.session.scalar(mine) or 0


def _collected(round_id: int) -> dict[int, int]:
    """How many papers of each batch that went to a drop point were brought from one."""
    query = select(PaperVisit.batch_id, func.sum(PaperVisit.collected)).join(
        PaperBatch, PaperVisit.batch_id == PaperBatch.id
    )
    rows = db.session.execute(query.where(PaperBatch.round_id == round_id).group_by(PaperVisit.batch_id))
    return {row[0]: int(row[1]) for row in rows}


def unkeyed(round_id: int) -> list[str]:
    """The names of the batches that are not counted, or not keyed in full; any of them keeps the box shut."""
    return [batch.name for batch, keying in batches_with_keying(round_id) if not keying.complete]


def note_visit(round_id: int, batch_id: int, station_id: int, *, left: int, collected: int, by: Actor) -> None:
    """Note a visit to a drop point: how many papers of a batch were left there, and brought from its box.

    Raises NotFound `no_round`, `no_papers`; NotAllowed `not_a_counter`; Refusal `not_now`; Refusals
    `not_a_drop_point`, `count_wrong`, `nothing_moved`. Event `papers_moved`.
    """
    _refuse_stranger(by)
    with transaction() as session:
        _, batch = papers_to_change(session, round_id, batch_id)
        _refuse_visit(batch, session.get(Station, station_id), {"left": left, "collected": collected})
        session.add(
            PaperVisit(
                batch_id=batch_id,
                station_id=station_id,
                left=left,
                collected=collected,
                noted_by=by.account_id,
                noted_at=present.now(),
            )
        )
        facts = {"batch": batch_id, "station": station_id, "left": left, "collected": collected}
        record("papers_moved", by, round_id=round_id, subject=f"papers:{batch_id}", **facts)


def _refuse_visit(batch: PaperBatch, station: Station | None, moved: Mapping[str, int]) -> None:
    faults = []
    if station is None or station.round_id != batch.round_id or station.kind != StationKind.DROP_POINT:
        faults.append(Fault("not_a_drop_point", N_("Choose one of the round’s drop points."), field="station"))
    sentence = N_("Enter a number from 0 to %(most)s.")
    wrong = [name for name, count in moved.items() if not 0 <= count <= batch.printed]
    faults += [Fault("count_wrong", sentence, {"most": batch.printed}, name) for name in wrong]
    if not any(moved.values()):
        faults.append(Fault("nothing_moved", N_("Enter how many papers were left or collected."), field="left"))
    if faults:
        raise Refusals(faults)


@dataclass(frozen=True)
class AtDropPoint:
    """What was left at one drop point and brought from it, of one batch or of all."""

    station: str
    left: int
    collected: int
    visits: int


def at_drop_points(round_id: int, batch_id: int | None = None) -> list[AtDropPoint]:
    """What was left at each drop point and collected there, by the drop point's name."""
    query = (
        select(Station.name, func.sum(PaperVisit.left), func.sum(PaperVisit.collected), func.count())
        .join(PaperVisit, PaperVisit.station_id == Station.id)
        .where(Station.round_id == round_id)
        .group_by(Station.id, Station.name)
        .order_by(Station.name)
    )
    found = db.session.execute(query if batch_id is None else query.where(PaperVisit.batch_id == batch_id))
    return [AtDropPoint(*row) for row in found]


def drop_points(round_id: int) -> list[Station]:
    """The drop points of a round, by name."""
    query = select(Station).where(Station.round_id == round_id, Station.kind == StationKind.DROP_POINT)
    return list(db.session.scalars(query.order_by(Station.name)))
