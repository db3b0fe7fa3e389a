"""The sections of a round's set-up: what can be kept, by whom, and until when."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.core.errors import NotAllowed, Refusal, Refusals
from pb.core.money import LARGEST
from pb.models.rounds import KeyMode, Level, Policy, Round, RoundKind
from pb.services.codes import make_codes
from pb.services.ledger import events_of_round
from pb.services.round_sections import change_round
from pb.services.round_steps import cancel_round, start_set_up
from pb.services.rounds import find_round
from tests.factories import (
    a_locked_round,
    a_round,
    a_round_taking_bids,
    a_sent_assessment,
    an_assessed_round,
    an_idea,
    owner_of,
    someone,
)
from tests.voters import invite


@pytest.fixture
def the_round(app: Flask) -> Round:
    made = an_assessed_round()
    start_set_up(made.id, by=owner_of(made))
    return made


def change(the_round: Round, section: str, **values: Any) -> Round:
    change_round(the_round.id, section, values, by=owner_of(the_round))
    return find_round(the_round.slug)


def test_a_section_is_kept_tidily_and_the_ledger_names_what_changed(the_round: Round) -> None:
    found = change(
        the_round,
        "about",
        title="Abbey",
        summary=" Money for Abbey. \r\n",
        kind=RoundKind.MEMBER_GRANT,
        level=Level.DECIDE,
        audience="everyone",
        themes=[" Parks  and paths ", "", "Youth"],
    )
    assert (found.summary, found.kind, found.themes) == (
        "Money for Abbey.",
        RoundKind.MEMBER_GRANT,
        ["Parks and paths", "Youth"],
    )
    *_, event = events_of_round(the_round.id)
    assert event.facts == {"fields": ["kind", "level", "summary", "themes", "title"]}


def test_saving_what_is_there_already_leaves_no_trace(the_round: Round) -> None:
    change(the_round, "keys", key_mode=KeyMode.SIMPLE)
    before = len(list(events_of_round(the_round.id)))
    change(the_round, "keys", key_mode=KeyMode.SIMPLE)
    assert len(list(events_of_round(the_round.id))) == before


def test_columns_of_another_section_are_left_alone(the_round: Round) -> None:
    assert change(the_round, "purpose", purpose="A need", total=5).total == 0


MONEY = {"total": 100_000, "running_cost": 0, "least_grant": None, "most_grant": None}
VOTERS = {"policy": Policy.CODE, "least_age": 11, "links": ["live"], "allow_change": True}
FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("about", {"title": "  "}, "title_missing", "title"),
    ("about", {"title": "a" * 101}, "too_long", "title"),
    ("about", {"summary": "a" * 301}, "too_long", "summary"),
    ("about", {"audience": ""}, "audience_missing", "audience"),
    ("about", {"kind": "lottery"}, "choice", "kind"),
    ("about", {"level": "guess"}, "choice", "level"),
    ("about", {"themes": ["Parks", "parks"]}, "theme_twice", "themes"),
    ("about", {"themes": ["a" * 61]}, "theme_long", "themes"),
    ("about", {"themes": [str(one) for one in range(21)]}, "too_many_themes", "themes"),
    ("purpose", {"purpose": "a" * 4001}, "too_long", "purpose"),
    ("promise", {"promise_not": "a" * 4001}, "too_long", "promise_not"),
    ("money", MONEY | {"total": 0}, "total_missing", "total"),
    ("money", MONEY | {"total": -1}, "total_missing", "total"),
    ("money", MONEY | {"total": None}, "total_missing", "total"),
    ("money", MONEY | {"total": LARGEST + 1}, "too_much", "total"),
    ("money", MONEY | {"running_cost": -1}, "negative", "running_cost"),
    ("money", MONEY | {"least_grant": 0}, "not_positive", "least_grant"),
    ("money", MONEY | {"most_grant": -5}, "not_positive", "most_grant"),
    ("money", MONEY | {"least_grant": 200, "most_grant": 100}, "least_over_most", "most_grant"),
    ("money", MONEY | {"most_grant": 100_001}, "most_over_total", "most_grant"),
    ("voters", VOTERS | {"policy": "guess"}, "choice", "policy"),
    ("voters", VOTERS | {"least_age": -1}, "age_range", "least_age"),
    ("voters", VOTERS | {"least_age": 26}, "age_range", "least_age"),
    ("voters", VOTERS | {"least_age": None}, "age_range", "least_age"),
    ("voters", VOTERS | {"links": []}, "links_missing", "links"),
    ("voters", VOTERS | {"links": ["live", "visit"]}, "links_missing", "links"),
    ("keys", {"key_mode": "under the mat"}, "choice", "key_mode"),
]


@pytest.mark.parametrize(("section", "values", "code", "field"), FAULTS)
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_changes(
    the_round: Round, section: str, values: dict[str, Any], code: str, field: str
) -> None:
    before = len(list(events_of_round(the_round.id)))
    with pytest.raises(Refusals) as refused:
        change(the_round, section, **values)
    assert (code, field) in [(fault.code, fault.field) for fault in refused.value.faults]
    assert len(list(events_of_round(the_round.id))) == before


def test_all_faults_of_a_section_are_told_at_once(the_round: Round) -> None:
    with pytest.raises(Refusals) as refused:
        change(the_round, "money", total=0, running_cost=-1, least_grant=5, most_grant=3)
    assert {fault.field for fault in refused.value.faults} == {"total", "running_cost", "most_grant"}


def test_another_officer_cannot_change_a_round_but_an_administrator_can_stand_in(the_round: Round) -> None:
    with pytest.raises(NotAllowed) as refused:
        change_round(the_round.id, "purpose", {"purpose": "Mine"}, by=someone(Role.OFFICER))
    assert refused.value.code == "not_your_round"
    change_round(the_round.id, "purpose", {"purpose": "Ours"}, by=someone(Role.ADMINISTRATOR))
    assert find_round(the_round.slug).purpose == "Ours"


def test_before_the_assessment_is_passed_only_its_outline_can_be_written(app: Flask) -> None:
    idea = an_idea()
    assert change(idea, "about", audience="young people").audience == "young people"
    with pytest.raises(Refusal) as refused:
        change(idea, "money", **MONEY)
    assert refused.value.code == "not_assessed"


def test_while_an_approver_reads_it_the_outline_stands_still(app: Flask) -> None:
    with pytest.raises(Refusal) as refused:
        change(a_sent_assessment(), "about", audience="nobody")
    assert refused.value.code == "with_approver"


def test_a_public_round_can_be_reworded_but_not_fall_silent(app: Flask) -> None:
    the_round = a_round_taking_bids()
    assert change(the_round, "promise", promise_up="Which ideas get money.").promise_up == "Which ideas get money."
    with pytest.raises(Refusals) as refused:
        change(the_round, "promise", promise_up=" ")
    assert (refused.value.code, refused.value.field) == ("emptied", "promise_up")


def test_a_round_with_a_list_of_people_stays_one_by_invitation(the_round: Round) -> None:
    change(the_round, "voters", **{**VOTERS, "policy": Policy.INVITED})
    change(the_round, "voters", **{**VOTERS, "policy": Policy.DECLARED})
    change(the_round, "voters", **{**VOTERS, "policy": Policy.INVITED})
    invite(the_round)
    with pytest.raises(Refusals) as refused:
        change(the_round, "voters", **{**VOTERS, "policy": Policy.DECLARED})
    assert [(fault.code, fault.field) for fault in refused.value.faults] == [("people_invited", "policy")]
    assert change(the_round, "voters", **{**VOTERS, "policy": Policy.INVITED}).policy == Policy.INVITED


def test_cards_that_stewards_declare_for_keep_the_way_to_vote(the_round: Round) -> None:
    change(the_round, "voters", **{**VOTERS, "policy": Policy.DECLARED})
    make_codes(the_round.id, by=owner_of(the_round), count=2, name="Market", by_steward=True)
    for policy in (Policy.CODE, Policy.INVITED):
        with pytest.raises(Refusals) as refused:
            change(the_round, "voters", **{**VOTERS, "policy": policy})
        assert [(fault.code, fault.field) for fault in refused.value.faults] == [("cards_declared", "policy")]
    assert change(the_round, "voters", **{**VOTERS, "policy": Policy.CONTACT}).policy == Policy.CONTACT


def test_nothing_changes_after_the_lock(app: Flask) -> None:
    the_round = a_locked_round()
    with pytest.raises(Refusal) as refused:
        change(the_round, "voters", **VOTERS)
    assert refused.value.code == "locked"


def test_a_cancelled_round_is_closed_to_change(app: Flask) -> None:
    the_round = a_round()
    cancel_round(the_round.id, "No money.", by=owner_of(the_round))
    with pytest.raises(Refusal) as refused:
        change(the_round, "purpose", purpose="Again")
    assert refused.value.code == "not_now"
