"""`pb import-pb`."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from pb.core.actors import Role
from pb.core.states import RoundState
from pb.extensions import db
from pb.models.events import Event
from pb.models.rounds import Round
from pb.services.rounds import find_round
from tests.factories import an_account, someone
from tests.services.test_importing import SMALL


@pytest.fixture
def election(tmp_path: Path) -> Path:
    """A file of three projects and four ballots, one of which names a project twice."""
    path = tmp_path / "small.pb"
    path.write_text(SMALL.format(more="currency;EUR\n", third="c,c"), encoding="utf-8")
    return path


def test_a_file_becomes_a_closed_round_and_every_ballot_is_accounted_for(app: Flask, election: Path) -> None:
    officer = someone(Role.OFFICER)
    result = app.test_cli_runner().invoke(args=["import-pb", str(election), "--title", "Małe miasto"])
    assert result.exit_code == 0, result.output
    assert "Małe miasto: 3 projects, 3 ballots cast." in result.stdout
    assert "Not cast, as a resident's would not be: 1. You chose “Pond” twice." in result.stdout
    assert "http://localhost/rounds/male-miasto" in result.stdout
    the_round = find_round("male-miasto")
    assert (the_round.state, the_round.owner_id) == (RoundState.CLOSED, officer.account_id)


def test_the_round_may_be_left_open_and_given_to_another_officer(app: Flask, election: Path) -> None:
    someone(Role.OFFICER)
    other = an_account(Role.OFFICER, email="other@example.org")
    arguments = ["import-pb", str(election), "--stage", "voting", "--owner", "Other@Example.org"]
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 0, result.output
    the_round = find_round("small")
    assert (the_round.state, the_round.owner_id) == (RoundState.VOTING, other.account_id)


FAULTS = {
    "cut off in the middle of a line": (lambda text: text[: text.index("3;c")] + "3", ":20:2: this row has 1 cells"),
    "two projects of one id": (lambda text: text.replace("b;50", "a/1;50"), ":14:1: "),
    "a vote for nobody": (lambda text: text.replace("4;c", "4;d"), ":21:3: "),
    "a negative cost": (lambda text: text.replace("b;50", "b;-50"), ":14:3: "),
    "an unknown rule": (lambda text: text.replace("rule;greedy", "rule;borda"), ": The file was counted by the rule"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_file_is_refused_at_its_place_and_nothing_is_written(app: Flask, election: Path, fault: str) -> None:
    someone(Role.OFFICER)
    before = db.session.scalar(select(func.count()).select_from(Event))
    spoil, place = FAULTS[fault]
    election.write_text(spoil(election.read_text()), encoding="utf-8")
    result = app.test_cli_runner().invoke(args=["import-pb", str(election)])
    assert result.exit_code == 2
    assert f"pb import-pb: {election}{place}" in result.stderr, result.stderr
    assert db.session.scalar(select(func.count()).select_from(Event)) == before
    assert db.session.scalar(select(func.count()).select_from(Round)) == 0


def test_a_file_in_another_encoding_is_refused_at_its_line(app: Flask, election: Path) -> None:
    someone(Role.OFFICER)
    election.write_bytes(election.read_text().replace("Hall", "Kościół").encode("iso-8859-2"))
    result = app.test_cli_runner().invoke(args=["import-pb", str(election)])
    assert result.exit_code == 2
    assert ":14:10:" in result.stderr
    assert "not UTF-8" in result.stderr


def test_without_an_officer_the_command_says_how_to_add_one(app: Flask, election: Path) -> None:
    result = app.test_cli_runner().invoke(args=["import-pb", str(election)])
    assert result.exit_code == 2
    assert "no engagement officer yet. Add one with pb add-account" in result.stderr
    result = app.test_cli_runner().invoke(args=["import-pb", str(election), "--owner", "nobody@example.org"])
    assert "nobody with the address nobody@example.org" in result.stderr
