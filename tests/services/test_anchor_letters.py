"""What scrutineers hold outside the service: the root of the frozen box, and the fingerprint of each result."""

from __future__ import annotations

import pytest

from pb.core.actors import Role
from pb.core.canonical import words
from pb.services.accounts import account_of
from pb.services.letters import Letter
from pb.services.opening import freeze_box
from pb.services.outbox import opened_messages
from pb.services.packages import package_of
from pb.services.publication import published
from tests.deciding import a_decided_round, released
from tests.factories import a_closed_round, an_officer, someone

pytestmark = pytest.mark.usefixtures("app")


def letters(kind: str) -> list[Letter]:
    return [each.letter for each in opened_messages() if each.kind == kind]


def test_scrutineers_alone_are_told_the_root_of_the_box_before_anybody_opens_it() -> None:
    scrutineer = account_of(someone(Role.SCRUTINY).account_id)
    an_officer()
    the_round = a_closed_round()
    root = freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    (letter,) = letters("box_root")
    assert letter.to == scrutineer.email
    assert root in letter.text
    assert words(root) in letter.text


def test_the_fingerprint_of_a_result_goes_to_scrutineers_with_its_release() -> None:
    scrutineer = account_of(someone(Role.SCRUTINY).account_id)
    the_round, _member = a_decided_round()
    assert letters("result_anchor") == []
    released(the_round)
    (letter,) = letters("result_anchor")
    assert letter.to == scrutineer.email
    anchor = package_of(published(the_round.id)).sha256
    assert anchor in letter.text
    assert words(anchor) in letter.text


def test_a_rehearsed_box_is_frozen_without_a_letter() -> None:
    someone(Role.SCRUTINY)
    the_round = a_closed_round(practice=True)
    freeze_box(the_round.id, by=someone(Role.COUNT_LEAD))
    assert letters("box_root") == []
