"""Any two of three key holders bring back the round's key; one alone, whoever it is, does not."""

import dataclasses
import itertools
import json

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from pb.core.errors import Refusal, Refusals
from pb.core.keyholders import (
    HolderKey,
    WrappedCopy,
    copy_for,
    make_holder_key,
    opener,
    passphrase_faults,
    seal_for,
    unwrap,
    wrap_for_pairs,
)
from pb.core.passwords import Cost
from pb.core.sealing import new_round_key, open_envelope, seal

CHEAP = Cost(passes=1, memory_kib=64, lanes=1)
ROUND = new_round_key(b"r" * 32)
PASSPHRASES = {
    "ada": "kettle river copper nine",
    "bea": "lantern oats bicycle moss",
    "cyd": "harbour thimble echo pear",
}


def holder_key(name: str, round_id: int = 7, seed: int = 0) -> HolderKey:
    random = bytes([seed + ord(name[0])]) * 60
    return make_holder_key(name, round_id, PASSPHRASES[name], random, CHEAP)


KEYS = {name: holder_key(name) for name in PASSPHRASES}
COPIES = wrap_for_pairs(7, ROUND.private, list(KEYS.values()))
PAIRS = list(itertools.permutations(PASSPHRASES, 2))


def opened(copy: WrappedCopy, one: str, other: str, **passphrases: str) -> bytes:
    said = PASSPHRASES | passphrases
    return unwrap(copy, 7, (KEYS[one], said[one]), (KEYS[other], said[other]))


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_each_pair_opens_its_copy_in_any_order(one: str, other: str) -> None:
    assert opened(copy_for(COPIES, one, other), one, other) == ROUND.private


def test_the_key_that_comes_back_opens_the_rounds_envelopes() -> None:
    envelope = seal(ROUND.public, 7, 1, "id", b"paper", 256)
    private = opened(copy_for(COPIES, "ada", "cyd"), "ada", "cyd")
    assert open_envelope(private, 7, 1, "id", envelope, 256) == b"paper"


def test_there_is_one_copy_for_each_pair_and_no_more() -> None:
    assert [(copy.first, copy.second) for copy in COPIES] == [("ada", "bea"), ("ada", "cyd"), ("bea", "cyd")]


@pytest.mark.parametrize("name", PASSPHRASES)
def test_one_holder_alone_opens_no_copy_with_any_key_they_can_reach(name: str) -> None:
    from pb.core.keyholders import _SUITE, _copy_binding

    private = X25519PrivateKey.from_private_bytes(bytes([ord(name[0])]) * 32)
    for copy in COPIES:
        found = copy.sealed
        for layer in ("outer", "inner"):
            try:
                found = _SUITE.decrypt(found, private, info=_copy_binding(copy, layer))
            except InvalidTag:
                break
        assert found != ROUND.private
        assert ROUND.private not in found


@pytest.mark.parametrize("name", PASSPHRASES)
def test_the_same_person_twice_is_refused(name: str) -> None:
    for copy in COPIES:
        with pytest.raises(Refusal) as caught:
            opened(copy, name, name)
        assert caught.value.code == "key_holder_twice"
    with pytest.raises(Refusal, match="Two different"):
        copy_for(COPIES, name, name)


def test_the_third_holder_cannot_stand_in_for_one_of_a_pair() -> None:
    for copy in COPIES:
        third = ({*PASSPHRASES} - {copy.first, copy.second}).pop()
        with pytest.raises(Refusal) as caught:
            opened(copy, copy.first, third)
        assert caught.value.code == "key_copy_of_others"


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_wrong_passphrase_is_refused_and_says_whose(one: str, other: str) -> None:
    with pytest.raises(Refusal) as caught:
        opened(copy_for(COPIES, one, other), one, other, **{other: "kettle river copper ten"})
    assert caught.value.code == "wrong_passphrase"
    assert caught.value.fault.params["holder"] == other


def test_a_passphrase_is_the_same_however_wide_its_spaces_but_capitals_count() -> None:
    copy = copy_for(COPIES, "ada", "bea")
    assert opened(copy, "ada", "bea", ada="  kettle  river\tcopper nine ") == ROUND.private
    with pytest.raises(Refusal):
        opened(copy, "ada", "bea", ada="Kettle river copper nine")


def test_a_copy_of_another_round_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        unwrap(COPIES[0], 8, (KEYS["ada"], PASSPHRASES["ada"]), (KEYS["bea"], PASSPHRASES["bea"]))
    assert caught.value.code == "key_copy_of_others"


def test_a_copy_relabelled_as_another_rounds_or_pairs_does_not_open() -> None:
    relabelled = dataclasses.replace(COPIES[0], round_id="8")
    theirs = [(dataclasses.replace(KEYS[name], round_id="8"), PASSPHRASES[name]) for name in ("ada", "bea")]
    with pytest.raises(Refusal) as caught:
        unwrap(relabelled, 8, *theirs)
    assert caught.value.code == "wrong_passphrase"
    swapped = dataclasses.replace(COPIES[0], first="bea", second="ada")
    with pytest.raises(Refusal) as caught:
        opened(swapped, "ada", "bea")
    assert caught.value.code == "key_copy_damaged"


