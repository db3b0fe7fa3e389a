"""A stall that was away from the network all day: each of its ballots counts once, whoever sends it, however often.

Through the real door, by a device that signs as a tablet does. (In a browser: tests/journeys/test_kiosk.py.)
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import timedelta

import pytest

from pb.core.kiosks import Item
from pb.core.reconciliation import imbalances
from pb.extensions import db
from pb.models.envelopes import Opening
from pb.models.rounds import Policy, Round
from pb.services.kiosks import kiosks_of, tell_closing_number
from pb.services.late_items import ask_late, quarantined_count, settle_late
from pb.services.reconciliation import numbers_of
from tests.factories import an_open_round, owner_of, someone
from tests.factories import turn_to as turn
from tests.kiosks import Device, a_device
from tests.racing import in_the_box
from tests.reader import Reader
from tests.services.test_kiosks import codes_for, opened
from tests.web.test_kiosks import sent

pytestmark = pytest.mark.campaign

BALLOTS = 500 if os.environ.get("PB_CAMPAIGN") == "full" else 30
#: Ballots made after the stall's closing number was told.
LATE = 20
#: What a page sends at once.
AT_ONCE = 20


def parts(device: Device, chance: random.Random) -> list[list[Item]]:
    """The outbox in no order, as many at once as a page sends."""
    items = chance.sample(device.outbox, len(device.outbox))
    return [items[at : at + AT_ONCE] for at in range(0, len(items), AT_ONCE)]


def answers(client: Reader, device: Device, items: list[Item]) -> Counter[str]:
    """What the server says of them."""
    answer = sent(client, device.kiosk_id, device.upload(*items))
    assert answer.status_code == 200
    return Counter(each["answer"] for each in answer.get_json()["items"])


def test_a_day_without_a_network_sent_twice_by_two_devices_counts_once_and_what_is_late_waits(client: Reader) -> None:
    the_round, chance = an_open_round(policy=Policy.CODE), random.Random(20)
    codes = codes_for(the_round, BALLOTS + LATE)
    device = a_device(the_round, name="Market 1")
    for code in codes[:BALLOTS]:
        device.cast(code, "Hall")
    told = Counter[str]()
    for items in parts(device, chance)[: BALLOTS // AT_ONCE // 2]:
        told += answers(client, device, items)  # and the network is gone again before the page heard of it
    copied = Device(the_round, device.kiosk_id, device.made, list(device.outbox), device.key)
    for each in (device, copied, copied, device):  # the tab reloaded, and whoever has a copy of the tablet
        for items in parts(each, chance):
            told += answers(client, each, items)
    assert set(told) == {"stored", "duplicate"}
    assert told["stored"] == BALLOTS == in_the_box()
    _late_ones(client, the_round, device, codes[BALLOTS:])
    assert imbalances(numbers_of(the_round)) == []
    assert _opened(the_round).valid == BALLOTS


def _late_ones(client: Reader, the_round: Round, device: Device, codes: tuple[str, ...]) -> None:
    """After the closing number, from both devices, twice: nothing goes into the box, and two officers turn it down."""
    turn(the_round.voting_closes_at)
    tell_closing_number(device.kiosk_id, device.made, by=owner_of(the_round))
    turn(the_round.voting_closes_at + timedelta(hours=2))
    late = [device.cast(code, "Hall") for code in codes]
    assert answers(client, device, late) == {"quarantined": LATE}
    assert answers(client, device, late) == {"duplicate": LATE}
    db.session.rollback()
    assert quarantined_count(the_round.id) == LATE
    assert in_the_box() == BALLOTS
    ask_late(device.kiosk_id, accept=False, reason="The stall was shut.", by=someone())
    assert settle_late(device.kiosk_id, confirm=True, by=someone()) == (0, LATE)
    (state,) = kiosks_of(the_round.id)
    assert (state.numbers.accepted, state.numbers.made) == (BALLOTS, BALLOTS + LATE)


def _opened(the_round: Round) -> Opening:
    """The box, once nothing waits any more."""
    turn(the_round.voting_closes_at + timedelta(hours=3))
    return opened(the_round)
