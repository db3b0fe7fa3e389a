"""Group commit: writes that come at the same moment share one wait for the disk.

Whoever is first leads. They wait for the right to write, and put all that has come by then into one transaction, each
deed behind a savepoint of its own, so that a refusal of one undoes nothing of the others. Nobody is answered before
the commit has returned.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, text

from pb.core.errors import Refusal
from pb.extensions import db
from pb.services.prepared import Prepared
from pb.services.transactions import end_snapshot, in_transaction, writing

T = TypeVar("T")
Deed = Callable[[Connection], Any]

#: More than this in one transaction would keep the first of them waiting.
MOST_TOGETHER = 64


def commit_together(deed: Callable[[Connection], T]) -> T:
    """Do a deed in a transaction that it may share with other deeds; gives what it gives, once that is durable.

    The deed may be done by another thread: it must use nothing but the connection that it is given, and what was
    prepared for it. PostgreSQL groups commits by itself. Raises what the deed raises; then nothing of it is kept.
    """
    if in_transaction() or db.engine.dialect.name != "sqlite":
        return _alone(deed)
    end_snapshot()
    queue = _queue_of(db.engine)
    waiting = queue.join(deed)
    queue.settle(waiting)
    return waiting.result()  # type: ignore[no-any-return]


class Waiting:
    """One deed in the queue, and what came of it."""

    def __init__(self, deed: Deed) -> None:
        self.deed = deed
        self.settled = False
        self.leads = False
        self._given: Any = None
        self._failure: BaseException | None = None
        self._bell = Lock()
        self._bell.acquire()

    def keep(self, given: Any, failure: BaseException | None = None) -> None:
        """Settle it: what it gave, or why it failed."""
        self._given, self._failure, self.settled = given, failure, True
        self._ring()

    def lead(self) -> None:
        """Let whoever waits for it lead."""
        self.leads = True
        self._ring()

    def _ring(self) -> None:
        if self._bell.locked():  # nobody may have waited when it rang before
            self._bell.release()

    def wait(self) -> None:
        """Until it is settled, or is to lead."""
        self._bell.acquire()

    def result(self) -> Any:
        """What it gave; raises what it raised."""
        if self._failure is not None:
            raise self._failure
        return self._given


class Queue:
    """The deeds that wait to be written to one database, in the order in which they came.

    One of those who wait leads, or nobody. Whoever has led lets the first that still waits lead, and all whose deeds
    are settled go at once: none has to be woken before another.
    """

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._led = False
        self._lock = Lock()

    def join(self, deed: Deed) -> Waiting:
        """Take a place in the queue."""
        waiting = Waiting(deed)
        self._waiting.append(waiting)
        return waiting

    def settle(self, mine: Waiting) -> None:
        """Come back when a deed is settled: by whoever led meanwhile, or by leading oneself."""
        with self._lock:
            mine.leads = mine.leads or not (self._led or mine.settled)
            self._led = self._led or mine.leads
        if not (mine.leads or mine.settled):
            mine.wait()
        if not mine.leads:
            return
        try:
            while not mine.settled:
                self._lead()
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        with self._lock:
            self._led = bool(self._waiting)
            if self._waiting:
                self._waiting[0].lead()

    def _lead(self) -> None:
        together: list[Waiting] = []
        try:
            self._do(together)
        except BaseException:
            for each in together:
                if not each.settled:
                    each.keep(None, RuntimeError("whoever led the group commit was broken off"))
            raise

    def _do(self, together: list[Waiting]) -> None:
        """Do what waits; `together` is filled with it once the right to write is there, and not before."""
        try:
            with writing() as connection:
                together += [self._waiting.popleft() for _ in range(min(MOST_TOGETHER, len(self._waiting)))]
                done = _all_in(connection, together)
        except Exception as fault:  # noqa: BLE001 - one deed's fault is not the others': each is done again by itself
            if not together:  # there was no right to write to be had, for any of them
                together += [self._waiting.popleft()]
            if len(together) == 1:
                together[0].keep(None, fault)
            done = []
        for each, (given, refusal) in zip(together, done, strict=False):
            each.keep(given, refusal)
        for each in together:
            if not each.settled:
                _do_alone(each)


def _all_in(connection: Connection, together: list[Waiting]) -> list[tuple[Any, Refusal | None]]:
    """What each deed gives, or its refusal, of which nothing is kept."""
    if len(together) == 1:
        return [(together[0].deed(connection), None)]
    return [_behind_savepoint(connection, each.deed) for each in together]


def _behind_savepoint(connection: Connection, deed: Deed) -> tuple[Any, Refusal | None]:
    _SAVE.changed(connection)
    try:
        given = deed(connection)
    except Refusal as refusal:
        _UNDO.changed(connection)
        _RELEASE.changed(connection)
        return None, refusal
    _RELEASE.changed(connection)
    return given, None


_SAVE, _UNDO, _RELEASE = (
    Prepared(text(f"{words} deed")) for words in ("SAVEPOINT", "ROLLBACK TO SAVEPOINT", "RELEASE SAVEPOINT")
)


def _do_alone(each: Waiting) -> None:
    try:
        each.keep(_alone(each.deed))
    except Exception as failure:  # noqa: BLE001 - it is raised where the deed came from
        each.keep(None, failure)


def _alone(deed: Callable[[Connection], T]) -> T:
    with writing() as connection:
        return deed(connection)


_queues: WeakKeyDictionary[Engine, Queue] = WeakKeyDictionary()
_queues_lock = Lock()


def _queue_of(engine: Engine) -> Queue:
    with _queues_lock:
        return _queues.setdefault(engine, Queue())
