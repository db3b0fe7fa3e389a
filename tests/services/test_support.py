"""Support: a member says what a winning group still needs, the group agrees, residents offer help under seal."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from pb.core.actors import Actor, Role
from pb.core.errors import NotAllowed, NotFound, Refusal, Refusals
from pb.extensions import db
from pb.models.ballots import Project
from pb.models.decisions import HelpOffer
from pb.models.organisations import OrganisationContact
from pb.models.rounds import Round
from pb.services.decisions import agree_with_the_rest, publish_decisions
from pb.services.ledger import events_of_round
from pb.services.outbox import opened_messages
from pb.services.support import (
    MOST_IN_A_DAY,
    add_support,
    agree_support,
    help_for,
    offer_help,
    supports_of,
    supports_of_round,
    supports_to_agree,
    takes_help,
)
from pb.services.transactions import transaction
from tests.deciding import a_member, a_published_round, a_ward_round, project_called, released
from tests.factories import actor_again, an_area, someone

pytestmark = pytest.mark.usefixtures("app")

HELP = {"name": "Mo Farooq", "contact": "01632 960 111", "message": "I have a van and two free Saturdays."}


def contact_of(project: Project) -> Actor:
    """Somebody who acts for the group behind a project."""
    contact = someone(Role.GROUP_CONTACT)
    assert project.bid is not None
    organisation_id = project.bid.organisation_id
    with transaction() as session:
        session.add(OrganisationContact(organisation_id=organisation_id, account_id=contact.account_id))
    return actor_again(contact.account_id)


def a_won_project() -> tuple[Round, Project, Actor]:
    """A ward's round in which all is decided and published by its member, and nothing released; its Hall."""
    the_round, member = a_ward_round()
    agree_with_the_rest(the_round.id, power="ward_member", by=member)
    publish_decisions(the_round.id, by=member)
    return the_round, project_called(the_round, "Hall"), member


def test_what_a_group_needs_is_shown_once_the_group_agrees_and_not_before() -> None:
    the_round, project, member = a_won_project()
    contact = contact_of(project)
    support = add_support(project.id, "volunteers", "Four people on two Saturdays.", by=member)
    released(the_round)
    assert supports_of(project.id, agreed=True) == []
    agree_support(support.id, by=contact)
    assert [each.text for each in supports_of(project.id, agreed=True)] == ["Four people on two Saturdays."]
    assert list(supports_of_round(the_round.id)) == [project.id]
    kinds = [event.kind for event in events_of_round(the_round.id, ("support_added", "support_agreed"))]
    assert kinds == ["support_added", "support_agreed"]
    assert [each.kind for each in opened_messages() if each.kind == "support_added"] == ["support_added"]


def test_a_group_is_not_asked_before_the_release_since_the_question_would_tell_that_it_won() -> None:
    the_round, project, member = a_won_project()
    contact = contact_of(project)
    support = add_support(project.id, "volunteers", "Four people on two Saturdays.", by=member)
    assert supports_to_agree(project) == []
    assert "support_added" not in [each.kind for each in opened_messages()]
    with pytest.raises(Refusal) as refused:
        agree_support(support.id, by=contact)
    assert refused.value.code == "not_now"
    released(the_round)
    assert supports_to_agree(project) == [support]


def test_agreeing_twice_is_agreeing_once() -> None:
    the_round, project, member = a_won_project()
    contact = contact_of(project)
    support = add_support(project.id, "venue", "A room with a kitchen.", by=member)
    released(the_round)
    agree_support(support.id, by=contact)
    agree_support(support.id, by=contact)
    assert len(list(events_of_round(the_round.id, ("support_agreed",)))) == 1


def test_another_group_cannot_agree() -> None:
    _round, project, member = a_won_project()
    support = add_support(project.id, "venue", "A room with a kitchen.", by=member)
    stranger = contact_of(project_called(_round, "Bench"))
    with pytest.raises(NotFound) as refused:
        agree_support(support.id, by=stranger)
    assert refused.value.code == "no_support"


