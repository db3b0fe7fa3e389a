"""Casting: a marked paper is checked, sealed and put into the box once; a change takes the place of the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, bindparam, select

from pb.core.admission import refuse_moment
from pb.core.canonical import digest, keyed
from pb.core.codes import RANDOM_BYTES, make_code, read_code, slot
from pb.core.election import Choices
from pb.core.errors import Fault, Refusal, Refusals
from pb.core.receipts import NONCE_BYTES, make_nonce, make_receipt, make_retry_tag, read_browser_part, read_nonce
from pb.core.sealing import PaperContent, pack, seal
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import present
from pb.models.envelopes import Envelope, EnvelopeState
from pb.services import box
from pb.services.box import Entry, ballot_changed, changed_meanwhile, code_used
from pb.services.box_at_once import put_at_once
from pb.services.duplicates import refuse_more_claims
from pb.services.group_commit import commit_together
from pb.services.prepared import Prepared
from pb.services.rights import Claim, Right, right_of, usual_right
from pb.services.roll import place_of
from pb.services.transactions import reading, transaction
from pb.services.voting import Paper, VotingRound, paper_of, voting_round_of

#: The channel of a voter whom a steward or officer helps at their wish.
ASSISTED = "assisted"


@dataclass(frozen=True)
class Marked:
    """A marked paper on its way to the box.

    `sections` are the choices by the pot's key, of the ballot's `version`. `nonce` and `browser_part` make the
    same form, sent twice, one ballot. `formed_at` is when its form was opened, for the grace at the close.
    """

    round_id: int
    version: int
    sections: Mapping[str, Choices]
    nonce: str
    browser_part: str = ""
    formed_at: datetime | None = None
    channel: str = "online"


@dataclass(frozen=True)
class Cast:
    """What came of a casting. `change_code` is the code of somebody who declared, where changes are allowed.

    One that was `held`, and that the duplicates desk has `turned_down` since, is neither in the box nor waiting.
    """

    receipt: str
    held: bool = False
    turned_down: bool = False
    changed: bool = False
    change_code: str = ""


class Invalid(Refusals):
    """A paper that cannot be counted; `sections` holds the faults by the pot's key, "" for the paper as a whole."""

    def __init__(self, sections: Mapping[str, list[Fault]]) -> None:
        super().__init__([fault for faults in sections.values() for fault in faults])
        self.sections = sections


def cast(marked: Marked, claim: Claim, *, ask_check: bool = False, the_round: VotingRound | None = None) -> Cast:
    """Put a marked paper into the box under a claim, in one transaction, and give its receipt.

    Everything is validated, sealed and hashed before the transaction, which looks at the clock again, takes the
    code or the place on the roll by one conditional statement, and keeps the envelope. The same nonce and
    browser part give the same receipt again and change nothing. With `ask_check`, the envelope of somebody who
    is on the roll already is held for the duplicates desk. `the_round` is for callers that have just read it. Casting
    is no event of the ledger.

    Raises the refusals of `refuse_moment`, `right_of` and `check_paper`; `ballot_changed`, `already_voted`,
    `code_used`, `changed_meanwhile`, `form_out_of_date`, `checks_wait`. A refusal leaves everything as it was.
    """
    the_round = the_round or voting_round_of(marked.round_id)
    receipt = _receipt(marked)
    if _cast_at_once(the_round, marked, claim, receipt):
        return Cast(receipt)
    the_round = voting_round_of(marked.round_id)
    try:
        refuse_moment(the_round.doors, marked.formed_at, present.now())
        if marked.version != the_round.ballot_version:
            raise ballot_changed()
        paper = paper_of(the_round)
        right = right_of(the_round, paper, claim)
        _refuse_race(claim, right)
        entry = _entry(the_round, paper, marked, right, receipt, right.code.slot if right.code else None)
        held = _put(the_round, entry, ask_check=ask_check)
    except Refusal:
        # Whoever sends a form twice is refused the second time, since what it takes is taken: so it is looked for here.
        kept = cast_before(the_round, marked, claim)
        if kept is None:
            raise
        return kept
    return _answer(the_round, marked, claim, held=held)


def _put(the_round: VotingRound, entry: Entry, *, ask_check: bool) -> bool:
    """Into the box by whichever way takes least; True where it is held for the duplicates desk."""

    def deed(connection: Connection) -> bool:
        held = box.put_in(connection, entry, ask_check=ask_check)
        if held and entry.place:
            refuse_more_claims(connection, entry.place)
        return held

    if the_round.state == RoundState.LOCKED:  # the clock has opened the voting, which is to be recorded
        with transaction() as session:
            box.open_voting(session, entry.round_id)
            return deed(session.connection())
    return commit_together(deed)


