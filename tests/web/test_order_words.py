"""Every counting rule is told to residents in whole sentences, in their words and in Welsh."""

from __future__ import annotations

from itertools import product
from typing import Any

from flask import Flask
from flask_babel import force_locale

from pb.core.allocation import AllocationSettings
from pb.core.ballots import BALLOT_TYPES
from pb.core.rules import RULES, Method
from pb.web.order_words import order_words


def told(rule: str, ballot_type: str = "approval", allocation: str = "skip", **options: Any) -> dict[str, str]:
    """What a rule's words are, with these options, by heading."""
    method = Method(rule, RULES[rule].options_type.from_json(options), AllocationSettings(allocation))
    return dict(order_words(method, ballot_type))


def test_every_rule_says_who_comes_first_and_how_the_money_runs(app: Flask) -> None:
    for rule, ballot_type in product(RULES, BALLOT_TYPES):
        with app.test_request_context():
            words = told(rule, ballot_type)
            with force_locale("cy"):
                welsh = told(rule, ballot_type)
        assert list(words) == ["Who comes first", "How the money runs"]
        assert all(text.endswith(".") for text in words.values())
        assert "bid" not in " ".join(words.values()).lower().split()
        assert not set(words.values()) & set(welsh.values())


def test_equal_shares_says_what_its_options_change(app: Flask) -> None:
    with app.test_request_context():
        usual = told("equal-shares")
        assert "the most voters can pay for together comes first" in usual["Who comes first"]
        assert "share is raised step by step" in usual["How the money runs"]
        assert "those with the most votes first" in usual["How the money runs"]
        small = told("equal-shares", satisfaction="cardinality", completion="none")
        assert "costs each of its voters least comes first" in small["Who comes first"]
        assert "raised" not in small["How the money runs"]
        assert "more points pays more" in told("equal-shares", "points")["Who comes first"]
        assert "same speed" in told("equal-shares", completion="phragmen")["How the money runs"]
        assert "its outcome stands instead" in told("equal-shares", comparison=True)["How the money runs"]


def test_a_rule_whose_bids_are_funded_whole_says_so(app: Flask) -> None:
    with app.test_request_context():
        assert told("max-welfare")["How the money runs"] == "A project gets all that it asks for, or nothing."
        assert "the money stops" in told("phragmen", misfit="stop")["How the money runs"]
        assert "offered what is left" in told("greedy", allocation="offer")["How the money runs"]
