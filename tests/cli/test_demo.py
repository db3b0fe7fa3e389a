"""`pb demo`: a council to try things out in."""

from __future__ import annotations

import random
import re
import socket
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from pb.cli.demo import demo_command, demo_settings
from pb.cli.demo.card import card
from pb.cli.demo.ground import Occupied, clear
from pb.cli.demo.people import PASSWORD, residents
from pb.cli.demo.stages import STAGES, build
from pb.cli.demo.town import Town
from pb.config import PROJECT, SettingsError
from pb.core.codes import read_code
from pb.core.eligibility import Declaration
from pb.core.roll import normalise_name
from pb.core.states import BidState, RoundState
from pb.extensions import db, present
from pb.models.bids import Bid
from pb.models.codes import CodeState
from pb.models.events import Event
from pb.models.rounds import Round
from pb.models.stations import StationKind, StationState
from pb.services.areas import find_area
from pb.services.bid_lists import counts_by_state, refusals_waiting
from pb.services.check_in import door_list
from pb.services.codes import find_code
from pb.services.decision_desk import desk_of
from pb.services.duplicates import decisions_of, held_count
from pb.services.elections import projects_of
from pb.services.event_days import now_on
from pb.services.ledger import first_break
from pb.services.publication import published
from pb.services.reconciliation import numbers_of
from pb.services.reveals import reveal_of, stand_of
from pb.services.roll import person_of
from pb.services.round_states import round_phase
from pb.services.rounds import find_round
from pb.services.stations import stations_of
from pb.services.voting import voting_round
from tests.factories import someone
from tests.reader import Reader, soup

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
MAIN, YOUNG, SPARKS = "your-neighbourhood-you-decide", "young-exampleton-decides", "harbour-sparks-2026"


def a_town(stage: str, seed: int = 7, voters: int = 40) -> Town:
    """The town at a stage, with the clock standing at NOW."""
    town = build(stage, seed, NOW, voters=voters)
    present.use(clock=lambda: NOW)
    return town


def state_of(slug: str) -> RoundState:
    """Where a round stands by the clock."""
    return round_phase(find_round(slug))


def is_bidding(the_round: Round) -> None:
    found = counts_by_state(the_round.id)
    assert found[BidState.SUBMITTED] >= 5
    assert found[BidState.DRAFT] >= 1


def is_being_checked(the_round: Round) -> None:
    found = counts_by_state(the_round.id)
    assert (found[BidState.INELIGIBLE], found[BidState.WITHDRAWN]) == (1, 1)
    assert found[BidState.ELIGIBLE] >= 5
    assert found[BidState.SUBMITTED] >= 3
    assert len(refusals_waiting(the_round.id)) == 1


def is_voting(the_round: Round) -> None:
    assert Counter(project.pot.name for project in projects_of(the_round.id)) == {
        "Harbour": 6,
        "Northfield": 6,
        "St Mary's": 6,
    }
    assert sum(pot.amount for pot in the_round.pots) == 3_000_000
    assert (the_round.voting_closes_at - NOW).days == 14
    numbers = numbers_of(the_round)
    assert 10 < numbers.accepted < 40
    *stalls, hall = numbers.batches
    assert {batch.used > 0 and batch.unused > 3 for batch in stalls} == {True}
    assert (hall.name, hall.used, hall.unused) == ("Harbour Hall", 0, 30), "the event is ready to be opened"
    assert sorted(decision.accepted for decision in decisions_of(the_round.id)) == [False, True]
    assert held_count(the_round.id) == 1


def is_in_a_hall(the_round: Round) -> None:
    hall = next(each for each in stations_of(the_round.id) if each.kind == StationKind.EVENT)
    on = now_on(the_round.id)
    assert (hall.state, door_list(hall.id).people) == (StationState.OPEN, 6)
    assert on is not None
    assert (on["step"], on["paused"], len(on["heard"])) == ("pitch", True, 3)
    addresses = ("/check-in   ", "/hall   ", f"/hall?station={hall.id}   ", f"/{hall.id}   the steward")
    printed = card(Town(random.Random(), hall_codes=["0" * 17]))
    assert all(each in printed for each in addresses)
    assert "it is open, so they work now" in printed


def is_being_revealed(the_round: Round) -> None:
    reveal = reveal_of(the_round.id)
    assert reveal is not None
    stand = stand_of(reveal)
    assert stand.next is not None, "there is more to show"
    assert any(step.project for step in stand.shown)
    printed = card(Town(random.Random()))
    assert all(f"{MAIN}/{page}   " in printed for page in ("reveal", "live"))


def is_being_decided(the_round: Round) -> None:
    harbour, northfield, st_marys = desk_of(the_round)
    assert all(desk.decision.published_at for desk in harbour.projects if desk.decision)
    assert not any(desk.waits for desk in harbour.projects)
    assert any(desk.decision and desk.decision.reason for desk in harbour.projects)
    assert [desk.referred for desk in northfield.projects].count(True) == 1
    assert not any(desk.decision for desk in (*northfield.projects, *st_marys.projects))
    assert any(desk.waits for desk in st_marys.projects)


def is_published(the_round: Round) -> None:
    projects = [project for pot in published(the_round.id).content["pots"] for project in pot["projects"]]
    assert len(projects) == 18
    assert {project["verdict"] for project in projects} >= {"agreed", "less"}
    [referred] = [project for project in projects if project["referred"]]
    assert referred["decision"]["by"] == "Cllr Margaret Shaw"
    assert all(project["decision"]["reason"] for project in projects if project["verdict"] == "less")


