"""A thousand printed cards: how long they take, and from how far their symbols are read."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from bench.photos import share_read
from pb.config import Settings
from pb.core.qr import qr_rows
from pb.extensions import present
from pb.services.card_sheets import SYMBOL_MM, card_address, card_sheets
from pb.services.cards import PART
from pb.services.codes import fresh_codes

CARDS = 1_000
PHOTOS = 40
PIXELS = (3, 4, 8)


def cards() -> None:
    """Print the seconds for a thousand cards (pass: 6), and how many simulated photographs of a symbol are read."""
    present.use(settings=Settings(base_url="https://youdecide.exampleton.gov.uk"))
    begun, worked = time.perf_counter(), time.process_time()
    size = sum(len(_sheets(PART)) for _ in range(CARDS // PART))
    seconds, used = time.perf_counter() - begun, time.process_time() - worked
    print(f"{CARDS} cards as PDF: {seconds:.1f} s, {used:.1f} s of CPU (pass: 6 s), {size // 1024} kB")  # noqa: T201
    _photographed()


def _sheets(count: int) -> bytes:
    the_round: Any = SimpleNamespace(title="You Decide", voting_closes_at=datetime(2026, 6, 1, 16, 0, tzinfo=UTC))
    batch: Any = SimpleNamespace(window_to=None)
    return card_sheets(the_round, batch, None, fresh_codes(count))


def _photographed() -> None:
    address = card_address(fresh_codes(1)[0])
    rows = qr_rows(address)
    print(f"symbol of {len(rows)} squares, {SYMBOL_MM} mm, photographs read clean / with a blot:")  # noqa: T201
    for pixels in PIXELS:
        clean, blot = (
            share_read(rows, address, millimetres=SYMBOL_MM, pixels=pixels, blot=each, photos=PHOTOS, seed=1)
            for each in (False, True)
        )
        print(f"  {pixels} pixels a mm: {clean / PHOTOS:.0%} / {blot / PHOTOS:.0%}")  # noqa: T201
