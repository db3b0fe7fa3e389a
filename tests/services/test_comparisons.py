"""A round's rule and all others are tried on ballots of the past, and nothing is written."""

from __future__ import annotations

import io

import pytest

from pb.core.errors import NotFound, Refusal
from pb.services.comparisons import earlier_rounds, trial_of_file, trial_of_round
from pb.services.ledger import events_of_round
from tests.core.pb_files import SAMPLE, spoilt
from tests.deciding import a_published_round
from tests.factories import a_round

pytestmark = pytest.mark.usefixtures("app")

TWO_CAMPS = [("Hall", "Bench")] * 6 + [("Pond",)] * 5


def test_a_file_is_counted_by_the_rounds_method_first_and_then_by_every_other() -> None:
    the_round = a_round()
    before = len(list(events_of_round(the_round.id)))
    (trial,) = trial_of_file(the_round, io.BytesIO(SAMPLE.encode()))
    assert trial.own
    assert trial.told["methods"][0]["rule"] == "greedy"
    assert len({row["rule"] for row in trial.told["methods"]}) == len(trial.told["methods"]) > 2
    assert trial.titles["a1"] == "Playground repair"
    assert trial.told["voters"]["marked"] == 6
    assert len(list(events_of_round(the_round.id))) == before


def test_a_rule_that_cannot_count_the_files_ballots_is_stood_in_for() -> None:
    the_round = a_round(preset="up-to-n")
    the_round.rule, the_round.rule_options = "phragmen", {}
    ranked = spoilt(("vote_type;approval", "vote_type;ordinal"))
    (trial,) = trial_of_file(the_round, io.BytesIO(ranked.encode()))
    assert not trial.own
    assert trial.told["methods"][0]["rule"] == "greedy"


def test_a_file_that_cannot_be_read_is_refused_with_its_line() -> None:
    with pytest.raises(Refusal) as refused:
        trial_of_file(a_round(), io.BytesIO(spoilt(("6;a3,a4", "6;a3,a9")).encode()))
    assert str(refused.value) == "Line 33, column 3: there is no project “a9” in this file"


def test_an_earlier_rounds_ballots_are_told_no_more_of_than_everybody_may_know() -> None:
    earlier = a_published_round(ballots=TWO_CAMPS)
    the_round = a_round()
    assert [each.slug for each in earlier_rounds(the_round)] == [earlier.slug]
    (trial,) = trial_of_round(the_round, earlier.slug)
    assert trial.told["level"] == "full"
    assert set(trial.titles.values()) == {"Hall", "Bench", "Pond"}


def test_a_tiny_pot_of_the_past_is_kept_back() -> None:
    earlier = a_published_round()
    assert trial_of_round(a_round(), earlier.slug)[0].told == {"level": "totals"}


def test_only_a_published_round_of_another_name_can_be_tried() -> None:
    the_round = a_round()
    with pytest.raises(NotFound) as refused:
        trial_of_round(the_round, the_round.slug)
    assert refused.value.code == "no_round"