STANDS = {
    "bidding": is_bidding,
    "checking": is_being_checked,
    "voting": is_voting,
    "event-day": is_in_a_hall,
    "reveal": is_being_revealed,
    "deciding": is_being_decided,
    "published": is_published,
}


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_has_its_large_round_there_beside_a_published_and_a_bidding_one(app: Flask, stage: str) -> None:
    a_town(stage)
    assert {slug: state_of(slug) for slug in (MAIN, YOUNG, SPARKS)} == {
        MAIN: {"event-day": RoundState.VOTING, "reveal": RoundState.OPENED}.get(stage) or RoundState(stage),
        YOUNG: RoundState.BIDDING,
        SPARKS: RoundState.PUBLISHED,
    }
    STANDS[stage](find_round(MAIN))
    assert counts_by_state(find_round(YOUNG).id) == {BidState.SUBMITTED: 2, BidState.DRAFT: 1}
    moments = list(db.session.scalars(select(Event.at).order_by(Event.id)))
    assert moments == sorted(moments)
    assert first_break() is None


def test_every_printed_log_in_signs_in_and_the_codes_and_postcodes_work(app: Flask, client: Reader) -> None:
    present.use(settings=present.settings.model_copy(update={"relax_second_factor": True}))
    printed = card(a_town("voting"))
    people = re.findall(r"^  (\S+@\S+)", printed, re.MULTILINE)
    assert len(people) == 17
    assert PASSWORD in printed
    for email in people:
        answer = client.send("/account/sign-in", {"email": email, "password": PASSWORD})
        assert answer.status_code == 303, (email, soup(answer).get_text())
        client.send("/account/sign-out", {})
    codes = re.findall(r"^  ((?:\w{4} ){4}\w)$", printed, re.MULTILINE)
    round_id = find_round(MAIN).id
    found = [find_code(round_id, read_code(code)) for code in codes]
    assert [code.state if code else None for code in found] == [CodeState.UNUSED] * 9
    wards = re.findall(r"(EP\d 2AB) \(([^)]+)\)", printed)
    for postcode, ward in wards:
        person = person_of(voting_round(MAIN), Declaration("Sam Smith", postcode, 1984, "live", declared=True))
        assert find_area(person.area_id or 0).name == ward
    assert len(wards) == 3


def portrait() -> dict[str, Any]:
    """What must be the same for the same seed: the drawn order, what was found, and all totals."""
    return {
        "order": [(each.number, each.key, each.title) for each in projects_of(find_round(SPARKS).id)],
        "bids": sorted(db.session.scalars(select(Bid.reference))),
        "result": [
            (each["key"], each["title"], each["votes"], each["amount"])
            for each in published(find_round(SPARKS).id).content["pots"][0]["projects"]
        ],
    }


def test_the_same_seed_gives_the_same_town_and_another_seed_another(app: Flask) -> None:
    portraits = []
    for seed in (7, 7, 8):
        clear("bidding", seed)
        a_town("bidding", seed, voters=30)
        portraits.append(portrait())
        db.session.remove()
    assert portraits[0] == portraits[1]
    assert portraits[0]["order"] != portraits[2]["order"]
    assert portraits[0]["result"] != portraits[2]["result"]


def run(app: Flask, *arguments: str) -> Result:
    """`pb demo`, in the test's own database."""
    return CliRunner().invoke(demo_command, arguments, obj=lambda _settings: app)


def test_the_command_prints_where_to_go_and_may_be_run_again(app: Flask) -> None:
    first = run(app, "--stage", "bidding")
    assert first.exit_code == 0, first.output
    assert f"http://localhost/rounds/{MAIN}   (bidding)" in first.stdout
    assert "To vote" not in first.stdout
    again = run(app, "--stage", "bidding", "--seed", "8")
    assert again.exit_code == 0, again.output
    assert len(list(db.session.scalars(select(Round)))) == 3
    assert abs((present.now() - datetime.now(UTC)).total_seconds()) < 60  # the machine's own clock and chance are back
    assert present.chance(16) != present.chance(16)


def test_a_database_that_is_in_use_is_left_alone(app: Flask) -> None:
    someone()
    result = run(app)
    assert result.exit_code == 2
    assert "this database is in use" in result.stderr
    assert db.session.scalars(select(Event.kind)).all() == ["account_added"]
    with pytest.raises(Occupied):
        clear("voting", 7)


def test_a_production_server_takes_no_demonstration(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PB_ENVIRONMENT", "production")
    monkeypatch.setenv("PB_BASE_URL", "https://youdecide.example.gov.uk")
    result = run(app)
    assert result.exit_code == 2
    assert "this is a production server" in result.stderr
    with pytest.raises(SettingsError):
        demo_settings()


def test_the_demonstration_has_a_folder_of_its_own_unless_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PB_INSTANCE_PATH", raising=False)
    assert demo_settings().instance_path == PROJECT / "instance" / "demo"
    monkeypatch.setenv("PB_INSTANCE_PATH", str(tmp_path))
    settings = demo_settings()
    assert settings.instance_path == tmp_path
    assert (settings.environment, settings.relax_second_factor, settings.mail) == ("demo", True, "null")


def test_a_port_that_is_taken_is_told_before_anything_is_made(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PB_PORT", str(taken.getsockname()[1]))
        result = run(app, "--serve")
    assert result.exit_code == 2
    assert "choose another port with PB_PORT" in result.stderr
    assert db.session.scalars(select(Event.kind)).all() == []


def test_names_and_postcodes_of_residents_are_plausible_and_nobodys() -> None:
    people = list(islice(residents(random.Random(3), "Harbour", 2026), 200))
    assert len({(normalise_name(each.name), each.postcode) for each in people}) == 200
    assert all(11 <= 2026 - (each.year_of_birth or 0) <= 92 for each in people)
    assert {each.postcode[:2] for each in people} == {"EP"}
