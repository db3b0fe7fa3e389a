"""The script with which anybody watches a round from outside: it keeps what was said, and notices what must not change."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.serving import make_server

from pb.core.actors import Role
from pb.core.canonical import words
from pb.models.rounds import Round
from pb.services.opening import freeze_box
from pb.services.transactions import transaction
from tests.deciding import a_published_round
from tests.factories import a_closed_round, someone

SCRIPT = Path(__file__).resolve().parents[2] / "static" / "check" / "watch_round.py"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application is served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def watch(address: str, the_round: Round, folder: Path) -> tuple[int, str]:
    """One look, by the script as a stranger runs it: with Python's own library alone."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), f"{address}/rounds/{the_round.slug}", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def commits(folder: Path) -> int:
    log = subprocess.run(["git", "-C", str(folder), "log", "--oneline"], capture_output=True, text=True, check=True)
    return len(log.stdout.splitlines())


def test_a_published_round_is_kept_and_a_look_at_the_same_adds_nothing(address: str, tmp_path: Path) -> None:
    the_round = a_published_round()
    assert watch(address, the_round, tmp_path) == (0, "All is as it was.\n")
    kept = {
        str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if ".git" not in path.parts and path.is_file()
    }
    assert {
        "pages/round.txt",
        "pages/result.txt",
        "pages/the-ballot.txt",
        "fixed/the-ballot.json",
        "fixed/result-package.zip",
    } <= kept
    assert "/static/js/you-decide.js" in (tmp_path / "loaded.txt").read_text()
    assert watch(address, the_round, tmp_path) == (0, "All is as it was.\n")
    assert commits(tmp_path) == 1


def test_a_root_that_is_put_in_the_place_of_the_frozen_boxs_is_noticed(address: str, tmp_path: Path) -> None:
    the_round = a_closed_round()
    root = freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    assert watch(address, the_round, tmp_path)[0] == 0
    with transaction() as session:
        session.execute(update(Round).values(sealed_root="0" * 64))
    code, told = watch(address, the_round, tmp_path)
    assert code == 1
    assert words(root) in told


def test_another_script_than_before_and_a_file_that_is_gone_are_noticed(address: str, tmp_path: Path) -> None:
    the_round = a_published_round()
    watch(address, the_round, tmp_path)
    listed = tmp_path / "loaded.txt"
    lines = listed.read_text().splitlines()
    listed.write_text("\n".join(["0" * 64 + line[64:] if "you-decide.js" in line else line for line in lines]) + "\n")
    (tmp_path / "fixed" / "result-package-7.zip").write_bytes(b"PK")
    code, told = watch(address, the_round, tmp_path)
    assert code == 1
    assert "/static/js/you-decide.js is another file than before." in told
    assert "result-package-7.zip is gone." in told


def test_a_round_that_is_not_there_is_told_apart_from_one_that_changed(address: str, tmp_path: Path) -> None:
    nowhere = Round(slug="no-such-round")
    assert watch(address, nowhere, tmp_path)[0] == 2
    assert watch("http://127.0.0.1:9", nowhere, tmp_path)[0] == 2
