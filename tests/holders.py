"""Rounds whose box three key holders open: helpers of the tests about keys."""

from __future__ import annotations

from itertools import combinations

from pb.core.actors import Actor, Role
from pb.models.rounds import KeyMode, Round
from pb.services.key_holders import appoint_key_holder, choose_passphrase, rehearse_passphrase
from pb.services.locks import ask_lock, lock_ballot
from pb.services.rehearsals import rehearse_opening
from tests.factories import a_checked_round, owner_of, someone
from tests.keeping import kept

WORDS = ("marmalade tractor eleven gulls", "harbour violet seven ladders", "copper thunder biscuit moors")


@kept
def a_round_with_holders() -> tuple[Round, list[tuple[int, str]]]:
    """A round that is ready to lock, its three key holders ready, and their accounts with their passphrases."""
    the_round = a_checked_round(key_mode=KeyMode.HOLDERS, policy="code")
    people = [someone(Role.SCRUTINY), someone(Role.FINANCE), someone(Role.MEMBER)]
    for person, words in zip(people, WORDS, strict=True):
        become_ready(the_round, person, words)
    return the_round, [(person.account_id or 0, words) for person, words in zip(people, WORDS, strict=True)]


def become_ready(the_round: Round, person: Actor, words: str) -> None:
    """Appoint somebody, who chooses a passphrase and tests it."""
    appoint_key_holder(the_round.id, person.account_id or 0, by=owner_of(the_round))
    choose_passphrase(the_round.id, words, by=person)
    rehearse_passphrase(the_round.id, words, by=person)


def locked(the_round: Round) -> Round:
    """The round, locked."""
    return lock_ballot(the_round.id, sha256=ask_lock(the_round.id, by=owner_of(the_round)), by=someone(Role.APPROVER))


def rehearse_pairs(the_round: Round, people: list[tuple[int, str]]) -> Round:
    """The same round, its test ballot opened by each pair of its holders."""
    for pair in combinations(people, 2):
        rehearse_opening(the_round.id, by=owner_of(the_round), passphrases=pair)
    return the_round
