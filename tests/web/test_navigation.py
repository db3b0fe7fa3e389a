"""The links at the top: who sees which, which stands out, and the language links where a page only takes forms."""

from __future__ import annotations

import pytest
from flask import Flask, Response

from pb.core.actors import Role
from pb.web.policy import EVERYONE, allow
from tests.factories import an_account
from tests.reader import Reader
from tests.signing_in import sign_in


def _shown(client: Reader, path: str = "/cookies") -> list[str]:
    page = client.read(path)
    return [link.get_text(strip=True) for link in page.select("#navigation a, #navigation button")]


def test_a_visitor_sees_what_everybody_may_see_and_the_way_in(client: Reader) -> None:
    shown = _shown(client)
    assert shown[-1] == "Sign in"
    assert "How it works" in shown
    assert not {"Your bids", "Your desk", "Decisions", "People", "Your account"} & set(shown)


@pytest.mark.parametrize(
    ("role", "own"),
    [(Role.GROUP_CONTACT, "Your bids"), (Role.ADMINISTRATOR, "People")],
)
def test_each_role_sees_its_own_door_and_the_way_out(client: Reader, role: Role, own: str) -> None:
    sign_in(client, an_account(role))
    shown = _shown(client)
    assert own in shown
    assert "Your account" in shown
    assert shown[-1].startswith("Sign out")


def test_the_link_to_this_page_or_its_part_stands_out(client: Reader) -> None:
    page = client.read("/how-it-works")
    assert [link.get_text() for link in page.select("#navigation [aria-current=page]")] == ["How it works"]
    sign_in(client, an_account(Role.ADMINISTRATOR))
    page = client.read("/officers/people/add")
    assert [link.get_text() for link in page.select("#navigation [aria-current]")] == ["People"]


@pytest.mark.own_app
def test_a_page_that_only_takes_forms_offers_its_languages_on_the_start_page(app: Flask, client: Reader) -> None:
    @allow(door=EVERYONE)
    def taken() -> Response:
        return Response(app.jinja_env.globals["language_links"]()[1]["href"], mimetype="text/plain")

    app.add_url_rule("/taken", "taken", taken, methods=["POST"])
    app.config["WTF_CSRF_ENABLED"] = False
    assert client.post("/taken?by=name").get_data(as_text=True) == "/?lang=cy"
