"""What a kiosk carries to work without a network: never a roll, and no list of codes, plain or hashed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from pb.core.clock import to_london
from pb.core.states import RoundState
from pb.extensions import db, present
from pb.models.areas import AreaPostcode
from pb.models.codes import CodeBatch
from pb.models.kiosks import Kiosk
from pb.models.rounds import RoundArea
from pb.services.kiosks import working_kiosk
from pb.services.live import snapshot
from pb.services.live_cache import Data
from pb.services.online_key import online_public_key
from pb.services.voting import Paper, VotingRound, paper_of, voting_round_of

#: What a kiosk is told of an event day. The rest of the snapshot, and with it any result, does not go there.
_OF_HALL = ("turn", "step", "order", "heard", "heard_first", "hand_in_closed")


@dataclass(frozen=True)
class WardTable:
    """The round's postcodes: `lines` lead from a postcode, or the beginning of one, to an area; `own` are the round's.

    `known` says that postcodes are looked up in this round at all.
    """

    known: bool
    own: tuple[int, ...]
    lines: Mapping[str, int]


@dataclass(frozen=True)
class KioskContents:
    """All that a kiosk carries. `year` is that of today, for ages; `votes` says whether ballots are taken just now.

    `area_id` is the ward of the station's cards, where all of them are of one. `hall` is what `hall_of` tells.
    """

    kiosk: Kiosk
    the_round: VotingRound
    paper: Paper
    table: WardTable
    online_key: bytes
    year: int
    now: datetime
    votes: bool
    area_id: int | None
    hall: Data | None


def contents_of(kiosk_id: int) -> KioskContents:
    """What an enrolled kiosk carries. Raises NotFound `no_kiosk`, `no_ballot`; NotAllowed `kiosk_revoked`."""
    kiosk = working_kiosk(kiosk_id)
    the_round = voting_round_of(kiosk.round_id)
    now = present.now()
    return KioskContents(
        kiosk,
        the_round,
        paper_of(the_round),
        ward_table(the_round.id) if kiosk.declares else WardTable(known=False, own=(), lines={}),
        online_public_key(),
        to_london(now).year,
        now,
        takes_ballots(the_round),
        _area_of_cards(kiosk.station_id),
        _hall(kiosk.station_id, the_round),
    )


def hall_of(kiosk_id: int) -> Data | None:
    """What may be scored by now where an enrolled kiosk stands, from the snapshot that is kept for live screens.

    `turn`, `step`, `order`, `heard`, `heard_first` and `hand_in_closed` are those of `event_days.now_on`; None where
    there is no event day. Raises NotFound `no_kiosk`; NotAllowed `kiosk_revoked`.
    """
    kiosk = working_kiosk(kiosk_id)
    return _hall(kiosk.station_id, voting_round_of(kiosk.round_id))


def _hall(station_id: int, the_round: VotingRound) -> Data | None:
    first = snapshot(the_round.slug).data["hall"]
    days = {first["station"]: first} | {int(key): day for key, day in first["elsewhere"].items()} if first else {}
    day = days.get(station_id)
    return {name: day[name] for name in _OF_HALL} if day else None


def _area_of_cards(station_id: int) -> int | None:
    areas = db.session.scalars(select(CodeBatch.area_id).where(CodeBatch.station_id == station_id).distinct()).all()
    return areas[0] if len(areas) == 1 else None


def takes_ballots(the_round: VotingRound) -> bool:
    """Whether ballots are taken just now, by the server's clock; a kiosk asks for nobody's ballot otherwise."""
    doors = the_round.doors
    paused = doors.paused and (doors.paused_until is None or present.now() < doors.paused_until)
    return the_round.phase(present.now()) == RoundState.VOTING and not paused


def ward_table(round_id: int) -> WardTable:
    """Every line of every area, since the longest wins and a street may belong to a ward outside the round."""
    own = tuple(sorted(db.session.scalars(select(RoundArea.area_id).where(RoundArea.round_id == round_id))))
    rows = db.session.execute(select(AreaPostcode.prefix, AreaPostcode.area_id).order_by(AreaPostcode.prefix)).all()
    lines = {row.prefix: row.area_id for row in rows}
    known = any(area in own for area in lines.values()) if own else bool(lines)
    return WardTable(known, own, lines if known else {})
