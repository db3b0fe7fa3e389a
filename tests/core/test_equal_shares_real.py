"""Equal shares of real ballots: the fast count gives what the definition gives, ballot by ballot in fractions."""

from __future__ import annotations

import csv
from fractions import Fraction

import pytest

from pb.core.pabulib import read
from pb.core.rules.buying import Market, Run
from pb.core.rules.electorate import Electorate
from pb.core.rules.index import index_of
from pb.core.rules.support import add_up
from pb.core.rules.tiebreak import Evidence
from tests.core.oracle_equal_shares import plain_run
from tests.core.test_pabulib_collection import COLLECTION, NAMES

#: Ballots up to which the definition takes less than half a second.
FEW = 1600

pytestmark = [
    pytest.mark.real_input,
    pytest.mark.skipif(not NAMES, reason="the shared collection of real elections is not here"),
]


def _small() -> list[str]:
    if not NAMES:
        return []
    with (COLLECTION / "index.csv").open(encoding="utf-8", newline="") as stream:
        return [row["file"] for row in csv.DictReader(stream) if int(row["voters"]) <= FEW]


@pytest.mark.parametrize("per_cost", [True, False])
@pytest.mark.parametrize("name", _small())
def test_winners_and_exact_prices_are_those_of_the_definition(name: str, per_cost: bool) -> None:
    with (COLLECTION / name).open("rb") as stream:
        file = read(stream)
    where, profile = file.instance, file.profile
    share = Fraction(where.budget, profile.size)
    electorate = Electorate.of(index_of(where, profile), where.ordered, where)
    run = Run(Market(electorate, per_cost, ("published",), Evidence(add_up(where, profile))), share, where.budget)
    expected = plain_run(where.ordered, where, profile, share, per_cost, lambda tied: min(tied, key=lambda p: p.order))
    bought = [electorate.rows[number].project.id for number in run.bought]
    assert list(zip(bought, run.balances.exact.prices(), strict=True)) == list(expected.bought)
