"""The voting pages in Chromium, on a phone and on a desk: what each looks like, and what the running total says."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from pb.models.rounds import Policy
from tests.browser import Site
from tests.voters import GOOD_MARKS, STREET, VOTES, a_voting_round, codes_for

pytestmark = pytest.mark.browser

WORDS = {
    "approval": "2 of 2 chosen",
    "scoring": "3 of 5 scored",
    "choose_and_score": "2 of 2 scored",
    "ranked": "2 of 3 placed",
    "points": "0 of 10 points left",
    "knapsack": "left, 1 chosen",
}
SAID = {
    title: {
        "summary": f"{title}: something good that everybody here may use, all year round.",
        "what": "We open the doors at ten, put the kettle on and keep the hall warm until four. " * 6,
        "themes": ["Streets"],
    }
    for title, *_ in STREET
}


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
@pytest.mark.parametrize("kind", VOTES)
def test_each_ballot_keeps_its_running_total(site: Site, kind: str, phone: bool) -> None:
    the_round = a_voting_round(kind, bids=STREET, changes=SAID, title="You Decide: Quay Street and Northfield")
    (code,) = codes_for(the_round)
    where = "phone" if phone else "desk"
    with site.visit(phone=phone) as page:
        page.goto(f"/rounds/{the_round.slug}/vote")
        site.look(page, f"vote-1-code-{where}")
        page.get_by_label("Code on your card").fill(code)
        page.get_by_role("button", name="Continue").click()
        for name, value in GOOD_MARKS[kind].items():
            mark(page, name, value)
        expect(page.get_by_role("status").first).to_contain_text(WORDS[kind])
        site.look(page, f"vote-2-{kind}-{where}")
        page.get_by_role("button", name="Check my choices").click()
        site.look(page, f"vote-3-{kind}-{where}")


def mark(page, name: str, value: str) -> None:
    """Mark a project as a finger would, whatever its field is."""
    field = page.locator(f"[name={name}]")
    kind = field.first.get_attribute("type")
    if kind == "checkbox":
        field.check()
    elif kind == "radio":
        page.locator(f"[name={name}][value='{value}']").check()
    elif kind == "text":
        field.fill(value)
    else:
        field.select_option(value)
