"""Reports on stations: a page of the tour, and what all of it comes to."""

from __future__ import annotations

import pytest
from flask import Flask

from pb.services.handing_out import hand_over
from pb.services.station_reports import tour_of
from tests.stations import a_station, cards_at, on_rota, opened
from tests.voters import a_voting_round

pytestmark = pytest.mark.usefixtures("app")


def test_the_tour_adds_up_every_station_whichever_page_is_read(app: Flask) -> None:
    the_round = a_voting_round()
    first = a_station(the_round, "Library")
    cards_at(the_round, first, 3)
    one, other = on_rota(the_round, first), on_rota(the_round, first)
    opened(first, one, other)
    hand_over(first.id, None, by=one)
    a_station(the_round, "Market")
    for number, name in enumerate(["Library", "Market", "Market"], 1):
        tour = tour_of(the_round.id, number, size=1)
        assert [each.station.name for each in tour.page.rows] == [name]
        assert (tour.page.pages, tour.page.total) == (2, 2)
        assert (tour.open, tour.given, tour.left, tour.ballots) == (1, 1, 2, 0)
