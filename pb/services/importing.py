"""A round from a real election: its projects, money and rule as its file has them, its ballots cast one by one."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb.core.actors import SYSTEM, Actor
from pb.core.election import Choices
from pb.core.pabulib import PbFile
from pb.core.receipts import NONCE_BYTES, make_nonce
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import present
from pb.models.ballots import Project
from pb.models.rounds import Round
from pb.services.casting import Invalid, Marked, cast
from pb.services.codes import MOST_CODES, make_codes
from pb.services.import_drafts import POT, draft_of, project_keys, with_keys, write_draft
from pb.services.ledger import record
from pb.services.locks import lock_imported
from pb.services.rights import Claim
from pb.services.round_states import must_be, set_round_state
from pb.services.rounds import add_round, locked_round
from pb.services.transactions import transaction

S = RoundState
#: Ballots in one transaction: each alone would wait for the disk, all together would keep everybody waiting.
CHUNK = 250
#: For how long an imported round stays open to more ballots, where it is not closed at once.
STAYS_OPEN = timedelta(days=14)
REASON = N_("Imported from the file of an election that has taken place.")
BROKEN_OFF = N_("The import of the file was broken off.")

Progress = Callable[[int], object]


@dataclass(frozen=True)
class Source:
    """Where an election comes from: the name of its file and the SHA-256 of its bytes, in hexadecimal."""

    name: str
    sha256: str


@dataclass
class Uncast:
    """Ballots of a file that the round's own limits refuse, with what a voter would have been told."""

    sentence: str
    count: int = 0


@dataclass
class Casting:
    """What came of casting the ballots of a file: how many are in the box, and those that could not be, by code."""

    cast: int = 0
    uncast: dict[str, Uncast] = field(default_factory=dict)


def add_election(file: PbFile, source: Source, *, by: Actor, title: str = "", closes: bool = True) -> Round:
    """A round from an election file, locked and open for its ballots; all of it or nothing.

    Its officer owns it. Projects keep the order of the file, which is the published order that ties go by; the rule,
    the allocation, the threshold and the limits of a ballot are the file's. Early assessment, set-up, bids and checks
    are recorded as imported. With `closes` it is open until `finish_import`, otherwise for two weeks. Raises what
    `add_round` and `official_method` raise; Refusal `amounts_too_fine`, `no_projects`; Blocked where no ballot can
    be as the file says. Events `round_added`, `round_state`, `ballot_locked`.
    """
    draft = draft_of(file, source.name, title)
    with transaction() as session:
        the_round = add_round(draft.title, by=by)
        write_draft(session, the_round, draft)
        opens = present.now() - timedelta(minutes=1)  # so that it has been open for some time when it closes
        the_round.voting_opens_at, the_round.voting_closes_at = opens, None if closes else opens + STAYS_OPEN
        the_round.decision_by = opens + 2 * STAYS_OPEN
        for state in (S.ASSESSED, S.SETTING_UP, S.BIDDING, S.CHECKING):
            set_round_state(the_round, state, SYSTEM, reason=REASON)
        session.flush()
        lock_imported(the_round.id, by=by)
        set_round_state(the_round, S.VOTING, SYSTEM, reason=REASON)
    return the_round


def cast_election(round_id: int, file: PbFile, *, by: Actor, progress: Progress = lambda _done: None) -> Casting:
    """Cast every ballot of the file as a resident would: with a code of its own, checked, sealed, into the box.

    Codes are made in memory and forgotten. What the limits refuse is not cast; it is counted, with the reason.
    `progress` hears of ballots done. Broken off (Ctrl+C too), the round is cancelled, so that nobody votes in half of
    an election. Raises NotFound `no_round`; what `make_codes` raises. Event `codes_made`.
    """
    try:
        return _cast_all(round_id, file, by, progress)
    except BaseException:
        _abandon(round_id)
        raise


def _cast_all(round_id: int, file: PbFile, by: Actor, progress: Progress) -> Casting:
    keys = project_keys(file.ids)
    codes = _codes(round_id, file.profile.size, by)
    casting, ballots = Casting(), file.profile.each()
    while chunk := list(islice(ballots, CHUNK)):
        with transaction():
            for choices in chunk:
                _cast(round_id, keys, choices, next(codes), casting)
        progress(len(chunk))
    return casting


def finish_import(round_id: int, file: PbFile, source: Source, casting: Casting, *, by: Actor) -> None:
    """Close the round for good, unless it stays open; projects that were found not feasible leave the count.

    Raises NotFound `no_round`; Refusal `not_now`. Events `round_state`, `election_imported`.
    """
    with transaction() as session:
        the_round = locked_round(session, round_id)
        must_be(the_round, S.VOTING)
        _leave_out(session, the_round, file)
        if the_round.voting_closes_at is None:
            the_round.voting_closes_at, the_round.grace_minutes = present.now(), 0
            set_round_state(the_round, S.CLOSED, by, reason=REASON)
        record(
            "election_imported", by, round_id=round_id, subject=f"round:{round_id}",
            projects=len(file.instance.projects), ballots=casting.cast, source_sha256=source.sha256,
        )  # fmt: skip


def _abandon(round_id: int) -> None:
    with transaction() as session:
        the_round = locked_round(session, round_id)
        the_round.cancelled_reason = BROKEN_OFF
        set_round_state(the_round, S.CANCELLED, SYSTEM, reason=BROKEN_OFF)


def _cast(round_id: int, keys: dict[str, str], choices: Choices, code: str, casting: Casting) -> None:
    nonce = make_nonce(secrets.token_bytes(NONCE_BYTES))
    try:
        cast(Marked(round_id, 1, {POT: with_keys(choices, keys)}, nonce), Claim(code=code))
    except Invalid as refusal:
        casting.uncast.setdefault(refusal.code, Uncast(str(refusal))).count += 1
    else:
        casting.cast += 1


def _codes(round_id: int, count: int, by: Actor) -> Iterator[str]:
    """So many fresh codes, made in batches as they are used."""
    for number, start in enumerate(range(0, count, MOST_CODES), start=1):
        wanted = min(MOST_CODES, count - start)
        yield from make_codes(round_id, by=by, count=wanted, name=f"Ballots of the file, {number}").codes


def _leave_out(session: Session, the_round: Round, file: PbFile) -> None:
    keys = project_keys(file.ids)
    gone = [keys[each] for each in file.not_feasible]
    for project in session.scalars(select(Project).where(Project.round_id == the_round.id, Project.key.in_(gone))):
        project.withdrawn_at = present.now()
