"""Every link of every public page is one that whoever is not signed in may follow, or the way to sign in."""

from __future__ import annotations

from collections import deque
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from pb.core.actors import STAFF_ROLES
from pb.web.navigation import link_to
from pb.web.policy import Door
from tests.deciding import a_published_round
from tests.factories import a_round_taking_bids
from tests.reader import Reader
from tests.voters import a_voting_round

STAGES = {"voting": a_voting_round, "published": a_published_round, "bidding": a_round_taking_bids}


def _door(app: Flask, path: str) -> Door | None:
    """The door behind an address of our own; None where there is no page."""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(path, method="GET")
    except HTTPException:
        return None
    return getattr(app.view_functions[str(endpoint)], "door", None)


@pytest.mark.parametrize("stage", STAGES)
def test_no_public_page_leads_a_visitor_to_a_page_of_the_council(app: Flask, client: Reader, stage: str) -> None:
    the_round = STAGES[stage]()
    seen, waiting, wrong = set(), deque(["/", f"/rounds/{the_round.slug}", "/no-such-page"]), []
    while waiting:
        path = waiting.popleft()
        answer = client.get(path, buffered=True)
        if not hasattr(answer, "page_read"):
            continue
        for link in answer.page_read.select("a[href]"):
            found = urlsplit(str(link["href"]))
            door = _door(app, found.path) if not found.netloc and found.path else None
            if door is not None and not door.everyone and door.roles & STAFF_ROLES:
                wrong.append(f"{path} -> {found.path}")
            if door is not None and door.everyone and found.path not in seen:
                seen.add(found.path)
                waiting.append(found.path)
    assert len(seen) > 5
    assert wrong == []


def test_a_template_that_asks_for_a_link_gets_none_for_a_visitor_to_a_staff_page(app: Flask) -> None:
    with app.test_request_context("/"):
        assert link_to("stations.home") == ""
        assert link_to("accounts.home") == ""
        assert link_to("accounts.sign_in") != ""
        assert link_to("public_rounds.home") == "/"
