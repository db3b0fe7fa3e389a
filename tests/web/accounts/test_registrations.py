"""Groups register in the pages."""

from __future__ import annotations

from flask import Flask

from pb.core.actors import Role
from tests.factories import PASSWORD, an_account
from tests.post import letters_to, link_in
from tests.reader import Reader, soup

REGISTER = "/account/register"
AMINA = "amina@example.org"


def enrol(client: Reader, email: str = AMINA, **more: str) -> object:
    return client.send(REGISTER, {"name": "Amina Begum", "email": email, "password": PASSWORD, **more})


def test_a_group_contact_registers_confirms_and_is_in(app: Flask, client: Reader) -> None:
    enrol(client)
    link = link_in(letters_to(AMINA)[-1])
    answer = client.send(link, {"password": PASSWORD}, follow_redirects=True)
    assert answer.request.path == "/account/"
    page = soup(answer).get_text()
    assert "Amina Begum" in page
    assert "Group contact" in page


def test_known_and_unknown_addresses_get_the_same_answer(app: Flask, client: Reader) -> None:
    an_account(Role.OFFICER, email=AMINA)
    answers = [
        client.send(REGISTER, {"name": "A", "email": email, "password": PASSWORD})
        for email in (AMINA, "nobody@example.org")
    ]
    known, unknown = [(one.status_code, one.location, one.data) for one in answers]
    assert known == unknown
    assert known[1] == "/account/registered"
    assert len(letters_to("nobody@example.org")) == 1


def test_a_stranger_who_knows_the_password_only_by_chance_confirms_nothing(app: Flask, client: Reader) -> None:
    enrol(client)
    link = link_in(letters_to(AMINA)[-1])
    answer = client.send(link, {"password": "some other password"})
    assert answer.status_code == 422
    assert client.get("/account/").status_code == 302


def test_faults_stand_beside_their_fields_and_nothing_typed_is_lost(app: Flask, client: Reader) -> None:
    answer = client.send(REGISTER, {"name": "Amina", "email": "amina", "password": PASSWORD})
    page = soup(answer)
    assert answer.status_code == 422
    assert [link["href"] for link in page.select(".govuk-error-summary a")] == ["#email"]
    assert page.select_one("#name")["value"] == "Amina"  # type: ignore[index]
    assert page.select_one("#email")["value"] == "amina"  # type: ignore[index]


def test_markup_in_a_name_is_shown_as_it_was_typed(app: Flask, client: Reader) -> None:
    enrol(client, name="<script>alert(1)</script>")
    answer = client.send(link_in(letters_to(AMINA)[-1]), {"password": PASSWORD}, follow_redirects=True)
    assert "<script>alert" not in answer.get_data(as_text=True)
    assert "<script>alert(1)</script>" in soup(answer).get_text()
