"""A server that is killed under load: no ballot that was acknowledged is lost, none counts twice, none is half there."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from pb.core.receipts import make_nonce, make_retry_tag, read_browser_part, read_nonce
from pb.core.reconciliation import imbalances
from pb.extensions import db, present
from pb.models.codes import Code, CodeState
from pb.models.envelopes import Envelope
from pb.models.rounds import Round
from pb.services.casting import cast
from pb.services.ledger import first_break
from pb.services.reconciliation import numbers_of
from pb.services.rights import Claim
from pb.services.rounds import find_round
from pb.services.transactions import transaction
from tests.voters import a_paper, a_voting_round, codes_for

pytestmark = pytest.mark.campaign

KILLS = 200 if os.environ.get("PB_CAMPAIGN") == "full" else 3
EACH = 60
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def the_round(app: Flask) -> Round:
    """A round that is open by the real clock, which the killed process has."""
    return open_by_the_real_clock(a_voting_round())


def open_by_the_real_clock(the_round: Round) -> Round:
    """The same round, open since yesterday."""
    now = datetime.now(UTC)
    with transaction() as session:
        opens, closes = now - timedelta(days=1), now + timedelta(days=1)
        session.execute(update(Round).values(voting_opens_at=opens, voting_closes_at=closes, state="voting"))
    return find_round(the_round.slug)


@pytest.fixture
def casters(app: Flask) -> Iterator[subprocess.Popen[str]]:
    """The process that forks servers to be killed."""
    command = [sys.executable, "-m", "tests.campaigns.casters"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def work_of(the_round: Round, forms: list[tuple[str, str]]) -> str:
    """A line of work for the casters."""
    settings = present.settings
    work = {"folder": str(settings.instance_path), "database_url": settings.database_url, "round_id": the_round.id}
    return json.dumps({**work, "forms": forms}) + "\n"


def killed_after(casters: subprocess.Popen[str], work: str, count: int) -> list[str]:
    """Let a server work, kill it after so many acknowledgements; the nonces acknowledged."""
    assert casters.stdin is not None
    assert casters.stdout is not None
    casters.stdin.write(work)
    casters.stdin.flush()
    pid, told = 0, []
    while (line := casters.stdout.readline().split()) != ["over"]:
        assert line, "the server broke down"
        if line[0] == "pid":
            pid = int(line[1])
        else:
            told.append(line[0])
        if len(told) == count:
            os.kill(pid, signal.SIGKILL)
    assert len(told) >= count
    return told


def test_a_server_killed_under_load_loses_no_ballot_and_counts_none_twice(
    the_round: Round, casters: subprocess.Popen[str]
) -> None:
    chance, lost, round_id, slug = random.Random(7), 0, the_round.id, the_round.slug
    for kill in range(KILLS):
        codes = codes_for(find_round(slug), EACH, name=f"Kill {kill}")
        nonces = [make_nonce((kill * EACH + number).to_bytes(24, "big")) for number in range(EACH)]
        forms = list(zip(codes, nonces, strict=True))
        work = work_of(find_round(slug), forms)
        there = guests()
        db.session.remove()
        acknowledged = killed_after(casters, work, chance.randrange(1, EACH // 2))
        while guests() > there:  # PostgreSQL ends a statement that it has, though whoever sent it is dead
            db.session.rollback()
        kept = kept_in(round_id)
        lost += sum(tag_of(nonce) not in kept for nonce in acknowledged)
        if db.engine.dialect.name == "sqlite":
            assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"
        numbers = numbers_of(find_round(slug))
        assert imbalances(numbers) == []
        assert numbers.accepted == numbers.codes_used == len(kept)
        _send_the_rest_again(find_round(slug), forms)
    assert lost == 0
    assert numbers_of(find_round(slug)).accepted == KILLS * EACH
    assert first_break() is None


def guests() -> int:
    """How many connections PostgreSQL has to this database; SQLite dies with whoever uses it."""
    if db.engine.dialect.name != "postgresql":
        return 0
    return db.session.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")) or 0


def _send_the_rest_again(the_round: Round, forms: list[tuple[str, str]]) -> None:
    """Everybody sends their form once more, whether or not they were answered: exactly one ballot each."""
    present.use(clock=lambda: datetime.now(UTC))
    paper = a_paper(the_round)
    for code, nonce in forms:
        assert cast(replace(paper, nonce=nonce), Claim(code)).receipt


def kept_in(round_id: int) -> set[bytes]:
    """The tags of the forms whose ballots are in the box: one used code each."""
    db.session.rollback()
    tags = list(db.session.scalars(select(Envelope.retry_tag).where(Envelope.round_id == round_id)))
    used = db.session.scalars(select(Code.slot).where(Code.round_id == round_id, Code.state == CodeState.USED)).all()
    assert len(tags) == len(set(tags)) == len(used)
    return set(tags)


def tag_of(nonce: str) -> bytes:
    """The tag under which the box knows a form again."""
    return make_retry_tag(present.secrets.retry_key, read_nonce(nonce), read_browser_part(""))
