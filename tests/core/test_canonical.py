"""The same thing always has the same bytes, and its fingerprint survives being read aloud."""

import hashlib
import re
from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.canonical import (
    CONSONANTS,
    NotCanonical,
    canonical,
    digest,
    hex_groups,
    joined,
    keyed,
    parse,
    words,
)
from pb.core.checking.forms import Wrong, digest_from

whole = st.integers(-(2**53) + 1, 2**53 - 1)
things = st.recursive(
    st.none() | st.booleans() | whole | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(things)
def test_what_is_written_reads_back_as_it_was(thing: object) -> None:
    assert parse(canonical(thing)) == thing  # type: ignore[arg-type]


@given(st.dictionaries(st.text(), whole, max_size=6))
def test_the_order_in_which_a_dict_was_filled_does_not_matter(thing: dict[str, int]) -> None:
    backwards = dict(reversed(thing.items()))
    assert digest(thing) == digest(backwards)


def test_keys_are_sorted_by_utf_16_code_units_as_in_the_example_of_rfc_8785() -> None:
    example = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    written = canonical(example).decode()
    assert [int(part.rpartition(":")[2]) for part in written.strip("{}").split(",")] == [2, 4, 6, 7, 1, 5, 3]


def test_control_characters_are_written_as_rfc_8785_says_and_nothing_else_is() -> None:
    text = '\u20ac$\u000f\nA\'B"\\\\"/\u007f\u2028'
    assert canonical(text) == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u007f\u2028"'.encode()


def test_nothing_stands_between_the_parts() -> None:
    assert canonical({"b": [1, True, None], "a": {}}) == b'{"a":{},"b":[1,true,null]}'


class Colour(IntEnum):
    RED = 3


def test_a_number_that_has_a_name_is_written_as_a_number() -> None:
    assert canonical([Colour.RED]) == b"[3]"


@pytest.mark.parametrize(
    "thing", [1.5, float("nan"), 2**53, -(2**53), {1: 2}, {"a": {2}}, b"bytes", "\ud800", {"\ud800": 1}]
)
def test_a_thing_with_no_exact_form_is_refused(thing: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(thing)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b"1.0",
        b"NaN",
        b'"\xff"',
        b"1e3",
        b'"\\u0041"',
        b"[" * 100_000,
    ],
)
def test_bytes_that_are_not_canonical_are_refused_even_if_they_mean_something(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse(data)


def test_a_digest_is_sha_256_of_the_canonical_form() -> None:
    assert digest({"b": 1, "a": "x"}) == hashlib.sha256(b'{"a":"x","b":1}').hexdigest()


def test_parts_cannot_run_into_each_other() -> None:
    assert joined(7, "AB") == b"7|AB"
    assert joined("a", "b") != joined("ab", "")
    with pytest.raises(ValueError):
        joined("a|b", "c")


def test_a_keyed_digest_is_the_hmac_of_rfc_4231() -> None:
    key = bytes.fromhex("aa" * 131)
    expected = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    assert keyed(key, "Test Using Larger Than Block-Size Key - Hash Key First").hex() == expected


def test_a_digest_is_not_keyed_with_a_short_key() -> None:
    with pytest.raises(ValueError):
        keyed(bytes(31), "a")


EMPTY = hashlib.sha256(b"").hexdigest()


def test_a_fingerprint_is_always_the_same_eight_words() -> None:
    spoken = "woshatuhi ronzildrildru ralzelzuton runkayshunfru frinsulhewu kurelrohil suranrundrel monjishonjan"
    assert words(EMPTY) == spoken
    assert words("00" * 32).split() == ["chachachacha"] * 8
    assert words("ff" * 32).split() == ["zayzayzayzay"] * 8


@given(digests)
def test_words_and_figures_read_back_to_the_same_digest(sha256: str) -> None:
    assert digest_from(words(sha256)) == sha256
    assert digest_from(hex_groups(sha256)) == sha256


@given(digests)
def test_words_read_back_wherever_the_reader_pauses_and_however_they_are_written(sha256: str) -> None:
    spoken = words(sha256)
    assert digest_from(spoken.replace(" ", "").upper()) == sha256
    assert digest_from(", ".join(spoken.title().split()) + ".") == sha256


@given(digests, digests)
def test_two_digests_never_share_their_words(one: str, other: str) -> None:
    assert (words(one) == words(other)) == (one == other)


def test_words_are_never_taken_for_figures() -> None:
    assert all(re.search("[^0-9a-f]", start) for start in CONSONANTS)


def test_figures_stand_in_sixteen_groups_of_four() -> None:
    assert hex_groups(EMPTY).split()[:2] == ["e3b0", "c442"]
    assert {len(group) for group in hex_groups(EMPTY).split()} == {4}
    assert len(hex_groups(EMPTY).split()) == 16


@pytest.mark.parametrize("text", ["", "hello", words(EMPTY)[:-3], words(EMPTY) + " ga", EMPTY[:-1], "x" * 80])
def test_words_that_are_no_fingerprint_are_refused(text: str) -> None:
    with pytest.raises(Wrong):
        digest_from(text)


@pytest.mark.parametrize("text", ["abc", EMPTY[:-2], EMPTY + "00"])
def test_only_a_whole_digest_has_words(text: str) -> None:
    with pytest.raises(ValueError):
        words(text)
