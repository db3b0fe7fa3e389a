"""Counts that are there already and are changed once voting is over: by a second person, with a reason, on record.

While people vote, stewards mend their slips alone. Afterwards a number that one person may change alone could make any
imbalance of the ballot account go away, and with it the explanation that two people owe.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from pb.core.actors import Actor, Role
from pb.core.errors import Fault, NotAllowed, Refusals
from pb.core.permissions import may_correct_counts
from pb.core.reasons import read_reason
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db
from pb.models.codes import CodeBatch
from pb.models.papers import PaperBatch
from pb.models.rounds import Round
from pb.services.ledger import events_of_round, record
from pb.services.round_states import round_phase

#: From the close to the certifying. Before it, a number that is there is changed by whoever may type it.
WHEN = (RoundState.CLOSED, RoundState.OPENED)
AT_STATIONS = ("station_opened", "station_closed")
#: The roles that may correct, as the record names them.
ROLES = (Role.OFFICER, Role.ADMINISTRATOR, Role.COUNT_LEAD)

Batch = CodeBatch | PaperBatch
Counts = Mapping[str, int | None]


@dataclass(frozen=True)
class Correction:
    """One number that was changed after the vote; `role` is that of the person who changed it."""

    batch: str
    what: str
    before: int | None
    after: int | None
    role: str
    reason: str
    at: datetime


def settle_correction(the_round: Round, batch: Batch, counts: Counts, reason: str, *, by: Actor) -> None:
    """Record which numbers of a batch `counts` would correct, before they are written; nothing where there are none.

    A number that nobody typed yet is no correction, nor is anything before the close. Raises NotAllowed
    `not_a_corrector`; Refusals `typed_it_last`, beside each field; Refusal `reason_missing`, `reason_long`. Event
    `cards_corrected` or `papers_corrected`.
    """
    if round_phase(the_round) not in WHEN:
        return
    typists = _last_typists(batch, tuple(counts))
    changed = [name for name, value in counts.items() if _there(batch, name, typists) and value != getattr(batch, name)]
    if not changed:
        return
    if not may_correct_counts(by):
        sentence = N_("Voting is over, and this was counted before. An officer who did not type it can correct it.")
        if isinstance(batch, PaperBatch):
            sentence = N_(
                "Voting is over, and this was counted before. "
                "An officer or the count lead who did not type it can correct it."
            )
        raise NotAllowed("not_a_corrector", sentence, field=changed[0])
    own = [name for name in changed if by.account_id in typists[name]]
    if own:
        sentence = N_("You counted this yourself. Voting is over, so somebody else has to correct it.")
        raise Refusals([Fault("typed_it_last", sentence, field=name) for name in own])
    reason = read_reason(reason, N_("Say why a number that was counted before is changed. The reason is published."))
    before = {name: getattr(batch, name) for name in changed}
    facts = {"before": before, "after": {name: counts[name] for name in changed}, "reason": reason}
    role = next(each.value for each in ROLES if by.has(each))
    kind, subject = f"{_word(batch)}_corrected", f"{'papers' if isinstance(batch, PaperBatch) else 'batch'}:{batch.id}"
    record(kind, by, round_id=the_round.id, subject=subject, batch=batch.id, role=role, **facts)


def correcting(the_round: Round, batch: Batch, names: Collection[str], *, by: Actor) -> tuple[bool, bool]:
    """Whether voting is over and a number of this batch is there; and whether the person may correct one of them."""
    if round_phase(the_round) not in WHEN:
        return False, False
    typists = _last_typists(batch, names)
    there = [name for name in names if _there(batch, name, typists)]
    return bool(there), may_correct_counts(by) and any(by.account_id not in typists[name] for name in there)


def corrections_of(round_id: int) -> list[Correction]:
    """The numbers of a round that were changed after the vote, in the order in which they were."""
    cards = {each.id: each.name for each in db.session.scalars(select(CodeBatch).where(CodeBatch.round_id == round_id))}
    query = select(PaperBatch).where(PaperBatch.round_id == round_id)
    papers = {each.id: each.name for each in db.session.scalars(query)}
    found = []
    for event in events_of_round(round_id, ("cards_corrected", "papers_corrected")):
        facts, names = event.facts, papers if event.kind == "papers_corrected" else cards
        for what, before in facts["before"].items():
            batch, after = names.get(facts["batch"], ""), facts["after"][what]
            found.append(Correction(batch, what, before, after, facts["role"], facts["reason"], event.at))
    return found


def _word(batch: Batch) -> str:
    return "papers" if isinstance(batch, PaperBatch) else "cards"


def _there(batch: Batch, name: str, typists: Mapping[str, set[int]]) -> bool:
    """Whether a number is there; a 0 that the batch began with is not, until somebody kept it."""
    value = getattr(batch, name)
    return value is not None and bool(value or typists[name])


def _last_typists(batch: Batch, names: Collection[str]) -> dict[str, set[int]]:
    """Who typed each number of a batch last: one person, or also the two who counted it at a station.

    Whoever keeps the counts of a page with a number as it is has not typed that number.
    """
    typists: dict[str, set[int]] = {name: set() for name in names}
    known: dict[str, int | None] = {}
    for event in events_of_round(batch.round_id, (f"{_word(batch)}_counted", *AT_STATIONS)):
        facts = event.facts
        if event.kind in AT_STATIONS:
            if str(batch.id) in facts.get(_word(batch), {}):
                known.clear()  # a station's count changes them: the next who keeps them is not known to have
                for name in names:
                    typists[name] |= {event.account_id or 0, facts.get("second") or 0}
            continue
        if facts["batch"] != batch.id:
            continue
        for name in names:
            if name in known and known[name] == facts.get(name):
                continue
            typists[name] = (set() if name in known else typists[name]) | {event.account_id or 0}
            known[name] = facts.get(name)
    return typists
