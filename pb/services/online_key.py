"""The server's online key: what a kiosk without a network seals for the server alone, and the server opens at once."""

from __future__ import annotations

from pb.core.canonical import keyed
from pb.core.kiosks import Item, OfflineClaim, open_claim
from pb.core.sealing import new_round_key, public_of
from pb.extensions import present

_PURPOSE = "kiosk-online-key"


def online_public_key() -> bytes:
    """The public half, 32 bytes, which every kiosk carries."""
    return public_of(_private())


def claim_of(kiosk_id: int, item: Item) -> OfflineClaim:
    """The claim beside an item's ballot. Raises Refusal `claim_unreadable`."""
    return open_claim(_private(), kiosk_id, item)


def _private() -> bytes:
    """Made from a key of the secrets file: it needs no place of its own there, and never lies in the database."""
    return new_round_key(keyed(present.secrets.field_key, _PURPOSE)).private
