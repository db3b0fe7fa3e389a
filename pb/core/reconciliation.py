"""Reconciliation: the ballot paper account as equations that must hold, each with its numbers and plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pb.core.errors import NO_PARAMS, Params
from pb.core.words import N_


@dataclass(frozen=True)
class BatchNumbers:
    """The codes of one batch, by what has become of them."""

    name: str
    made: int
    used: int
    unused: int
    void: int


@dataclass(frozen=True)
class BoxNumbers:
    """Everything about a box that can be counted without its content.

    `own_codes` were made at the casting itself, for people who declared. `people` are those on the roll, however
    their claim was settled; `code_alone` the used codes that ask for no declaration. Envelopes lie in the box as
    `accepted`, `held` for the duplicates desk or `rejected` there; `without_code` of them have no code.
    """

    batches: tuple[BatchNumbers, ...]
    own_codes: int
    people: int
    code_alone: int
    accepted: int
    held: int
    rejected: int
    without_code: int
    opened: OpenedNumbers | None = None

    @property
    def codes_used(self) -> int:
        """Used codes, of batches and of the casting itself."""
        return self.own_codes + sum(batch.used for batch in self.batches)

    @property
    def received(self) -> int:
        """All envelopes that came in, however they were settled."""
        return self.accepted + self.held + self.rejected

    def to_json(self) -> dict[str, Any]:
        """The numbers as plain JSON data."""
        return asdict(self)


@dataclass(frozen=True)
class OpenedNumbers:
    """What the opening found, and what lies in the tables since then; sections by the pot's name."""

    envelopes: int
    valid: int
    invalid: Mapping[str, int]
    receipts: int
    sections: Mapping[str, int]
    receipts_now: int
    sections_now: Mapping[str, int]


@dataclass(frozen=True)
class Term:
    """One number of an equation, and what it counts: an English phrase with %(name)s places for `params`."""

    message: str
    amount: int
    params: Params = field(default_factory=lambda: NO_PARAMS)

    def __str__(self) -> str:
        return self.message % dict(self.params) if self.params else self.message


@dataclass(frozen=True)
class Equation:
    """The number on the left must be the sum of the terms on the right; `why` says so in plain words."""

    key: str
    why: str
    left: Term
    right: tuple[Term, ...]

    @property
    def difference(self) -> int:
        """The left less the right: 0 when it holds."""
        return self.left.amount - sum(term.amount for term in self.right)

    @property
    def holds(self) -> bool:
        """Whether both sides are the same."""
        return self.difference == 0


def equations(numbers: BoxNumbers) -> list[Equation]:
    """All equations that can be asked of these numbers, in the order in which a ballot passes them."""
    found = [*_batches(numbers), *_envelopes(numbers)]
    return found if numbers.opened is None else [*found, *_opened(numbers, numbers.opened)]


def imbalances(numbers: BoxNumbers) -> list[Equation]:
    """The equations that do not hold; any of them blocks certifying."""
    return [each for each in equations(numbers) if not each.holds]


def _batches(numbers: BoxNumbers) -> Iterator[Equation]:
    for batch in numbers.batches:
        named = {"batch": batch.name}
        yield Equation(
            "batch",
            N_("Every code of a batch is used, unused or void."),
            Term(N_("codes made in “%(batch)s”"), batch.made, named),
            (Term(N_("used"), batch.used), Term(N_("unused"), batch.unused), Term(N_("void"), batch.void)),
        )


def _envelopes(numbers: BoxNumbers) -> Iterator[Equation]:
    received = Term(N_("envelopes received"), numbers.received)
    yield Equation(
        "envelopes",
        N_("Every envelope came with one right to vote, and every right that was used put one envelope in the box."),
        received,
        (Term(N_("codes used"), numbers.codes_used), Term(N_("papers without a code"), numbers.without_code)),
    )
    yield Equation(
        "people",
        N_("Every envelope belongs to somebody on the roll, or to a code for which nothing else is asked."),
        received,
        (
            Term(N_("people on the roll"), numbers.people),
            Term(N_("codes used that ask nothing more"), numbers.code_alone),
            Term(N_("papers without a code"), numbers.without_code),
        ),
    )


def _opened(numbers: BoxNumbers, opened: OpenedNumbers) -> Iterator[Equation]:
    yield Equation(
        "opened",
        N_("Every envelope that was accepted was opened, and is a valid ballot or counted as invalid."),
        Term(N_("envelopes accepted"), numbers.accepted),
        (Term(N_("valid"), opened.valid), Term(N_("invalid"), sum(opened.invalid.values()))),
    )
    yield Equation(
        "receipts",
        N_("Every valid ballot has one receipt."),
        Term(N_("receipts"), opened.receipts_now),
        (Term(N_("valid ballots"), opened.valid),),
    )
    for pot in sorted({*opened.sections, *opened.sections_now}):
        yield Equation(
            "sections",
            N_("Nothing was added to the opened ballots, and nothing taken out."),
            Term(N_("ballots now, “%(pot)s”"), opened.sections_now.get(pot, 0), {"pot": pot}),
            (Term(N_("ballots at the opening"), opened.sections.get(pot, 0)),),
        )
