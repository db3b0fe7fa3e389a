"""The deeds: who may do what, as pure predicates that services call and templates ask."""

from __future__ import annotations

from collections.abc import Collection

from pb.core.actors import SECOND_FACTOR_ROLES, STAFF_ROLES, Actor, Role


def may_own_rounds(by: Actor) -> bool:
    """Officers set up and run rounds."""
    return by.has(Role.OFFICER)


def may_run(by: Actor, owner_id: int) -> bool:
    """A round is run by its owner; an administrator may stand in, so that an absence stops nothing."""
    return (by.has(Role.OFFICER) and by.account_id == owner_id) or by.has(Role.ADMINISTRATOR)


def may_approve(by: Actor, owner_id: int) -> bool:
    """Four eyes: an approver who is not the round's owner."""
    return by.has(Role.APPROVER) and by.account_id is not None and by.account_id != owner_id


def may_ask_cancellation(by: Actor, owner_id: int) -> bool:
    """Once voting has opened, those who run a round ask that it is cancelled, and so does an approver."""
    return by.account_id is not None and (may_run(by, owner_id) or by.has(Role.APPROVER))


def may_confirm_cancellation(by: Actor, owner_id: int, asked_by: int | None) -> bool:
    """Four eyes: an approver or administrator who neither owns the round nor asked for it ends a vote."""
    second = by.has(Role.APPROVER, Role.ADMINISTRATOR) and by.account_id is not None
    return second and by.account_id not in (owner_id, asked_by)


def may_see_counts(by: Actor) -> bool:
    """A count that is not published is read by those who run, count, decide or oversee.

    Stewards and the reading panel may be of a group that bids, and sign in without a second factor: they wait.
    """
    return by.has(*SECOND_FACTOR_ROLES)


def may_bid_for(by: Actor, organisation_id: int) -> bool:
    """Group contacts act for their own organisation only."""
    return by.has(Role.GROUP_CONTACT) and organisation_id in by.organisations


def may_decide(by: Actor, pot_area_id: int | None, *, interested: bool) -> bool:
    """A ward member decides on pots of their ward, the cabinet on any; never with a declared interest."""
    if interested:
        return False
    return by.has(Role.CABINET) or (by.has(Role.MEMBER) and pot_area_id is not None and pot_area_id in by.areas)


def may_open_box(by: Actor) -> bool:
    """The count lead opens the box, with the key holders beside them."""
    return by.has(Role.COUNT_LEAD)


def may_help(by: Actor) -> bool:
    """Stewards and officers help people to vote who ask them to; the ballot is counted as assisted."""
    return by.has(Role.STEWARD, Role.OFFICER, Role.ADMINISTRATOR)


def may_reveal(by: Actor) -> bool:
    """An officer or the count lead shows the result in the room, step by step."""
    return by.has(Role.OFFICER, Role.COUNT_LEAD)


def may_settle_duplicates(by: Actor) -> bool:
    """Officers settle claims at the duplicates desk."""
    return by.has(Role.OFFICER, Role.ADMINISTRATOR)


def may_count_cards(by: Actor) -> bool:
    """Stewards count the cards of their place, and officers those of any."""
    return by.has(Role.STEWARD, Role.OFFICER, Role.ADMINISTRATOR)


def may_work_at(by: Actor, stewards: Collection[int]) -> bool:
    """Stewards work at the stations on whose rota they are, officers at any."""
    return by.has(Role.OFFICER, Role.ADMINISTRATOR) or (by.has(Role.STEWARD) and by.account_id in stewards)


def may_count_papers(by: Actor) -> bool:
    """Stewards, officers and those who count handle papers: they count them, and two of them key each."""
    roles = (Role.STEWARD, Role.OFFICER, Role.ADMINISTRATOR, Role.COUNT_LEAD, Role.SECOND_TELLER)
    return by.has(*roles) and by.account_id is not None


def may_correct_counts(by: Actor) -> bool:
    """Once voting is over, officers and the count lead change a number that somebody else typed."""
    return by.has(Role.OFFICER, Role.ADMINISTRATOR, Role.COUNT_LEAD) and by.account_id is not None


def may_settle_papers(by: Actor) -> bool:
    """Officers and the count lead settle papers whose code opens no right to vote."""
    return by.has(Role.OFFICER, Role.ADMINISTRATOR, Role.COUNT_LEAD)


def may_spoil_cards(by: Actor) -> bool:
    """Stewards and officers take a spoilt card back; nobody needs to say who they are for it."""
    return by.has(Role.STEWARD, Role.OFFICER, Role.ADMINISTRATOR)


