"""How a round votes and counts: presets, every setting open to change, nothing that does not fit together."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.core.errors import NotAllowed, Refusal, Refusals
from pb.core.presets import PRESETS
from pb.models.rounds import Round
from pb.services.elections import ballot_of, method_of
from pb.services.ledger import events_of_round
from pb.services.round_ballots import (
    ballot_faults,
    change_ballot,
    change_money_line,
    change_rule,
    choose_preset,
    is_as_preset,
)
from pb.services.rounds import find_round
from tests.factories import a_locked_round, a_round, an_idea, owner_of, someone


def chosen(key: str = "up-to-n") -> Round:
    return a_round(preset=key)


@pytest.mark.parametrize("key", PRESETS)
def test_a_preset_sets_ballot_and_count_as_it_says(app: Flask, key: str) -> None:
    the_round = chosen(key)
    kind, settings = ballot_of(the_round)
    preset = PRESETS[key]
    assert (kind.key, settings, method_of(the_round)) == (preset.ballot_type, preset.settings, preset.method)
    assert ballot_faults(the_round) == []
    assert is_as_preset(the_round)


def test_an_unknown_preset_is_refused(app: Flask) -> None:
    the_round = a_round()
    with pytest.raises(Refusal) as refused:
        choose_preset(the_round.id, "shouting", by=owner_of(the_round))
    assert (refused.value.code, refused.value.field) == ("preset_unknown", "preset")


def test_every_setting_of_a_ballot_can_be_changed_and_set_back(app: Flask) -> None:
    the_round = chosen("score-all")
    by = owner_of(the_round)
    change_ballot(the_round.id, {"lowest": 0, "highest": 10, "score_all": False}, by=by)
    found = find_round(the_round.slug)
    assert (found.ballot_settings["highest"], found.ballot_settings["score_all"]) == (10, False)
    assert not is_as_preset(found)
    *_, event = events_of_round(the_round.id)
    assert event.facts == {"fields": ["ballot_settings"]}
    choose_preset(the_round.id, "score-all", by=by)
    assert is_as_preset(find_round(the_round.slug))


@pytest.mark.parametrize(
    ("preset", "settings", "code", "field"),
    [
        ("up-to-n", {"most": 0}, "setting_wrong", "most"),
        ("up-to-n", {"most": "three"}, "setting_wrong", "most"),
        ("up-to-n", {"stars": 5}, "setting_unknown", "stars"),
        ("up-to-n", {"most": None, "use_all": True}, "use_all_of_what", "most"),
        ("score-all", {"lowest": 5, "highest": 1}, "scale_upside_down", "highest"),
    ],
)
def test_settings_that_cannot_be_are_refused_beside_their_field(
    app: Flask, preset: str, settings: dict[str, Any], code: str, field: str
) -> None:
    the_round = chosen(preset)
    with pytest.raises(Refusals) as refused:
        change_ballot(the_round.id, settings, by=owner_of(the_round))
    assert (code, field) in [(fault.code, fault.field) for fault in refused.value.faults]
    assert is_as_preset(find_round(the_round.slug))


def test_the_counting_rule_and_its_options_can_be_changed(app: Flask) -> None:
    the_round = chosen("score-some")
    change_rule(the_round.id, "greedy", {"measure": "average", "least_scores": 25}, by=owner_of(the_round))
    assert find_round(the_round.slug).rule_options["least_scores"] == 25
    change_rule(the_round.id, "greedy-per-cost", {}, by=owner_of(the_round))
    assert method_of(find_round(the_round.slug)).rule == "greedy-per-cost"
    with pytest.raises(Refusal) as refused:
        change_rule(the_round.id, "loudest", {}, by=owner_of(the_round))
    assert (refused.value.code, refused.value.field) == ("rule_unknown", "rule")


LINE: dict[str, Any] = {
    "allocation": {"kind": "stop", "reserve_percent": 80},
    "thresholds": {"least_score": 5, "ballots_percent": 10},
    "ties": ["cheaper"],
    "surplus": "share",
}


def test_the_way_the_money_runs_can_be_changed_and_a_public_lot_always_comes_last(app: Flask) -> None:
    the_round = chosen()
    change_money_line(the_round.id, **LINE, by=owner_of(the_round))
    found = find_round(the_round.slug)
    method = method_of(found)
    assert (method.allocation.kind, method.allocation.reserve_percent) == ("stop", 80)
    assert (method.thresholds.least_score, method.thresholds.ballots_percent) == (5, 10)
    assert (method.ties, found.surplus) == (("cheaper", "lot"), "share")


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"allocation": {"kind": "throw"}}, "setting_wrong", "kind"),
        ({"allocation": {"kind": "offer", "reserve_percent": 80}}, "reserve_without_stop", "reserve_percent"),
        ({"thresholds": {"ballots_percent": 101}}, "setting_wrong", "ballots_percent"),
        ({"ties": ["chair"]}, "tie_step_unknown", "ties"),
        ({"ties": ["cheaper", "cheaper"]}, "tie_step_twice", "ties"),
        ({"surplus": "party"}, "surplus_unknown", "surplus"),
    ],
)
def test_money_that_cannot_run_like_this_is_refused(app: Flask, changed: dict[str, Any], code: str, field: str) -> None:
    the_round = chosen()
    with pytest.raises(Refusals) as refused:
        change_money_line(the_round.id, **{**LINE, **changed}, by=owner_of(the_round))
    assert (refused.value.code, refused.value.field) == (code, field)
    assert is_as_preset(find_round(the_round.slug))


def test_the_way_of_voting_is_closed_before_the_assessment_after_the_lock_and_to_others(app: Flask) -> None:
    for the_round, code in ((an_idea(), "not_assessed"), (a_locked_round(), "locked")):
        with pytest.raises(Refusal) as refused:
            choose_preset(the_round.id, "ranked", by=owner_of(the_round))
        assert refused.value.code == code
    with pytest.raises(NotAllowed):
        choose_preset(chosen().id, "ranked", by=someone(Role.OFFICER))
