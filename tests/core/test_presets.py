"""Presets: every one can be voted on and counted as it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.ballots import BALLOT_TYPES
from pb.core.election import Instance, Profile, Project
from pb.core.presets import PRESETS
from pb.core.rules import Facts, count, method_from_json
from tests.core.elections import choices_for

IDS = tuple("abcdef")
POT = Instance(
    tuple(
        Project(key, 40 * at, f"Project {key}", 10, at, "small" if at < 4 else "large", frozenset({"boost"}))
        for at, key in enumerate(IDS, start=1)
    ),
    300,
)


@pytest.mark.parametrize("key", PRESETS)
def test_a_preset_has_words_and_no_fault_on_a_ballot_of_six(key: str) -> None:
    preset = PRESETS[key]
    assert preset.key == key
    assert preset.label
    assert preset.help.endswith(".")
    assert preset.settings.faults(len(IDS)) == []
    assert preset.method.faults() == []


@pytest.mark.parametrize("key", PRESETS)
def test_a_preset_survives_being_stored(key: str) -> None:
    preset = PRESETS[key]
    assert BALLOT_TYPES[preset.ballot_type].settings_type.from_json(preset.settings.to_json()) == preset.settings
    assert method_from_json(preset.method.to_json()) == preset.method


@pytest.mark.parametrize("key", PRESETS)
@given(data=st.data())
def test_a_preset_counts_whatever_is_voted_once_a_lot_is_drawn(key: str, data: st.DataObject) -> None:
    preset = PRESETS[key]
    if key == "score-all":
        scores = st.fixed_dictionaries({each: st.integers(1, 5) for each in IDS})
        ballot = st.builds(lambda given: {"scores": given}, scores)
    else:
        ballot = choices_for(preset.ballot_type, POT, preset.settings)
    ballots = data.draw(st.lists(ballot, max_size=5))
    kind = BALLOT_TYPES[preset.ballot_type]
    assert all(kind.faults(each, POT, preset.settings) == [] for each in ballots)
    lots = Facts(lots=(tuple(data.draw(st.permutations(IDS))),))
    outcome = count(POT, Profile.of(preset.ballot_type, preset.settings, ballots), preset.method, lots)
    assert outcome.spent <= POT.budget


def test_nobody_wins_a_preset_round_without_a_single_vote() -> None:
    preset = PRESETS["up-to-n"]
    outcome = count(POT, Profile.of(preset.ballot_type, preset.settings, []), preset.method)
    assert outcome.selected == ()
