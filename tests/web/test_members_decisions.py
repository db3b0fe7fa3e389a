"""The members' pages: deciding in one's own words, and no other door to a decision."""

from __future__ import annotations

import ast
from pathlib import Path

from flask import Flask

from pb.core.actors import Actor, Role
from pb.models.rounds import Round
from pb.services.pots import PotEntry
from pb.web.policy import doors
from tests.deciding import DIFFERENCE, agree_with_the_rest, project_called, seen
from tests.factories import a_certified_round, an_account, an_area
from tests.reader import Reader, soup
from tests.signing_in import sign_in

WEB = Path(__file__).resolve().parents[2] / "pb" / "web"


def a_round_and_its_member() -> tuple[Round, Actor]:
    """A certified round of one ward's pot, and a member who can sign in."""
    area = an_area()
    the_round = a_certified_round(areas=[area], pots=[PotEntry("Northfield", 1_000_000, area_id=area.id)])
    return the_round, an_account(Role.MEMBER, areas=[area.id], name="Ada Okafor")


def address(the_round: Round, title: str, page: str = "") -> str:
    return f"/members/rounds/{the_round.slug}/projects/{project_called(the_round, title).key}{page}"


def test_a_member_decides_one_bid_differently_and_the_rest_as_the_vote_says(app: Flask, client: Reader) -> None:
    the_round, member = a_round_and_its_member()
    sign_in(client, member)
    desk = client.read("/members/")
    assert "2 bids wait for you" in desk.get_text()
    client.send(address(the_round, "Hall", "/decide"), {"answer": "decline", **DIFFERENCE})
    page = client.read(f"/members/rounds/{the_round.slug}").get_text(" ", strip=True)
    assert "Money released: £6,000" in page
    assert "Pond : £2,500" in page
    client.send(f"/members/rounds/{the_round.slug}/agree")
    client.send(address(the_round, "Pond", "/decide"), {"answer": "agree"})
    client.send(f"/members/rounds/{the_round.slug}/publish", {"sure": "y"})
    decisions = {title: seen(the_round, title).decision for title in ("Hall", "Bench", "Pond")}
    assert {title: each.amount for title, each in decisions.items() if each} == {
        "Hall": 0, "Bench": 300_000, "Pond": 250_000,
    }  # fmt: skip
    assert all(each is not None and each.published_at for each in decisions.values())


def test_a_difference_without_a_reason_comes_back_with_the_fault_beside_its_field_and_nothing_lost(
    app: Flask, client: Reader
) -> None:
    the_round, member = a_round_and_its_member()
    sign_in(client, member)
    typed = {"answer": "differ", "amount": "4,500", "reason": "", "alternatives": "Half.", "interests": "None."}
    answer = client.send(address(the_round, "Hall", "/decide"), typed)
    page = soup(answer)
    assert answer.status_code == 422
    assert [link["href"] for link in page.select(".govuk-error-summary a")] == ["#reason"]
    fault = page.select_one("#reason-error")
    assert fault is not None
    assert "Say why you differ from the vote" in fault.get_text()
    assert page.select_one("#amount")["value"] == "4,500"  # type: ignore[index]
    assert page.select_one("#alternatives").get_text(strip=True) == "Half."  # type: ignore[union-attr]


def test_another_amount_is_asked_for_where_it_is_not_given(app: Flask, client: Reader) -> None:
    the_round, member = a_round_and_its_member()
    sign_in(client, member)
    answer = client.send(address(the_round, "Hall", "/decide"), {"answer": "differ", **DIFFERENCE})
    assert [link["href"] for link in soup(answer).select(".govuk-error-summary a")] == ["#amount"]


def test_too_much_for_the_pot_says_by_how_much_beside_the_amount(app: Flask, client: Reader) -> None:
    the_round, member = a_round_and_its_member()
    sign_in(client, member)
    answer = client.send(address(the_round, "Pond", "/decide"), {"answer": "differ", "amount": "2500", **DIFFERENCE})
    fault = soup(answer).select_one("#amount-error")
    assert fault is not None
    assert "£1,500 more than the pot “Northfield” holds" in fault.get_text()


def test_a_member_with_a_declared_interest_is_offered_no_button(app: Flask, client: Reader) -> None:
    the_round, member = a_round_and_its_member()
    sign_in(client, member)
    client.send(address(the_round, "Hall", "/interest"), {"nature": "I am a trustee of the hall."})
    page = client.read(address(the_round, "Hall"))
    assert "You declared an interest in this bid" in page.get_text()
    assert page.select("a[href$='/decide']") == []
    answer = client.get(address(the_round, "Hall", "/decide"))
    assert answer.status_code == 403
    assert "It is for the cabinet." in soup(answer).get_text()


def test_deciding_asks_for_the_second_factor_again_after_a_while(app: Flask, client: Reader) -> None:
    the_round, member = a_round_and_its_member()
    sign_in(client, member)
    app.extensions["test_clock"].turn(minutes=20)
    answer = client.get(address(the_round, "Hall", "/decide"))
    assert "/account/confirm-it-is-you" in answer.location


def test_scrutiny_reads_the_desk_and_finds_nothing_to_press(app: Flask, client: Reader) -> None:
    the_round, member = a_round_and_its_member()
    agree_with_the_rest(the_round.id, power="ward_member", by=member)
    sign_in(client, an_account(Role.SCRUTINY))
    page = client.read(f"/members/rounds/{the_round.slug}")
    assert "Ada Okafor" in page.get_text()
    assert page.select("main form, main a[role=button]") == []


def test_no_door_but_the_members_own_leads_to_a_decision(app: Flask) -> None:
    """Neither the round's owner nor the approver can change a member's words: there is no route at all."""
    importers = {
        path.relative_to(WEB).parts[0]
        for path in WEB.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "pb.services.decisions"
    }
    assert importers == {"members"}
    writing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("members") and "POST" in (rule.methods or set())
    }
    found = doors(app)
    assert {found[endpoint] for endpoint in writing} == {"cabinet, member", "cabinet, member (second factor again)"}
