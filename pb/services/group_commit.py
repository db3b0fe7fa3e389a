"""Group commit: writes that come at the same moment share one wait for the disk.

Whoever is first leads. They wait for the right to write, and put all that has come by then into one transaction. Deeds
of any kind each get a savepoint of their own, so that a refusal of one undoes nothing of the others; deeds of one kind
may be done in one go. Nobody is answered before the commit has returned.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from threading import Lock
from typing import Any, Generic, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, text

from pb.core.errors import Refusal
from pb.extensions import db
from pb.services.prepared import Prepared, Reach
from pb.services.transactions import end_snapshot, in_transaction, writing

T = TypeVar("T")
D = TypeVar("D")
R = TypeVar("R", bound=Reach)
Deed = Callable[[Connection], Any]
#: What a deed gave, or its refusal, of which nothing is kept.
Outcome: TypeAlias = tuple[Any, Refusal | None]

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
    return DEEDS.of(db.engine).done(deed)  # type: ignore[no-any-return]


class Waiting(Generic[D]):
    """One deed in the queue, and what came of it."""

    def __init__(self, deed: D) -> None:
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


class Queue(Generic[D, R]):
    """The deeds that wait to be written to one database, in the order in which they came.

    One of those who wait leads, or nobody. Whoever has led lets the first that still waits lead, and all whose deeds
    are settled go at once: none has to be woken before another. `right` is the right to write, and `do` does deeds by
    it and gives what came of each; for one deed alone it may raise the refusal as it is.
    """

    def __init__(
        self,
        right: Callable[[], AbstractContextManager[R]],
        do: Callable[[R, Sequence[D]], Sequence[Outcome]],
    ) -> None:
        self._right = right
        self._do_all = do
        self._waiting: deque[Waiting[D]] = deque()
        self._led = False
        self._lock = Lock()

    def done(self, deed: D) -> Any:
        """Do a deed with whatever others come; gives what it gives, once that is durable. Raises what it raises."""
        waiting = self.join(deed)
        self.settle(waiting)
        return waiting.result()

    def join(self, deed: D) -> Waiting[D]:
        """Take a place in the queue."""
        waiting = Waiting(deed)
        self._waiting.append(waiting)
        return waiting

    def settle(self, mine: Waiting[D]) -> None:
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
        together: list[Waiting[D]] = []
        try:
            self._do(together)
        except BaseException:
            for each in together:
                if not each.settled:
                    each.keep(None, RuntimeError("whoever led the group commit was broken off"))
            raise

    def _do(self, together: list[Waiting[D]]) -> None:
        """Do what waits; `together` is filled with it once the right to write is there, and not before."""
        done: Sequence[Outcome] = ()
        try:
            with self._right() as reach:
                together += [self._waiting.popleft() for _ in range(min(MOST_TOGETHER, len(self._waiting)))]
                done = self._do_all(reach, [each.deed for each in together])
        except Exception as fault:  # noqa: BLE001 - one deed's fault is not the others': each is done again by itself
            if not together:  # there was no right to write to be had, for any of them
                together += [self._waiting.popleft()]
            if len(together) == 1:
                together[0].keep(None, fault)
            done = ()
        for each, (given, refusal) in zip(together, done, strict=False):
            each.keep(given, refusal)
        for each in together:
            if not each.settled:
                self._do_alone(each)

    def _do_alone(self, each: Waiting[D]) -> None:
        try:
            with self._right() as reach:
                ((given, refusal),) = self._do_all(reach, [each.deed])
        except Exception as failure:  # noqa: BLE001 - it is raised where the deed came from
            each.keep(None, failure)
        else:
            each.keep(given, refusal)


def _each_by_itself(connection: Connection, deeds: Sequence[Deed]) -> list[Outcome]:
    if len(deeds) == 1:
        return [(deeds[0](connection), None)]
    return [_behind_savepoint(connection, deed) for deed in deeds]


def _behind_savepoint(connection: Connection, deed: Deed) -> Outcome:
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


def _alone(deed: Callable[[Connection], T]) -> T:
    with writing() as connection:
        return deed(connection)


class Queues(Generic[D, R]):
    """A queue for each database, made when it is first asked for."""

    def __init__(self, make: Callable[[], Queue[D, R]]) -> None:
        self._make = make
        self._queues: WeakKeyDictionary[Engine, Queue[D, R]] = WeakKeyDictionary()
        self._lock = Lock()

    def of(self, engine: Engine) -> Queue[D, R]:
        """The queue of one database."""
        with self._lock:
            return self._queues.setdefault(engine, self._make())


DEEDS: Queues[Deed, Connection] = Queues(lambda: Queue(writing, _each_by_itself))
