"""Simulated photographs of a QR symbol: turned, in perspective, blurred, grainy and compressed, and read again.

What a phone sees of a symbol is given by its size on paper and the camera's pixels for each millimetre of it.
"""

from __future__ import annotations

import io
import random
from collections.abc import Sequence

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

#: Pixels of the drawing for each module, before the camera.
DRAWN = 12
QUIET = 4
BLOT_SHARE = 0.06
PAPER, INK = 235, 30

Rows = Sequence[Sequence[bool]]


def share_read(rows: Rows, text: str, *, millimetres: float, pixels: float, blot: bool, photos: int, seed: int) -> int:
    """How many of so many photographs of a symbol of that size are read as `text`."""
    chance = random.Random(seed)
    taken = (photograph(rows, millimetres * pixels, blot=blot, chance=chance) for _ in range(photos))
    return sum(any(found.text == text for found in zxingcpp.read_barcodes(photo)) for photo in taken)


def photograph(rows: Rows, pixels: float, *, blot: bool, chance: random.Random) -> Image.Image:
    """A grey photograph in which the symbol, without its quiet zone, is `pixels` wide."""
    drawn = _drawing(rows, blot=blot, chance=chance)
    scale = pixels / (len(rows) * DRAWN)
    wide = round(drawn.width * scale * 1.5)
    seen = drawn.transform(
        (wide, wide), Image.Transform.PERSPECTIVE, _view(drawn.width, wide, scale, chance),
        Image.Resampling.BICUBIC, fillcolor=PAPER,
    )  # fmt: skip
    blurred = seen.filter(ImageFilter.GaussianBlur(chance.uniform(0.5, 1.0)))
    return _compressed(_grainy(blurred, chance), chance.randint(55, 85))


def _drawing(rows: Rows, *, blot: bool, chance: random.Random) -> Image.Image:
    modules = np.pad(np.array(rows, dtype=bool), QUIET)
    grey = np.where(modules, INK, PAPER).astype(np.uint8)
    image = Image.fromarray(np.kron(grey, np.ones((DRAWN, DRAWN), np.uint8)))
    if blot:
        side = len(rows) * DRAWN
        radius = (BLOT_SHARE * side * side / np.pi) ** 0.5
        x, y = (QUIET * DRAWN + chance.uniform(radius, side - radius) for _ in range(2))
        shade = chance.choice([PAPER, 120, INK])
        ImageDraw.Draw(image).ellipse([x - radius, y - radius, x + radius, y + radius], fill=shade)
    return image


def _view(side: int, wide: int, scale: float, chance: random.Random) -> list[float]:
    """The eight numbers of a camera that is held askew: where each point of the photograph lies in the drawing."""
    angle = np.radians(chance.uniform(-20, 20))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2
    askew = np.array([[chance.uniform(-0.06, 0.06) * side for _ in range(2)] for _ in range(4)])
    seen = (corners + askew) @ turn.T * scale + wide / 2
    return _perspective(seen, corners + side / 2)


def _perspective(seen: np.ndarray, drawn: np.ndarray) -> list[float]:
    lines, wanted = [], []
    for (x, y), (u, v) in zip(seen, drawn, strict=True):
        lines += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return [float(value) for value in np.linalg.solve(np.array(lines), np.array(wanted))]


def _grainy(image: Image.Image, chance: random.Random) -> Image.Image:
    noise = np.random.default_rng(chance.getrandbits(32)).normal(0, chance.uniform(4, 10), (image.height, image.width))
    light = np.linspace(chance.uniform(0.75, 1), chance.uniform(0.75, 1), image.width)
    return Image.fromarray(np.clip(np.asarray(image, float) * light + noise, 0, 255).astype(np.uint8))


def _compressed(image: Image.Image, quality: int) -> Image.Image:
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=quality)
    return Image.open(kept)