def may_enrol_kiosks(by: Actor) -> bool:
    """Officers enrol tablets, and so does a steward who has just shown a second factor."""
    return by.has(Role.OFFICER, Role.ADMINISTRATOR) or (by.has(Role.STEWARD) and by.stepped_up)


def may_supervise_kiosks(by: Actor) -> bool:
    """Officers take a tablet out of use, let it work at their own risk, and decide on what came too late."""
    return by.has(Role.OFFICER, Role.ADMINISTRATOR)


def may_replace_lost_cards(by: Actor) -> bool:
    """A lost card cannot be made void, so an officer supervises each replacement."""
    return by.has(Role.OFFICER, Role.ADMINISTRATOR)


def may_see_bids(by: Actor) -> bool:
    """Whoever checks bids or confirms their refusals reads what groups sent in, names and all."""
    return by.has(Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR)


def may_check(by: Actor, organisation_id: int) -> bool:
    """Officers check bids, but never one of a group that they act for."""
    return by.has(Role.OFFICER, Role.ADMINISTRATOR) and organisation_id not in by.organisations


def may_confirm_refusal(by: Actor, organisation_id: int, asked_by: int | None) -> bool:
    """Four eyes: whoever found a bid ineligible never confirms it, nor does anybody who acts for the group."""
    second = by.has(Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR) and by.account_id is not None
    return second and by.account_id != asked_by and organisation_id not in by.organisations


def may_manage_accounts(by: Actor) -> bool:
    """Administrators add people and give roles; so does the system, from the command line."""
    return by.has(Role.ADMINISTRATOR) or by.kind == "system"


def may_keep_areas(by: Actor) -> bool:
    """Administrators and officers keep the list of areas and their postcodes."""
    return by.has(Role.ADMINISTRATOR, Role.OFFICER)


def has_stepped_up(by: Actor) -> bool:
    """Whether the second factor was shown a short while ago, as weighty deeds ask; the system has none."""
    return by.stepped_up or by.kind == "system"


def may_approve_opening(by: Actor) -> bool:
    """In simple mode two officers approve the opening; an approver or administrator is an officer here."""
    return by.has(Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR)


def may_audit(by: Actor) -> bool:
    """Audit cards are for scrutiny alone: nobody who runs or counts the vote knows which they are."""
    return by.has(Role.SCRUTINY)


def may_give_up_audit(by: Actor, owner_id: int) -> bool:
    """Scrutiny gives up its audit itself; where it is not to be had, an approver who does not own the round does."""
    return may_audit(by) or may_approve(by, owner_id)


def may_certify(by: Actor, counted_by: int | None) -> bool:
    """Four eyes: the second teller certifies a count that somebody else recorded."""
    return by.has(Role.SECOND_TELLER) and by.account_id != counted_by


def may_explain(by: Actor) -> bool:
    """Whoever works at the count explains a line of the ballot account that does not come out even."""
    return by.has(Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR, Role.COUNT_LEAD, Role.SECOND_TELLER)


def may_confirm_explanation(by: Actor, explained_by: int) -> bool:
    """Four eyes: whoever gave an explanation never confirms it."""
    return may_explain(by) and by.account_id is not None and by.account_id != explained_by


def may_confirm_withdrawal(by: Actor, owner_id: int, asked_by: int | None) -> bool:
    """Four eyes: an approver who neither owns the round nor asked for it takes a project off the ballot."""
    return may_approve(by, owner_id) and by.account_id != asked_by


def may_destroy(by: Actor) -> bool:
    """What a round no longer needs is destroyed from the command line, or by an administrator."""
    return by.kind == "system" or by.has(Role.ADMINISTRATOR)


def may_make_offers(by: Actor) -> bool:
    """Officers and the count lead offer a part of the money to the bid next in line."""
    return by.has(Role.OFFICER, Role.COUNT_LEAD)


def may_answer_offer(by: Actor, organisation_id: int | None) -> bool:
    """A group answers for itself; an officer or the count lead may record what it said in the room."""
    return may_make_offers(by) or (organisation_id is not None and may_bid_for(by, organisation_id))


def may_read_decisions(by: Actor) -> bool:
    """Members see what there is to decide, and scrutiny reads everything."""
    return by.has(Role.MEMBER, Role.CABINET, Role.SCRUTINY)


def may_answer_questions(by: Actor) -> bool:
    """Officers answer questions about decisions, and mark them answered."""
    return by.has(Role.OFFICER, Role.ADMINISTRATOR)


def may_hold_key(roles: frozenset[Role]) -> bool:
    """Somebody of the council or scrutiny holds a key; a group that bids does not."""
    return not roles.isdisjoint(STAFF_ROLES)
