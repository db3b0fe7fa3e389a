"""The chain of the ledger: each entry's hash covers the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

GENESIS = "0" * 64


def entry_hash(previous: str, entry: Mapping[str, Any]) -> str:
    """SHA-256 hex over the previous entry's hash and this entry as canonical JSON (text, whole numbers, lists)."""
    canonical = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()
