"""A winning group's page: agreeing to what a member asks residents for, and reading offers of help."""

from __future__ import annotations

from flask import Flask

from pb.core.actors import Role
from pb.models.organisations import OrganisationContact
from pb.services.decisions import agree_with_the_rest, publish_decisions
from pb.services.support import add_support, offer_help
from pb.services.transactions import transaction
from tests.deciding import a_ward_round, project_called, released
from tests.factories import actor_again, an_account
from tests.reader import Reader
from tests.signing_in import sign_in

NEED = "Four people on two Saturdays, to dig and carry."


def test_a_need_is_public_once_the_group_agrees_and_offers_come_to_the_group_alone(app: Flask, client: Reader) -> None:
    the_round, member = a_ward_round()
    agree_with_the_rest(the_round.id, power="ward_member", by=member)
    publish_decisions(the_round.id, by=member)
    released(the_round)
    hall = project_called(the_round, "Hall")
    contact = an_account(Role.GROUP_CONTACT)
    assert hall.bid is not None
    reference, organisation_id = hall.bid.reference, hall.bid.organisation_id
    with transaction() as session:
        session.add(OrganisationContact(organisation_id=organisation_id, account_id=contact.account_id))
    add_support(hall.id, "volunteers", NEED, by=member)
    result = f"/rounds/{the_round.slug}/result"
    assert NEED not in client.read(result).get_text()
    sign_in(client, actor_again(contact.account_id))
    client.send(f"/groups/bids/{reference}/support", form="form[action$='/agree']")
    assert NEED in app.test_client().get(result).get_data(as_text=True)
    offer_help(hall.id, name="Mo Farooq", contact="01632 960 111", message="I have a <i>van</i>.")
    page = client.read(f"/groups/bids/{reference}/support").get_text()
    assert "Mo Farooq" in page
    assert "I have a <i>van</i>." in page
    stranger = app.test_client()
    sign_in(stranger, an_account(Role.GROUP_CONTACT))
    assert stranger.get(f"/groups/bids/{reference}/support").status_code == 404


def test_the_members_page_of_support_asks_for_one_sentence(app: Flask, client: Reader) -> None:
    the_round, member = a_ward_round()
    agree_with_the_rest(the_round.id, power="ward_member", by=member)
    area_id = the_round.pots[0].area_id
    assert area_id is not None
    sign_in(client, an_account(Role.MEMBER, areas=[area_id]))
    path = f"/members/rounds/{the_round.slug}/projects/{project_called(the_round, 'Hall').key}/support"
    assert client.send(path, {"kind": "venue", "text": ""}).status_code == 422
    client.send(path, {"kind": "venue", "text": NEED})
    assert "Waits for the group" in client.read(path).get_text()


def test_a_group_reads_its_result_with_everybody_else_and_not_before(app: Flask, client: Reader) -> None:
    the_round, member = a_ward_round()
    bids = {title: project_called(the_round, title).bid for title in ("Hall", "Pond")}
    contact = an_account(Role.GROUP_CONTACT)
    with transaction() as session:
        for bid in bids.values():
            assert bid is not None
            session.add(OrganisationContact(organisation_id=bid.organisation_id, account_id=contact.account_id))
    agree_with_the_rest(the_round.id, power="ward_member", by=member)
    publish_decisions(the_round.id, by=member)
    sign_in(client, actor_again(contact.account_id))
    addresses = ["/groups/", *(f"/groups/bids/{bid.reference}" for bid in bids.values() if bid is not None)]
    for address in addresses:
        page = client.read(address).get_text()
        assert "It is on the ballot; the result comes by" in page
        assert not any(word in page for word in ("Recommended", "In reserve", "Not funded", "Approved", "Declined"))
    released(the_round)
    assert "Approved" in client.read(addresses[1]).get_text()
