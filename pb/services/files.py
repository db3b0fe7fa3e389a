"""Files that must be there once anything says so: written whole, for good, and for this service's user alone."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path


def write_for_good(path: Path, pieces: Iterable[bytes]) -> tuple[str, int]:
    """Write `pieces` as one file, in the place of any of that name; gives its SHA-256 (hex) and its size in bytes.

    It outlasts a power cut from now on, has mode 0600, and is there whole or not at all: what stops half-way leaves
    what was there before. Raises OSError, and whatever `pieces` raise.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _keep_names(path.parent)
    return digest.hexdigest(), size


def _keep_names(folder: Path) -> None:
    """A file outlasts a power cut only if its name in the folder does."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
