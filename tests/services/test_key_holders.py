"""Key holders: three people, their passphrases, and a box that any two of them open."""

from __future__ import annotations

from itertools import combinations

import pytest
from sqlalchemy import func, select

from pb.core.actors import Actor, Role
from pb.core.errors import Refusal
from pb.core.states import RoundState
from pb.extensions import db
from pb.models.keys import KeyHolder, WrappedKey
from pb.models.rounds import KeyMode, Round
from pb.services.key_holders import (
    appoint_key_holder,
    appointments_of,
    choose_passphrase,
    possible_key_holders,
    rehearse_passphrase,
    release_key_holder,
)
from pb.services.lock_blockers import lock_blockers
from pb.services.locks import ask_lock, lock_ballot
from pb.services.opening import freeze_box, open_box
from pb.services.round_keys import key_by_passphrases, key_file
from tests.factories import a_checked_round, cast_ballots, owner_of, someone, turn_to
from tests.holders import WORDS, a_round_with_holders, become_ready, locked, rehearse_pairs

pytestmark = pytest.mark.usefixtures("app")


def refusal_of(the_round: Round, passphrases: list[tuple[int, str]]) -> Refusal:
    """What the opening of a frozen box says to these passphrases."""
    with pytest.raises(Refusal) as refused:
        open_box(the_round.id, by=someone(Role.COUNT_LEAD), passphrases=passphrases)
    return refused.value


def test_any_two_holders_bring_back_the_same_key_and_no_file_holds_it() -> None:
    the_round, people = a_round_with_holders()
    key_file(the_round.id).unlink(missing_ok=True)
    locked(the_round)
    keys = {key_by_passphrases(the_round, pair) for pair in combinations(people, 2)}
    assert len(keys) == 1
    assert not key_file(the_round.id).exists()
    assert db.session.scalar(select(func.count()).select_from(WrappedKey)) == 3


def test_two_holders_open_the_box_and_whatever_else_leaves_it_shut() -> None:
    the_round, people = a_round_with_holders()
    rehearse_pairs(locked(the_round), people)
    turn_to(the_round.voting_opens_at)
    cast_ballots(the_round, [("Hall",), ("Bench",)])
    turn_to(the_round.decision_by)
    freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    stranger = (someone(Role.FINANCE).account_id or 0, WORDS[1])
    assert refusal_of(the_round, people[:1]).code == "key_holders_two"
    assert refusal_of(the_round, [people[0], people[0]]).code == "key_holder_twice"
    assert refusal_of(the_round, [people[0], stranger]).code == "not_a_key_holder"
    wrong = refusal_of(the_round, [people[0], (people[1][0], "copper thunder biscuit moor")])
    assert (wrong.code, wrong.fault.params["holder"]) == ("wrong_passphrase", str(people[1][0]))
    assert the_round.state == RoundState.CLOSED
    assert open_box(the_round.id, by=someone(Role.COUNT_LEAD), passphrases=people[1:]).valid == 2


def test_the_lock_waits_for_three_holders_who_have_tested_their_passphrases() -> None:
    the_round = a_checked_round(key_mode=KeyMode.HOLDERS)
    assert [each.code for each in lock_blockers(the_round)] == ["key_holders_missing"]
    people = [someone(Role.SCRUTINY) for _ in range(3)]
    for person in people[:2]:
        become_ready(the_round, person, WORDS[0])
    appoint_key_holder(the_round.id, people[2].account_id or 0, by=owner_of(the_round))
    choose_passphrase(the_round.id, WORDS[2], by=people[2])
    assert [each.code for each in lock_blockers(the_round)] == ["key_holders_not_ready"]
    with pytest.raises(Refusal) as refused:
        rehearse_passphrase(the_round.id, WORDS[1], by=people[2])
    assert (refused.value.code, refused.value.field) == ("wrong_passphrase", "passphrase")
    rehearse_passphrase(the_round.id, WORDS[2], by=people[2])
    assert lock_blockers(the_round) == []


