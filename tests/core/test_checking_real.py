"""Real elections, counted by the file that everybody may download: what was announced, and what this service counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from pb.core.canonical import canonical
from pb.core.checking.counting import compare, counted
from pb.core.checking.package import Package
from pb.core.outcome import Outcome
from pb.core.pabulib import PbFile, facts_of, official_method, read
from pb.core.rules import RULES, Facts, Method, count
from tests.core.test_pabulib_collection import COLLECTION, NAMES

#: The elections of the collection that were counted by equal shares.
BY_SHARES = ("Netherlands_Assen_2024.pb", "Poland_Swiecie_2023.pb")
POT = "the-pot"

pytestmark = [
    pytest.mark.real_input,
    pytest.mark.skipif(not NAMES, reason="the shared collection of real elections is not here"),
]


def _file(name: str) -> PbFile:
    with (COLLECTION / name).open("rb") as stream:
        return read(stream)


def _package(file: PbFile, method: Method, facts: Facts) -> Package:
    """What a package tells of an election: the fixed ballot, every ballot, and the facts that the count was given."""
    where, profile = file.instance, file.profile
    projects = [
        {
            "key": each.id, "pot": POT, "cost": each.cost, "minimum": each.minimum, "number": at,
            "category": each.category, "boost": False,
        }
        for at, each in enumerate(where.ordered, 1)
    ]  # fmt: skip
    fixed = {
        "round": {"scale": where.scale},
        "ballot": {"type": profile.ballot_type, "settings": profile.settings.to_json()},
        "method": method.to_json(),
        "pots": [{"key": POT, "amount": where.budget}],
        "projects": projects,
    }
    lines = [
        b'{"choices":%b,"key":"%032x","pot":"%b"}\n' % (canonical(_written(choices)), at, POT.encode())
        for at, choices in enumerate(profile.each(), 1)
    ]
    options: dict[str, Any] = {**method.to_json(), **facts.to_json()}
    manifest = {
        "pots": [{"key": POT, "level": "full"}],
        "ballot": fixed,
        "count": {"outcome": {"pots": {POT: {"options": options}}}},
    }
    return Package({"ballots.jsonl": b"".join(lines)}, manifest)


def _written(choices: Mapping[str, Any]) -> dict[str, Any]:
    return {key: sorted(value) if key in ("approved", "chosen") else value for key, value in choices.items()}


def _both(file: PbFile, method: Method, facts: Facts) -> Outcome:
    """The service's own count; fails unless the other agrees with it to the last figure."""
    outcome = count(file.instance, file.profile, method, facts)
    compare(counted(_package(file, method, facts), POT, file.instance.budget), outcome.to_json(), whole=True)
    return outcome


@pytest.mark.parametrize("name", BY_SHARES)
def test_equal_shares_counted_again_gives_what_was_announced(name: str) -> None:
    file = _file(name)
    outcome = _both(file, official_method(file), facts_of(file))
    assert outcome.endowment is not None
    assert outcome.endowment.runs > 100, "the shares were raised"
    assert set(outcome.selected) == {each for each, selected in file.published("selected").items() if selected}


@pytest.mark.parametrize("rule", sorted(set(RULES) - {"greedy", "greedy-per-cost"}))
@pytest.mark.parametrize("name", ["Poland_Warszawa_2018_Anin.pb", "Poland_Poznan_2023_Green_Budget.pb"])
def test_every_rule_counted_again_gives_the_same_to_the_last_figure(name: str, rule: str) -> None:
    file = _file(name)
    method = replace(official_method(file), rule=rule, options=RULES[rule].options_type())
    if rule == "phragmen" and file.profile.ballot_type not in RULES[rule].ballot_types:
        pytest.skip("Phragmén's rule does not count such ballots")
    _both(file, method, facts_of(file))