def _cast_at_once(the_round: VotingRound, marked: Marked, claim: Claim, receipt: str) -> bool:
    """Whether this was a usual ballot, and is in the box. If not nothing was done, and the careful way says why."""
    if marked.version != the_round.ballot_version:
        return False
    paper = paper_of(the_round)
    right = usual_right(paper, claim)
    if right is None:
        return False
    try:
        typed = slot(present.secrets.code_key, the_round.id, read_code(claim.code))
        entry = _entry(the_round, paper, marked, right, receipt, typed)
    except Refusal:
        return False
    return put_at_once(the_round, entry)


def check_paper(paper: Paper, right: Right, sections: Mapping[str, Choices]) -> dict[str, Choices]:
    """The choices of a right's sections, written in the one way; a section without choices is an abstention there.

    Raises Invalid with the ballot type's faults, `unknown_section`, or `nothing_chosen` where every section is
    empty.
    """
    mine = {section.key for section in right.sections}
    strange = {key: choices for key, choices in sections.items() if key not in mine}
    faults = paper.rules.faults({key: choices for key, choices in sections.items() if key in mine})
    for key in strange:
        faults[key] = [Fault("unknown_section", N_("This part of the ballot is not yours to mark."))]
    if faults:
        raise Invalid(faults)
    written = paper.rules.normalised({key: sections.get(key, {}) for key in sorted(mine)})
    if not any(written.values()):
        raise Invalid({"": [Fault("nothing_chosen", N_("You have not chosen anything yet."))]})
    return written


def nonce_for(form_nonce: str, sections: Mapping[str, Choices]) -> str:
    """The nonce of a form with these choices: going back and forth without changing them keeps it the same."""
    of_choices = digest({key: dict(choices) for key, choices in sections.items()})
    return make_nonce(keyed(present.secrets.retry_key, "nonce", form_nonce, of_choices)[:NONCE_BYTES])


def _refuse_race(claim: Claim, right: Right) -> None:
    """A first ballot never replaces one, and a change replaces only what the voter was told of."""
    if right.replaces != claim.replaces:
        raise changed_meanwhile() if claim.replaces else code_used()


def _entry(
    the_round: VotingRound, paper: Paper, marked: Marked, right: Right, receipt: str, typed: bytes | None
) -> Entry:
    """The envelope, sealed, with what it takes; nothing slow is left to do. `typed` is the slot of the code typed."""
    envelope_id = str(uuid4())
    content = PaperContent(check_paper(paper, right, marked.sections), receipt, paper.version)
    public_key, size = bytes.fromhex(the_round.round_public_key or ""), the_round.envelope_size or 0
    sealed = seal(public_key, the_round.id, paper.version, envelope_id, pack(content), size)
    own = typed or slot(present.secrets.code_key, the_round.id, _fresh_code(marked))
    return Entry(
        round_id=the_round.id,
        version=paper.version,
        envelope_id=envelope_id,
        retry_tag=_retry_tag(marked),
        sealed=sealed,
        slot=own,
        fresh=typed is None,
        area_id=right.area_id,
        place=place_of(the_round.id, right.person, _way_in(marked)) if right.person else None,
        replaces=right.replaces,
        channel=marked.channel,
        formed_at=marked.formed_at,
    )


def _way_in(marked: Marked) -> str:
    """The channel as the roll keeps it: that somebody was helped is a number, and stands beside no name."""
    return "online" if marked.channel == ASSISTED else marked.channel


def _fresh_code(marked: Marked) -> str:
    """The code of somebody who declared: made from the form, so that the form sent again shows the same one."""
    chance = keyed(present.secrets.code_key, "change", marked.round_id, marked.nonce, marked.browser_part)
    return make_code(chance[:RANDOM_BYTES])


def _receipt(marked: Marked) -> str:
    nonce, browser_part = read_nonce(marked.nonce), read_browser_part(marked.browser_part)
    return make_receipt(present.secrets.receipt_key, marked.round_id, nonce, browser_part)


def _retry_tag(marked: Marked) -> bytes:
    nonce, browser_part = read_nonce(marked.nonce), read_browser_part(marked.browser_part)
    return make_retry_tag(present.secrets.retry_key, nonce, browser_part)


_KEPT = Prepared(
    select(Envelope.state).where(Envelope.round_id == bindparam("of_round"), Envelope.retry_tag == bindparam("of_tag"))
)


def cast_before(the_round: VotingRound, marked: Marked, claim: Claim) -> Cast | None:
    """What was answered to this form before; None where no sending of it was kept."""
    with reading() as connection:
        found = _KEPT.first(connection, of_round=the_round.id, of_tag=_retry_tag(marked))
    if found and found[0] == EnvelopeState.REJECTED:
        return Cast(_receipt(marked), turned_down=True)
    return _answer(the_round, marked, claim, held=found[0] == EnvelopeState.HELD) if found else None


def _answer(the_round: VotingRound, marked: Marked, claim: Claim, *, held: bool) -> Cast:
    own = the_round.allow_change and not claim.code.strip() and not held
    return Cast(
        receipt=_receipt(marked),
        held=held,
        changed=bool(claim.replaces),
        change_code=_fresh_code(marked) if own else "",
    )
