"""The right to vote: a code, a declaration, or both, as the round asks; looked at without changing anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from pb.core.codes import read_code
from pb.core.eligibility import Declaration
from pb.core.errors import Refusal
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.codes import CodeState, Declarer
from pb.models.envelopes import Envelope, EnvelopeState
from pb.models.rounds import Policy
from pb.services.box import code_used
from pb.services.codes import FoundCode, find_code, round_of_code
from pb.services.roll import Person, person_of
from pb.services.voting import Paper, Section, VotingRound

#: What a voter has said who has filled in nothing; every fault is told at once.
NOTHING_SAID = Declaration("", "", None, "", declared=False)
#: Policies under which whoever casts a first ballot declares who they are.
DECLARING = (Policy.DECLARED, Policy.CONTACT)


@dataclass(frozen=True)
class Claim:
    """What a voter brings: a code and a declaration as typed, and the ward they chose where that is theirs to do.

    `contact` is the e-mail address or mobile number as typed; `proven` that the one-time code sent to it was
    entered, which `contacts.prove` alone says. `late`: it was made away from the server, after `made_after` where
    that is known, so that it is asked whether the code's window had ended then, not whether it has since. `replaces`
    is the mark of the ballot that this one takes the place of, as `right_of` found it; empty for a first ballot.
    """

    code: str = ""
    declaration: Declaration | None = None
    area_id: int | None = None
    replaces: bytes = b""
    contact: str = ""
    proven: bool = False
    late: bool = False
    made_after: datetime | None = None


@dataclass(frozen=True)
class Right:
    """One right to vote, found good: its code, its person, its ward and the sections of the paper that it opens.

    `replaces` is the mark of the ballot that is in the box under the code already; empty for a first ballot.
    """

    area_id: int | None
    sections: tuple[Section, ...]
    code: FoundCode | None = None
    person: Person | None = None
    replaces: bytes = b""


class WardWanted(Refusal):
    """The ward is for the voter to choose: among `wards`, or any of the paper's where that is empty."""

    def __init__(self, code: str, sentence: str, wards: tuple[int, ...]) -> None:
        super().__init__(code, sentence, field="area", status=422)
        self.wards = wards


def right_of(the_round: VotingRound, paper: Paper, claim: Claim) -> Right:
    """The right behind a claim. Changes nothing, and asks nothing of the roll: who voted is told at casting alone.

    Raises the refusals of `read_code` and `person_of`, and `code_unknown`, `code_used`, `code_held`,
    `code_void`, `code_outside_window`, `code_other_round`, `code_not_invited`, `ward_needed`, `ward_unknown`,
    `nothing_to_mark`, and where all else is well `contact_not_proven`.
    """
    code = _code_of(the_round, claim)
    replaces = _replaced(the_round, code) if code and code.state == CodeState.USED else b""
    person = None
    if not replaces and the_round.policy in DECLARING and not asks_nothing_more(code):
        person = person_of(the_round, claim.declaration or NOTHING_SAID, claim.contact)
    area_id = ward_of(paper, claim, code, person)
    sections = paper.sections_for(area_id)
    if not sections:
        raise Refusal("nothing_to_mark", N_("There is nothing to vote on in your area in this round."))
    if person is not None and area_id is not None:
        person = replace(person, area_id=area_id)
    if person is not None and person.contact is not None and not claim.proven:
        raise Refusal("contact_not_proven", N_("Enter the code that we sent you."), field="one_time", status=422)
    return Right(area_id, sections, code, person, replaces)


def usual_right(paper: Paper, claim: Claim) -> Right | None:
    """The right that a claim has by a code alone, if the code is good, which `put_at_once` asks; None for any other.

    Nothing is looked up: whoever opened the ballot with this claim had a ward, if it has wards, and keeps to it.
    """
    if not claim.code.strip() or claim.declaration or claim.replaces or claim.late:
        return None
    area_id = claim.area_id if paper.wards else None
    sections = paper.sections_for(area_id)
    return Right(area_id, sections) if sections and (area_id in paper.wards or not paper.wards) else None


