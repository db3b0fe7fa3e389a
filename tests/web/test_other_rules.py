"""How it was counted, explained: who got something, near misses, the voters' money, and what other rules would give."""

from __future__ import annotations

from flask import Flask

from pb.core.actors import Role
from tests.deciding import a_published_round
from tests.factories import a_certified_round, an_account
from tests.reader import Reader
from tests.signing_in import sign_in

#: Six voters want Hall (£6,000) and Bench (£3,000), five want Pond (£2,500); there is £10,000.
TWO_CAMPS = [("Hall", "Bench")] * 6 + [("Pond",)] * 5
SHARES = {"ballots": TWO_CAMPS, "vote": {"rule": "equal-shares", "rule_options": {}, "allocation": "skip"}}


def text_of(page: object) -> str:
    """All words of a page on one line."""
    return " ".join(page.get_text(" ").split())  # type: ignore[attr-defined]


def test_once_published_everybody_sees_what_other_rules_would_have_given(app: Flask, client: Reader) -> None:
    the_round = a_published_round(ballots=TWO_CAMPS)
    page = client.read(f"/rounds/{the_round.slug}/how-it-was-counted/other-rules")
    table = next(each for each in page.select("table") if "Where the ways" in each.caption.get_text())  # type: ignore[union-attr]
    heads = [head.get_text(strip=True) for head in table.select("thead th")]
    rows = {
        row.th.get_text(strip=True): dict(
            zip(heads[1:], [cell.get_text(strip=True) for cell in row.select("td")], strict=True)
        )  # type: ignore[union-attr]
        for row in table.select("tbody tr")
    }
    assert heads[1] == "Most votes first"
    assert rows["Hall"]["Most votes first"] == "funded"
    assert rows["Hall"]["Equal shares of the pot"] == "–"
    assert rows["Pond"]["Equal shares of the pot"] == "funded"
    assert "Funded whichever way it is counted: Bench." in text_of(page)
    assert "only that rule counts" in text_of(page)


def test_the_count_page_leads_to_it_and_tells_near_misses(app: Flask, client: Reader) -> None:
    the_round = a_published_round(ballots=TWO_CAMPS)
    page = client.read(f"/rounds/{the_round.slug}/how-it-was-counted")
    assert page.select_one(f'a[href="/rounds/{the_round.slug}/how-it-was-counted/other-rules"]')
    text = text_of(page)
    assert "Of every 100 voters who chose something, 55 chose a project that gets money." in text
    assert "Pond £1,000 2" in text
    assert "We drew as many ballots again by chance, 100 times" in text


def test_under_equal_shares_the_page_tells_how_the_voters_money_was_spent(app: Flask, client: Reader) -> None:
    the_round = a_published_round(**SHARES)
    page = client.read(f"/rounds/{the_round.slug}/how-it-was-counted")
    text = text_of(page)
    assert "There is £10,000 and there are 11 ballots, so every ballot gets the same: £909 to spend." in text
    steps = [" ".join(each.get_text(" ").split()) for each in page.select(".yd-spent__step")]
    assert len(steps) == 2
    assert any(
        step.startswith("Bench It costs £3,000. 6 voters chose it. Nobody pays more than £500 for it.")
        for step in steps
    )
    assert "£45 is left." in steps[-1]
    assert page.select(".yd-spent svg[role=img][aria-label]")
    assert "Where the money of their supporters went" in text


def test_before_the_release_only_the_council_sees_it(app: Flask, client: Reader) -> None:
    the_round = a_certified_round(ballots=TWO_CAMPS)
    path = f"/rounds/{the_round.slug}/how-it-was-counted/other-rules"
    assert client.get(path).status_code == 404
    sign_in(client, an_account(Role.OFFICER))
    assert "Only the council sees this page" in text_of(client.read(path))


def test_of_a_tiny_pot_only_the_totals_are_told(app: Flask, client: Reader) -> None:
    the_round = a_published_round()
    page = client.read(f"/rounds/{the_round.slug}/how-it-was-counted/other-rules")
    assert "Fewer than ten ballots were cast here." in text_of(page)
    assert page.select("table") == []
    assert "How near the others came" not in text_of(client.read(f"/rounds/{the_round.slug}/how-it-was-counted"))


def test_the_story_of_equal_shares_is_not_told_of_a_tiny_pot(app: Flask, client: Reader) -> None:
    the_round = a_published_round(vote=SHARES["vote"])
    assert client.read(f"/rounds/{the_round.slug}/how-it-was-counted").select(".yd-spent") == []
