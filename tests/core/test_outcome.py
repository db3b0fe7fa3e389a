"""An outcome tells the whole count: winners in order, part awards, ties, steps; as JSON with a stable digest."""

from __future__ import annotations

import json
from dataclasses import replace

from pb.core.outcome import Outcome, Reason
from pb.core.rules import Facts, count
from tests.core.elections import instance, method, votes

OUTCOME = count(
    instance(3000, {"b": 1000}, a=1200, b=2000, c=100),
    votes(a=4, b=3, c=2),
    method("offer", "lot"),
    Facts({"c": "The group withdrew it."}),
)


def test_the_json_has_what_a_reader_looks_for() -> None:
    data = json.loads(json.dumps(OUTCOME.to_json()))
    assert data["rule"] == "greedy"
    assert data["selected"] == ["a"]
    assert data["partial"] == [{"id": "b", "amount": 1800, "final": False}]
    assert (data["budget"], data["spent"], data["left"]) == (3000, 3000, 0)
    assert [(each["id"], each["votes"], each["reason"]["text"]) for each in data["projects"]][2] == (
        "c",
        2,
        "Left out of the count. The group withdrew it.",
    )


def test_the_options_hold_all_that_decided_so_that_the_count_can_be_repeated() -> None:
    assert OUTCOME.options["allocation"]["kind"] == "offer"
    assert OUTCOME.options["ties"] == ["lot"]
    assert OUTCOME.options["withdrawn"] == {"c": "The group withdrew it."}


def test_an_outcome_read_back_from_text_is_the_same_and_has_the_same_digest() -> None:
    again = Outcome.from_json(json.loads(json.dumps(OUTCOME.to_json())))
    assert again == OUTCOME
    assert again.digest() == OUTCOME.digest()


def test_a_changed_amount_changes_the_digest() -> None:
    first, *rest = OUTCOME.projects
    assert replace(OUTCOME, projects=(replace(first, amount=1), *rest)).digest() != OUTCOME.digest()


def test_a_reason_with_a_per_cent_sign_is_filled_in_once() -> None:
    assert (
        str(Reason("x", "At least %(percent)s%% of %(cost)s.", {"percent": 80, "cost": "£1"})) == "At least 80% of £1."
    )


def test_money_given_on_top_comes_out_of_what_is_left() -> None:
    plain = count(instance(30, a=10, b=10), votes(a=2, b=1), method())
    topped = plain.topped_up({"a": 6, "b": 4})
    assert topped.left == 0
    assert [each.top_up for each in topped.projects] == [6, 4]
