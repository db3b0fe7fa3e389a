"""Batches of codes and their cards: what must come out even, and how many lost cards may be replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pb.core.equations import Equation, Term
from pb.core.words import N_, NN_

#: What stewards type, in the order in which it happens; what is spoilt or lost is counted as it happens.
TYPED = ("printed", "handed_out", "returned_unused", "missing", "not_returned")


@dataclass(frozen=True)
class BatchNumbers:
    """The codes of a batch by their states, and its cards by what has become of them.

    What nobody has typed counts as 0. `asked` says that the batch was printed as cards, or that somebody typed a
    count of it; without it there are no cards to account for. `revoked` codes were made void before they were
    used, with their batch or with the invitation that held them. `marks` are the people whom stewards put on the
    roll for a card of the batch, none where stewards do not declare for it; `in_place` of the cards handed out stood
    in for spoilt or lost ones, for people who were on the roll already. `audit` cards of such a batch were drawn and
    used by scrutineers, so that no steward gave them to anybody: at a closing they were missing.
    """

    name: str
    made: int
    used: int
    unused: int
    void: int
    printed: int = 0
    handed_out: int = 0
    returned_unused: int = 0
    missing: int = 0
    spoilt: int = 0
    lost_replaced: int = 0
    not_returned: int = 0
    revoked: int = 0
    asked: bool = False
    marks: int | None = None
    in_place: int = 0
    audit: int = 0


def batch_equations(numbers: BatchNumbers) -> list[Equation]:
    """What must hold for a batch: every code made, every card printed, handed out or void is accounted for.

    The ballot paper account of British elections, card by card (the Electoral Commission's guidance).
    """
    return list(_equations(numbers))


def _equations(batch: BatchNumbers) -> Iterator[Equation]:
    named = {"batch": batch.name}
    yield Equation(
        "batch",
        N_("Every code of a batch is used, unused or void."),
        Term(NN_("code made in “%(batch)s”", "codes made in “%(batch)s”"), batch.made, named),
        (Term(N_("used"), batch.used), Term(N_("unused"), batch.unused), Term(N_("void"), batch.void)),
    )
    yield Equation(
        "cards_void",
        N_("Every void code is that of a spoilt card, or was cancelled."),
        Term(NN_("void code of “%(batch)s”", "void codes of “%(batch)s”"), batch.void, named),
        (Term(N_("spoilt"), batch.spoilt), Term(N_("cancelled"), batch.revoked)),
    )
    if batch.asked:
        yield Equation(
            "cards_printed",
            N_("Every card that was printed was handed out, came back unused, or is missing."),
            Term(NN_("card printed for “%(batch)s”", "cards printed for “%(batch)s”"), batch.printed, named),
            (
                Term(N_("handed out"), batch.handed_out),
                Term(N_("returned unused"), batch.returned_unused),
                Term(N_("missing"), max(0, batch.missing - batch.audit)),
                *_audit_cards(batch.audit),
            ),
        )
        yield Equation(
            "cards_handed_out",
            N_("Every card that was handed out was used, spoilt, lost and replaced, or not returned."),
            Term(NN_("card of “%(batch)s” handed out", "cards of “%(batch)s” handed out"), batch.handed_out, named),
            (
                Term(N_("used"), batch.used),
                Term(N_("spoilt"), batch.spoilt),
                Term(N_("lost and replaced"), batch.lost_replaced),
                Term(N_("not returned"), batch.not_returned),
                *_audit_cards(-batch.audit),
            ),
        )
    if batch.marks is not None:
        yield _by_stewards(batch, batch.marks)


def _by_stewards(batch: BatchNumbers, marks: int) -> Equation:
    """Those whom stewards put on the roll, and the cards that they were given."""
    in_place = Term(NN_("in place of a spoilt or lost one", "in place of spoilt or lost ones"), -batch.in_place)
    people = NN_("person on the roll for a card of “%(batch)s”", "people on the roll for a card of “%(batch)s”")
    return Equation(
        "stewards",
        N_("Everybody whom a steward put on the roll was given one card, and every card was given to one of them."),
        Term(people, marks, {"batch": batch.name}),
        (
            Term(NN_("card handed out", "cards handed out"), batch.handed_out),
            *([in_place] if batch.in_place else []),
        ),
    )


def _audit_cards(number: int) -> list[Term]:
    return [Term(NN_("audit card", "audit cards"), number)] if number else []


def most_lost(handed_out: int, per_thousand: int) -> int:
    """How many lost cards may be replaced: so many of each thousand handed out, rounded down, and at least one."""
    return max(1, handed_out * per_thousand // 1000)
