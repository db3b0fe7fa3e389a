"""Groups register in the pages."""

from __future__ import annotations

from flask import Flask

from pb.core.actors import Role
from pb.extensions import present
from tests.conftest import TurningClock
from tests.factories import PASSWORD, an_account
from tests.post import letters_to, link_in
from tests.reader import Reader, form_values, soup

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


def test_a_registration_by_a_program_sends_nothing_and_a_person_sends_it_once_more(
    app: Flask, client: Reader, clock: TurningClock
) -> None:
    present.use(settings=present.settings.model_copy(update={"least_fill_seconds": 3}))
    filled = {"name": "Amina", "email": AMINA, "password": PASSWORD}
    quick = client.send(REGISTER, filled)
    page = soup(quick)
    assert quick.status_code == 422
    assert "That was very quick" in page.select_one(".govuk-error-summary").get_text()  # type: ignore[union-attr]
    typed = form_values(page.select_one("main form"))  # type: ignore[arg-type]
    assert (typed["name"], typed["email"], typed["website"]) == ("Amina", AMINA, "")
    clock.turn(seconds=3)
    trapped = client.post(REGISTER, data=typed | {"password": PASSWORD, "website": "example.org"})
    assert "It is empty again" in soup(trapped).select_one(".govuk-error-summary").get_text()  # type: ignore[union-attr]
    assert letters_to(AMINA) == []
    again = form_values(soup(trapped).select_one("main form"))  # type: ignore[arg-type]
    assert client.post(REGISTER, data=again | {"password": PASSWORD}).location == "/account/registered"
    assert len(letters_to(AMINA)) == 1


def test_the_field_that_stays_empty_is_out_of_everybodys_way_and_says_so_where_it_is_met(
    app: Flask, client: Reader
) -> None:
    trap = client.read(REGISTER).select_one("#website")
    assert trap is not None
    assert (trap["tabindex"], trap["autocomplete"]) == ("-1", "off")
    wrapper = trap.parent
    assert wrapper is not None
    assert (wrapper["aria-hidden"], wrapper["class"]) == ("true", ["govuk-visually-hidden"])
    assert wrapper.select_one("label").get_text() == "Leave this field empty"  # type: ignore[union-attr]
