"""What is wrong with a batch of papers that is to be made: its name, its place, and what lets one of them count."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import select

from pb.core.errors import Fault
from pb.core.plain_text import is_among
from pb.core.words import N_
from pb.extensions import db
from pb.models.codes import CodeBatch, Declarer
from pb.models.papers import PaperBatch
from pb.models.rounds import Policy, Round, RoundArea
from pb.models.stations import Station, StationKind
from pb.services.rights import DECLARING

MOST_PAPERS = 20_000
LONGEST_NAME = 80
CHANNELS = ("paper", "post", "event")
LANGUAGES = ("en", "cy")


def batch_faults(the_round: Round, batch: PaperBatch, wards: Collection[int]) -> list[Fault]:
    """Everything that is wrong with a batch. `wards` are those that vote on projects of their own."""
    faults = [*_name_faults(batch), *_area_faults(batch, wards), *right_faults(the_round, batch)]
    if not 1 <= batch.printed <= MOST_PAPERS:
        sentence = N_("Enter a number from 1 to %(most)s.")
        faults.append(Fault("count_wrong", sentence, {"most": MOST_PAPERS}, "printed"))
    if batch.channel not in CHANNELS:
        faults.append(Fault("channel_wrong", N_("Choose how the papers come back."), field="channel"))
    if batch.language not in LANGUAGES:
        faults.append(Fault("language_wrong", N_("Choose one of the languages."), field="language"))
    return faults


def _name_faults(batch: PaperBatch) -> list[Fault]:
    if not batch.name:
        return [Fault("name_missing", N_("Give the batch a name, such as the place it is for."), field="name")]
    if len(batch.name) > LONGEST_NAME:
        return [Fault("name_long", N_("The name must be 80 characters or fewer."), field="name")]
    names = db.session.scalars(select(PaperBatch.name).where(PaperBatch.round_id == batch.round_id))
    if is_among(batch.name, names):
        return [Fault("name_taken", N_("This round has a batch of that name already."), field="name")]
    return []


def _area_faults(batch: PaperBatch, wards: Collection[int]) -> list[Fault]:
    faults = []
    if batch.area_id is not None and not db.session.get(RoundArea, (batch.round_id, batch.area_id)):
        faults.append(Fault("area_wrong", N_("Choose an area of this round."), field="area"))
    elif wards and batch.area_id not in wards:
        sentence = N_("Areas vote on different projects here: choose the area that these papers are for.")
        faults.append(Fault("area_needed", sentence, field="area"))
    station = db.session.get(Station, batch.station_id) if batch.station_id is not None else None
    if batch.station_id is not None and (station is None or station.round_id != batch.round_id):
        faults.append(Fault("station_wrong", N_("Choose a station of this round."), field="station"))
    return faults


def right_faults(the_round: Round, batch: PaperBatch) -> Iterator[Fault]:
    """Whether something lets each paper of a batch count that can be held against the number of papers keyed.

    That is the account of cards or invitations, the roll, or what stewards count: `code_needed`, `declares_wrong`,
    `post_declared`, `post_by_code`, `station_needed`, `drop_point_open`, `sheet_needed`, `sheet_not_needed`.
    """
    declared, by_post = the_round.policy in DECLARING, batch.channel == "post"
    station = db.session.get(Station, batch.station_id) if batch.station_id is not None else None
    if the_round.policy == Policy.INVITED and not batch.with_code:
        yield _right("code_needed", N_("In this round each paper needs the code of an invitation."))
    elif batch.declares and not declared:
        yield _right("declares_wrong", N_("Nobody declares in this round: choose a paper without a sheet."))
    elif by_post and declared and (batch.declares or batch.with_code):
        sentence = N_("Whoever asks for a paper by post is put on the roll then: the paper needs no code and no sheet.")
        yield _right("post_declared", sentence)
    elif by_post and not declared and not batch.with_code:
        yield _right("post_by_code", N_("Nobody is on a roll here, so a paper by post needs the code of a card."))
    elif batch.with_code:
        yield from _card_faults(batch) if declared and station else ()
    elif not batch.declares and not by_post:
        yield from _handed_faults(station, declared=declared)


def _handed_faults(station: Station | None, *, declared: bool) -> Iterator[Fault]:
    if station is None:
        sentence = N_(
            "Choose the station whose stewards hand these papers out and count them. Without one, each paper needs a "
            "code or a sheet: otherwise nothing shows how many there should be."
        )
        yield Fault("station_needed", sentence, field="station")
    elif declared and station.kind == StationKind.DROP_POINT:
        sentence = N_("Nobody stands at a drop point to put people on the roll: choose papers with a sheet.")
        yield _right("drop_point_open", sentence)


def _card_faults(batch: PaperBatch) -> Iterator[Fault]:
    there = select(CodeBatch.declarer).where(CodeBatch.station_id == batch.station_id, CodeBatch.revoked_at.is_(None))
    declarers = set(db.session.scalars(there))
    if declarers == {Declarer.VOTER} and not batch.declares:
        sentence = N_(
            "Voters declare for the cards of this station themselves: choose the papers with a sheet as well."
        )
        yield _right("sheet_needed", sentence)
    if declarers == {Declarer.STEWARD} and batch.declares:
        sentence = N_(
            "Stewards put people on the roll for the cards of this station, so a sheet would look like a second "
            "ballot: choose the papers with a code alone."
        )
        yield _right("sheet_not_needed", sentence)


def _right(code: str, sentence: str) -> Fault:
    return Fault(code, sentence, field="right")
