"""What a kiosk sends: signed items, each a sealed ballot beside a sealed claim, and whether one came in time."""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from pb.core.canonical import NotCanonical, joined, parse
from pb.core.eligibility import Declaration
from pb.core.equations import Equation, Term
from pb.core.errors import Refusal
from pb.core.receipts import read_nonce
from pb.core.sealing import EnvelopeInvalid, open_padded
from pb.core.words import N_

ITEM_FORMAT = "pb-kiosk-item-1"
UPLOAD_FORMAT = "pb-kiosk-upload-1"
CLAIM_FORMAT = "pb-kiosk-claim-1"
ENROL_FORMAT = "pb-kiosk-enrol-1"

#: Every sealed claim has this size, whatever was declared.
CLAIM_SIZE = 1024
MOST_ITEMS = 25
#: A number that no tablet reaches by honest use.
HIGHEST_SEQ = 10_000_000
PUBLIC_KEY_BYTES = 65
SIGNATURE_BYTES = 64
_COORDINATE = 32
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Item:
    """One ballot as a kiosk sends it. `seq` counts the ballots of the device; no item holds a time."""

    id: str
    version: int
    seq: int
    nonce: str
    sealed: bytes
    claim: bytes
    signature: bytes

    def signed(self, kiosk_id: int) -> bytes:
        """What the device signed of it."""
        digests = hashlib.sha256(self.sealed).hexdigest(), hashlib.sha256(self.claim).hexdigest()
        return joined(ITEM_FORMAT, kiosk_id, self.id, self.version, self.seq, self.nonce, *digests)


@dataclass(frozen=True)
class Upload:
    """What a kiosk sends at once: up to 25 items, how many wait beside them, and how many ballots it ever made."""

    items: tuple[Item, ...]
    waiting: int
    made: int
    signature: bytes

    def signed(self, kiosk_id: int) -> bytes:
        """What the device signed of the whole."""
        return joined(UPLOAD_FORMAT, kiosk_id, self.waiting, self.made, *sorted(item.id for item in self.items))


@dataclass(frozen=True)
class OfflineClaim:
    """A claim as it was sealed beside a ballot: the code, what the voter declared, and the ward of the paper."""

    code: str
    declaration: Declaration | None
    area_id: int | None


def read_upload(data: Any) -> Upload:
    """An upload from its JSON. Raises Refusal `upload_unreadable`, 422, for anything of another shape."""
    try:
        items = tuple(read_item(each) for each in data["items"])
        upload = Upload(items, _number(data["waiting"]), _number(data["made"]), _bytes(data["signature"]))
    except (KeyError, TypeError, ValueError, Refusal) as error:
        raise _unreadable() from error
    if len(items) > MOST_ITEMS or len({item.id for item in items}) != len(items):
        raise _unreadable()
    return upload


def read_item(data: Mapping[str, Any]) -> Item:
    """One item from its JSON. Raises KeyError, TypeError, ValueError or Refusal for anything of another shape."""
    if not _UUID4.fullmatch(data["id"]):
        raise ValueError("the id of an item is a random one")
    return Item(
        data["id"],
        _number(data["version"]),
        _number(data["seq"]),
        read_nonce(data["nonce"]),
        _bytes(data["sealed"]),
        _bytes(data["claim"]),
        _bytes(data["signature"]),
    )


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= HIGHEST_SEQ:
        raise ValueError("not a number that a kiosk sends")
    return value


def _bytes(value: str) -> bytes:
    try:
        return b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("not base 64") from error


def _unreadable() -> Refusal:
    return Refusal("upload_unreadable", N_("What the tablet sent could not be read."), status=422)


def read_public_key(text: str) -> bytes:
    """A device's public key (P-256, uncompressed, base 64). Raises Refusal `key_unreadable`, 422."""
    try:
        key = _bytes(text)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    except (TypeError, ValueError) as error:
        raise Refusal("key_unreadable", N_("This tablet’s key could not be read."), status=422) from error
    return key


