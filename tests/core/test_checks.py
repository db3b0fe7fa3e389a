"""What the system answers by itself about a bid, and what it leaves to an officer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pb.core.bids import BidFacts
from pb.core.checks import (
    CHECKS,
    CheckResult,
    automatic_findings,
    questions_for,
    stands_in_the_way,
    unanswered_in,
)
from tests.core.test_bids import WHOLE

MET, NOT_MET, CONDITION = CheckResult.MET, CheckResult.NOT_MET, CheckResult.CONDITION


def test_a_whole_bid_meets_everything_that_the_system_answers() -> None:
    findings = automatic_findings(WHOLE)

    assert {finding.result for finding in findings.values()} == {MET}
    assert set(findings) == {key for key, rule in CHECKS.items() if rule.judge}


@pytest.mark.parametrize(
    "rule, change, result",
    [
        ("amount", {"asked": None}, NOT_MET),
        ("amount", {"most_grant": 90_000}, NOT_MET),
        ("workable_minimum", {"workable_minimum": None}, NOT_MET),
        ("workable_minimum", {"workable_minimum": 100_001}, NOT_MET),
        ("costs", {"cost_lines": (90_000,)}, NOT_MET),
        ("costs", {"cost_lines": ()}, NOT_MET),
        ("funding", {"own_money": 0}, NOT_MET),
        ("funding", {"own_money": 6_000}, NOT_MET),
        ("one_bid", {"same_group": 1}, NOT_MET),
        ("starts_after", {"starts_on": date(2026, 6, 25)}, NOT_MET),
        ("starts_after", {"starts_on": date(2026, 6, 26)}, MET),
        ("nothing_started", {"nothing_started": False}, NOT_MET),
        ("governing_document", {"governing_document": "draft"}, NOT_MET),
        ("governing_document", {"governing_document": "none"}, NOT_MET),
        ("bank", {"bank_account": "other"}, NOT_MET),
        ("bank", {"bank_account": "none"}, NOT_MET),
        ("interest", {"has_interest": True}, CONDITION),
    ],
)
def test_each_rule_answers_for_itself_with_a_reason(rule: str, change: dict[str, object], result: CheckResult) -> None:
    finding = automatic_findings(replace(WHOLE, **change))[rule]  # type: ignore[arg-type]

    assert finding.result == result
    assert str(finding).endswith(".")
    assert "%(" not in str(finding)


@pytest.mark.parametrize("kind", ["company", "other"])
def test_a_company_or_an_unknown_kind_of_group_is_left_to_an_officer(kind: str) -> None:
    facts = replace(WHOLE, kind=kind)

    assert "kind" not in automatic_findings(facts)
    assert "kind" in unanswered_in(facts, dict.fromkeys(automatic_findings(facts), MET))


def test_without_a_date_for_the_decision_an_officer_judges_the_start() -> None:
    assert "starts_after" not in automatic_findings(replace(WHOLE, decided_on=None))


def test_only_schools_are_asked_about_lessons() -> None:
    assert "school" not in questions_for(WHOLE)
    assert "school" in questions_for(replace(WHOLE, kind="school"))


def test_one_answer_not_met_stands_in_the_way_and_a_condition_does_not() -> None:
    answers = dict.fromkeys(questions_for(WHOLE), MET) | {"lawful": CONDITION, "bank": NOT_MET}

    assert stands_in_the_way(WHOLE, answers) == ["bank"]


@pytest.mark.parametrize("rule", CHECKS)
def test_every_question_can_be_read_and_answered(rule: str) -> None:
    check = CHECKS[rule]

    assert check.question.endswith("?")
    assert check.met.endswith(".")
    assert len(rule) <= 40
    assert check.label == check.label.strip()


def test_a_judge_never_fails_on_a_bid_in_which_nothing_is_written() -> None:
    results = {finding.result for finding in automatic_findings(BidFacts()).values()}

    assert NOT_MET in results
