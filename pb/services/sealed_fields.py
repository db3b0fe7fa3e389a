"""Names and contacts are kept sealed under a key that lies outside the database."""

from __future__ import annotations

import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pb.extensions import present

NONCE_BYTES = 12


def seal_field(purpose: str, value: dict[str, Any], *, room: int = 1) -> bytes:
    """Seal a small JSON object; `purpose` (such as `roll:<id>`) must be given again to open it.

    It is filled up with spaces to `room` bytes, or a multiple of it, so that its length tells nothing.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    content = json.dumps(value, ensure_ascii=False).encode()
    content = content.ljust(-(-len(content) // room) * room)
    return nonce + AESGCM(present.secrets.field_key).encrypt(nonce, content, purpose.encode())


def open_field(purpose: str, sealed: bytes) -> dict[str, Any]:
    """Open what `seal_field` sealed. Raises cryptography's InvalidTag if it was altered or moved."""
    nonce, content = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    opened = AESGCM(present.secrets.field_key).decrypt(nonce, content, purpose.encode())
    value: dict[str, Any] = json.loads(opened)
    return value