def _code_of(the_round: VotingRound, claim: Claim) -> FoundCode | None:
    if the_round.policy in DECLARING and not claim.code.strip():
        return None
    code = read_code(claim.code)
    found = find_code(the_round.id, code)
    if found is None:
        raise _unknown(code)
    if found.state == CodeState.VOID:
        raise _refused("code_void", N_("This code was cancelled. Ask the council for a new one."))
    if the_round.policy == Policy.INVITED and found.declarer != Declarer.LIST:
        # It may have been made before the policy was settled; nobody on the list is behind it.
        raise _refused("code_not_invited", N_("This round takes only the codes of its invitations. Ask the council."))
    refuse_window(found, present.now(), claim.made_after if claim.late else present.now())
    return found


def _unknown(code: str) -> Refusal:
    if round_of_code(code):
        return _refused(
            "code_other_round", N_("This code is for another round. Look at the round’s name on your card.")
        )
    return _refused(
        "code_unknown", N_("We do not know this code. Look at your card again and check each group of four.")
    )


def refuse_window(code: FoundCode, now: datetime, made_after: datetime | None) -> None:
    """Refuse (`code_outside_window`) a code that does not work yet, or had stopped when its ballot was made."""
    asleep = code.station_id is not None and code.activated_at is None
    if asleep or (code.window_from is not None and now < code.window_from):
        raise _refused("code_outside_window", N_("This code does not work yet. It will when the stall or event opens."))
    if code.window_to is not None and made_after is not None and made_after >= code.window_to:
        raise _refused(
            "code_outside_window", N_("This code has stopped working. Ask the council whether you can have another.")
        )


def _replaced(the_round: VotingRound, code: FoundCode) -> bytes:
    """The mark of the ballot under a used code, which may be replaced where the round allows it."""
    query = select(Envelope.retry_tag, Envelope.state).where(Envelope.slot == code.slot)
    row = db.session.execute(query).first()
    if row is not None and row.state == EnvelopeState.HELD:
        raise _refused(
            "code_held", N_("The ballot cast with this code is being checked, and cannot be changed until then.")
        )
    if row is None or row.state != EnvelopeState.ACCEPTED or not the_round.allow_change:
        raise code_used()
    mark: bytes = row.retry_tag
    return mark


def _fitting(paper: Paper, person: Person) -> tuple[int, ...]:
    """The wards that fit a person; of two, only those that have something of their own to vote on."""
    return tuple(ward for ward in person.wards if ward in paper.wards) or person.wards[:1]


def _refused(code: str, message: str) -> Refusal:
    return Refusal(code, message, field="code")


def asks_nothing_more(code: FoundCode | None) -> bool:
    """Whether a code is the whole check: its holder is on the roll already, by a steward or for a spoilt card."""
    return code is not None and (code.declared or code.declarer == Declarer.STEWARD)


def ward_of(paper: Paper, claim: Claim, code: FoundCode | None, person: Person | None) -> int | None:
    """The ward of a right: what the declaration says, else the code, else what the voter chose.

    Somebody who declares votes where they belong, whichever stall gave them a card. Where two wards fit, they
    choose one of the two, and their tag lets nobody choose twice. Raises WardWanted.
    """
    if not paper.wards:
        return None
    fitting = _fitting(paper, person) if person else ()
    said = fitting[0] if len(fitting) == 1 else None
    if not fitting and code is not None:
        said = code.area_id
    if said is not None:
        return said
    if claim.area_id is None:
        raise WardWanted("ward_needed", N_("Choose the area that you are voting in."), fitting)
    if claim.area_id not in (fitting or paper.wards):
        raise WardWanted("ward_unknown", N_("Choose one of the areas of this round."), fitting)
    return claim.area_id
