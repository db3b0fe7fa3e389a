"""Pictures for bids that have none: a small street, park, garden or hall, drawn from a seed and always the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from random import Random

WIDTH, HEIGHT = 320, 180
GROUND = 142
SEED = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,79}")


@dataclass(frozen=True)
class Colours:
    """Sky, sun, far hill, near hill, ground, and what stands on it."""

    sky: str
    sun: str
    far: str
    near: str
    ground: str
    things: tuple[str, ...]


PALETTES = (
    Colours("#dcecf5", "#f7c65b", "#b4d3c4", "#8fbf9f", "#5f9e78", ("#d9694a", "#f2e3c9", "#44718f", "#e9a23b")),
    Colours("#fdeedd", "#ef8354", "#e3c9a8", "#cfa77d", "#8d9e67", ("#3d6b73", "#faf3e3", "#b5533c", "#e0b04c")),
    Colours("#e6e4f4", "#f4b8a0", "#bdbce0", "#9b9bcb", "#6f8f86", ("#5c5a9e", "#f6efe2", "#d97b66", "#3f7f83")),
    Colours("#e3f1ea", "#f2d06b", "#bcdcc9", "#90c2a9", "#4f8f76", ("#b8503f", "#fbf5e6", "#2f6f7e", "#dd9d3a")),
    Colours("#e1eef7", "#fff4d6", "#b9cfe0", "#93b1c9", "#7a9b63", ("#a3493d", "#f3e6d0", "#36576f", "#d2933f")),
    Colours("#fbe9e4", "#f6c36a", "#e5c0b4", "#cd9d90", "#7f9a72", ("#7b4b6b", "#fcf4e8", "#3e7a86", "#cf6a4f")),
)
WINDOW, TRUNK, DARK = "#ffe6a3", "#7b5a42", "#33424d"
LEAVES = ("#4f8a5b", "#6ba368", "#3f7558", "#86b36a")


def seed_is_plain(seed: str) -> bool:
    """Whether a seed may stand in an address: letters, figures and hyphens, 80 at most."""
    return SEED.fullmatch(seed) is not None


def picture_svg(seed: str) -> str:
    """An SVG of 320 by 180 drawn from `seed`; it holds no text and no style, and the same seed gives the same bytes."""
    chance = Random(int.from_bytes(sha256(seed.encode()).digest()[:8], "big"))
    colours = chance.choice(PALETTES)
    scene = chance.choice(SCENES)
    body = "".join([_backdrop(chance, colours), *scene(chance, colours)])
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">{body}</svg>'


def _rect(x: float, y: float, width: float, height: float, fill: str, round_by: float = 0) -> str:
    corner = f' rx="{round_by:g}"' if round_by else ""
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}"{corner} fill="{fill}"/>'


def _circle(x: float, y: float, radius: float, fill: str) -> str:
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}" fill="{fill}"/>'


def _shape(points: list[tuple[float, float]], fill: str) -> str:
    return f'<path d="M{" L".join(f"{x:.0f} {y:.0f}" for x, y in points)}Z" fill="{fill}"/>'


def _hill(x: float, half: float, height: float, fill: str) -> str:
    return f'<ellipse cx="{x:.0f}" cy="{GROUND + 18}" rx="{half:.0f}" ry="{height:.0f}" fill="{fill}"/>'


def _backdrop(chance: Random, colours: Colours) -> str:
    hills = [
        _hill(chance.randint(20, 120), 190, chance.randint(50, 78), colours.far),
        _hill(chance.randint(210, 310), 170, chance.randint(40, 64), colours.near),
    ]
    sun = _circle(chance.randint(40, 280), chance.randint(28, 52), chance.randint(14, 20), colours.sun)
    sky = _rect(0, 0, WIDTH, HEIGHT, colours.sky)
    return "".join([sky, sun, *hills, _rect(0, GROUND, WIDTH, HEIGHT - GROUND, colours.ground)])


def _tree(chance: Random, x: float, size: float) -> str:
    leaf = chance.choice(LEAVES)
    trunk = _rect(x - 3, GROUND - size, 6, size + 2, TRUNK)
    if chance.random() < 0.35:
        top = GROUND - size * 1.9
        return trunk + _shape(
            [(x, top), (x + size * 0.5, GROUND - size * 0.5), (x - size * 0.5, GROUND - size * 0.5)], leaf
        )
    crown = _circle(x, GROUND - size * 1.2, size * 0.52, leaf)
    return trunk + crown + _circle(x - size * 0.34, GROUND - size * 0.92, size * 0.36, leaf)


def _house(chance: Random, x: float, width: float, height: float, colours: Colours) -> str:
    wall, roof = chance.sample(colours.things, 2)
    top = GROUND - height
    gable = [(x - 3, top), (x + width / 2, top - width * 0.42), (x + width + 3, top)]
    panes = [
        _rect(x + width * share - 6, top + 10 + row * 24, 12, 13, WINDOW, 1)
        for row in range(max(1, int(height // 34)))
        for share in (0.27, 0.73)
    ]
    door = _rect(x + width / 2 - 6, GROUND - 24, 12, 24, DARK, 2)
    chimney = _rect(x + width * 0.72, top - width * 0.4, 8, 18, roof)
    return "".join([chimney, _rect(x, top, width, height, wall), _shape(gable, roof), *panes, door])


def _person(chance: Random, x: float, size: float, colours: Colours) -> str:
    skin = chance.choice(("#8d5a3c", "#e2b08d", "#c58c66", "#5f3d2b", "#f0c9a8"))
    coat = chance.choice((*colours.things, DARK))
    foot = GROUND + chance.randint(8, 22)
    half, tall = round(size * 0.42), round(size * 0.9)
    outline = f"M{x - half:.0f} {foot}v-{tall}a{half} {half} 0 0 1 {2 * half} 0v{tall}z"
    body = f'<path d="{outline}" fill="{coat}"/>'
    return body + _circle(x, foot - size * 1.62, size * 0.34, skin)


def _bunting(chance: Random, colours: Colours) -> str:
    y = chance.randint(20, 34)
    line = f'<path d="M0 {y}Q160 {y + 34} 320 {y - 4}" fill="none" stroke="{DARK}" stroke-width="1.5"/>'
    flags = []
    for step in range(11):
        share = (step + 0.5) / 11
        x = share * WIDTH
        sag = (1 - share) ** 2 * y + 2 * share * (1 - share) * (y + 34) + share**2 * (y - 4)
        flags.append(_shape([(x - 7, sag), (x + 7, sag), (x, sag + 14)], colours.things[step % len(colours.things)]))
    return line + "".join(flags)


def _people(chance: Random, colours: Colours, count: int) -> list[str]:
    places = sorted(chance.sample(range(30, 295, 22), count))
    return [_person(chance, x, chance.randint(12, 17), colours) for x in places]


def _street(chance: Random, colours: Colours) -> list[str]:
    parts: list[str] = []
    x = chance.randint(-14, 10)
    while x < WIDTH - 20:
        width = chance.randint(46, 62)
        parts.append(_house(chance, x, width, chance.randint(46, 76), colours))
        x += width + chance.choice((2, 2, 14, 30))
    parts.append(_tree(chance, chance.randint(40, 280), 30))
    return [*parts, *_people(chance, colours, 2)]


def _park(chance: Random, colours: Colours) -> list[str]:
    trees = [_tree(chance, x + chance.randint(-10, 10), chance.randint(32, 52)) for x in (30, 88, 236, 292)]
    path = (
        f'<path d="M{chance.randint(120, 180)} {GROUND}q10 16 -40 38h120q-20 -22 -44 -38z" fill="{colours.things[1]}"/>'
    )
    bench = (
        _rect(150, GROUND - 14, 44, 5, TRUNK, 1)
        + _rect(154, GROUND - 10, 4, 14, DARK)
        + _rect(186, GROUND - 10, 4, 14, DARK)
    )
    return [*trees, path, bench, *_people(chance, colours, 2)]


def _garden(chance: Random, colours: Colours) -> list[str]:
    parts = [_house(chance, 212, 70, 54, colours), _tree(chance, 300, 36)]
    for x in range(24, 200, 30):
        tall = chance.randint(24, 44)
        parts.append(_rect(x - 1, GROUND - tall, 3, tall, LEAVES[2]))
        parts.append(_circle(x, GROUND - tall, 9, chance.choice(colours.things)) + _circle(x, GROUND - tall, 4, WINDOW))
    beds = [_rect(x, GROUND + 8, 78, 14, TRUNK, 3) for x in (16, 108)]
    return [*parts, *beds, *_people(chance, colours, 2)]


def _hall(chance: Random, colours: Colours) -> list[str]:
    wall, roof, door = colours.things[1], colours.things[0], colours.things[2]
    hall = _rect(70, GROUND - 62, 180, 62, wall) + _shape(
        [(58, GROUND - 62), (160, GROUND - 108), (262, GROUND - 62)], roof
    )
    panes = "".join(_rect(x, GROUND - 48, 22, 26, WINDOW, 2) for x in (84, 116, 182, 214))
    entry = _rect(146, GROUND - 40, 28, 40, door, 3)
    return [
        _tree(chance, 34, 40),
        _tree(chance, 288, 44),
        hall,
        panes,
        entry,
        _bunting(chance, colours),
        *_people(chance, colours, 3),
    ]


def _playground(chance: Random, colours: Colours) -> list[str]:
    post, seat = colours.things[2], colours.things[0]
    frame = _shape([(70, GROUND), (84, GROUND - 70), (90, GROUND - 70), (76, GROUND)], post)
    frame += _shape([(170, GROUND), (156, GROUND - 70), (150, GROUND - 70), (164, GROUND)], post) + _rect(
        82, GROUND - 72, 76, 6, post, 3
    )
    swings = "".join(
        _rect(x, GROUND - 66, 2, 46, DARK)
        + _rect(x + 18, GROUND - 66, 2, 46, DARK)
        + _rect(x - 2, GROUND - 22, 24, 5, seat, 2)
        for x in (94, 126)
    )
    slide = _rect(214, GROUND - 62, 6, 62, post) + _shape(
        [(214, GROUND - 62), (228, GROUND - 62), (286, GROUND), (272, GROUND)], colours.things[3]
    )
    return [_tree(chance, 28, 44), _tree(chance, 300, 34), frame, swings, slide, *_people(chance, colours, 2)]


def _water(chance: Random, colours: Colours) -> list[str]:
    river = f'<path d="M0 {GROUND + 10}q80 -12 160 0t160 0v40H0z" fill="{colours.things[2]}"/>'
    deck = f'<path d="M84 {GROUND + 14}q76 -58 152 0v-10q-76 -58 -152 0z" fill="{colours.things[0]}"/>'
    homes = [_house(chance, 4, 52, 56, colours), _house(chance, 58, 44, 44, colours)]
    trees = [_tree(chance, 258, 44), _tree(chance, 298, 34)]
    return [*homes, *trees, river, deck]


SCENES: tuple[Callable[[Random, Colours], list[str]], ...] = (_street, _park, _garden, _hall, _playground, _water)
