"""The officer's way through a round in the pages: add, assess, set up, open."""

from __future__ import annotations

from flask import Flask

from pb.core.actors import Role
from pb.services.rounds import find_round
from tests.factories import an_account, an_area
from tests.reader import Reader
from tests.signing_in import sign_in

R = "/officers/rounds/you-decide-abbey"
ANSWERS = {
    "why": {"why": "People asked for it.", "which_decision": "The ward grant."},
    "known": {"known_already": "A survey of 2024.", "do_differently": "We would fund other groups."},
    "fairness": {"formative": "Yes.", "information": "Yes.", "time": "Six weeks.", "consideration": "The members."},
    "priority": {"priority": "high", "cost": "1,500"},
    "equality": {"equality_impact_needed": "no", "equality_impact_reason": "Screened."},
}


def day(month: int, date: int, time: str) -> list[str]:
    return [str(date), str(month), "2026", time]


def test_an_officer_takes_a_round_from_an_idea_to_open_for_bids(app: Flask) -> None:
    app.test_client_class = Reader
    officer, approver = app.test_client(), app.test_client()
    sign_in(officer, an_account(Role.OFFICER))
    sign_in(approver, an_account(Role.APPROVER))
    area = an_area("Abbey")
    officer.send("/officers/rounds/add", {"title": "You Decide: Abbey", "kind": "member_grant"})
    for page, answers in ANSWERS.items():
        officer.send(f"{R}/assessment/{page}", answers)
    officer.send(f"{R}/assessment")
    waiting = approver.read("/officers/")
    assert "Assess whether it should go ahead" in waiting.get_text()
    approver.send(f"{R}/assessment", {"outcome": "pursue"})
    officer.send(R)
    officer.send(f"{R}/set-up/about", {"summary": "Money for Abbey.", "themes": "Parks\nYoung people"})
    officer.send(f"{R}/set-up/purpose", {"purpose": "a", "decision_informed": "b", "result_use": "c"})
    officer.send(f"{R}/set-up/promise", {"promise_up": "a", "promise_not": "b", "promise_last_word": "c"})
    officer.send(f"{R}/set-up/areas", {"areas": [str(area.id)]})
    officer.send(f"{R}/set-up/money", {"total": "£15,000.01", "most_grant": "2500"})
    officer.send(f"{R}/set-up/pots/share", {"layout": "themes"})
    dates = {"bids_open_at": day(3, 1, "9am"), "bids_close_at": day(4, 13, "midday"), "voting_opens_at": day(5, 11, "9am"),
             "voting_closes_at": day(6, 1, "5pm"), "decision_by": day(6, 26, "17:00")}  # fmt: skip
    officer.send(f"{R}/set-up/dates", dates)
    officer.send(f"{R}/set-up/voters", {"least_age": "11", "links": ["live", "work"], "policy": "declared"})
    officer.send(f"{R}/set-up/ballot", {"preset": "score-all"})
    officer.send(f"{R}/set-up/ballot/settings", {"highest": "10"})
    officer.send(f"{R}/set-up/counting", {"rule": "greedy"})
    officer.send(f"{R}/set-up/counting/money", {"kind": "skip", "ballots_percent": "10"})
    officer.send(f"{R}/set-up/keys", {"key_mode": "simple"})
    print(officer.read(R).get_text("\n"))
    answer = officer.send(f"{R}/open-bids")
    assert answer.status_code == 303
    the_round = find_round("you-decide-abbey")
    assert [(pot.name, pot.amount) for pot in the_round.pots] == [("Parks", 750_001), ("Young people", 750_000)]
    assert "Money for Abbey." in officer.read("/rounds/you-decide-abbey").get_text()
