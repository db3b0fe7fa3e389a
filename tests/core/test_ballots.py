"""What every ballot type promises; a new one is tested by its line in the dict alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.ballots import BALLOT_TYPES
from pb.core.canonical import canonical
from pb.core.election import Instance, Profile
from pb.core.rules.support import add_up
from tests.core.elections import choices_for, instance, instances, settings_for

KEYS = sorted(BALLOT_TYPES)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.sampled_from("abc"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2) | st.sampled_from("abc"), inner),
    max_leaves=8,
)
POT = instance(30, a=10, b=20, c=5)


@st.composite
def _marked(draw: st.DrawFn, key: str) -> tuple[Instance, Any, Any]:
    where = draw(instances())
    settings = draw(settings_for(key, len(where.projects)))
    return where, settings, draw(choices_for(key, where, settings))


@pytest.mark.parametrize("key", KEYS)
@given(data=st.data())
def test_no_json_whatever_makes_the_check_of_a_ballot_fail(key: str, data: st.DataObject) -> None:
    kind = BALLOT_TYPES[key]
    choices = data.draw(ANY_JSON | st.dictionaries(st.sampled_from([*kind.keys, "other"]), ANY_JSON))
    for fault in kind.faults(choices, POT, kind.settings_type()):
        assert "%(" not in str(fault)


@pytest.mark.parametrize("key", KEYS)
@given(data=st.data())
def test_what_passes_the_check_is_counted_and_means_the_same_when_normalised(key: str, data: st.DataObject) -> None:
    kind = BALLOT_TYPES[key]
    where, settings, choices = data.draw(_marked(key))
    plain = kind.normalised(choices)
    assert kind.faults(plain, where, settings) == []
    assert kind.normalised(plain) == plain
    assert sorted(kind.marks(plain, settings)) == sorted(kind.marks(choices, settings))
    assert {mark.project for mark in kind.marks(plain, settings)} == set(kind.named(plain))
    assert json.loads(canonical(plain)) == plain


@pytest.mark.parametrize("key", KEYS)
@given(data=st.data())
def test_a_ballot_for_one_project_alone_gives_it_as_much_as_any_ballot_that_names_only_it(
    key: str, data: st.DataObject
) -> None:
    kind = BALLOT_TYPES[key]
    _where, settings, choices = data.draw(_marked(key))
    alone = kind.alone("a", settings)
    assert kind.named(alone) == ["a"]
    assert kind.normalised(alone) == alone
    if kind.named(choices) == ["a"]:
        assert sum(mark.score for mark in kind.marks(alone, settings)) >= max(
            mark.score for mark in kind.marks(choices, settings)
        )


@pytest.mark.parametrize("key", KEYS)
@given(data=st.data())
def test_no_ballot_needs_more_room_than_the_largest(key: str, data: st.DataObject) -> None:
    kind = BALLOT_TYPES[key]
    where, settings, choices = data.draw(_marked(key))
    largest = kind.largest(where, settings)
    assert len(canonical(choices)) <= len(canonical(largest))
    assert kind.is_readable(largest)


@pytest.mark.parametrize("key", KEYS)
@given(data=st.data())
def test_the_order_in_which_boxes_are_ticked_does_not_show_unless_it_is_the_choice(
    key: str, data: st.DataObject
) -> None:
    _, _, choices = data.draw(_marked(key))
    main = BALLOT_TYPES[key].keys[0]
    if key == "ranked":
        return
    turned = list(reversed(choices[main].items() if isinstance(choices[main], dict) else choices[main]))
    again = {**choices, main: dict(turned) if isinstance(choices[main], dict) else turned}
    normalised = BALLOT_TYPES[key].normalised(again)
    assert canonical(normalised) == canonical(BALLOT_TYPES[key].normalised(choices))


@pytest.mark.parametrize("key", KEYS)
def test_an_empty_ballot_is_an_abstention_without_fault_that_gives_nothing(key: str) -> None:
    kind = BALLOT_TYPES[key]
    settings = kind.settings_type()
    assert kind.is_empty({})
    assert kind.faults({}, POT, settings) == []
    assert kind.is_empty(kind.normalised({}))
    totals = add_up(POT, Profile.of(key, settings, [kind.normalised({})]))
    assert (totals.ballots, totals.marked) == (1, 0)


@pytest.mark.parametrize("key", KEYS)
def test_an_unknown_project_is_named_in_the_fault(key: str) -> None:
    kind = BALLOT_TYPES[key]
    inner: Any = {"zebra": 1} if key in ("scoring", "points") else ["zebra"]
    (fault,) = kind.faults({kind.keys[0]: inner}, POT, kind.settings_type())
    assert (fault.code, fault.field) == ("unknown_project", "zebra")
    assert "“zebra”" in str(fault)


@pytest.mark.parametrize("key", KEYS)
def test_every_type_has_words_and_settings_that_a_form_can_show_and_store(key: str) -> None:
    kind = BALLOT_TYPES[key]
    settings = kind.settings_type()
    assert kind.key == key
    assert kind.label
    assert kind.unit in ("votes", "points")
    assert kind.settings_type.from_json(settings.to_json()) == settings
    assert all(each.label and each.name for each in kind.settings_type.described())


@pytest.mark.parametrize("key", ["approval", "ranked", "knapsack"])
def test_a_project_named_twice_is_refused_once_and_by_name(key: str) -> None:
    kind = BALLOT_TYPES[key]
    faults = kind.faults({kind.keys[0]: ["a", "a", "a"]}, POT, kind.settings_type())
    assert [(fault.code, fault.field) for fault in faults] == [("repeated", "a")]
    assert "“Project a”" in str(faults[0])
