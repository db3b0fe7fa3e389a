"""Group commit: one wait for the disk for all that come together, and one fault is nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import Connection, event, func, insert, select

from pb.core.errors import Refusal
from pb.extensions import db
from pb.models.areas import Area
from pb.services.group_commit import Queue, _each_by_itself, commit_together
from pb.services.transactions import transaction, writing

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def commits(app: Flask) -> Iterator[list[object]]:
    """The commits of the database, as they happen."""
    seen: list[object] = []

    def note(connection: object) -> None:
        seen.append(connection)

    event.listen(db.engine, "commit", note)
    yield seen
    event.remove(db.engine, "commit", note)


def adding(name: str) -> object:
    """A deed that adds an area."""

    def deed(connection: Connection) -> str:
        connection.execute(insert(Area).values(name=name))
        return name

    return deed


def refusing(connection: Connection) -> None:
    """A deed that writes and then refuses."""
    connection.execute(insert(Area).values(name="Nowhere"))
    raise Refusal("no", "No.")


def breaking(connection: Connection) -> None:
    """A deed with a fault of its own."""
    connection.execute(insert(Area).values(name="Nowhere"))
    raise ValueError("bug")


def names() -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(select(Area.name)))


def test_what_comes_together_is_committed_once(commits: list[object]) -> None:
    queue = Queue(writing, _each_by_itself)
    waiting = [queue.join(adding(name)) for name in ("Abbey", "Brook", "Castle")]
    queue.settle(waiting[0])
    assert [each.result() for each in waiting] == ["Abbey", "Brook", "Castle"]
    assert names() == {"Abbey", "Brook", "Castle"}
    assert len(commits) == 1


def test_a_refusal_undoes_nothing_of_the_others(commits: list[object]) -> None:
    queue = Queue(writing, _each_by_itself)
    first, refused, last = queue.join(adding("Abbey")), queue.join(refusing), queue.join(adding("Castle"))
    queue.settle(first)
    assert (first.result(), last.result()) == ("Abbey", "Castle")
    with pytest.raises(Refusal):
        refused.result()
    assert names() == {"Abbey", "Castle"}
    assert len(commits) == 1


def test_a_fault_of_one_leaves_the_others_to_be_done_by_themselves() -> None:
    queue = Queue(writing, _each_by_itself)
    first, broken, last = queue.join(adding("Abbey")), queue.join(breaking), queue.join(adding("Castle"))
    queue.settle(last)
    assert (first.result(), last.result()) == ("Abbey", "Castle")
    with pytest.raises(ValueError):
        broken.result()
    assert names() == {"Abbey", "Castle"}


def test_whoever_finds_their_deed_done_does_not_do_it_again() -> None:
    queue = Queue(writing, _each_by_itself)
    first, second = queue.join(adding("Abbey")), queue.join(adding("Brook"))
    queue.settle(first)
    queue.settle(second)
    assert second.result() == "Brook"
    assert db.session.scalar(select(func.count()).select_from(Area)) == 2


def test_many_threads_each_get_their_own_answer(app: Flask) -> None:
    answers: dict[int, object] = {}

    def turn(number: int) -> None:
        with app.app_context():
            try:
                answers[number] = commit_together(adding(f"Ward {number}") if number % 5 else refusing)
            except Refusal as refusal:
                answers[number] = refusal.code
            db.session.remove()

    threads = [Thread(target=turn, args=(number,)) for number in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert answers == {number: f"Ward {number}" if number % 5 else "no" for number in range(20)}
    assert names() == {f"Ward {number}" for number in range(20) if number % 5}


def test_inside_a_transaction_a_deed_is_part_of_it() -> None:
    def broken_off() -> None:
        with transaction() as session:
            commit_together(adding("Abbey"))
            refusing(session.connection())

    with pytest.raises(Refusal):
        broken_off()
    assert names() == set()