def test_support_is_for_a_bid_that_gets_money() -> None:
    the_round, member = a_ward_round()
    with pytest.raises(Refusal) as refused:
        add_support(project_called(the_round, "Hall").id, "venue", "A room.", by=member)
    assert refused.value.code == "not_funded"


def test_support_is_added_by_a_member_who_decides_there() -> None:
    _round, project, _member = a_won_project()
    with pytest.raises(NotAllowed) as refused:
        add_support(project.id, "venue", "A room.", by=a_member(an_area().id))
    assert refused.value.code == "not_your_pot"


@pytest.mark.parametrize(
    ("kind", "text", "code", "field"),
    [("gold", "A room.", "kind_missing", "kind"), ("venue", " ", "need_missing", "text"),
     ("venue", "a" * 301, "need_long", "text")],
)  # fmt: skip
def test_what_is_needed_is_said_in_a_sentence(kind: str, text: str, code: str, field: str) -> None:
    _round, project, member = a_won_project()
    with pytest.raises(Refusals) as refused:
        add_support(project.id, kind, text, by=member)
    assert [(fault.code, fault.field) for fault in refused.value.faults] == [(code, field)]


def test_help_is_kept_sealed_and_read_by_the_group_alone() -> None:
    the_round = a_published_round()
    project = project_called(the_round, "Hall")
    contact = contact_of(project)
    offer_help(project.id, **HELP)
    stored = db.session.scalars(select(HelpOffer)).one()
    assert stored.sealed is not None
    assert b"Farooq" not in stored.sealed
    project = project_called(the_round, "Hall")
    assert project.bid is not None
    (read,) = help_for(project.bid, contact)
    assert {"name": read.name, "contact": read.contact, "message": read.message} == HELP
    with pytest.raises(NotFound):
        help_for(project.bid, someone(Role.ADMINISTRATOR))


def test_the_group_is_told_that_help_is_there_and_not_whose() -> None:
    the_round = a_published_round()
    project = project_called(the_round, "Hall")
    contact_of(project)
    offer_help(project_called(the_round, "Hall").id, **HELP)
    (letter,) = [each.letter for each in opened_messages() if each.kind == "help_offered"]
    assert "Farooq" not in letter.text + letter.subject
    assert "960 111" not in letter.text
    (event,) = events_of_round(the_round.id, ("help_offered",))
    assert event.facts == {}


def test_help_is_for_projects_that_won_in_a_published_result() -> None:
    the_round = a_published_round()
    assert takes_help(project_called(the_round, "Hall"))
    assert not takes_help(project_called(the_round, "Pond"))
    with pytest.raises(Refusal) as refused:
        offer_help(project_called(the_round, "Pond").id, **HELP)
    assert refused.value.code == "no_help_now"


def test_help_waits_until_the_result_is_published() -> None:
    _round, project, _member = a_won_project()
    assert not takes_help(project)


def test_an_offer_without_a_name_or_words_is_refused_beside_each_field() -> None:
    the_round = a_published_round()
    with pytest.raises(Refusals) as refused:
        offer_help(project_called(the_round, "Hall").id, name=" ", contact="", message="a" * 1_001)
    assert [(fault.code, fault.field) for fault in refused.value.faults] == [
        ("missing", "name"), ("missing", "contact"), ("too_long", "message"),
    ]  # fmt: skip


def test_a_flood_of_offers_stops_for_the_day() -> None:
    the_round = a_published_round()
    project = project_called(the_round, "Hall")
    with transaction() as session:
        now = the_round.state_since
        session.add_all(HelpOffer(project_id=project.id, sealed=b"x", offered_at=now) for _ in range(MOST_IN_A_DAY))
    with pytest.raises(Refusal) as refused:
        offer_help(project_called(the_round, "Hall").id, **HELP)
    assert refused.value.code == "too_many_offers"