def test_a_copy_sealed_for_another_round_by_the_same_people_does_not_open_under_this_rounds_name() -> None:
    keys = [holder_key(name, round_id=8) for name in PASSPHRASES]
    copy = wrap_for_pairs(8, b"s" * 32, keys)[0]
    with pytest.raises(Refusal) as caught:
        opened(dataclasses.replace(copy, round_id="7"), "ada", "bea")
    assert caught.value.code == "key_copy_damaged"


@given(st.integers(0, len(COPIES[0].sealed) * 8 - 1))
def test_a_copy_with_one_bit_changed_is_said_to_be_damaged(bit: int) -> None:
    sealed = bytearray(COPIES[0].sealed)
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Refusal) as caught:
        opened(dataclasses.replace(COPIES[0], sealed=bytes(sealed)), "ada", "bea")
    assert caught.value.code == "key_copy_damaged"


def test_a_cut_copy_is_said_to_be_damaged() -> None:
    with pytest.raises(Refusal, match="damaged"):
        opened(dataclasses.replace(COPIES[0], sealed=b"short"), "ada", "bea")


@pytest.mark.parametrize(
    "holders",
    [
        [KEYS["ada"], KEYS["bea"]],
        [KEYS["ada"], KEYS["bea"], KEYS["ada"]],
        [KEYS["ada"], KEYS["bea"], dataclasses.replace(KEYS["ada"], holder="dot")],
        [KEYS["ada"], KEYS["bea"], holder_key("cyd", round_id=8)],
        [],
    ],
)
def test_a_round_has_three_different_holders_with_keys_of_its_own(holders: list[HolderKey]) -> None:
    with pytest.raises(Refusal) as caught:
        wrap_for_pairs(7, ROUND.private, holders)
    assert caught.value.code == "key_holders_three"


def test_two_people_without_a_copy_together_are_told_so() -> None:
    with pytest.raises(Refusal) as caught:
        copy_for(COPIES[:1], "bea", "cyd")
    assert caught.value.code == "key_copy_of_others"


def test_keys_and_copies_survive_being_stored() -> None:
    stored = json.dumps([[key.to_json() for key in KEYS.values()], [copy.to_json() for copy in COPIES]])
    keys, copies = json.loads(stored)
    assert [HolderKey.from_json(key) for key in keys] == list(KEYS.values())
    assert [WrappedCopy.from_json(copy) for copy in copies] == COPIES


def test_nothing_that_is_stored_shows_a_private_key_or_a_passphrase() -> None:
    stored = json.dumps([[key.to_json() for key in KEYS.values()], [copy.to_json() for copy in COPIES]])
    secrets = [ROUND.private.hex(), *(bytes([ord(name[0])] * 32).hex() for name in PASSPHRASES), *PASSPHRASES.values()]
    assert not any(secret in stored for secret in secrets)


def test_a_stored_key_cannot_ask_for_all_the_memory_there_is() -> None:
    stored = KEYS["ada"].to_json() | {"argon2id": [1, 2**31, 1]}
    with pytest.raises(ValueError):
        HolderKey.from_json(stored)


def test_a_key_is_made_at_the_standard_cost_unless_it_is_told_otherwise() -> None:
    assert make_holder_key("ada", 7, PASSPHRASES["ada"], bytes(60)).cost == Cost()


@pytest.mark.parametrize("size", [59, 61])
def test_a_holders_key_is_made_from_exactly_60_random_bytes(size: int) -> None:
    with pytest.raises(ValueError):
        make_holder_key("ada", 7, PASSPHRASES["ada"], bytes(size), CHEAP)


@pytest.mark.parametrize("passphrase", [*PASSPHRASES.values(), "tR9wq-Lm2xv-8Kzpd-Qa4", "afon mynydd llyfr cwch bara"])
def test_words_that_are_long_enough_will_do_without_figures_or_signs(passphrase: str) -> None:
    assert passphrase_faults(passphrase) == []


@pytest.mark.parametrize(
    "passphrase",
    [
        "",
        "short",
        "one two three four",
        "three long wordswords",
        "apple apple apple apple",
        "a" * 30,
        "a b c d e f g h        ",
    ],
)
def test_a_weak_passphrase_makes_no_key_and_is_answered_with_advice(passphrase: str) -> None:
    with pytest.raises(Refusals) as caught:
        make_holder_key("ada", 7, passphrase, bytes(60), CHEAP)
    assert caught.value.code == "passphrase_weak"
    assert str(caught.value).startswith("Use at least 4 different words and 20 characters")


def test_what_is_sealed_for_a_holder_opens_with_their_passphrase_and_for_what_it_was_sealed() -> None:
    sealed = seal_for(KEYS["ada"], b"sheet", b"part 1")
    opened = opener(KEYS["ada"], "  kettle river  copper nine")
    assert opened(sealed, b"part 1") == b"sheet"
    with pytest.raises(InvalidTag):
        opened(sealed, b"part 2")
    with pytest.raises(Refusal) as refused:
        opener(KEYS["ada"], PASSPHRASES["bea"])
    assert refused.value.code == "wrong_passphrase"
