"""Backups that nobody reads without the offline key: a fresh key for each file, sealed to it, and numbered pieces."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

MAGIC = b"you-decide-backup-1\n"
KEY_BYTES = 32
#: Bytes of content in one piece.
PIECE = 1024 * 1024

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_LENGTH_BYTES = 4
_LONGEST_HEADER = 65_536
_SEAL_BYTES = 16


class BackupDamaged(Exception):
    """A file that is no backup of ours, was altered, is cut off, or was made for another key."""


def encrypt(content: Iterable[bytes], public_key: bytes, content_key: bytes, facts: dict[str, Any]) -> Iterator[bytes]:
    """The bytes of a backup file: `content` under a fresh 32-byte key, itself sealed to the offline key (HPKE).

    `facts` stand readable at the beginning, bound to every piece. Pieces are numbered and the last one is marked, so
    that none can be left out, moved or cut off unnoticed.
    """
    named = json.dumps(facts, sort_keys=True).encode()
    sealed = _SUITE.encrypt(content_key, X25519PublicKey.from_public_bytes(public_key), info=MAGIC + named)
    header = json.dumps({"facts": facts, "key": sealed.hex()}, sort_keys=True).encode()
    yield MAGIC + len(header).to_bytes(_LENGTH_BYTES, "big") + header
    cipher, bound = AESGCM(content_key), hashlib.sha256(header).digest()
    for number, (piece, last) in enumerate(_pieces(content)):
        box = cipher.encrypt(_nonce(number, last=last), piece, bound)
        yield len(box).to_bytes(_LENGTH_BYTES, "big") + box


def decrypt(file: BinaryIO, private_key: bytes) -> Iterator[bytes]:
    """The content of a backup file, piece by piece. Raises BackupDamaged; what came before it must not be used then."""
    header = _header(file)
    content_key = _content_key(header, private_key)
    cipher, bound = AESGCM(content_key), hashlib.sha256(header).digest()
    number, box = 0, _box(file)
    while box is not None:
        following = _box(file)
        try:
            yield cipher.decrypt(_nonce(number, last=following is None), box, bound)
        except InvalidTag as error:
            raise BackupDamaged("the file was altered or cut off") from error
        number, box = number + 1, following
    if not number:
        raise BackupDamaged("the file was cut off")


def facts_of(file: BinaryIO) -> dict[str, Any]:
    """What stands readable at the beginning of a backup file. Raises BackupDamaged."""
    return dict(json.loads(_header(file))["facts"])


def _content_key(header: bytes, private_key: bytes) -> bytes:
    found = json.loads(header)
    named = json.dumps(found["facts"], sort_keys=True).encode()
    try:
        key = X25519PrivateKey.from_private_bytes(private_key)
        return _SUITE.decrypt(bytes.fromhex(found["key"]), key, info=MAGIC + named)
    except (InvalidTag, ValueError) as error:
        raise BackupDamaged("this key does not open the file") from error


def _header(file: BinaryIO) -> bytes:
    if file.read(len(MAGIC)) != MAGIC:
        raise BackupDamaged("this is not a backup of You Decide")
    length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
    header = file.read(min(length, _LONGEST_HEADER))
    try:
        found = json.loads(header)
        sound = isinstance(found["facts"], dict) and bytes.fromhex(found["key"])
    except (ValueError, KeyError, TypeError) as error:
        raise BackupDamaged("the beginning of the file is damaged") from error
    if not sound:
        raise BackupDamaged("the beginning of the file is damaged")
    return header


def _box(file: BinaryIO) -> bytes | None:
    start = file.read(_LENGTH_BYTES)
    if not start:
        return None
    length = int.from_bytes(start, "big")
    box = file.read(length) if length <= PIECE + _SEAL_BYTES else b""
    if len(start) < _LENGTH_BYTES or len(box) != length:
        raise BackupDamaged("the file was altered or cut off")
    return box


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _pieces(content: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The content in pieces of one size, each with whether it is the last; one empty piece where there is nothing."""
    waiting = bytearray()
    for part in content:
        waiting += part
        while len(waiting) > PIECE:
            yield bytes(waiting[:PIECE]), False
            del waiting[:PIECE]
    yield bytes(waiting), True
