"""`pb verify`: what is printed, and how it ends."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask, current_app
from sqlalchemy import text

from pb.cli.verify import verify_command
from pb.core.actors import SYSTEM
from pb.core.canonical import words
from pb.core.recounting import ASKED
from pb.services.ledger import record
from pb.services.transactions import transaction
from tests.factories import a_locked_round
from tests.ledgers import an_unlocked_ledger
from tests.packages import a_package
from tools.one_file import TARGET as ONE_FILE


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(verify_command, list(arguments), obj=lambda: current_app._get_current_object())  # type: ignore[attr-defined]


def test_a_ledger_that_agrees_with_the_tables_ends_with_0(app: Flask) -> None:
    a_locked_round()
    result = _run("--ledger")
    assert result.exit_code == 0, result.output
    assert "1 rounds, 3 bids." in result.stdout
    assert "The chain is whole, and every round and bid stands where the ledger leads." in result.stdout


def test_a_ledger_that_a_column_contradicts_ends_with_1_and_says_where(app: Flask) -> None:
    the_round = a_locked_round()
    with transaction() as session:
        session.execute(text("UPDATE round SET state = 'published'"))
    result = _run("--ledger")
    assert result.exit_code == 1
    sentence = f"WRONG: Round {the_round.id} is recorded as “published”; the ledger leads to “locked”."
    assert sentence in result.stdout


@pytest.mark.parametrize("arguments", [(), ("here.zip", "--ledger"), ("--ledger", "--ballots", "all.jsonl")])
def test_asking_for_neither_or_both_is_refused_in_a_sentence(arguments: tuple[str, ...]) -> None:
    result = _run(*arguments)
    assert result.exit_code == 2
    assert result.stderr == "pb verify: give either a PACKAGE (and the --anchor from the minutes) or --ledger.\n"


def test_an_entry_that_was_kept_outside_shows_that_the_end_of_the_ledger_was_cut_off(app: Flask) -> None:
    a_locked_round()
    told = re.search(r"The newest entry: (.*)\n  ([0-9a-f]{64})\n", _run("--ledger").stdout)
    assert told
    record("language_chosen", SYSTEM, language="cy")
    for kept in told.groups():
        assert _run("--ledger", "--anchor", kept).exit_code == 0
    newest = re.search(r"  ([0-9a-f]{64})\n", _run("--ledger").stdout)
    assert newest
    with an_unlocked_ledger() as session:
        session.execute(text("DELETE FROM event WHERE id = (SELECT max(id) FROM event)"))
    assert _run("--ledger").exit_code == 0  # the chain that is left is a chain
    cut = _run("--ledger", "--anchor", newest[1])
    assert cut.exit_code == 1
    assert "WRONG: The entry " in cut.stdout
    assert "its end was cut off or written anew, or an older backup was put back." in cut.stdout


def test_words_that_are_no_fingerprint_are_refused_in_a_sentence(app: Flask) -> None:
    result = _run("--ledger", "--anchor", "some words")
    assert result.exit_code == 2
    assert "neither the eight words nor the 64 figures of a fingerprint: word 1, “some”, is none" in result.stderr


def test_a_package_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    result = _run(str(tmp_path / "nowhere.zip"))
    assert result.exit_code == 2
    assert result.stderr.endswith("nowhere.zip cannot be read: No such file or directory.\n")


Check = Callable[..., tuple[int, str, str]]


def _by_command(*arguments: str) -> tuple[int, str, str]:
    result = _run(*arguments)
    return result.exit_code, result.stdout, result.stderr


def _by_file(*arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, str(ONE_FILE), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    return done.returncode, done.stdout, done.stderr


both_checkers = pytest.mark.parametrize("check", [_by_command, _by_file])


@both_checkers
def test_a_slip_of_whoever_checks_is_told_from_a_package_that_does_not_hold(check: Check, tmp_path: Path) -> None:
    package = a_package(3)
    path, letter, changed = tmp_path / "package.zip", tmp_path / "letter.pdf", tmp_path / "changed.zip"
    path.write_bytes(package.zip)
    letter.write_bytes(b"%PDF-1.7 minutes of the meeting")
    changed.write_bytes(package.zip[:-1])
    anchor = words(package.anchor)
    slips = [
        ((str(letter),), "letter.pdf is not a zip file, so it is no package"),
        ((str(path), "--anchor", anchor.rpartition(" ")[0]), "a fingerprint: it has 7 words"),
        ((str(path), "--anchor", package.anchor[:60]), "a fingerprint: it has 60 figures"),
    ]
    for arguments, told in slips:
        code, out, err = check(*arguments)
        assert (code, out) == (2, "")
        assert told in err
    code, out, err = check(str(changed), "--anchor", anchor)
    assert (code, err) == (1, "")
    assert "Something does not hold." in out


@both_checkers
def test_a_mistyped_word_is_named_with_what_it_may_have_been(check: Check, tmp_path: Path) -> None:
    package = a_package(3)
    path = tmp_path / "package.zip"
    path.write_bytes(package.zip)
    first, second, third, *rest = words(package.anchor).split()
    typed = " ".join([first, second, third[1] + third[0] + third[2:], *rest])
    code, out, err = check(str(path), "--anchor", typed)
    assert (code, out) == (2, "")
    assert f"word 3, “{third[1] + third[0] + third[2:]}”, is none that a fingerprint has (did you mean “{third}”" in err
    assert first not in err


@both_checkers
def test_a_fingerprint_of_another_package_is_no_slip(check: Check, tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(a_package(3).zip)
    code, out, err = check(str(path), "--anchor", words(a_package(4).anchor))
    assert (code, err) == (1, "")
    assert "-> the fingerprint of this package is another one" in out


def test_a_package_that_holds_ends_with_0_and_a_changed_one_with_1(tmp_path: Path) -> None:
    package = a_package(3)
    path = tmp_path / "package.zip"
    path.write_bytes(package.zip)
    result = _run(str(path), "--anchor", words(package.anchor))
    assert result.exit_code == 0
    assert result.stdout.endswith("Everything holds, and the package is the one in the minutes.\n")
    assert words(package.anchor) in result.stdout
    path.write_bytes(package.zip[:-1])
    result = _run(str(path))
    assert result.exit_code == 1
    assert "-> the zip file is not packed as packages are" in result.stdout
    assert result.stdout.endswith("Something does not hold. Do not rely on this package.\n")


def test_what_the_rules_of_the_service_say_stands_beside_what_the_other_check_says(tmp_path: Path) -> None:
    path, ballots = tmp_path / "package.zip", tmp_path / "ballots.jsonl"
    package = next(
        made for made in (a_package(seed, "equal-shares") for seed in range(50)) if "leaves.txt" in made.files
    )
    path.write_bytes(package.zip)
    ballots.write_bytes(package.ballots)
    alone, with_them = _run(str(path)), _run(str(path), "--ballots", str(ballots))
    assert (alone.exit_code, with_them.exit_code) == (0, 0)
    assert f" not checked  {ASKED}\n" in alone.stdout
    assert "are not published; --ballots takes those under seal" in alone.stdout
    assert f"  yes  {ASKED}\n" in with_them.stdout


def test_without_the_words_from_the_minutes_it_says_what_is_still_to_be_compared(tmp_path: Path) -> None:
    package = a_package(3)
    path = tmp_path / "package.zip"
    path.write_bytes(package.zip)
    result = _run(str(path))
    assert result.exit_code == 0
    assert "compare the words above with those in the minutes." in result.stdout


def test_the_command_needs_no_application_to_check_a_package(tmp_path: Path) -> None:
    package = a_package(3)
    path = tmp_path / "package.zip"
    path.write_bytes(package.zip)
    program = (
        "import atexit, sys; atexit.register(lambda: print('flask' in sys.modules)); "
        "from pb.cli.verify import verify_command; verify_command(sys.argv[1:])"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.endswith("False\n")
