"""Importing real elections: opened, counted, decided and published here, they have the winners that were official."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from pb.core.actors import Role
from pb.core.errors import NotAllowed, Refusal
from pb.core.pabulib import PbFile, read
from pb.core.states import RoundState
from pb.extensions import db
from pb.models.rounds import Round
from pb.services.counts import certify, record_count
from pb.services.decisions import agree_with_the_rest, publish_decisions
from pb.services.elections import projects_of
from pb.services.importing import Casting, Source, add_election, cast_election, finish_import
from pb.services.ledger import events_of_round
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.publication import ask_release, release
from pb.services.reconciliation import numbers_of
from pb.services.rounds import find_round
from tests.factories import owner_of, someone

SOURCE = Source("a.pb", "0" * 64)
ELECTIONS = [
    "Poland_Warszawa_2023_Wilanow.pb",
    "Poland_Czestochowa_2024_Stare_Miasto.pb",
    "Poland_Wroclaw_2018_Rejon_nr_8_250.pb",
]
SMALL = """META
key;value
description;Small
num_projects;3
num_votes;4
budget;100
vote_type;approval
rule;greedy
max_length;2
{more}PROJECTS
project_id;cost;votes;name
a/1;60;3;Bench
b;50;2;Hall
c;40;2;Pond
VOTES
voter_id;vote
1;a/1,b
2;a/1
3;{third}
4;c
"""


def small(third: str = "a/1,c", more: str = "currency;EUR\n") -> PbFile:
    """An election of three projects and four ballots."""
    return read(io.BytesIO(SMALL.format(third=third, more=more).encode()))


def imported(file: PbFile, title: str = "", **wanted: bool) -> tuple[Round, Casting]:
    """A round from a file, by an officer of its own."""
    by = someone(Role.OFFICER)
    the_round = add_election(file, SOURCE, by=by, title=title, **wanted)
    casting = cast_election(the_round.id, file, by=by)
    finish_import(the_round.id, file, SOURCE, casting, by=by)
    return find_round(the_round.slug), casting


def published(the_round: Round) -> set[str]:
    """Open, count, certify, decide as the count recommends, and release; the keys of what gets money."""
    lead, cabinet, owner = someone(Role.COUNT_LEAD), someone(Role.CABINET), owner_of(the_round)
    round_id = the_round.id
    freeze_box(round_id, by=lead)
    for _ in range(2):
        approve_opening(round_id, by=someone(Role.OFFICER))
    open_box(round_id, by=lead, witnesses=["Ann Other"])
    record_count(round_id, by=lead)
    certify(round_id, 1, by=someone(Role.SECOND_TELLER))
    agree_with_the_rest(round_id, power="cabinet_member", by=cabinet)
    publish_decisions(round_id, by=cabinet)
    publication = release(round_id, sha256=ask_release(round_id, by=owner), by=someone(Role.APPROVER))
    projects = [project for pot in publication.content["pots"] for project in pot["projects"]]
    return {project["key"] for project in projects if project["amount"]}


@pytest.mark.real_input
@pytest.mark.parametrize("name", ELECTIONS)
def test_an_imported_election_has_its_official_winners_when_it_is_published(
    app: Flask, shared: Path, name: str
) -> None:
    with (shared / "pabulib" / name).open("rb") as stream:
        file = read(stream)
    the_round, casting = imported(file)
    assert casting.cast == file.profile.size
    assert casting.uncast == {}
    selected = file.published("selected") or {}
    assert published(the_round) == {key for key, said in selected.items() if said == 1}


def test_a_round_from_a_file_is_closed_with_every_ballot_in_its_box(app: Flask) -> None:
    the_round, casting = imported(small())
    assert (the_round.state, casting.cast, the_round.imported_from) == (RoundState.CLOSED, 4, "a.pb")
    assert (the_round.currency, the_round.total) == ("EUR", 10_000)
    assert numbers_of(the_round).accepted == 4
    [event] = events_of_round(the_round.id, ("election_imported",))
    assert event.facts == {"projects": 3, "ballots": 4, "source_sha256": "0" * 64}


def test_projects_keep_the_order_of_the_file_and_keys_that_can_stand_in_an_address(app: Flask) -> None:
    the_round, _ = imported(small())
    assert [(each.number, each.key, each.title) for each in projects_of(the_round.id)] == [
        (1, "a-1", "Bench"),
        (2, "b", "Hall"),
        (3, "c", "Pond"),
    ]


def test_a_tie_goes_to_the_project_that_stands_first_in_the_file(app: Flask) -> None:
    the_round, _ = imported(small(third="b"))  # two for the bench and two for the hall, and money for one of them
    assert published(the_round) == {"a-1", "c"}
    text = SMALL.format(more="", third="b").replace("a/1;60;3;Bench\nb;50;2;Hall\n", "b;50;2;Hall\na/1;60;3;Bench\n")
    other, _ = imported(read(io.BytesIO(text.encode())))
    assert published(other) == {"b", "c"}


def test_a_ballot_that_names_a_project_twice_is_told_and_not_cast(app: Flask) -> None:
    _, casting = imported(small(third="c,c"))
    assert casting.cast == 3
    assert {code: uncast.count for code, uncast in casting.uncast.items()} == {"repeated": 1}
    assert "“Pond” twice" in casting.uncast["repeated"].sentence


def test_ballots_over_the_limits_of_the_file_are_counted_by_what_is_wrong_with_them(app: Flask) -> None:
    _, casting = imported(small(third="a/1,b,c"))
    assert {code: (each.count, each.sentence) for code, each in casting.uncast.items()} == {
        "too_many": (1, "You can choose up to 2. You have chosen 3.")
    }


def test_a_file_that_names_no_currency_makes_a_round_without_one(app: Flask) -> None:
    the_round, _ = imported(small(more=""))
    assert the_round.currency == "XXX"


def test_a_limit_above_the_number_of_projects_says_nothing(app: Flask) -> None:
    file = read(io.BytesIO(SMALL.replace("max_length;2", "max_length;9").format(more="", third="a/1,b,c").encode()))
    the_round, casting = imported(file)
    assert (casting.cast, the_round.ballot_settings["most"]) == (4, 3)


def test_a_project_found_not_feasible_stands_on_the_ballot_and_leaves_the_count(app: Flask) -> None:
    file = read(io.BytesIO(SMALL.replace("a/1;60", "a/1;999999999").format(more="", third="a/1,c").encode()))
    the_round, casting = imported(file)
    assert casting.cast == 4
    assert published(the_round) == {"b", "c"}


def test_a_round_may_stay_open_for_residents_to_add_their_ballots(app: Flask) -> None:
    the_round, _ = imported(small(), closes=False)
    assert the_round.state == RoundState.VOTING
    assert the_round.voting_closes_at is not None
    assert (the_round.voting_closes_at - the_round.voting_opens_at).days == 14


@pytest.mark.parametrize(
    ("was", "wanted", "code"),
    [
        ("rule;greedy", "rule;greedy-custom", "rule_not_known"),
        ("b;50", "b;50.5", "amounts_too_fine"),
    ],
)
def test_what_cannot_be_a_round_is_refused_and_leaves_nothing_behind(
    app: Flask, was: str, wanted: str, code: str
) -> None:
    text = SMALL.replace(was, wanted).format(more="currency;JPY\n", third="a/1")
    with pytest.raises(Refusal) as refusal:
        imported(read(io.BytesIO(text.encode())))
    assert refusal.value.code == code
    assert db.session.scalar(select(func.count()).select_from(Round)) == 0


def test_only_an_officer_may_own_an_imported_round(app: Flask) -> None:
    with pytest.raises(NotAllowed) as refusal:
        add_election(small(), SOURCE, by=someone(Role.APPROVER))
    assert refusal.value.code == "not_an_officer"


def test_an_import_that_is_broken_off_leaves_no_round_open_to_votes(app: Flask) -> None:
    def broken_off(_done: int) -> None:
        raise KeyboardInterrupt

    by = someone(Role.OFFICER)
    the_round = add_election(small(), SOURCE, by=by)
    with pytest.raises(KeyboardInterrupt):
        cast_election(the_round.id, small(), by=by, progress=broken_off)
    found = find_round(the_round.slug)
    assert (found.state, found.cancelled_reason) == (RoundState.CANCELLED, "The import of the file was broken off.")
