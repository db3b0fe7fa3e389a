"""Withdrawals in mid-vote: a new ballot without the project; every ballot that was cast stays valid for the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from pb.core.actors import Actor, Role
from pb.core.canonical import digest
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.reconciliation import imbalances
from pb.core.states import BidState
from pb.extensions import db, present
from pb.models.ballots import Project
from pb.models.outbox import Message, MessageState
from pb.models.rounds import Policy, Round
from pb.services import voter_letters
from pb.services.accounts import account_of, actor_of
from pb.services.bids import withdraw_bid
from pb.services.casting import Marked, cast
from pb.services.counts import read_count, record_count
from pb.services.delivery import deliver_due
from pb.services.elections import projects_of
from pb.services.frozen import versions_of
from pb.services.ledger import events_of_round
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.outbox import opened_messages
from pb.services.reconciliation import numbers_of
from pb.services.rights import Claim, right_of
from pb.services.rounds import find_round
from pb.services.voter_letters import HowFar, letters_on_the_way
from pb.services.voting import paper_of, voting_round_of
from pb.services.withdrawals import ask_withdrawal, confirm_withdrawal, withdrawal_digest
from tests.factories import (
    a_certified_round,
    a_closed_round,
    a_locked_round,
    an_officer,
    an_open_round,
    cast_ballots,
    make_ballot,
    owner_of,
    someone,
    turn_to,
)
from tests.post import letters_to
from tests.voters import SAM, a_paper, a_voting_round, codes_for

pytestmark = pytest.mark.usefixtures("app")

REASON = "The hall was sold last week."


def project_called(the_round: Round, title: str) -> Project:
    return next(each for each in projects_of(the_round.id) if each.title == title)


def withdraw(the_round: Round, title: str) -> Project:
    """Take a project off the ballot: the owner asks, an approver confirms."""
    project = project_called(the_round, title)
    ask_withdrawal(project.id, REASON, by=owner_of(the_round))
    return confirm_withdrawal(project.id, sha256=withdrawal_digest(project), by=someone(Role.APPROVER))


def contact_of(project: Project) -> Actor:
    assert project.bid is not None
    contact = actor_of(account_of(project.bid.created_by), stepped_up=True)
    return replace(contact, organisations=frozenset({project.bid.organisation_id}))


def marked(the_round: Round, version: int, *titles: str, letter: str = "A") -> Marked:
    return Marked(the_round.id, version, make_ballot(the_round, *titles), letter * 32)


def test_a_project_leaves_the_live_ballot_as_a_new_version_that_differs_in_nothing_else() -> None:
    the_round = an_open_round(policy="code")
    before = dict(the_round.frozen or {})
    withdraw(the_round, "Hall")
    the_round = find_round(the_round.slug)
    paper = paper_of(voting_round_of(the_round.id))
    assert paper.version == the_round.ballot_version == 2
    assert [each.title for section in paper.sections for each in section.projects] != []
    assert "Hall" not in {each.title for section in paper.sections for each in section.projects}
    assert [(gone.title, gone.reason) for gone in paper.withdrawn] == [("Hall", REASON)]
    after = dict(the_round.frozen or {})
    assert {**after, "version": 1, "withdrawn": []} == {**before, "withdrawn": []}
    first, second = versions_of(the_round.id)
    assert (first.content, second.sha256) == (before, digest(after))
    *_, event = events_of_round(the_round.id, ("project_withdrawn",))
    assert (event.facts["version"], event.facts["sha256"], event.facts["reason"]) == (2, second.sha256, REASON)
    assert project_called(the_round, "Hall").bid.state == BidState.WITHDRAWN  # type: ignore[union-attr]


def test_ballots_of_the_old_version_stay_valid_and_one_that_chose_it_alone_took_part() -> None:
    """By hand: Hall is gone. Bench has 1 (old) + 1 (new) = 2, Pond 1; four ballots took part, one chose nothing else."""
    the_round = an_open_round(policy="code")
    cast_ballots(the_round, [("Hall", "Bench"), ("Hall",)])
    withdraw(the_round, "Hall")
    codes = codes_for(the_round, 2, name="Later")
    cast(marked(the_round, 2, "Bench", letter="B"), Claim(codes[0]))
    cast(marked(the_round, 2, "Pond", letter="C"), Claim(codes[1]))
    turn_to(the_round.decision_by)
    lead = someone(Role.COUNT_LEAD)
    freeze_box(the_round.id, by=lead)
    for _ in range(2):
        approve_opening(the_round.id, by=an_officer())
    opening = open_box(the_round.id, by=lead)
    assert (opening.envelopes, opening.valid, opening.invalid) == (4, 4, {})
    assert imbalances(numbers_of(find_round(the_round.slug))) == []
    (outcome,) = read_count(record_count(the_round.id, by=lead)).outcomes.values()
    titles = {each.key: each.title for each in projects_of(the_round.id)}
    votes = {titles[each.id]: each.votes for each in outcome.projects if each.rank is not None}
    assert votes == {"Bench": 2, "Pond": 1}
    assert outcome.ballots == 4
    hall = project_called(the_round, "Hall")
    assert outcome.by_id[hall.key].reason.code == "withdrawn"
    assert REASON in str(outcome.by_id[hall.key].reason)


def test_a_form_of_the_old_version_is_refused_and_leaves_the_code_unused() -> None:
    the_round = an_open_round(policy="code")
    (code,) = codes_for(the_round)
    withdraw(the_round, "Hall")
    with pytest.raises(Refusal) as refused:
        cast(marked(the_round, 1, "Bench"), Claim(code))
    assert refused.value.code == "ballot_changed"
    assert cast(marked(the_round, 2, "Bench"), Claim(code)).receipt


def test_somebody_who_chose_it_may_change_their_ballot_where_the_round_allows_it() -> None:
    the_round = an_open_round(policy="code", vote={"allow_change": True})
    (code,) = codes_for(the_round)
    cast(marked(the_round, 1, "Hall"), Claim(code))
    withdraw(the_round, "Hall")
    voting = voting_round_of(the_round.id)
    right = right_of(voting, paper_of(voting), Claim(code))
    changed = cast(marked(the_round, 2, "Bench", letter="B"), replace(Claim(code), replaces=right.replaces))
    assert changed.changed
    assert numbers_of(the_round).accepted == 1


def test_a_group_that_withdraws_its_own_bid_leaves_the_ballot_at_once() -> None:
    the_round = an_open_round(policy="code")
    hall = project_called(the_round, "Hall")
    withdraw_bid(hall.bid_id or 0, by=contact_of(hall))
    paper = paper_of(voting_round_of(the_round.id))
    assert paper.version == 2
    assert [(gone.title, gone.reason) for gone in paper.withdrawn] == [("Hall", "The group withdrew it.")]


def test_two_withdrawals_make_two_versions() -> None:
    the_round = a_locked_round()
    withdraw(the_round, "Hall")
    withdraw(the_round, "Pond")
    db.session.expire_all()
    assert [len(each.content.get("withdrawn", [])) for each in versions_of(the_round.id)] == [0, 1, 2]
    paper = paper_of(voting_round_of(the_round.id))
    assert [each.title for each in paper.sections[0].projects] == ["Bench"]


def test_after_the_close_the_ballot_stays_and_the_count_leaves_the_project_out() -> None:
    the_round = a_closed_round()
    withdraw(the_round, "Hall")
    assert len(versions_of(the_round.id)) == 1
    assert project_called(the_round, "Hall").withdrawn_at is not None


def test_the_first_person_alone_withdraws_nothing() -> None:
    owner = someone(Role.OFFICER)
    the_round = an_open_round(owner)
    project = project_called(the_round, "Hall")
    with pytest.raises(Refusal) as unasked:
        confirm_withdrawal(project.id, sha256=withdrawal_digest(project), by=someone(Role.APPROVER))
    assert unasked.value.code == "withdrawal_not_asked"
    with pytest.raises(NotAllowed):
        ask_withdrawal(project.id, REASON, by=someone(Role.OFFICER))
    ask_withdrawal(project.id, REASON, by=owner)
    for by in (owner, someone(Role.OFFICER), replace(someone(Role.APPROVER), stepped_up=False)):
        with pytest.raises(NotAllowed):
            confirm_withdrawal(project.id, sha256=withdrawal_digest(project), by=by)
    db.session.rollback()
    assert project_called(the_round, "Hall").withdrawn_at is None
    assert find_round(the_round.slug).ballot_version == 1


@pytest.mark.parametrize(("reason", "code"), [(" ", "reason_missing"), ("x" * 501, "reason_long")])
def test_a_withdrawal_needs_a_reason_that_can_be_read(reason: str, code: str) -> None:
    the_round = an_open_round()
    with pytest.raises(Refusal) as refused:
        ask_withdrawal(project_called(the_round, "Hall").id, reason, by=owner_of(the_round))
    assert (refused.value.code, refused.value.field) == (code, "reason")


def test_a_ballot_on_which_exactly_three_must_be_chosen_keeps_three() -> None:
    the_round = an_open_round(vote={"ballot_settings": {"most": 3, "use_all": True}})
    with pytest.raises(Refusal) as refused:
        ask_withdrawal(project_called(the_round, "Hall").id, REASON, by=owner_of(the_round))
    assert refused.value.code == "ballot_unmarkable"


def test_a_certified_count_keeps_its_projects() -> None:
    with pytest.raises(Refusal) as late:
        withdraw(a_certified_round(), "Hall")
    assert late.value.code == "not_now"


def test_what_is_gone_is_not_withdrawn_again() -> None:
    the_round = an_open_round()
    withdraw(the_round, "Hall")
    with pytest.raises(Refusal) as twice:
        withdraw(the_round, "Hall")
    assert twice.value.code == "withdrawn_already"
    with pytest.raises(NotFound):
        ask_withdrawal(987_654, REASON, by=owner_of(the_round))


def test_everybody_who_left_a_contact_is_told_in_both_languages_and_nothing_says_how_they_voted() -> None:
    the_round = a_voting_round(policy=Policy.CONTACT, allow_change=True)
    for letter, address in (("A", "sam@example.org"), ("B", "kim@example.org")):
        person = replace(SAM, name=f"Voter {letter}")
        cast(a_paper(the_round, letter), Claim(declaration=person, contact=address, proven=True))
    project = projects_of(the_round.id)[0]
    ask_withdrawal(project.id, REASON, by=owner_of(the_round))
    confirm_withdrawal(project.id, sha256=withdrawal_digest(project), by=someone(Role.APPROVER))
    ((sam,), (kim,)) = letters_to("sam@example.org"), letters_to("kim@example.org")
    assert sam.text == kim.text
    assert f"“{project.title}” has left the ballot" in sam.text
    assert "You may change it until" in sam.text
    assert "wedi gadael papur pleidleisio" in sam.text


def test_letters_to_voters_are_written_in_parts_and_once_to_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voter_letters, "PART", 2)
    the_round = a_voting_round(policy=Policy.CONTACT)
    addresses = [f"voter-{letter}@example.org" for letter in "abcde"]
    for letter, address in zip("ABCDE", addresses, strict=True):
        person = replace(SAM, name=f"Voter {letter}")
        cast(a_paper(the_round, letter), Claim(declaration=person, contact=address, proven=True))
    project = projects_of(the_round.id)[0]
    ask_withdrawal(project.id, REASON, by=owner_of(the_round))
    confirm_withdrawal(project.id, sha256=withdrawal_digest(project), by=someone(Role.APPROVER))
    monkeypatch.setattr(voter_letters, "_tell", stops_at(3, voter_letters._tell))
    deliver_due()
    assert len(_told(addresses)) == 2, "the part that failed is kept not at all"
    assert letters_on_the_way(the_round.id) == HowFar(2, 5, stopped=False)
    monkeypatch.undo()
    monkeypatch.setattr(voter_letters, "PART", 2)
    db.session.execute(update(Message).where(Message.state == MessageState.QUEUED).values(next_try_at=present.now()))
    db.session.commit()
    deliver_due()
    assert sorted(_told(addresses)) == addresses
    assert letters_on_the_way(the_round.id) is None


def _told(addresses: list[str]) -> list[str]:
    return [each.letter.to for each in opened_messages() if each.letter.to in addresses]


def stops_at(letter: int, tell: Callable[..., None]) -> Callable[..., None]:
    """`tell`, with a fault at one letter."""
    written: list[str] = []

    def write(address: str, said: dict[str, Any]) -> None:
        written.append(address)
        if len(written) == letter:
            raise RuntimeError("the machine stops here")
        tell(address, said)

    return write
