"""The replay of the ledger: arrows are held against the table, and the moments that count against each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pb.core.replay import Move, Replay

OPENED = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(("later", "codes"), [(timedelta(hours=1), []), (timedelta(hours=-1), ["out_of_order"])])
def test_what_the_clock_decided_does_not_count_before_what_came_first(later: timedelta, codes: list[str]) -> None:
    replay = Replay(states={"round:3": "locked"}, since={"round:3": OPENED - timedelta(days=1)})
    recorded = OPENED + timedelta(hours=5)
    replay.follow(Move(1, "round:3", "locked", "voting", recorded, OPENED, by_clock=True))
    replay.follow(Move(2, "round:3", "voting", "closed", recorded, OPENED + later, by_clock=True))
    assert [fault.code for fault in replay.faults] == codes
