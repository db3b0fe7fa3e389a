"""Reports on stations: what each was given, what came of it, when its tablets last synced; never what was chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from pb.core.access import OFFERS
from pb.core.clock import to_london
from pb.extensions import db, present
from pb.models.areas import Area
from pb.models.codes import CodeBatch, Declarer
from pb.models.papers import PaperBatch
from pb.models.rounds import Round
from pb.models.stations import Station, StationLooks, StationState
from pb.services.handing_out import left_of
from pb.services.kiosks import KioskState, kiosks_of
from pb.services.pages import Page, page_in
from pb.services.reconciliation import numbers_of
from pb.services.stations import Span, boxes_of, stations_of, stations_page, times_of
from pb.services.transactions import transaction


@dataclass(frozen=True)
class StackCount:
    """A batch of cards or papers at a station, by what has become of it; `left` None where nobody counted.

    `used` are cards with a ballot in the box, or papers counted into it. `marks` are people whom stewards put on
    the roll for it. What nobody has counted yet (`printed`, `not_returned`) is None; papers are not replaced when lost.
    """

    id: int
    name: str
    paper: bool
    by_steward: bool
    given: int
    used: int
    spoilt: int
    left: int | None
    marks: int | None
    printed: int | None
    lost_replaced: int | None
    not_returned: int | None
    missing: int


@dataclass(frozen=True)
class StationReport:
    """A station as officers and stewards see it. `looks` are visits to the round from its poster."""

    station: Station
    area: str
    times: tuple[Span, ...]
    stacks: tuple[StackCount, ...]
    kiosks: tuple[KioskState, ...]
    looks: int

    @property
    def ballots(self) -> int:
        """Ballots that came from here: with its cards, wherever they were used, and on its papers."""
        return sum(stack.used for stack in self.stacks)

    @property
    def given(self) -> int:
        """Cards and papers handed out."""
        return sum(stack.given for stack in self.stacks)

    @property
    def spoilt(self) -> int:
        """Cards and papers that came back spoilt."""
        return sum(stack.spoilt for stack in self.stacks)

    @property
    def left(self) -> int:
        """Cards and papers left, as far as anybody counted."""
        return sum(stack.left or 0 for stack in self.stacks)

    @property
    def in_boxes(self) -> int:
        """Papers in its box, by the count of its stewards, on all its days together."""
        return boxes_of(self.station)

    @property
    def waiting(self) -> int:
        """Ballots that its tablets told last they still hold."""
        return sum(each.kiosk.told_waiting for each in self.kiosks)


def report_of(station: Station) -> StationReport:
    """The numbers of one station."""
    return _reports(station.round_id, [station])[0]


@dataclass(frozen=True)
class Tour:
    """A page of the stations of a round, by name, each with its numbers; and what they come to together."""

    page: Page[StationReport]
    open: int
    ballots: int
    given: int
    left: int


def tour_of(round_id: int, number: int, size: int | None = None) -> Tour:
    """The tour of a round, with the page `number` of its stations."""
    reports = _reports(round_id, stations_of(round_id))
    return Tour(
        page_in(reports, number, size),
        sum(each.station.state == StationState.OPEN for each in reports),
        sum(each.ballots for each in reports),
        sum(each.given for each in reports),
        sum(each.left for each in reports),
    )


@dataclass(frozen=True)
class CardLine:
    """Cards of one place, for the account of the box; the batches that are at no station have no name."""

    station: str
    given: int
    used: int
    spoilt: int
    left: int


def cards_by_station(round_id: int) -> list[CardLine]:
    """The cards of every batch, station by station, those at none last; nothing where there is no station."""
    names = {each.id: each.name for each in stations_of(round_id)}
    stacks = [(place, stack) for place, stack in _stacks(round_id) if not stack.paper]
    places: list[int | None] = [*names, None] if names else []
    lines = [_line(names.get(place or 0, ""), [stack for at, stack in stacks if at == place]) for place in places]
    return [line for line in lines if line.station or line.given or line.used]


def _line(station: str, stacks: Sequence[StackCount]) -> CardLine:
    return CardLine(
        station,
        sum(stack.given for stack in stacks),
        sum(stack.used for stack in stacks),
        sum(stack.spoilt for stack in stacks),
        sum(stack.left or 0 for stack in stacks),
    )


def _reports(round_id: int, stations: Sequence[Station]) -> list[StationReport]:
    ids = [each.id for each in stations]
    times, stacks, kiosks, looks = times_of(ids), _stacks(round_id), kiosks_of(round_id), _looks(ids)
    areas = {row[0]: row[1] for row in db.session.execute(select(Area.id, Area.name))} if ids else {}
    return [
        StationReport(
            station=each,
            area=areas.get(each.area_id or 0, ""),
            times=tuple(times[each.id]),
            stacks=tuple(stack for place, stack in stacks if place == each.id),
            kiosks=tuple(kiosk for kiosk in kiosks if kiosk.kiosk.station_id == each.id),
            looks=looks[each.id],
        )
        for each in stations
    ]


def _stacks(round_id: int) -> list[tuple[int | None, StackCount]]:
    cards = select(CodeBatch).where(CodeBatch.round_id == round_id).order_by(CodeBatch.id)
    # The account knows its numbers still when the codes are destroyed; names are unique in a round.
    numbers = {each.name: each for each in numbers_of(db.session.get_one(Round, round_id)).batches}
    found = [
        (each.station_id, _cards(each, numbers[each.name]))
        for each in db.session.scalars(cards)
        if each.name in numbers
    ]
    papers = select(PaperBatch).where(PaperBatch.round_id == round_id).order_by(PaperBatch.id)
    return found + [(each.station_id, _papers(each)) for each in db.session.scalars(papers)]


def _cards(batch: CodeBatch, numbers: Any) -> StackCount:
    by_steward = batch.declarer == Declarer.STEWARD
    return StackCount(
        batch.id, batch.name, False, by_steward, batch.handed_out or 0, numbers.used, batch.spoilt,
        left_of(batch), numbers.marks, batch.printed, batch.lost_replaced, batch.not_returned, batch.missing or 0,
    )  # fmt: skip


def _papers(batch: PaperBatch) -> StackCount:
    return StackCount(
        batch.id, batch.name, True, False, batch.issued or 0, batch.in_box or 0, batch.spoilt, left_of(batch), None,
        batch.printed, None, batch.not_returned, batch.missing,
    )  # fmt: skip


def _looks(station_ids: Sequence[int]) -> Counter[int]:
    query = select(StationLooks.station_id, func.sum(StationLooks.count))
    rows = db.session.execute(query.where(StationLooks.station_id.in_(station_ids)).group_by(StationLooks.station_id))
    return Counter({row[0]: int(row[1]) for row in rows})


@dataclass(frozen=True)
class Place:
    """A station as everybody sees it; `offers` are sentences of `OFFERS`."""

    name: str
    kind: str
    place: str
    notes: str
    languages: str
    offers: tuple[str, ...]
    times: tuple[Span, ...]


def places_page(round_id: int, number: int, size: int | None = None) -> Page[Place]:
    """A page of the places of a round where people vote in person, by name."""
    page = stations_page(round_id, number, size)
    times = times_of([each.id for each in page.rows])
    rows = [
        Place(
            each.name, each.kind.value, each.place, each.notes, each.languages,
            tuple(OFFERS[key] for key in each.offers if key in OFFERS), tuple(times[each.id]),
        )
        for each in page.rows
    ]  # fmt: skip
    return page.of(rows)


def note_look(round_id: int, mark: str) -> None:
    """Count one look at a round that came from a station's poster, by the day; a mark that nobody made is no fault.

    Nothing of who looked is asked or kept, and it is no event of the ledger.
    """
    with transaction() as session:
        station_id = session.scalar(select(Station.id).where(Station.round_id == round_id, Station.mark == mark))
        if station_id is None:
            return
        day = to_london(present.now()).date()
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        once = dialect.insert(StationLooks).values(station_id=station_id, day=day, count=1)
        more = {"count": StationLooks.count + 1}
        session.execute(once.on_conflict_do_update(index_elements=["station_id", "day"], set_=more))
