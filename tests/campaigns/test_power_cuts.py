"""The power fails while ballots are cast: every ballot that was acknowledged is there when it comes back, and all is whole."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from flask import Flask

from pb.core.receipts import make_nonce
from pb.extensions import db, present
from pb.models.rounds import Round
from pb.services.database import sqlite_driver
from tests.campaigns.power_cuts import CALLS, Disk, Step, steps_of
from tests.campaigns.test_killed_while_casting import PROJECT, open_by_the_real_clock, tag_of, work_of
from tests.conftest import absent
from tests.voters import a_voting_round, codes_for

pytestmark = pytest.mark.campaign

FULL = os.environ.get("PB_CAMPAIGN") == "full"
CUTS = 400 if FULL else 20
BALLOTS = 300 if FULL else 24
#: The shipped journal, and the one of systems with an older SQLite.
JOURNALS = ("auto", "truncate") if FULL else ("auto",)


@pytest.mark.parametrize("journal", JOURNALS)
def test_a_power_cut_loses_no_ballot_that_was_acknowledged(app: Flask, tmp_path: Path, journal: str) -> None:
    the_round = open_by_the_real_clock(a_voting_round())
    steps, start = watched(the_round, tmp_path, journal)
    told = [number for number, step in enumerate(steps) if acknowledged_by(step)]
    assert len(told) == BALLOTS
    chance = Random(11)
    # Half of the cuts come just after an answer, when most is at stake; the others anywhere.
    cuts = sorted(chance.choices(told, k=CUTS // 2) + chance.choices(range(len(steps)), k=CUTS - CUTS // 2))
    assert lost(steps, start, cuts, tmp_path, chance) == 0
    # The model sees a loss where there is one: a disk that never does what it is told to loses ballots.
    deaf = [step for step in steps if step.kind != "synced"]
    assert lost(deaf, start, [len(deaf) - 1], tmp_path) == BALLOTS


def watched(the_round: Round, tmp_path: Path, journal: str) -> tuple[list[Step], bytes]:
    """Let a process cast that strace watches; what it did to the database, and the file as it was before."""
    if not shutil.which("strace"):
        absent("strace")
    nonces = [make_nonce(number.to_bytes(24, "big")) for number in range(BALLOTS)]
    work = work_of(the_round, list(zip(codes_for(the_round, BALLOTS), nonces, strict=True)))
    folder = present.settings.instance_path
    db.session.remove()
    db.engine.dispose()
    database, log, told = folder / "you-decide.sqlite3", tmp_path / "strace", tmp_path / "told"
    start = database.read_bytes()
    with told.open("wb") as answers:
        subprocess.run(
            ["strace", "-f", "-qq", "-y", "-xx", "-s", "80000", "-e", f"trace={','.join(CALLS)}", "-o", str(log),
             sys.executable, "-m", "tests.campaigns.casters"],
            input=work.encode(), stdout=answers, cwd=PROJECT, check=True,
            env={**os.environ, "PB_SQLITE_JOURNAL": journal},
        )  # fmt: skip
    return steps_of(log, database.resolve(), told.resolve()), start


def lost(steps: list[Step], start: bytes, cuts: list[int], folder: Path, chance: Random | None = None) -> int:
    """How many acknowledged ballots are gone after these cuts, with nothing that was not safe, and with some of it."""
    disk, gone, acknowledged, waiting = Disk({"": start}), 0, set[bytes](), list(cuts)
    for number, step in enumerate(steps):
        disk.take(step)
        acknowledged |= acknowledged_by(step)
        while waiting and waiting[0] == number:
            waiting.pop(0)
            for files in (disk.after_a_cut(), *([disk.after_a_cut(chance)] if chance else [])):
                gone += len(acknowledged - kept_after(files, folder))
    return gone


def acknowledged_by(step: Step) -> set[bytes]:
    """The ballot that was acknowledged by this step, if one was."""
    words = step.data.decode().split() if step.kind == "told" else []
    return {tag_of(words[0])} if words and words[0] not in ("pid", "over") else set()


def kept_after(files: Mapping[str, bytes], folder: Path) -> set[bytes]:
    """The ballots that are there when the database is opened after a cut; it must be whole, each code used once."""
    for name in ("", "-wal", "-journal", "-shm"):
        (folder / f"after.sqlite3{name}").unlink(missing_ok=True)
    for name, content in files.items():
        (folder / f"after.sqlite3{name}").write_bytes(content)
    connection = sqlite_driver().connect(folder / "after.sqlite3")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        tags = [bytes(tag) for (tag,) in connection.execute("SELECT retry_tag FROM envelope")]
        [used] = connection.execute("SELECT count(*) FROM code WHERE state = 'used'").fetchone()
        assert used == len(tags) == len(set(tags))
        return set(tags)
    finally:
        connection.close()
