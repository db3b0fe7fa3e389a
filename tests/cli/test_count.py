"""`pb count`: what is printed, what is refused, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pb.cli.count import count_command
from tests.core.pb_files import SAMPLE, spoilt

COLLECTION = Path(__file__).resolve().parents[3] / "shared" / "pabulib"


def _run(text: str | bytes, *options: str) -> Result:
    return CliRunner().invoke(count_command, ["-", *options], input=text)


def _json(text: str, *options: str) -> Any:
    result = _run(text, "--json", *options)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_winners_are_printed_with_what_was_spent() -> None:
    result = _run(SAMPLE)
    assert result.exit_code == 0
    assert "Selected: a1, a2, a3." in result.stdout
    assert "Budget £30,000, spent £27,500, left £2,500." in result.stdout
    assert "Tie at 3: a2, a4 (decided by published)." in result.stdout


def test_the_json_is_in_the_files_own_money() -> None:
    data = _json(SAMPLE)
    assert data["rule"] == "greedy"
    assert (data["budget"], data["spent"], data["left"]) == (30000, 27500, 2500)
    assert data["selected"] == ["a1", "a2", "a3"]
    assert data["partial"] == []
    assert [tie["projects"] for tie in data["ties"]] == [["a2", "a4"], ["a3", "a5"]]
    first = data["projects"][0]
    assert (first["id"], first["votes"], first["score"], first["cost"]) == ("a1", 4, 4, 9000)
    assert first["reason"] == "Funded in full. It asked for £9,000, and £30,000 was left when its turn came."
    assert data["options"]["allocation"]["kind"] == "skip"


def test_a_fraction_of_the_files_money_is_kept_in_the_json() -> None:
    assert _json(spoilt(("budget;30000", "budget;30000.07")))["left"] == 2500.07


def test_a_file_can_be_named_instead_of_piped(tmp_path: Path) -> None:
    path = tmp_path / "sample.pb"
    path.write_text(SAMPLE, encoding="utf-8")
    result = CliRunner().invoke(count_command, [str(path), "--json"])
    assert json.loads(result.stdout) == _json(SAMPLE)


def test_another_rule_allocation_and_tie_order_can_be_chosen() -> None:
    assert _json(SAMPLE, "--rule", "greedy-per-cost")["selected"] == ["a5", "a1", "a3"]
    assert _json(SAMPLE, "--allocation", "stop")["selected"] == ["a1", "a2"]
    assert _json(SAMPLE, "--tie", "dearer")["selected"] == ["a1", "a4", "a3"]


def test_excluded_projects_are_left_out_and_the_reason_says_so() -> None:
    data = _json(SAMPLE, "--exclude", "a1,a2")
    assert data["selected"] == ["a4", "a3", "a5"]
    reasons = {each["id"]: each["reason"] for each in data["projects"]}
    assert reasons["a1"] == "Left out of the count. Excluded when this count was made."


def test_an_option_of_the_rule_can_be_set() -> None:
    assert _json(SAMPLE, "--option", "least_scores=3")["options"]["options"]["least_scores"] == 3
    assert _json(SAMPLE, "--rule", "greedy", "--option", "least-scores=2")["options"]["options"]["least_scores"] == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--option", "least_scores"), "NAME=VALUE"),
        (("--option", "least_scores=few"), "“least_scores” must be a whole number of at least 0"),
        (("--option", "least_scores=-1"), "must be a whole number of at least 0"),
        (("--option", "measure=taste"), "must be one of: total, average"),
        (("--option", "measure=average"), "there is no average to rank by"),
        (("--option", "colour=red"), "has no option “colour”. It has: measure, least_scores"),
        (("--completion", "add1"), "has no option “completion”"),
        (("--rule", "greedy-per-cost", "--option", "measure=total"), "“greedy-per-cost” has no options"),
    ],
)
def test_an_option_that_cannot_be_ends_with_two_and_a_sentence(options: tuple[str, ...], words: str) -> None:
    result = _run(SAMPLE, *options)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""


def test_explained_each_loser_is_told_what_it_lacked() -> None:
    data = _json(SAMPLE, "--explain", "--draws", "20")["explanation"]
    assert data["complete"]
    assert [(each["id"], each["asked"], each["cost"], each["less"], each["ballots"]) for each in data["margins"]] == [
        ("a4", 15000, 8500, 6500, 1),
        ("a5", 4000, 2500, 1500, 1),
    ]
    assert data["voters"] == {"marked": 6, "reached": 6, "average": "3/2", "ballots": {"1": 3, "2": 3}}
    assert data["robustness"]["draws"] == 20
    assert data["robustness"]["seed"] == "you-decide"
    assert set(data["robustness"]["wins"]) == {"a1", "a2", "a3", "a4", "a5"}


def test_explained_in_words_the_losers_the_voters_and_the_draws_are_told() -> None:
    result = _run(SAMPLE, "--explain", "--draws", "5", "--seed", "8 November")
    assert "It would have been funded if it had cost £8,500, which is £6,500 less." in result.stdout
    assert "One more voter, choosing only it, would have got it funded." in result.stdout
    assert "6 of 6 ballots chose a funded project; a ballot has 1.5 on average." in result.stdout
    assert "Drawn again 5 times (seed 8 November): the same projects were funded" in result.stdout
    assert result.stderr == ""


def test_the_same_seed_tells_the_same_draws() -> None:
    assert _json(SAMPLE, "--explain") == _json(SAMPLE, "--explain")


def test_an_explanation_that_has_no_time_says_so_and_ends_well() -> None:
    result = _run(SAMPLE, "--explain", "--seconds", "0")
    assert result.exit_code == 0
    assert "There was no time for all of it" in result.stdout
    assert "Selected: a1, a2, a3." in result.stdout


def test_progress_is_told_only_where_it_is_asked_for_and_never_on_standard_output() -> None:
    plain, told = (_run(SAMPLE, "--explain", "--draws", "10", *more) for more in ((), ("--progress",)))
    assert plain.stderr == ""
    assert "Counting drawn ballots: 50%" in told.stderr
    assert "How near the losers came: 0%" in told.stderr
    assert told.stdout == plain.stdout


def test_compared_the_rules_stand_side_by_side() -> None:
    data = _json(SAMPLE, "--compare")["comparison"]
    rows = {row["rule"]: row for row in data["methods"]}
    assert data["methods"][0]["rule"] == "greedy"
    assert rows["greedy"]["selected"] == ["a1", "a2", "a3"]
    assert (rows["greedy"]["spent"], rows["greedy"]["left"]) == (27500, 2500)
    assert rows["greedy-per-cost"]["selected"] == ["a5", "a1", "a3"]
    assert {"a2", "a5"} <= set(data["differ"])


def test_compared_in_words_there_is_a_row_for_each_rule_and_one_for_each_project_that_differs() -> None:
    lines = _run(SAMPLE, "--compare").stdout.splitlines()
    heading = next(at for at, line in enumerate(lines) if line.startswith("Rule "))
    assert lines[heading + 1].split()[:3] == ["Most", "votes", "first"]
    assert "6 of 6" in lines[heading + 1]
    assert any(line.startswith("a5 ") and "yes" in line and "-" in line for line in lines)


def test_where_all_rules_agree_the_comparison_says_so() -> None:
    plenty = spoilt(("budget;30000", "budget;90000"))
    assert "All of them fund the same projects." in _run(plenty, "--compare").stdout


def test_official_agrees_with_the_files_own_result() -> None:
    result = _run(SAMPLE, "--official")
    assert result.exit_code == 0
    assert "The official result agrees." in result.stdout


def test_official_names_each_project_that_differs_and_ends_with_one() -> None:
    result = _run(spoilt(("welfare;seniors;1", "welfare;seniors;0")), "--official")
    assert result.exit_code == 1
    assert "a2: the file says 0, this count full" in result.stdout


def test_official_needs_a_result_in_the_file() -> None:
    result = _run(spoilt((";selected\n", ";wanted\n")), "--official")
    assert result.exit_code == 2
    assert "no official result" in result.stderr


def test_a_fault_is_told_at_its_line_and_column_with_nothing_on_standard_output() -> None:
    result = _run(spoilt(("6;a3,a4", "6;a3,a9")))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == "pb count: <stdin>:33:3: there is no project “a9” in this file\n"


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("", (), "the file is empty"),
        (SAMPLE.encode("utf-16"), (), "UTF-16"),
        (SAMPLE, ("--exclude", "zebra"), "no project “zebra”"),
        (SAMPLE, ("--tie", "coin"), "no tie step “coin”"),
        (SAMPLE, ("--tie", "more_votes"), "nothing is left to decide"),
        (SAMPLE, ("--rule", "magic"), "magic"),
        (spoilt(("rule;greedy", "rule;equalshares/add2")), (), "equalshares/add2"),
        (spoilt(("6;a3,a4", "6;a3,a3")), ("--refuse-repeats",), "twice"),
    ],
)
def test_what_cannot_be_counted_ends_with_two_and_a_sentence(
    text: str | bytes, options: tuple[str, ...], words: str
) -> None:
    result = _run(text, *options)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_a_file_that_does_not_know_its_rule_is_counted_by_greedy_and_says_so() -> None:
    result = _run(spoilt(("rule;greedy", "rule;unknown")))
    assert result.exit_code == 0
    assert "counted by greedy" in result.stderr


def test_an_equal_shares_file_can_be_counted_by_a_rule_that_is_named() -> None:
    data = _json(spoilt(("rule;greedy", "rule;equalshares/add1")), "--rule", "greedy")
    assert data["selected"] == ["a1", "a2", "a3"]
    assert data["file_rule"] == "equalshares/add1"


def test_oddities_are_noted_beside_the_result() -> None:
    result = _run(spoilt(("6;a3,a4", "6;a3,a3,a4")))
    assert result.exit_code == 0
    assert "<stdin>:33: note: a ballot names a project twice" in result.stderr


def test_a_file_that_is_not_there_ends_with_two() -> None:
    assert CliRunner().invoke(count_command, ["nowhere.pb"]).exit_code == 2


def test_counting_needs_neither_flask_nor_a_database() -> None:
    code = "import sys, pb.cli.count; print(sorted({'flask', 'sqlalchemy', 'wtforms'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.real_input
@pytest.mark.skipif(not COLLECTION.is_dir(), reason="the shared collection of real elections is not here")
def test_a_real_election_from_the_collection_agrees_with_the_city() -> None:
    path = COLLECTION / "Poland_Warszawa_2023_Wilanow.pb"
    result = CliRunner().invoke(count_command, [str(path), "--official"])
    assert result.exit_code == 0
    assert "The official result agrees." in result.stdout


BUDGETS = "public space=10000,welfare=12500,transport=3000,environment=4500"


def test_each_category_is_counted_with_its_own_budget() -> None:
    data = _json(SAMPLE, "--by-category", BUDGETS)
    assert {key: each["selected"] for key, each in data.items()} == {
        "public space": ["a1"], "welfare": ["a2"], "transport": [], "environment": ["a5"],
    }  # fmt: skip
    assert data["public space"]["budget"] == 10000
    told = _run(SAMPLE, "--by-category", BUDGETS)
    assert "== welfare" in told.stdout
    assert "Selected: a2." in told.stdout


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--by-category", "welfare"], "CATEGORY=AMOUNT"),
        (["--by-category", "welfare=30000"], "which has no budget"),
        (["--by-category", BUDGETS.replace("=12500", "=40000")], "the pot holds"),
        (["--by-category", BUDGETS, "--explain"], "goes with none of"),
    ],
)
def test_budgets_that_cannot_be_are_refused_in_words(more: list[str], said: str) -> None:
    result = _run(SAMPLE, *more)
    assert result.exit_code == 2
    assert said in result.stderr
