"""What each counting rule does, in sentences for residents: who comes first, and how the money runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask_babel import gettext as _

from pb.core.rules import RULES, Method

#: Ballots on which a voter says more than yes to a project.
WEIGHED = frozenset({"scoring", "points", "ranked"})

#: Rules that fund a bid in full or not at all, whatever is set about bids that do not fit.
WHOLE = frozenset({"phragmen", "max-welfare", "bounded-overspending"})

#: A heading, and the sentences below it.
Part = tuple[str, str]


def order_words(method: Method, ballot_type: str) -> list[Part]:
    """Who comes first and how the money runs, for one method and the ballots it counts."""
    parts = _RULES.get(method.rule, _in_full)
    return [(heading, " ".join(sentences)) for heading, sentences in parts(method, ballot_type)]


def _ranked(method: Method, _type: str) -> Iterator[tuple[str, list[str]]]:
    if method.rule == "greedy-per-cost":
        first = _("The project with the most votes or points for each pound that it costs comes first.")
    elif getattr(method.options, "measure", "total") == "total":
        first = _("The project with the most votes or points comes first, then the next, and so on.")
    else:
        first = _("The project with the highest average score comes first, then the next, and so on.")
    yield _("Who comes first"), [first]
    down = _("The money runs down the list: each project gets what it asks for while the money lasts.")
    yield _("How the money runs"), [down, *_misfit(method)]


def _misfit(method: Method) -> Iterator[str]:
    """What happens to a project that no longer fits, where money runs down a list."""
    kind = method.allocation.kind
    if kind == "offer":
        yield _("The first that no longer fits is offered what is left, if it could go ahead with that.")
        yield _("If it cannot, or says no, the money goes on to the next in line.")
    elif kind == "skip":
        yield _("A project that no longer fits is passed over, and the next one that fits gets its money.")
    else:
        yield _("At the first project that no longer fits, the money stops.")
    if method.allocation.reserve_percent is not None:
        share = f"{method.allocation.reserve_percent}%"
        yield _("If at least %(share)s of its cost is left, a reserve pays the rest of it.", share=share)


def _equal_shares(method: Method, ballot_type: str) -> Iterator[tuple[str, list[str]]]:
    options: Any = method.options
    told = [
        _("Every ballot gets the same share of the money."),
        _("The voters who chose a project pay for it together, each the same. Who has less left gives all of it."),
    ]
    if ballot_type in WEIGHED:
        told.append(_("Who gave a project more points pays more of its cost."))
    if options.satisfaction == "cost":
        told.append(_("The project that the most voters can pay for together comes first."))
    else:
        told.append(_("The project that costs each of its voters least comes first."))
    yield _("Who comes first"), told
    yield _("How the money runs"), list(_rest(method, options))


def _rest(method: Method, options: Any) -> Iterator[str]:
    """What is done with money that no group of supporters can put together."""
    yield _("A project is bought as soon as its turn comes, if its voters have enough left together.")
    if options.completion in ("add1", "add1u"):
        yield _(
            "If money is left over, everybody’s share is raised step by step and all is counted again, as far as the "
            "pot can pay for what is bought."
        )
    if options.completion in ("add1u", "utilitarian"):
        yield _("What is still left then goes to the other projects, those with the most votes first.")
        yield from _misfit(method)
    elif options.completion == "phragmen":
        yield _("What is still left then flows to all voters at the same speed, until no more project fits.")
    if options.comparison:
        yield _("If “most votes first” would give more voters more of their choices, its outcome stands instead.")


def _phragmen(method: Method, _type: str) -> Iterator[tuple[str, list[str]]]:
    first = _("Money flows to all voters at the same speed. Voters who chose a project put theirs together for it.")
    yield _("Who comes first"), [first]
    told = [_("As soon as the voters of a project hold its cost together, they buy it with all they hold.")]
    if getattr(method.options, "misfit", "skip") == "skip":
        told.append(_("A project that no longer fits is passed over, and the next one that fits gets its money."))
    else:
        told.append(_("At the first project that no longer fits, the money stops."))
    yield _("How the money runs"), told


def _overspending(_method: Method, _type: str) -> Iterator[tuple[str, list[str]]]:
    told = [
        _("Every ballot gets the same share of the money."),
        _("The voters who chose a project pay for it together. If they have too little left, the pot may add to it."),
        _("The project that asks least of each voter comes first; the less they can pay, the later its turn."),
    ]
    yield _("Who comes first"), told
    yield _("How the money runs"), [_("A project gets all that it asks for, or nothing.")]


def _max_welfare(_method: Method, _type: str) -> Iterator[tuple[str, list[str]]]:
    first = _(
        "Of all sets of projects that the money can pay for, the one whose votes or points add up to the most is "
        "funded."
    )
    yield _("Who comes first"), [first]
    yield _("How the money runs"), [_("A project gets all that it asks for, or nothing.")]


def _in_full(method: Method, _type: str) -> Iterator[tuple[str, list[str]]]:
    yield _("Who comes first"), [_(RULES[method.rule].help)]
    yield _("How the money runs"), [_("A project gets all that it asks for, or nothing.")]


_RULES: dict[str, Callable[[Method, str], Iterator[tuple[str, list[str]]]]] = {
    "greedy": _ranked,
    "greedy-per-cost": _ranked,
    "equal-shares": _equal_shares,
    "phragmen": _phragmen,
    "bounded-overspending": _overspending,
    "max-welfare": _max_welfare,
}
