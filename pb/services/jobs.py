"""Jobs: long work in small steps, each a transaction of its own, taken by one process at a time."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import CursorResult, and_, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pb.core.actors import Actor
from pb.core.errors import Refusal
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.jobs import Job, JobState
from pb.services.transactions import transaction

log = structlog.get_logger()

#: Nobody else takes a job for this long after its last step; then its process is taken to have died.
HELD = timedelta(minutes=5)

#: One step of a job: a transaction of its own, in which it calls `advance`.
Step = Callable[[Job], None]


class JobLost(Exception):
    """Another process has taken the job, or it has ended: what this step did is not kept."""


def queue_job(session: Session, kind: str, *, round_id: int, subject: int, total: int, by: Actor) -> Job:
    """A job that waits, inside the caller's transaction. It names things by their ids and holds no secret."""
    job = Job(
        kind=kind,
        round_id=round_id,
        subject=subject,
        state=JobState.WAITING,
        total=total,
        asked_by=by.account_id,
        asked_at=present.now(),
    )
    session.add(job)
    session.flush()
    return job


def job_about(kind: str, subject: int) -> Job | None:
    """The newest job of a kind about one thing."""
    query = select(Job).where(Job.kind == kind, Job.subject == subject).order_by(Job.id.desc()).limit(1)
    return db.session.scalar(query)


def next_job(kinds: list[str]) -> Job | None:
    """The oldest job that nobody works at, whose process may have died."""
    return db.session.scalar(select(Job).where(Job.kind.in_(kinds), _free()).order_by(Job.id).limit(1))


def _free() -> Any:
    left = and_(Job.state == JobState.RUNNING, Job.held_until <= present.now())
    return or_(Job.state == JobState.WAITING, left)


def run(job_id: int, step: Step) -> None:
    """Take a job and do its steps to the end, from where it stands; nothing where another process has it.

    A job whose step fails says so, by the kind of fault alone (with the reference of a bug in the log), and may be
    tried again by `try_again`.
    """
    if not _take(job_id):
        return
    try:
        while (job := _job(job_id)).state == JobState.RUNNING:
            step(job)
    except JobLost:
        db.session.rollback()
    except Refusal as refusal:
        _fail(job_id, refusal.code)
    except (OSError, RuntimeError, SQLAlchemyError) as error:
        _fail(job_id, type(error).__name__)
    except Exception as error:  # noqa: BLE001 - a bug in one job must not end the process that all others wait for
        _fail(job_id, f"{type(error).__name__}, {log_bug(error)}")


def log_bug(error: Exception) -> str:
    """Log a bug with its stack; gives the reference under which it stands there."""
    reference = secrets.token_hex(4)
    log.error("bug", reference=reference, exc_info=error)
    return reference


def _job(job_id: int) -> Job:
    db.session.rollback()
    return db.session.get_one(Job, job_id)


def _take(job_id: int) -> bool:
    with transaction() as session:
        take = update(Job).where(Job.id == job_id, _free())
        taken = _changed(session, take.values(state=JobState.RUNNING, held_until=present.now() + HELD, fault=""))
    return taken == 1


def advance(session: Session, job_id: int, *, done: int, more: int) -> bool:
    """Note, inside the step's transaction, that `more` was done after `done`; whether that was the last.

    Raises JobLost where the job does not stand at `done` any more: the step is then not kept.
    """
    mine = update(Job).where(Job.id == job_id, Job.state == JobState.RUNNING, Job.done == done)
    if _changed(session, mine.values(done=done + more, held_until=present.now() + HELD)) != 1:
        raise JobLost
    ended = {"state": JobState.DONE, "ended_at": present.now(), "held_until": None}
    return _changed(session, update(Job).where(Job.id == job_id, Job.done >= Job.total).values(ended)) == 1


def keep_hold(job_id: int, *, done: int) -> None:
    """Go on holding a job in the middle of a long step, a transaction of its own. Raises JobLost as `advance`."""
    with transaction() as session:
        advance(session, job_id, done=done, more=0)


def _fail(job_id: int, fault: str) -> None:
    db.session.rollback()
    log.warning("job_failed", job=job_id, fault=fault)
    with transaction() as session:
        running = update(Job).where(Job.id == job_id, Job.state == JobState.RUNNING)
        session.execute(running.values(state=JobState.FAILED, fault=fault, ended_at=present.now(), held_until=None))


def try_again(job_id: int) -> None:
    """Let a failed job go on from where it stopped. Raises Refusal `job_not_failed`."""
    with transaction() as session:
        failed = update(Job).where(Job.id == job_id, Job.state == JobState.FAILED)
        if _changed(session, failed.values(state=JobState.WAITING, fault="", ended_at=None)) != 1:
            raise Refusal("job_not_failed", N_("This work has not stopped, so it need not be tried again."))


def _changed(session: Session, statement: Any) -> int:
    done: CursorResult[Any] = session.execute(statement)  # type: ignore[assignment]
    session.expire_all()
    return done.rowcount