def test_another_passphrase_must_be_tested_again() -> None:
    the_round, people = a_round_with_holders()
    person = Actor(people[0][0], "Holder")
    choose_passphrase(the_round.id, "quite another set of words", by=person)
    assert [each.code for each in lock_blockers(the_round)] == ["key_holders_not_ready"]


def test_a_weak_passphrase_is_refused_beside_its_field() -> None:
    the_round = a_checked_round(key_mode=KeyMode.HOLDERS)
    person = someone(Role.SCRUTINY)
    appoint_key_holder(the_round.id, person.account_id or 0, by=owner_of(the_round))
    with pytest.raises(Refusal) as refused:
        choose_passphrase(the_round.id, "short one", by=person)
    assert (refused.value.code, refused.value.field) == ("passphrase_weak", "passphrase")
    assert appointments_of(person)[0][1].holder_key is None


@pytest.mark.parametrize(
    ("who", "code"), [("owner", "key_holder_owner"), ("group", "key_holder_group"), ("same", "key_holder_twice")]
)
def test_the_owner_a_group_and_the_same_person_twice_hold_no_key(who: str, code: str) -> None:
    the_round = a_checked_round(key_mode=KeyMode.HOLDERS)
    first = someone(Role.SCRUTINY)
    appoint_key_holder(the_round.id, first.account_id or 0, by=owner_of(the_round))
    account = {"owner": the_round.owner_id, "group": someone(Role.GROUP_CONTACT).account_id, "same": first.account_id}
    with pytest.raises(Refusal) as refused:
        appoint_key_holder(the_round.id, account[who] or 0, by=owner_of(the_round))
    assert refused.value.code == code
    assert account[who] not in {each.id for each in possible_key_holders(the_round)}


def test_a_fourth_holder_takes_the_place_of_one_who_is_released() -> None:
    the_round, people = a_round_with_holders()
    fourth = someone(Role.STEWARD)
    with pytest.raises(Refusal) as refused:
        appoint_key_holder(the_round.id, fourth.account_id or 0, by=owner_of(the_round))
    assert refused.value.code == "key_holders_enough"
    first = db.session.scalars(select(KeyHolder).where(KeyHolder.account_id == people[0][0])).one()
    release_key_holder(the_round.id, first.id, by=owner_of(the_round))
    assert appoint_key_holder(the_round.id, fourth.account_id or 0, by=owner_of(the_round)).ready_at is None


def test_after_the_lock_no_key_holder_comes_or_goes_but_each_may_rehearse() -> None:
    the_round, people = a_round_with_holders()
    locked(the_round)
    holder = db.session.scalars(select(KeyHolder)).first()
    assert holder is not None
    with pytest.raises(Refusal) as refused:
        release_key_holder(the_round.id, holder.id, by=owner_of(the_round))
    assert refused.value.code == "locked"
    with pytest.raises(Refusal) as refused:
        choose_passphrase(the_round.id, "quite another set of words", by=Actor(people[0][0], "Holder"))
    assert refused.value.code == "locked"
    rehearse_passphrase(the_round.id, people[0][1], by=Actor(people[0][0], "Holder"))


def test_a_holder_who_is_replaced_before_the_approver_confirms_stops_the_lock() -> None:
    the_round, _people = a_round_with_holders()
    sha256 = ask_lock(the_round.id, by=owner_of(the_round))
    first = db.session.scalars(select(KeyHolder)).first()
    assert first is not None
    release_key_holder(the_round.id, first.id, by=owner_of(the_round))
    become_ready(the_round, someone(Role.SCRUTINY), WORDS[0])
    with pytest.raises(Refusal) as refused:
        lock_ballot(the_round.id, sha256=sha256, by=someone(Role.APPROVER))
    assert refused.value.code == "lock_changed"
