"""Print every comparison, or those that are named.

`python -m bench [site] [serving] [box] [live] [loading] [counting] [verifying] [cards] [million] [large] [sustained]`
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from bench.counting import counting
from bench.loading import loading
from bench.millions import millions

LARGE = 10_000_000


def site() -> None:
    """Casting a ballot and drawing its page, against the plain way."""
    from bench.site import site as compared  # it needs the whole application, which counting does not

    compared()


def serving() -> None:
    """Voting over HTTP through the server, against a bare hello and a plain site."""
    from bench.serving import serving as printed

    printed()


def sustained() -> None:
    """Voting over HTTP for five minutes at each of two loads."""
    from bench.serving import sustained as printed

    printed()


def live() -> None:
    """Five hundred phones that follow a round while people vote in it."""
    from bench.live import live as printed

    printed()


def box() -> None:
    """A casting as the box fills, the voting page's weight, opening 100,000 envelopes, reading a million ballots."""
    from bench.box import box as printed

    printed()


def verifying() -> None:
    """Checking a package with the single file that everybody may download."""
    from bench.verifying import verifying as printed

    printed()


def cards() -> None:
    """A thousand printed cards, and how well their symbols are read."""
    from bench.cards import cards as printed

    printed()


PARTS: dict[str, Callable[[], None]] = {
    "site": site,
    "serving": serving,
    "box": box,
    "live": live,
    "loading": loading,
    "counting": counting,
    "verifying": verifying,
    "cards": cards,
    "million": lambda: millions(1_000_000),
    "large": lambda: millions(LARGE),
    "sustained": sustained,
}
#: What is printed where nothing is named: ten million ballots take minutes to make up, and so do minutes of voting.
USUAL = ("site", "serving", "box", "live", "loading", "counting", "verifying", "cards", "million")


def main(named: list[str]) -> int:
    """Print the parts that are named; 2 for a part that there is not."""
    for name in named:
        if name not in PARTS:
            print(f"There is no part {name}; the parts are: {', '.join(PARTS)}.", file=sys.stderr)  # noqa: T201
            return 2
    for name in named or USUAL:
        PARTS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
