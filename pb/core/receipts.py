"""Inclusion receipts: proof *that* a ballot was counted, never *how* it was cast."""

from __future__ import annotations

import base64
import re

from pb.core.canonical import keyed
from pb.core.codes import read_checked, symbols, with_check
from pb.core.errors import Refusal
from pb.core.words import N_

RECEIPT_LENGTH = 13
NONCE_BYTES = 24
NONCE_LENGTH = 32
LARGEST_BROWSER_PART = 64

_NONCE = re.compile(rf"[A-Za-z0-9_-]{{{NONCE_LENGTH}}}")
_BROWSER_PART = re.compile(rf"[A-Za-z0-9_-]{{0,{LARGEST_BROWSER_PART}}}")


def make_nonce(random: bytes) -> str:
    """The nonce that a ballot's form carries: 32 URL-safe characters from 24 random bytes.

    Raises ValueError for more or fewer bytes.
    """
    if len(random) != NONCE_BYTES:
        raise ValueError(f"a nonce is made from {NONCE_BYTES} random bytes")
    return base64.urlsafe_b64encode(random).decode("ascii")


def read_nonce(text: str) -> str:
    """The nonce that came back with a form. Raises Refusal `form_out_of_date`, 422, if it is none of ours."""
    return _read(_NONCE, text)


def read_browser_part(text: str) -> str:
    """What the browser added to the nonce: up to 64 URL-safe characters, none without JavaScript.

    Raises Refusal `form_out_of_date`, 422, for anything else.
    """
    return _read(_BROWSER_PART, text)


def make_receipt(k_receipt: bytes, round_id: int | str, nonce: str, browser_part: str = "") -> str:
    """A receipt: 12 characters (60 bits) of HMAC-SHA256(K_receipt, round|nonce|browser part), and a check character.

    The same form sent again gives the same receipt, so that nothing readable need be stored. Pages show it by
    `pb.core.codes.print_form`.
    """
    return with_check(symbols(keyed(k_receipt, round_id, nonce, browser_part), RECEIPT_LENGTH - 1))


def make_retry_tag(k_retry: bytes, nonce: str, browser_part: str = "") -> bytes:
    """What an envelope's row stores to know a form that was sent twice: HMAC(K_retry, nonce|browser part), 32 bytes."""
    return keyed(k_retry, nonce, browser_part)


def read_receipt(text: str) -> str:
    """The receipt that a person typed, read as forgivingly as a code.

    Raises Refusal, 422, beside the field `receipt`: `receipt_missing`, `receipt_not_right`.
    """
    if not text.strip():
        raise Refusal("receipt_missing", N_("Enter the receipt."), field="receipt", status=422)
    try:
        return read_checked(text, RECEIPT_LENGTH)
    except Refusal as refusal:
        raise Refusal(
            "receipt_not_right",
            N_(
                "That is not a receipt of this service. A receipt has %(length)s letters and numbers. Look at it again."
            ),
            field="receipt",
            status=422,
            length=RECEIPT_LENGTH,
        ) from refusal


def _read(shape: re.Pattern[str], text: str) -> str:
    if not shape.fullmatch(text):
        raise Refusal(
            "form_out_of_date",
            N_("This page is out of date. Nothing was recorded. Open the ballot again and cast it from there."),
            status=422,
        )
    return text
