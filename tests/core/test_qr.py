"""QR symbols of cards: read as they are printed, and from photographs that are none too good."""

from __future__ import annotations

import os

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from bench.photos import share_read
from pb.core.qr import QUIET, Rows, qr_rows, runs_path
from pb.services.card_sheets import SYMBOL_MM

ADDRESS = "https://youdecide.exampleton.gov.uk/c#K7M49QXD2TRC5W8HP"
PHOTOS = 400 if os.environ.get("PB_CAMPAIGN") == "full" else 20


def drawn(path: str, side: int) -> Image.Image:
    """A path of `runs_path` as a picture, by its own rectangles."""
    image = Image.new("L", ((side + 2 * QUIET) * 4,) * 2, 255)
    pen = ImageDraw.Draw(image)
    for run in path.split("z")[:-1]:
        place, across = run.removeprefix("M").split("h", 1)
        x, y = (int(part) for part in place.split())
        length = int(across.split("v")[0])
        left, top = (x + QUIET) * 4, (y + QUIET) * 4
        pen.rectangle([left, top, left + length * 4 - 1, top + 3], fill=0)
    return image


def said_by(rows: Rows) -> str:
    """What a reader makes of the symbol, drawn as on a card."""
    image = drawn(runs_path(rows), len(rows))
    (found,) = zxingcpp.read_barcodes(image)
    return found.text


def test_a_symbol_drawn_in_runs_says_its_address() -> None:
    rows = qr_rows(ADDRESS)
    assert len(rows) == 37
    assert said_by(rows) == ADDRESS


def test_neighbouring_squares_are_drawn_as_one() -> None:
    assert runs_path([[True, True, False, True]]) == "M0 0h2v1h-2zM3 0h1v1h-1z"


@pytest.mark.campaign
@pytest.mark.parametrize("address", [ADDRESS, "https://pb.uk/c#K7M49QXD2TRC5W8HP", ADDRESS.replace("you", "y" * 12)])
def test_at_four_pixels_a_millimetre_the_printed_symbol_is_read(address: str) -> None:
    """The pass line is 95 in a hundred clean photographs (docs/adr/0010)."""
    rows = qr_rows(address)
    read = share_read(rows, address, millimetres=SYMBOL_MM, pixels=4, blot=False, photos=PHOTOS, seed=7)
    assert read >= 0.95 * PHOTOS
