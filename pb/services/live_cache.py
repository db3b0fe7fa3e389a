"""What live screens ask for all the time, kept for one second in each process, so that few ask the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from pb.extensions import present

Data = dict[str, Any]

KEPT_FOR = timedelta(seconds=1)


@dataclass(frozen=True)
class Snapshot:
    """What may be told of a round at a moment. `data` is plain JSON data; another snapshot is another object."""

    round_id: int
    data: Data


@dataclass(frozen=True)
class _Kept:
    snapshot: Snapshot
    at: datetime

    @property
    def fresh(self) -> bool:
        return timedelta() <= present.now() - self.at < KEPT_FOR


_kept: dict[str, _Kept] = {}
_making = Lock()
#: Goes up with each deed that everybody should see: what was read before it is not kept.
_deeds = [0]


def kept(slug: str, make: Callable[[str], Snapshot]) -> Snapshot:
    """The snapshot of a round, made anew where it is older than a second.

    While one thread makes it, the others give the last one: a slow database holds up one thread, not the process.
    """
    found = _kept.get(slug)
    if found is not None and found.fresh:
        return found.snapshot
    if not _making.acquire(blocking=found is None):
        assert found is not None  # noqa: S101 - without one it waits for the lock
        return found.snapshot
    try:
        return _make(slug, make)
    finally:
        _making.release()


def _make(slug: str, make: Callable[[str], Snapshot]) -> Snapshot:
    found = _kept.get(slug)
    if found is not None and found.fresh:  # another thread made it while this one waited
        return found.snapshot
    deeds, snapshot = _deeds[0], make(slug)
    if found is not None and found.snapshot == snapshot:
        snapshot = found.snapshot
    if deeds == _deeds[0]:
        _kept[slug] = _Kept(snapshot, present.now())
    return snapshot


def forget(round_id: int) -> None:
    """Let the next who asks see what was just done; other processes see it within a second."""
    _deeds[0] += 1
    for slug, found in list(_kept.items()):
        if found.snapshot.round_id == round_id:
            _kept.pop(slug, None)


def forget_everything() -> None:
    """Let everything be made anew, as for a database that holds other rounds now."""
    _kept.clear()
