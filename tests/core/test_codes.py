"""Codes can be typed by anyone and no slip of the finger opens another person's slot."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.codes import (
    ALPHABET,
    CODE_LENGTH,
    make_code,
    print_form,
    read_checked,
    read_code,
    slot,
    symbols,
    with_check,
)
from pb.core.errors import Refusal

KEY = bytes(range(32))
CODE = make_code(bytes.fromhex("0123456789abcdef0011"))
random_bytes = st.binary(min_size=10, max_size=10)


def refusal_of(text: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_code(text)
    return caught.value


def test_a_code_has_sixteen_characters_of_eighty_bits_and_a_check_character() -> None:
    assert make_code(bytes(10)) == "0" * 17
    assert make_code(b"\xff" * 10)[:16] == "Z" * 16
    assert CODE[:16] == "04HMASW9NF6YY00H"
    assert len(CODE) == CODE_LENGTH


@given(random_bytes, random_bytes)
def test_different_random_bytes_make_different_codes(one: bytes, other: bytes) -> None:
    assert (make_code(one) == make_code(other)) == (one == other)


@pytest.mark.parametrize("size", [0, 9, 11])
def test_a_code_is_never_made_from_too_few_or_too_many_random_bytes(size: int) -> None:
    with pytest.raises(ValueError):
        make_code(bytes(size))


@given(random_bytes)
def test_every_code_reads_back_as_it_was_made_and_as_it_is_printed(random: bytes) -> None:
    code = make_code(random)
    assert read_code(code) == code
    assert read_code(print_form(code).lower()) == code


def test_a_card_shows_four_groups_of_four_and_the_check_character_alone() -> None:
    assert print_form(CODE) == f"04HM ASW9 NF6Y Y00H {CODE[16]}"


@pytest.mark.parametrize(
    "typed",
    [
        "04hm-asw9-nf6y-y00h-{c}",
        "  04HM\u2013ASW9 \u2011 NF6Y\tY00H\n{c} ",
        "o4hm asw9 nf6y yooh {c}",
        "https://elmbridge.gov.uk/c#04HMASW9NF6YY00H{c}",
        "elmbridge.gov.uk/c#04hm-asw9-nf6y-y00h-{c}",
        "\u201c04HM.ASW9.NF6Y.Y00H.{c}\u201d",
        "\uff10\uff14HMASW9NF6YY00H{c}",
        "04HM\u200bASW9\u00a0NF6Y\ufeffY00H{c}",
    ],
)
def test_people_may_type_a_code_as_they_like(typed: str) -> None:
    assert read_code(typed.format(c=CODE[16])) == CODE


def test_letters_that_look_like_figures_are_read_as_figures() -> None:
    code = with_check("1" * 16)
    assert read_code("iIlL" * 4 + code[16]) == code


def test_no_single_wrong_character_goes_unseen() -> None:
    for place, character in itertools.product(range(CODE_LENGTH), ALPHABET):
        wrong = CODE[:place] + character + CODE[place + 1 :]
        if wrong != CODE:
            assert refusal_of(wrong).code == "code_check"


def test_no_swap_of_two_characters_goes_unseen_wherever_they_stand_and_whatever_they_are() -> None:
    for one, other in itertools.combinations(range(CODE_LENGTH), 2):
        for low, high in itertools.combinations(ALPHABET, 2):
            swapped, straight = ["0"] * CODE_LENGTH, ["0"] * CODE_LENGTH
            straight[one], straight[other] = low, high
            swapped[one], swapped[other] = high, low
            # The check is linear, so it must tell these two apart for it to tell every such swap apart.
            assert _syndrome(straight) != _syndrome(swapped)


def _syndrome(characters: list[str]) -> int:
    check = with_check("".join(characters[:-1]))[-1]
    return ALPHABET.index(check) ^ ALPHABET.index(characters[-1])


@given(random_bytes, st.integers(0, CODE_LENGTH - 1), st.integers(0, CODE_LENGTH - 1))
def test_a_swap_in_any_code_is_refused(random: bytes, one: int, other: int) -> None:
    code = list(make_code(random))
    swapped = list(code)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    if swapped != code:
        assert refusal_of("".join(swapped)).code == "code_check"


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("", "code_missing", "Enter the code."),
        (" - ", "code_missing", "Enter the code."),
        ("https://elmbridge.gov.uk/c#", "code_missing", "Enter the code."),
        (CODE[:-1], "code_too_short", "One character is missing. The code has 17 characters."),
        (CODE[:5], "code_too_short", "12 characters are missing. The code has 17 characters."),
        (CODE + "7", "code_too_long", "There is one character too many. The code has 17 characters."),
        (CODE + "789", "code_too_long", "There are 3 characters too many. The code has 17 characters."),
    ],
)
def test_a_wrong_code_is_refused_with_words_that_help(typed: str, code: str, words: str) -> None:
    refusal = refusal_of(typed)
    assert (refusal.code, str(refusal), refusal.field, refusal.status) == (code, words, "code", 422)


def test_characters_that_no_code_has_are_named() -> None:
    refusal = refusal_of("04HM ASW9 NU6Y Y00! 0")
    assert refusal.code == "code_characters"
    assert str(refusal).endswith("Look again at: ! U")


@given(st.text(max_size=60))
def test_whatever_is_typed_is_either_read_or_refused_in_words(text: str) -> None:
    try:
        answer = read_code(text)
    except Refusal as refusal:
        answer = str(refusal)
    assert len(answer) == CODE_LENGTH or ("code" in answer and "%(" not in answer)


def test_a_slot_belongs_to_one_round_one_code_and_one_key() -> None:
    slots = {
        slot(KEY, 7, CODE),
        slot(KEY, 8, CODE),
        slot(KEY, 7, make_code(bytes(10))),
        slot(bytes(32), 7, CODE),
    }
    assert len(slots) == 4
    assert all(len(each) == 32 for each in slots)
    assert slot(KEY, 7, CODE) == slot(KEY, "7", CODE)


def test_a_short_key_makes_no_slot() -> None:
    with pytest.raises(ValueError):
        slot(b"short", 7, CODE)


def test_symbols_take_the_leading_bits_and_never_invent_any() -> None:
    assert symbols(b"\xf8\x00", 3) == "Z00"
    with pytest.raises(ValueError):
        symbols(b"\xff", 2)


def test_other_lengths_carry_the_same_check() -> None:
    checked = with_check("AB3D")
    assert read_checked(checked.lower(), 5) == checked
