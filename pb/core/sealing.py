"""Sealed envelopes, format `pb-envelope-1`: what the server or a kiosk seals and only the opened box may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from pb.core.canonical import Json, NotCanonical, canonical, joined, parse

FORMAT = "pb-envelope-1"
KEY_BYTES = 32

#: The encapsulated key (32 bytes) before the ciphertext and the tag of AES-GCM (16 bytes) after it.
SEAL_BYTES = 48
_LENGTH_BYTES = 4
_STEP = 256
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

#: One section's choices: a list of project keys, or a score or a number of points for each.
Choices: TypeAlias = Sequence[Json] | Mapping[str, Json]


class EnvelopeInvalid(Exception):
    """An envelope that cannot be counted. `reason` is one of `size`, `seal`, `padding`, `content`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the envelope is not valid: {reason}")


@dataclass(frozen=True)
class RoundKey:
    """A round's key pair, raw bytes. The private half is never stored as it is."""

    private: bytes
    public: bytes

    def __repr__(self) -> str:
        """The public half only, so that no log or traceback shows the private one."""
        return f"RoundKey(public={self.public.hex()})"


@dataclass(frozen=True)
class PaperContent:
    """What lies in an envelope: the choices of each pot's section, the receipt and the ballot's version.

    A pot that is not named, or has no choices, is an abstention there.
    """

    sections: Mapping[str, Choices]
    receipt: str
    version: int


def new_round_key(random: bytes) -> RoundKey:
    """A key pair from 32 random bytes. Raises ValueError for more or fewer."""
    private = X25519PrivateKey.from_private_bytes(random)
    return RoundKey(private.private_bytes_raw(), private.public_key().public_bytes_raw())


def public_of(private_key: bytes) -> bytes:
    """The public half of a private key, 32 bytes, to check that a key that came back is the round's own."""
    return new_round_key(private_key).public


def envelope_size(largest_content: int) -> int:
    """The one size in bytes of all the envelopes of a round whose largest paper has so many bytes.

    It is the paper, its length and what sealing adds, rounded up to 256, so that no size tells a choice.
    """
    needed = largest_content + _LENGTH_BYTES + SEAL_BYTES
    return -(-needed // _STEP) * _STEP


def seal(public_key: bytes, round_id: int | str, version: int, envelope_id: str, content: bytes, size: int) -> bytes:
    """Seal `content` to the round's public key: exactly `size` bytes, whatever the content.

    RFC 9180 HPKE, base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. The key that HPKE makes for
    each envelope comes from the library's own random source, the one exception to core's rule. `info` binds the
    envelope to its round, ballot version and id, so that a copy under another of these does not open. Inside:
    four bytes of length (big-endian), the content, zeros.

    Raises ValueError for a content that does not fit, which a frozen ballot's `envelope_size` rules out.
    """
    return seal_padded(public_key, _info(round_id, version, envelope_id), content, size)


def seal_padded(public_key: bytes, info: bytes, content: bytes, size: int) -> bytes:
    """Seal any content to a public key under an `info` of one's own. Raises ValueError for one that does not fit."""
    room = size - SEAL_BYTES - _LENGTH_BYTES
    if len(content) > room:
        raise ValueError(f"the content has {len(content)} bytes, the envelope has room for {room}")
    padded = len(content).to_bytes(_LENGTH_BYTES, "big") + content.ljust(room, b"\0")
    return _SUITE.encrypt(padded, _read_key(public_key), info=info)


@lru_cache(maxsize=64)
def _read_key(public_key: bytes) -> X25519PublicKey:
    """A public key as the library holds it; every envelope of a round is sealed to the same one."""
    return X25519PublicKey.from_public_bytes(public_key)


def open_envelope(
    private_key: bytes, round_id: int | str, version: int, envelope_id: str, sealed: bytes, size: int
) -> bytes:
    """The content of a sealed envelope of `size` bytes. Raises EnvelopeInvalid (`size`, `seal`, `padding`)."""
    return open_padded(private_key, _info(round_id, version, envelope_id), sealed, size)


def open_padded(private_key: bytes, info: bytes, sealed: bytes, size: int) -> bytes:
    """What `seal_padded` sealed. Raises EnvelopeInvalid (`size`, `seal`, `padding`)."""
    if len(sealed) != size:
        raise EnvelopeInvalid("size")
    key = X25519PrivateKey.from_private_bytes(private_key)
    try:
        padded = _SUITE.decrypt(sealed, key, info=info)
    except (InvalidTag, ValueError) as error:
        raise EnvelopeInvalid("seal") from error
    return _without_padding(padded)


def pack(paper: PaperContent) -> bytes:
    """A paper as canonical JSON, the content of an envelope. Raises EnvelopeInvalid (`content`) for a wrong shape."""
    content: dict[str, Json] = {
        "receipt": paper.receipt,
        "sections": dict(paper.sections),
        "version": paper.version,
    }
    try:
        packed = canonical(content)
    except NotCanonical as error:
        raise EnvelopeInvalid("content") from error
    _refuse_shape(content)
    return packed


def unpack(content: bytes) -> PaperContent:
    """The paper that `pack` wrote. Raises EnvelopeInvalid (`content`) for anything else.

    Whether the choices are a valid ballot under the round's rules is not asked here.
    """
    try:
        found = parse(content)
    except NotCanonical as error:
        raise EnvelopeInvalid("content") from error
    _refuse_shape(found)
    return PaperContent(found["sections"], found["receipt"], found["version"])


def _info(round_id: int | str, version: int, envelope_id: str) -> bytes:
    return joined(FORMAT, round_id, version, envelope_id)


def _without_padding(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    content, padding = padded[_LENGTH_BYTES:][:length], padded[_LENGTH_BYTES:][length:]
    if len(padded) < _LENGTH_BYTES or len(content) != length or padding.strip(b"\0"):
        raise EnvelopeInvalid("padding")
    return content


def _refuse_shape(found: Any) -> None:
    if not isinstance(found, dict) or found.keys() != {"receipt", "sections", "version"}:
        raise EnvelopeInvalid("content")
    sections, receipt, version = found["sections"], found["receipt"], found["version"]
    sound = isinstance(receipt, str) and isinstance(version, int) and not isinstance(version, bool) and version > 0
    if not sound or not isinstance(sections, dict):
        raise EnvelopeInvalid("content")
    if not all(isinstance(choices, list | tuple | Mapping) for choices in sections.values()):
        raise EnvelopeInvalid("content")
