"""The voting pages, read like an editor and without scripts."""

from __future__ import annotations

from pb.models.rounds import Policy
from pb.services.codes import make_codes
from tests import factories
from tests.reader import Reader, soup


def codes_of(the_round, count=1, **wanted):
    return make_codes(the_round.id, by=factories.owner_of(the_round), count=count, name="Library", **wanted).codes


def step(client: Reader, response, form="form[method=post]", **data):
    """Fill in the form of a page that was answered, and send it."""
    from tests.reader import form_values

    page = soup(response)
    found = page.select_one(f"main {form}")
    assert found is not None, page.get_text()
    return client.post(str(found["action"]), data=form_values(found) | data)


def test_a_resident_votes_with_a_code_in_three_pages(client: Reader) -> None:
    the_round = factories.an_open_round(policy=Policy.CODE)
    (code,) = codes_of(the_round)
    ballot = client.send(f"/rounds/{the_round.slug}/vote", {"code": code.lower()})
    check = step(client, ballot, p1="1")
    assert "Check your choices" in soup(check).h1.text
    done = step(client, check, "form#cast")
    assert "Your ballot is in the box" in soup(done).h1.text
