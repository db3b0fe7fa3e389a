"""Pots: together they are the round's money, to the penny."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pb.core.actors import Role
from pb.core.errors import NotAllowed, Refusal, Refusals
from pb.core.money import LARGEST
from pb.models.rounds import Round
from pb.services.areas import set_areas
from pb.services.ledger import events_of_round
from pb.services.pot_layouts import lay_out_pots
from pb.services.pots import PotEntry, difference, entries_of, set_pots, used_pots
from pb.services.round_sections import change_round
from pb.services.rounds import find_round
from tests.factories import a_checked_round, a_locked_round, a_round, an_area, an_idea, owner_of, someone

THREE = [PotEntry("Abbey", 500_000), PotEntry("Castle", 400_000), PotEntry("Riverside", 600_000)]


def put(the_round: Round, entries: list[PotEntry]) -> Round:
    set_pots(the_round.id, entries, by=owner_of(the_round))
    return find_round(the_round.slug)


def with_total(total: int, **columns: object) -> Round:
    the_round = a_round(**columns)  # type: ignore[arg-type]
    change_round(the_round.id, "money", {"total": total}, by=owner_of(the_round))
    return find_round(the_round.slug)


def test_pots_that_add_up_are_kept_in_their_order_and_recorded(app: Flask) -> None:
    the_round = put(a_round(), THREE)
    assert [(pot.key, pot.name, pot.amount) for pot in the_round.pots] == [
        ("abbey", "Abbey", 500_000),
        ("castle", "Castle", 400_000),
        ("riverside", "Riverside", 600_000),
    ]
    *_, event = events_of_round(the_round.id)
    assert (event.kind, event.facts) == ("pots_set", {"pots": 3, "total": 1_500_000})


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        (599_999, "The pots come to £14,999.99, and the round has £15,000. £0.01 is still to be placed."),
        (600_001, "The pots come to £15,000.01, and the round has £15,000. That is £0.01 too much."),
    ],
)
def test_pots_that_are_a_penny_out_are_refused_and_the_sentence_says_so(app: Flask, amount: int, sentence: str) -> None:
    the_round = a_round()
    with pytest.raises(Refusals) as refused:
        put(the_round, [*THREE[:2], replace(THREE[2], amount=amount)])
    assert (refused.value.code, refused.value.field, str(refused.value)) == ("pots_do_not_add_up", "pots", sentence)
    assert [pot.name for pot in find_round(the_round.slug).pots] == ["Everywhere"]


WRONG = [
    (replace(THREE[0], name=" "), "pot_name_missing", "pots-0-name"),
    (replace(THREE[0], name="a" * 101), "too_long", "pots-0-name"),
    (replace(THREE[0], amount=0), "pot_amount", "pots-0-amount"),
    (replace(THREE[0], amount=-1), "pot_amount", "pots-0-amount"),
    (replace(THREE[0], amount=LARGEST + 1), "pot_amount", "pots-0-amount"),
    (replace(THREE[0], least_bid=5, most_bid=4), "least_over_most", "pots-0-most_bid"),
    (replace(THREE[0], area_id=99), "pot_area", "pots-0-area_id"),
    (replace(THREE[0], theme="Dragons"), "pot_theme", "pots-0-theme"),
    (replace(THREE[0], name="CASTLE "), "pot_name_twice", "pots-1-name"),
]


@pytest.mark.parametrize(("entry", "code", "field"), WRONG)
def test_a_pot_that_cannot_be_is_refused_beside_its_field(app: Flask, entry: PotEntry, code: str, field: str) -> None:
    the_round = a_round()
    with pytest.raises(Refusals) as refused:
        put(the_round, [entry, *THREE[1:]])
    assert (code, field) in [(fault.code, fault.field) for fault in refused.value.faults]


def test_a_round_has_at_least_one_pot(app: Flask) -> None:
    with pytest.raises(Refusals) as refused:
        put(a_round(), [])
    assert refused.value.code == "pots_missing"


def test_pots_may_exchange_their_names_and_keep_their_keys(app: Flask) -> None:
    the_round = put(a_round(), THREE)
    first, second, third = entries_of(the_round)
    the_round = put(the_round, [replace(first, name="Castle"), replace(second, name="Abbey"), third])
    assert [(pot.key, pot.name) for pot in the_round.pots] == [
        ("abbey", "Castle"),
        ("castle", "Abbey"),
        ("riverside", "Riverside"),
    ]


def test_long_names_that_begin_alike_get_keys_of_their_own(app: Flask) -> None:
    names = ["Community and neighbourhood projects, north", "Community and neighbourhood projects, south"]
    the_round = put(a_round(), [PotEntry(names[0], 500_000), PotEntry(names[1], 1_000_000)])
    keys = [pot.key for pot in the_round.pots]
    assert len(set(keys)) == 2
    assert max(map(len, keys)) <= 20


def test_an_area_may_have_several_pots_by_theme_and_size_of_bid(app: Flask) -> None:
    abbey = an_area("Abbey")
    the_round = a_round(areas=[abbey], themes=["Parks"])
    made = [
        PotEntry("Small", 500_000, area_id=abbey.id, most_bid=50_000),
        PotEntry("Large", 700_000, area_id=abbey.id, least_bid=50_001),
        PotEntry("Parks", 300_000, theme="Parks"),
    ]
    the_round = put(the_round, made)
    assert [replace(entry, pot_id=None) for entry in entries_of(the_round)] == made


def test_a_pot_that_bids_ask_for_stays(app: Flask) -> None:
    the_round = a_checked_round()
    assert used_pots(the_round) == {pot.id for pot in the_round.pots}
    with pytest.raises(Refusal) as refused:
        put(the_round, [PotEntry("Another", 1_000_000)])
    assert (refused.value.code, refused.value.status) == ("pot_in_use", 409)
    assert [pot.name for pot in find_round(the_round.slug).pots] == ["Everywhere"]


def test_pots_are_closed_before_the_assessment_after_the_lock_and_to_others(app: Flask) -> None:
    idea, locked, other = an_idea(), a_locked_round(), a_round()
    for the_round, code in ((idea, "not_assessed"), (locked, "locked")):
        with pytest.raises(Refusal) as refused:
            put(the_round, [PotEntry("All", 1_000_000)])
        assert refused.value.code == code
    with pytest.raises(NotAllowed):
        set_pots(other.id, [PotEntry("All", 1_500_000)], by=someone(Role.OFFICER))


def test_money_is_shared_by_population_to_the_penny(app: Flask) -> None:
    areas = [an_area("Abbey", 8_400), an_area("Castle", 6_100), an_area("Riverside", 11_250)]
    the_round = with_total(3_000_001, areas=areas)
    lay_out_pots(the_round.id, "population", by=owner_of(the_round))
    found = find_round(the_round.slug)
    assert [(pot.name, pot.area_id, pot.amount) for pot in found.pots] == [
        ("Abbey", areas[0].id, 978_641),
        ("Castle", areas[1].id, 710_680),
        ("Riverside", areas[2].id, 1_310_680),
    ]
    assert difference(found) == 0


@pytest.mark.parametrize(
    ("layout", "names"),
    [("whole", ["The whole round"]), ("areas", ["Abbey", "Castle"]), ("themes", ["Parks", "Youth"])],
)
def test_ready_layouts_put_all_the_money_into_pots(app: Flask, layout: str, names: list[str]) -> None:
    the_round = with_total(1_000_001, areas=[an_area("Abbey"), an_area("Castle")], themes=["Parks", "Youth"])
    lay_out_pots(the_round.id, layout, by=owner_of(the_round))
    found = find_round(the_round.slug)
    assert [pot.name for pot in found.pots] == names
    assert sum(pot.amount for pot in found.pots) == 1_000_001


def test_a_layout_that_lacks_something_says_what(app: Flask) -> None:
    bare = with_total(100, areas=[])
    by = owner_of(bare)
    for layout, code in (
        ("areas", "areas_missing"),
        ("population", "areas_missing"),
        ("themes", "themes_missing"),
        ("round the table", "layout_unknown"),
    ):
        with pytest.raises(Refusal) as refused:
            lay_out_pots(bare.id, layout, by=by)
        assert (refused.value.code, refused.value.field) == (code, "layout")
    set_areas(bare.id, [an_area("Abbey", None).id, an_area("Castle").id], by=by)
    with pytest.raises(Refusal) as unknown:
        lay_out_pots(bare.id, "population", by=by)
    assert unknown.value.code == "population_missing"
    assert "Abbey" in str(unknown.value)


def test_a_penny_cannot_be_shared_by_two(app: Flask) -> None:
    the_round = with_total(1, areas=[an_area("Abbey"), an_area("Castle")])
    with pytest.raises(Refusal) as refused:
        lay_out_pots(the_round.id, "areas", by=owner_of(the_round))
    assert refused.value.code == "too_little_to_split"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    total=st.integers(10_000, LARGEST),
    people=st.lists(st.integers(500, 60_000), min_size=1, max_size=9),
)
def test_however_many_people_live_where_no_penny_is_lost(app: Flask, total: int, people: list[int]) -> None:
    the_round = with_total(total, areas=[an_area(population=number) for number in people])
    lay_out_pots(the_round.id, "population", by=owner_of(the_round))
    found = find_round(the_round.slug)
    assert sum(pot.amount for pot in found.pots) == total
    shares = {pot.area_id: pot.amount for pot in found.pots}
    for area in found.areas:
        assert abs(shares[area.id] * sum(people) - total * (area.population or 0)) < sum(people)
