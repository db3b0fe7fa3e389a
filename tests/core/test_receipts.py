"""A receipt is the same for the same form, tells nothing of the choices, and can be typed back."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb.core.codes import ALPHABET, print_form
from pb.core.errors import Refusal
from pb.core.receipts import (
    make_nonce,
    make_receipt,
    make_retry_tag,
    read_browser_part,
    read_nonce,
    read_receipt,
)

KEY = bytes(range(32))
NONCE = make_nonce(bytes(range(24)))
RECEIPT = make_receipt(KEY, 7, NONCE, "browser")
nonces = st.binary(min_size=24, max_size=24).map(make_nonce)


def test_a_receipt_is_sixty_bits_of_the_promised_hmac_and_a_check_character() -> None:
    mac = hmac.new(KEY, f"7|{NONCE}|browser".encode(), hashlib.sha256).digest()
    bits = f"{int.from_bytes(mac, 'big'):0256b}"[:60]
    expected = "".join(ALPHABET[int(bits[at : at + 5], 2)] for at in range(0, 60, 5))
    assert RECEIPT[:12] == expected
    assert len(RECEIPT) == 13


def test_a_form_sent_again_gets_the_same_receipt_and_the_same_tag() -> None:
    assert make_receipt(KEY, 7, NONCE, "browser") == RECEIPT
    assert make_retry_tag(KEY, NONCE, "browser") == make_retry_tag(KEY, NONCE, "browser")


def test_another_round_form_browser_or_key_gives_another_receipt() -> None:
    other = make_nonce(bytes(24))
    receipts = {
        RECEIPT,
        make_receipt(KEY, 8, NONCE, "browser"),
        make_receipt(KEY, 7, other, "browser"),
        make_receipt(KEY, 7, NONCE),
        make_receipt(bytes(32), 7, NONCE, "browser"),
    }
    assert len(receipts) == 5


def test_the_stored_tag_is_the_promised_hmac_and_not_the_receipt() -> None:
    tag = make_retry_tag(KEY, NONCE, "b")
    assert tag == hmac.new(KEY, f"{NONCE}|b".encode(), hashlib.sha256).digest()
    assert make_retry_tag(KEY, NONCE, "") != tag
    assert make_retry_tag(bytes(32), NONCE, "b") != tag


@given(nonces)
def test_every_receipt_can_be_typed_back_from_the_page(nonce: str) -> None:
    receipt = make_receipt(KEY, 1, nonce)
    assert read_receipt(print_form(receipt).lower()) == receipt


def test_a_page_shows_a_receipt_in_groups_of_four() -> None:
    assert [len(group) for group in print_form(RECEIPT).split()] == [4, 4, 4, 1]


@pytest.mark.parametrize("typed", ["ABC", RECEIPT + "0", RECEIPT[:-1], "!" * 13, RECEIPT[:-1] + "U"])
def test_something_else_is_refused_kindly_with_the_length_of_a_receipt(typed: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_receipt(typed)
    assert (caught.value.code, caught.value.field) == ("receipt_not_right", "receipt")
    assert "13 letters and numbers" in str(caught.value)


def test_an_empty_search_asks_for_the_receipt() -> None:
    with pytest.raises(Refusal, match=r"Enter the receipt\."):
        read_receipt("  ")


@given(nonces)
def test_every_nonce_that_a_form_carried_is_read_back(nonce: str) -> None:
    assert read_nonce(nonce) == nonce


@pytest.mark.parametrize(
    "text", ["", NONCE[:-1], NONCE + "a", NONCE[:-1] + "|", NONCE[:-1] + "\n", " " + NONCE, "\u0660" * 32]
)
def test_a_nonce_that_is_not_ours_asks_for_the_page_to_be_opened_again(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_nonce(text)
    assert (caught.value.code, caught.value.status) == ("form_out_of_date", 422)
    assert "Nothing was recorded" in str(caught.value)


def test_the_browser_part_may_be_empty_without_javascript() -> None:
    assert read_browser_part("") == ""
    assert read_browser_part("aZ09_-") == "aZ09_-"


@pytest.mark.parametrize("text", ["a" * 65, "a|b", "a b", "\u00e9"])
def test_a_browser_part_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        read_browser_part(text)


@pytest.mark.parametrize("size", [23, 25])
def test_a_nonce_is_made_from_exactly_24_random_bytes(size: int) -> None:
    with pytest.raises(ValueError):
        make_nonce(bytes(size))
