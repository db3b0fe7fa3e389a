"""Areas: kept once for all rounds, and chosen by each."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from pb.core.actors import Role
from pb.core.errors import NotAllowed, NotFound, Refusal, Refusals
from pb.services.areas import add_area, all_areas, change_area, find_area, set_areas
from pb.services.ledger import events_of_round
from pb.services.pots import PotEntry
from pb.services.rounds import find_round
from tests.factories import a_round, an_area, an_idea, owner_of, someone


def test_an_area_is_added_with_its_people_and_statistics_code(app: Flask) -> None:
    made = add_area(" Abbey  Ward ", by=someone(Role.OFFICER), population=8_400, gss_code=" e05009317 ")
    found = find_area(made.id)
    assert (found.name, found.kind, found.population, found.gss_code) == ("Abbey Ward", "ward", 8_400, "E05009317")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": " "}, "area_name_missing"),
        ({"name": "a" * 121}, "too_long"),
        ({"name": "ABBEY"}, "area_twice"),
        ({"kind": "kingdom"}, "area_kind"),
        ({"population": 0}, "population_range"),
        ({"population": -3}, "population_range"),
        ({"population": 10_000_001}, "population_range"),
        ({"gss_code": "E0500931"}, "gss_shape"),
        ({"gss_code": "X05009317"}, "gss_shape"),
        ({"gss_code": "E05009300"}, "gss_twice"),
    ],
)
def test_an_area_that_cannot_be_is_refused(app: Flask, values: dict[str, Any], code: str) -> None:
    by = someone(Role.ADMINISTRATOR)
    add_area("Abbey", by=by, gss_code="E05009300")
    with pytest.raises(Refusals) as refused:
        add_area(**{"name": "Castle", "by": by, **values})
    assert refused.value.code == code
    assert [area.name for area in all_areas()] == ["Abbey"]


def test_an_area_keeps_its_own_name_and_code_when_it_is_changed(app: Flask) -> None:
    by = someone(Role.ADMINISTRATOR)
    area = add_area("Abbey", by=by, gss_code="E05009300")
    change_area(area.id, "Abbey", by=by, population=9_000, gss_code="E05009300")
    assert find_area(area.id).population == 9_000
    with pytest.raises(NotFound):
        change_area(area.id + 100, "Castle", by=by)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.MEMBER, Role.GROUP_CONTACT, Role.STEWARD])
def test_only_administrators_and_officers_keep_areas(app: Flask, role: Role) -> None:
    area = an_area()
    for deed in (lambda by: add_area("Castle", by=by), lambda by: change_area(area.id, "Castle", by=by)):
        with pytest.raises(NotAllowed) as refused:
            deed(someone(role))
        assert refused.value.code == "not_your_areas"


def test_a_round_takes_place_in_the_areas_chosen(app: Flask) -> None:
    abbey, castle = an_area("Abbey"), an_area("Castle")
    the_round = an_idea()
    set_areas(the_round.id, [castle.id, abbey.id, castle.id], by=owner_of(the_round))
    assert [area.name for area in find_round(the_round.slug).areas] == ["Abbey", "Castle"]
    *_, event = events_of_round(the_round.id)
    assert (event.kind, event.facts) == ("areas_set", {"areas": sorted([abbey.id, castle.id])})


def test_an_unknown_area_is_refused(app: Flask) -> None:
    the_round = an_idea()
    with pytest.raises(NotFound) as refused:
        set_areas(the_round.id, [99], by=owner_of(the_round))
    assert refused.value.code == "no_area"


def test_an_area_stays_while_a_pot_belongs_to_it(app: Flask) -> None:
    abbey = an_area("Abbey")
    the_round = a_round(areas=[abbey], pots=[PotEntry("Abbey’s pot", 100_000, area_id=abbey.id)])
    with pytest.raises(Refusal) as refused:
        set_areas(the_round.id, [], by=owner_of(the_round))
    assert refused.value.code == "area_has_pot"
    assert [area.name for area in find_round(the_round.slug).areas] == ["Abbey"]
