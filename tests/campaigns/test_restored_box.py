"""A box of a whole city: backed up while people vote, restored in a clean place, it has the root that it had then.

200 ballots, and 50,000 in the campaign, where the time is told (`pytest -rA`): it has to be less than five minutes.
"""

from __future__ import annotations

import os
import secrets
import threading
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from pb.core.actors import SYSTEM, Role
from pb.core.receipts import make_nonce, make_receipt
from pb.core.reconciliation import imbalances
from pb.core.sealing import PaperContent, new_round_key, pack, seal
from pb.core.unsealing import SealedEnvelope, sealed_root
from pb.extensions import db, present
from pb.models.codes import Code, CodeState
from pb.models.envelopes import Envelope, EnvelopeState
from pb.models.rounds import Round
from pb.services.backups import make_backup, restore_backup
from pb.services.casting import cast
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.reconciliation import numbers_of
from pb.services.rights import Claim
from pb.services.rounds import find_round
from pb.services.transactions import transaction
from tests.conftest import TurningClock
from tests.factories import make_ballot, someone, turn_to
from tests.racing import do, forms
from tests.services.test_backups import empty_the_database
from tests.voters import a_voting_round, codes_for

pytestmark = pytest.mark.campaign

BALLOTS = 50_000 if os.environ.get("PB_CAMPAIGN") == "full" else 200
#: At the most so many cards are made at once.
BATCH = 10_000
#: People who vote while the backup is made.
MEANWHILE = 40
KEY = new_round_key(b"\7" * 32)


def fill(the_round: Round) -> None:
    """Put sealed ballots into the box as castings leave them, without waiting for the disk at each."""
    key, size = bytes.fromhex(the_round.round_public_key or ""), the_round.envelope_size or 0
    choices = make_ballot(the_round, "Hall", "Bench")
    for start in range(0, BALLOTS, BATCH):
        codes_for(the_round, min(BATCH, BALLOTS - start), name=f"City {start}")
    with transaction() as session:
        rows = []
        for slot in session.scalars(select(Code.slot).where(Code.round_id == the_round.id)):
            envelope_id = str(uuid4())
            receipt = make_receipt(present.secrets.receipt_key, the_round.id, make_nonce(secrets.token_bytes(24)))
            sealed = seal(key, the_round.id, 1, envelope_id, pack(PaperContent(choices, receipt, 1)), size)
            rows.append({"id": envelope_id, "slot": slot, "retry_tag": secrets.token_bytes(32), "sealed": sealed})
        alike = {"round_id": the_round.id, "version": 1, "state": EnvelopeState.ACCEPTED}
        session.execute(insert(Envelope), [row | alike for row in sorted(rows, key=lambda row: str(row["id"]))])
        session.execute(update(Code).where(Code.round_id == the_round.id).values(state=CodeState.USED))


def in_the_box(round_id: int) -> dict[str, SealedEnvelope]:
    """Every envelope by its id."""
    rows = db.session.execute(
        select(Envelope.id, Envelope.slot, Envelope.version, Envelope.sealed).where(Envelope.round_id == round_id)
    )
    return {row.id: SealedEnvelope(row.id, row.slot, row.version, row.sealed or b"") for row in rows}


def test_a_city_votes_while_its_box_is_backed_up_and_the_restored_box_has_the_root_of_that_moment(
    app: Flask, clock: TurningClock, tmp_path: Path
) -> None:
    the_round = a_voting_round()
    slug, round_id, ends = the_round.slug, the_round.id, the_round.decision_by
    fill(the_round)
    codes, papers, backup = codes_for(the_round, MEANWHILE), forms(the_round, MEANWHILE), tmp_path / "monday.backup"
    voted: list[str] = []

    def vote() -> None:
        for paper, code in zip(papers, codes, strict=True):
            voted.append(do(app, lambda paper=paper, code=code: cast(paper, Claim(code)) and "cast"))

    voters = threading.Thread(target=vote)
    db.session.remove()
    voters.start()
    begun = perf_counter()
    make_backup(backup, KEY.public, by=SYSTEM)
    took = perf_counter() - begun
    voters.join()
    assert voted == ["cast"] * MEANWHILE
    there = in_the_box(round_id)
    assert len(there) == BALLOTS + MEANWHILE
    empty_the_database()

    begun = perf_counter()
    restore_backup(backup, KEY.private, by=SYSTEM)
    restored = in_the_box(round_id)
    assert BALLOTS <= len(restored) <= BALLOTS + MEANWHILE
    turn_to(ends)
    root = freeze_box(round_id, by=someone(Role.COUNT_LEAD))
    assert root == sealed_root([there[each] for each in restored]), "each envelope is the one that was in the box then"
    for _ in range(2):
        approve_opening(round_id, by=someone(Role.OFFICER))
    opening = open_box(round_id, by=someone(Role.COUNT_LEAD))
    assert (opening.valid, opening.invalid) == (len(restored), {})
    assert imbalances(numbers_of(find_round(slug))) == []
    took += perf_counter() - begun
    print(f"{len(restored):,} ballots backed up, restored, frozen, opened: {took:.1f} s (pass 300)")  # noqa: T201