def is_signed(public_key: bytes, content: bytes, signature: bytes) -> bool:
    """Whether the device whose key this is signed the content: ECDSA, P-256, SHA-256, two numbers of 32 bytes."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
    numbers = (int.from_bytes(part, "big") for part in (signature[:_COORDINATE], signature[_COORDINATE:]))
    try:
        key.verify(encode_dss_signature(*numbers), content, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def open_claim(private_key: bytes, kiosk_id: int, item: Item) -> OfflineClaim:
    """The claim that was sealed to the server's online key. Raises Refusal `claim_unreadable`."""
    info = joined(CLAIM_FORMAT, kiosk_id, item.id)
    try:
        content = parse(open_padded(private_key, info, item.claim, CLAIM_SIZE))
        said = content["declaration"]
        declaration = Declaration(**said) if said is not None else None
        claim = OfflineClaim(content["code"], declaration, content["area"])
    except (EnvelopeInvalid, NotCanonical, KeyError, TypeError) as error:
        raise _claim_unreadable() from error
    if not _is_sound(claim):
        raise _claim_unreadable()
    return claim


def _is_sound(claim: OfflineClaim) -> bool:
    said = claim.declaration
    texts = [claim.code] + ([said.name, said.postcode, said.link, said.place_postcode] if said else [])
    numbers = [claim.area_id] + ([said.year_of_birth] if said else [])
    return (
        all(isinstance(text, str) for text in texts)
        and all(number is None or (isinstance(number, int) and not isinstance(number, bool)) for number in numbers)
        and (said is None or isinstance(said.declared, bool))
    )


def _claim_unreadable() -> Refusal:
    return Refusal("claim_unreadable", N_("The code that came with this ballot could not be read."))


@dataclass(frozen=True)
class Closing:
    """What decides whether an item came in time: the vote's times, and the number and time at which a kiosk closed.

    `grace` is how long after the close what was cast before it may still come.
    """

    opens: datetime | None
    closes: datetime | None
    closing_seq: int | None
    closed_at: datetime | None
    grace: timedelta


def why_late(closing: Closing, seq: int, now: datetime) -> str:
    """Why an item waits for two officers: `before_opening`, `after_closing`, `after_grace`; empty where it is in time.

    Only the server's clock is asked. What comes after the close of the vote counts by the number at which the kiosk
    was closed; without such a number nobody knows when it was cast.
    """
    if closing.opens is None or closing.closes is None or now < closing.opens:
        return "before_opening"
    if closing.closing_seq is None:
        return "after_closing" if now >= closing.closes else ""
    if seq > closing.closing_seq:
        return "after_closing"
    ended = min(closing.closes, closing.closed_at or closing.closes)
    return "after_grace" if now >= ended + closing.grace else ""


def made_after(seq: int, told_made: int, told_at: datetime | None) -> datetime | None:
    """The moment after which an item was made: what a kiosk had not made yet when it last told how many it had.

    None where nobody can know: it had told nothing, or that it had made this one. Only the server's clock is asked.
    """
    return told_at if seq > told_made else None


@dataclass(frozen=True)
class KioskNumbers:
    """What a kiosk made, and what became of it. `waiting` is what it told last that it still holds."""

    name: str
    made: int
    waiting: int
    accepted: int
    held: int
    duplicate: int
    rejected: int
    quarantined: int

    @property
    def received(self) -> int:
        """All its items that came in."""
        return self.accepted + self.held + self.duplicate + self.rejected + self.quarantined


def kiosk_equations(kiosks: tuple[KioskNumbers, ...]) -> Iterator[Equation]:
    """For each kiosk: every ballot that it made came in, and every one that came in is accounted for."""
    for each in kiosks:
        yield Equation(
            "kiosk",
            N_("Every ballot made on a kiosk came in once, and went into the box or was turned down with a reason."),
            Term(N_("made on “%(kiosk)s”"), each.made, {"kiosk": each.name}),
            (
                Term(N_("accepted"), each.accepted),
                Term(N_("held for the duplicates desk when they came"), each.held),
                Term(N_("with a code that was used already"), each.duplicate),
                Term(N_("turned down"), each.rejected),
                Term(N_("too late, not decided yet"), each.quarantined),
                Term(N_("still on the tablet"), each.waiting),
            ),
        )
