"""The administrator's pages about people."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.services.accounts import account_of, actor_of, find_by_email
from tests.factories import PASSWORD, an_account
from tests.post import letters_to, link_in
from tests.reader import Reader, soup
from tests.signing_in import give_password, sign_in

PEOPLE = "/officers/people/"


@pytest.fixture
def administrator(client: Reader) -> Reader:
    sign_in(client, an_account(Role.ADMINISTRATOR, name="Ada Administrator"))
    return client


def test_somebody_is_added_and_gets_a_link(app: Flask, administrator: Reader) -> None:
    added = administrator.send(
        f"{PEOPLE}add", {"name": "Amina Begum", "email": "amina@example.org", "roles": ["officer", "approver"]}
    )
    assert added.location == PEOPLE
    assert "Amina Begum" in administrator.read(PEOPLE).get_text()
    account = find_by_email("amina@example.org")
    assert account is not None
    assert actor_of(account).roles == {Role.OFFICER, Role.APPROVER}
    newcomer = app.test_client()
    assert isinstance(newcomer, Reader)
    newcomer.send(link_in(letters_to("amina@example.org")[-1]), {"password": PASSWORD})
    assert give_password(newcomer, actor_of(account)).location == "/account/set-up-second-step"


def test_faults_of_adding_stand_beside_their_fields(app: Flask, administrator: Reader) -> None:
    an_account(email="amina@example.org")

    def faults(**typed: object) -> list[object]:
        answer = administrator.send(
            f"{PEOPLE}add", {"name": "X", "email": "x@example.org", "roles": ["officer"], **typed}
        )
        assert answer.status_code == 422
        return [link["href"] for link in soup(answer).select(".govuk-error-summary a")]

    assert faults(email="Amina@example.org") == ["#email"]
    assert faults(email="x") == ["#email"]
    assert faults(roles=[]) == ["#roles"]
    assert faults(roles=["emperor"]) == ["#roles"]
    assert faults(name=" ") == ["#name"]


def test_roles_are_changed_on_the_page_of_the_person(app: Flask, administrator: Reader) -> None:
    who = an_account(Role.STEWARD, name="Sam Steward")
    path = f"{PEOPLE}{who.account_id}"
    boxes = administrator.read(path).select("input[name=roles][checked]")
    assert [box["value"] for box in boxes] == ["steward"]
    administrator.send(path, {"name": "Sam Officer", "roles": ["officer"]})
    account = account_of(who.account_id)
    assert (account.name, actor_of(account).roles) == ("Sam Officer", {Role.OFFICER})


def test_an_administrator_stays_one(app: Flask, administrator: Reader) -> None:
    own = next(
        link["href"]
        for link in administrator.read(PEOPLE).select(".yd-rows a")
        if link.get_text() == "Ada Administrator"
    )
    answer = administrator.send(str(own), {"roles": ["officer"]})
    assert answer.status_code == 409
    assert "ask another administrator" in soup(answer).get_text()
    assert "Stop this account" not in administrator.read(str(own)).get_text()
    assert administrator.get(PEOPLE).status_code == 200


def test_a_stopped_person_is_out_and_may_be_let_in_again(app: Flask, administrator: Reader) -> None:
    who = an_account(Role.STEWARD)
    other = app.test_client()
    assert isinstance(other, Reader)
    sign_in(other, who)
    path = f"{PEOPLE}{who.account_id}"
    administrator.send(path, form="form[action$='/stop']")
    assert other.get("/account/").status_code == 302
    assert "Stopped" in administrator.read(PEOPLE).get_text()
    administrator.send(path, form="form[action$='/start']")
    sign_in(other, who)
    administrator.send(path, form="form[action$=end-sessions]")
    assert other.get("/account/").status_code == 302


def test_a_lost_phone_is_helped_and_a_new_one_is_asked_for(app: Flask, administrator: Reader) -> None:
    who = an_account(Role.OFFICER)
    other = app.test_client()
    assert isinstance(other, Reader)
    sign_in(other, who)
    administrator.send(f"{PEOPLE}{who.account_id}", form="form[action$=reset-second-step]")
    assert other.get("/account/").status_code == 302
    assert give_password(other, who).location == "/account/set-up-second-step"


def test_a_long_list_has_pages_that_keep_the_search(app: Flask, administrator: Reader) -> None:
    for number in range(26):
        an_account(Role.STEWARD, name=f"Steward {number:02}", password="")
    page = administrator.read(f"{PEOPLE}?words=steward&role=steward")
    assert "26 people" in page.get_text()
    assert len(page.select(".yd-rows__row")) == 25
    onward = page.select_one("a[rel=next]")
    assert onward is not None
    rest = administrator.read(str(onward["href"]))
    assert [row.get_text() for row in rest.select(".yd-rows__row a")] == ["Steward 25"]
    assert administrator.read(f"{PEOPLE}?page=999&words=steward").select(".yd-rows__row a")


def test_a_search_that_finds_nobody_offers_the_way_back(app: Flask, administrator: Reader) -> None:
    page = administrator.read(f"{PEOPLE}?words=nobody-at-all&role=emperor&page=x")
    assert "Nobody found" in page.get_text()
    assert page.select_one(f"main a[href='{PEOPLE}']") is not None


@pytest.mark.parametrize("path", [PEOPLE, f"{PEOPLE}add", f"{PEOPLE}1"])
def test_nobody_else_sees_people(app: Flask, client: Reader, path: str) -> None:
    sign_in(client, an_account(*[role for role in Role if role != Role.ADMINISTRATOR]))
    assert client.get(path).status_code == 403


def test_a_person_who_is_not_there_is_said_so(app: Flask, administrator: Reader) -> None:
    assert "no such account" in soup(administrator.get(f"{PEOPLE}999")).get_text()
