"""Many at once: threads that start at one moment, each with a database session of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select

from pb.core.errors import Refusal
from pb.core.receipts import make_nonce
from pb.extensions import db
from pb.models.envelopes import Envelope
from pb.models.rounds import Round
from pb.services.casting import Marked
from tests.voters import a_paper

THREADS = 16


def forms(the_round: Round, count: int) -> list[Marked]:
    """So many forms of one round, each its own."""
    paper = a_paper(the_round)
    return [replace(paper, nonce=make_nonce(number.to_bytes(24, "big"))) for number in range(count)]


def all_at_once(app: Flask, deeds: list[Callable[[], object]]) -> Counter[str]:
    """Do all deeds together, in threads that start at one moment; count what each gave or was refused with."""
    start = Barrier(THREADS)

    def worker(mine: list[Callable[[], object]]) -> list[str]:
        start.wait()
        return [do(app, deed) for deed in mine]

    with ThreadPoolExecutor(THREADS) as pool:
        given = pool.map(worker, [deeds[at::THREADS] for at in range(THREADS)])
        return Counter(answer for answers in given for answer in answers)


def do(app: Flask, deed: Callable[[], object]) -> str:
    with app.app_context():
        try:
            return str(deed())
        except Refusal as refusal:
            return refusal.code
        finally:
            db.session.remove()


def in_the_box() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Envelope)) or 0
