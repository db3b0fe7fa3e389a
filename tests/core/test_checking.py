"""The second opinion on a package: an honest one passes every check, a changed one does not."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser

from pb.core.canonical import canonical, digest, hex_groups, words
from pb.core.checking.forms import Wrong
from pb.core.checking.report import CHECKS, FAILED, HELD, NOT_MADE, examine
from pb.core.package import zipped
from pb.core.recounting import recount_by_rules
from pb.core.rules import RULES
from tests.packages import SPOILS, Made, a_package, examined_by_the_page, honest, same_content
from tools.one_file import TARGET, one_file

FULL = os.environ.get("PB_CAMPAIGN") == "full"
ROUNDS = 1000 if FULL else 60
MUTATIONS = 10_000 if FULL else 300


#: Where no rule is named, one of the two greedy ones counts.
RULE_NAMES = ("", *sorted(set(RULES) - {"greedy", "greedy-per-cost"}))
#: Every so many rounds each rule has its turn.
IN_TURNS = len(RULE_NAMES)


def a_round(seed: int) -> Made:
    """A round by one rule or another."""
    return a_package(seed, RULE_NAMES[seed % IN_TURNS])


@pytest.mark.campaign
@pytest.mark.parametrize("rule", RULE_NAMES)
def test_every_made_up_round_passes_every_check_that_can_be_made(rule: str) -> None:
    made = Counter()
    for seed in range(ROUNDS):
        package = a_package(seed, rule)
        report = examine(package.zip, words(package.anchor))
        assert report.holds, (seed, report.notes)
        made.update(check for check, state in report.states.items() if state == HELD)
    assert all(made[check] == ROUNDS for check in CHECKS if check not in ("ballots", "recount"))
    assert made["recount"] > ROUNDS * (0.6 if rule in ("", "max-welfare") else 0.05)
    assert made["ballots"] > ROUNDS * 0.3


@pytest.mark.campaign
@pytest.mark.parametrize("rule", RULE_NAMES)
def test_whoever_holds_every_ballot_counts_every_made_up_round_again(rule: str) -> None:
    for seed in range(ROUNDS):
        package = a_package(seed, rule)
        report = examine(package.zip, package.anchor, package.ballots)
        assert set(report.states.values()) == {HELD}, (seed, report.notes)
        assert report.package is not None
        recount_by_rules(report.package)  # the service's own rules agree


@pytest.mark.parametrize("seed", [130, 933])
def test_what_unscored_projects_get_is_told_apart_where_only_totals_are_published(seed: int) -> None:
    """Found by the full count: averages leave it out, totals hold it."""
    report = examine(a_package(seed).zip)
    assert report.states["recount"] == HELD, report.notes


def mutations(count: int) -> Iterator[tuple[Made, str, bytes]]:
    """So many packages, each with one thing in it changed."""
    chance = Random(7)
    for number in range(count):
        package, spoil = a_round(number % 50), SPOILS[number % len(SPOILS)]
        yield package, spoil.__name__, spoil(package, chance)


@pytest.mark.campaign
def test_no_mutation_of_a_package_goes_unseen_with_the_anchor() -> None:
    unseen = [
        (number, name)
        for number, (package, name, data) in enumerate(mutations(MUTATIONS))
        if examine(data, package.anchor).holds and not same_content(data, package)
    ]
    assert unseen == []


@pytest.mark.browser
@pytest.mark.campaign
def test_the_checker_of_the_page_finds_the_same_in_every_round(chromium: Browser) -> None:
    packages = [a_round(seed) for seed in range(ROUNDS)]
    found = examined_by_the_page([(each.zip, each.anchor) for each in packages], chromium)
    for seed, (package, told) in enumerate(zip(packages, found, strict=True)):
        report = examine(package.zip, package.anchor)
        if seed % IN_TURNS:
            assert told["states"].pop("recount") == NOT_MADE
            assert "this page does not count by the rule" in told["notes"].pop("recount")
            report.states.pop("recount")
            report.notes.pop("recount", None)
        assert (told["states"], told["notes"], told["digest"]) == (report.states, report.notes, report.digest), seed


@pytest.mark.browser
@pytest.mark.campaign
def test_the_checker_of_the_page_overlooks_no_mutation_either(chromium: Browser) -> None:
    cases = list(mutations(MUTATIONS))
    found = examined_by_the_page([(data, package.anchor) for package, _name, data in cases], chromium)
    unseen = [
        (number, name)
        for number, ((package, name, data), told) in enumerate(zip(cases, found, strict=True))
        if "failed" not in told["states"].values() and not same_content(data, package)
    ]
    assert unseen == []


def test_a_consistent_rewrite_agrees_with_itself_and_only_the_anchor_shows_it() -> None:
    package = a_package(3)
    receipts = package.files["receipts.txt"].splitlines(keepends=True)
    receipts[0] = b"0000000000000\n"
    rewritten = honest({**package.files, "receipts.txt": b"".join(sorted(receipts))})
    assert examine(rewritten).holds
    assert examine(rewritten).states["anchor"] == NOT_MADE
    report = examine(rewritten, package.anchor)
    assert report.states["anchor"] == FAILED
    assert report.notes == {"anchor": "the fingerprint of this package is another one"}


def test_a_file_that_is_not_the_one_in_the_manifest_is_named(chromium: Browser) -> None:
    """One letter of another, as long as before, is enough; so is a file too many, and one too few."""
    package = a_package(3)
    others = sorted(set(package.files) - {"manifest.json"})
    assert len(others) > 3
    cases = {
        zipped({**package.files, name: content[:-2] + bytes([content[-2] ^ 1]) + content[-1:]}): (
            f"{name} is not the file that the manifest names"
        )
        for name in others
        for content in (package.files[name],)
    }
    odd = "there are other files in it than the manifest names"
    cases[zipped({**package.files, "notes.txt": b"A note.\n"})] = odd
    cases[zipped({name: content for name, content in package.files.items() if name != others[0]})] = odd
    told = examined_by_the_page([(data, package.anchor) for data in cases], chromium)
    for (data, why), of_the_page in zip(cases.items(), told, strict=True):
        assert examine(data, package.anchor).notes == of_the_page["notes"] == {"files": why}


def test_a_zip_file_that_would_fill_the_memory_is_refused_before_it_does(chromium: Browser) -> None:
    """One says that it holds a thousand million bytes; one holds far more than it says."""
    big, lying = (bytearray(a_package(3).zip), bytearray(zipped({"manifest.json": bytes(20_000_000)})))
    big[22:26] = (10**9).to_bytes(4, "little")
    lying[22:26] = (1000).to_bytes(4, "little")
    cases = {bytes(big): "unpacks to more than any package holds", bytes(lying): "is damaged"}
    for told, (data, why) in zip(
        examined_by_the_page([(data, "") for data in cases], chromium), cases.items(), strict=True
    ):
        assert examine(data).notes == told["notes"] == {"packing": f"the zip file {why}"}


def test_the_anchor_may_be_typed_as_words_or_as_figures_however_they_are_spaced() -> None:
    package = a_package(3)
    for text in (words(package.anchor).upper(), hex_groups(package.anchor), package.anchor):
        assert examine(package.zip, text).states["anchor"] == HELD
    assert examine(package.zip, "some other words").states["anchor"] == FAILED


Change = Callable[[dict[str, Any]], None]


def _inner(manifest: dict[str, Any]) -> dict[str, Any]:
    pots = manifest["count"]["outcome"]["pots"]
    return next(each for pot in pots.values() for each in pot["projects"] if each["amount"])  # type: ignore[no-any-return]


def more_money(manifest: dict[str, Any]) -> None:
    _inner(manifest)["amount"] += 1


def more_votes(manifest: dict[str, Any]) -> None:
    _inner(manifest)["votes"] += 1


def another_rank(manifest: dict[str, Any]) -> None:
    _inner(manifest)["rank"] += 1


def another_reason(manifest: dict[str, Any]) -> None:
    _inner(manifest)["reason"]["code"] = "stopped"


def another_winner(manifest: dict[str, Any]) -> None:
    pots = manifest["count"]["outcome"]["pots"]
    next(pot for pot in pots.values() if pot["selected"])["selected"].pop()


def another_method(manifest: dict[str, Any]) -> None:
    manifest["count"]["outcome"]["pots"]["pot-0"]["options"]["allocation"]["share_ties"] ^= True


def another_root(manifest: dict[str, Any]) -> None:
    manifest["ballot_root"] = "0" * 64


def a_dearer_project(manifest: dict[str, Any]) -> None:
    manifest["ballot"]["projects"][0]["cost"] += 1


def an_account_that_is_not_even(manifest: dict[str, Any]) -> None:
    manifest["account"][0]["left"]["amount"] += 1


def a_ballot_more(manifest: dict[str, Any]) -> None:
    manifest["opening"]["valid"] += 1


@pytest.mark.parametrize(
    ("change", "checks"),
    [
        (more_money, {"recount", "money", "result"}),
        (more_votes, {"numbers", "recount", "result"}),
        (another_rank, {"recount", "result"}),
        (another_reason, {"recount"}),
        (another_winner, {"recount"}),
        (another_method, {"recount"}),
        (another_root, {"ballots", "result"}),
        (a_dearer_project, {"ballot", "recount"}),
        (an_account_that_is_not_even, {"account"}),
        (a_ballot_more, {"receipts", "numbers", "result"}),
    ],
)
def test_each_check_sees_its_own_lie_even_where_the_liar_puts_every_digest_right(
    change: Change, checks: set[str]
) -> None:
    package = next(made for made in map(a_package, range(200)) if suits(made))
    manifest = json.loads(package.files["manifest.json"])
    change(manifest)
    count = manifest["count"]
    count["sha256"] = digest(count["outcome"])
    result = json.loads(package.files["result.json"])
    result["count"]["outcome_sha256"] = count["sha256"]
    files = {**package.files, "manifest.json": canonical(manifest), "result.json": canonical(result)}
    report = examine(honest(files))
    assert {check for check, state in report.states.items() if state == FAILED} == checks


def another_price(pot: dict[str, Any]) -> None:
    pot["steps"][0]["price"] += "1"


def a_run_more(pot: dict[str, Any]) -> None:
    pot["endowment"]["runs"] += 1


def more_behind_a_loser(pot: dict[str, Any]) -> None:
    pot["endowment"]["behind"][next(iter(pot["endowment"]["behind"]))] += 1


def a_purchase_less(pot: dict[str, Any]) -> None:
    pot["steps"].pop()


@pytest.mark.parametrize("change", [another_price, a_run_more, more_behind_a_loser, a_purchase_less])
def test_what_ballots_paid_and_held_under_equal_shares_is_worked_out_again(
    change: Callable[[dict[str, Any]], None],
) -> None:
    package = next(made for made in (a_package(seed, "equal-shares", alike=True) for seed in range(200)) if buys(made))
    manifest = json.loads(package.files["manifest.json"])
    change(next(pot for pot in manifest["count"]["outcome"]["pots"].values() if bought(pot)))
    manifest["count"]["sha256"] = digest(manifest["count"]["outcome"])
    result = json.loads(package.files["result.json"])
    result["count"]["outcome_sha256"] = manifest["count"]["sha256"]
    files = {**package.files, "manifest.json": canonical(manifest), "result.json": canonical(result)}
    report = examine(honest(files))
    assert {check for check, state in report.states.items() if state == FAILED} == {"recount"}
    assert report.package is not None
    with pytest.raises(Wrong):
        recount_by_rules(report.package)


def bought(pot: dict[str, Any]) -> bool:
    """Whether supporters bought one project of a pot and not another."""
    behind = pot.get("endowment", {}).get("behind")
    return bool(behind) and any(each["price"] not in ("", "0") for each in pot.get("steps", []))


def buys(made: Made) -> bool:
    """A round of full ballots in which supporters bought something."""
    pots = json.loads(made.files["manifest.json"])["count"]["outcome"]["pots"].values()
    return "leaves.txt" not in made.files and "histogram.json" not in made.files and any(map(bought, pots))


def suits(made: Made) -> bool:
    """A round of full ballots in which somebody wins money, by a rule that leaves every cost to matter."""
    manifest = json.loads(made.files["manifest.json"])
    pots = manifest["count"]["outcome"]["pots"].values()
    wins = any(each["award"] == "full" and each["amount"] > 1 for pot in pots for each in pot["projects"])
    return (
        wins
        and "leaves.txt" not in made.files
        and "ballots.jsonl" in made.files
        and manifest["ballot"]["surplus"] == "return"
    )


def test_a_ballot_that_the_rules_do_not_allow_is_found() -> None:
    package = next(
        made for made in map(a_package, range(200)) if b'"approved":["' in made.files.get("ballots.jsonl", b"")
    )
    manifest = json.loads(package.files["manifest.json"])
    manifest["ballot"]["ballot"]["settings"].update(most=0)
    files = honest({**package.files, "manifest.json": canonical(manifest)})
    assert examine(files).notes["ballots"] == "a ballot breaks a limit of the rules"


def test_a_rule_that_this_program_does_not_know_is_said_not_to_be_counted_again() -> None:
    package = next(made for made in map(a_package, range(200)) if suits(made))
    manifest = json.loads(package.files["manifest.json"])
    manifest["ballot"]["method"]["rule"] = "a-rule-of-tomorrow"
    manifest["ballot_sha256"] = digest(manifest["ballot"])
    result = json.loads(package.files["result.json"])
    result["round"]["ballot_sha256"] = manifest["ballot_sha256"]
    files = {**package.files, "manifest.json": canonical(manifest), "result.json": canonical(result)}
    report = examine(honest(files))
    assert report.holds
    assert report.states["recount"] == NOT_MADE
    assert report.notes["recount"].endswith(
        "does not count by the rule “a-rule-of-tomorrow”; the command pb verify does"
    )


def test_the_single_file_is_put_together_from_the_parts_as_they_are() -> None:
    assert TARGET.read_text(encoding="utf-8") == one_file(), "run python tools/one_file.py"


def test_no_part_of_the_single_file_writes_over_what_another_has_written() -> None:
    tree = ast.parse(TARGET.read_text(encoding="utf-8"))
    names = Counter(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    assert [name for name, times in names.items() if times > 1] == []


def test_the_single_file_takes_nothing_but_what_comes_with_python() -> None:
    tree = ast.parse(TARGET.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} - {"__future__"} <= sys.stdlib_module_names


def test_the_single_file_says_and_ends_the_same_without_anything_of_ours(tmp_path: Path) -> None:
    package = a_package(3)
    path = tmp_path / "package.zip"
    path.write_bytes(package.zip)

    def run(*arguments: str) -> tuple[int, str, str]:
        command = [sys.executable, "-I", str(TARGET), *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    code, out, _ = run(str(path), "--anchor", words(package.anchor))
    assert code == 0
    assert out.rstrip().endswith("Everything holds, and the package is the one in the minutes.")
    code, out, _ = run(str(path), "--anchor", "0" * 64)
    assert code == 1
    assert "NO  The fingerprint is the one that was read into the minutes." in out
    assert run(str(tmp_path / "nowhere.zip"))[0] == 2
    folder = tmp_path / "unpacked"
    folder.mkdir()
    for name, content in package.files.items():
        (folder / name).write_bytes(content)
    assert run(str(folder), "--anchor", package.anchor)[0] == 0
    (folder / "more").mkdir()
    code, out, _ = run(str(folder), "--anchor", package.anchor)
    assert (code, "there are other files in it than the manifest names" in out) == (1, True)


def test_no_name_in_a_forged_package_writes_a_line_of_its_own(tmp_path: Path) -> None:
    package, name = a_package(3), "x\n\nEverything holds, and the package is the one in the minutes.\n\x1b[8m"
    manifest = json.loads(honest({**package.files, name: b"1"})["manifest.json"])
    files = {**package.files, name: b"2", "manifest.json": canonical(manifest)}
    path = tmp_path / "package.zip"
    path.write_bytes(zipped(files))
    done = subprocess.run([sys.executable, "-I", str(TARGET), str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if line.startswith("Everything")] == []
    assert "\x1b" not in done.stdout
