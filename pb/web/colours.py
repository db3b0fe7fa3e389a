"""The council's colour made safe to read: contrast as WCAG 2.2 counts it."""

from __future__ import annotations

import re
from dataclasses import dataclass

Rgb = tuple[int, int, int]

BLACK: Rgb = (11, 12, 12)
WHITE: Rgb = (255, 255, 255)
READABLE = 4.5  # WCAG 2.2, 1.4.3: text against its background
ON_TINT = 5.5  # a link stands on white and on the council's palest tint
SEEN = 1.4
STEPS = 100


@dataclass(frozen=True)
class Palette:
    """A council's colours as #rrggbb: its own, what is written on it, a dark one for text, two pale ones."""

    brand: str
    on_brand: str
    strong: str
    darkest: str
    tint: str
    edge: str


def parse(colour: str) -> Rgb:
    """A #rrggbb colour. Raises ValueError for anything else."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        msg = "a colour is # and six hexadecimal digits"
        raise ValueError(msg)
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast of two colours, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def palette(colour: str) -> Palette:
    """Everything that pages show in the council's `colour`, each legible whatever the colour is."""
    brand = parse(colour)
    strong = _darkened(brand, ON_TINT)
    if contrast(brand, WHITE) < SEEN:  # a white band on a white page is no band
        brand = strong
    if max(contrast(brand, WHITE), contrast(brand, BLACK)) < READABLE:  # a middle grey that bears neither
        brand = _darkened(brand, READABLE)
    return Palette(
        brand=_hex(brand),
        on_brand=_hex(WHITE if contrast(brand, WHITE) >= READABLE else BLACK),
        strong=_hex(strong),
        darkest=_hex(_mixed(strong, BLACK, 0.45)),
        tint=_hex(_mixed(strong, WHITE, 0.93)),
        edge=_hex(_mixed(strong, WHITE, 0.55)),
    )


def _luminance(colour: Rgb) -> float:
    linear = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _darkened(colour: Rgb, least: float) -> Rgb:
    """The colour, mixed with as little black as gives it the `least` contrast with white."""
    shades = (_mixed(colour, BLACK, step / STEPS) for step in range(STEPS + 1))
    return next(shade for shade in shades if contrast(shade, WHITE) >= least)


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
