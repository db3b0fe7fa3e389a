"""Reconciliation: the ballot paper account as equations that must hold, each with its numbers and plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any, Self

from pb.core.cards import BatchNumbers, batch_equations
from pb.core.equations import Equation as Equation
from pb.core.equations import Term as Term
from pb.core.kiosks import KioskNumbers, kiosk_equations
from pb.core.paper_account import PaperNumbers, paper_equations
from pb.core.words import N_, NN_


@dataclass(frozen=True)
class BoxNumbers:
    """Everything about a box that can be counted without its content.

    `own_codes` were made at the casting itself, for people who declared. `people` are those on the roll, however
    their claim was settled; `code_alone` the used codes that ask for no declaration. Envelopes lie in the box as
    `accepted`, `held` for the duplicates desk or `rejected` there; `without_code` of them have no code. `replacing`
    cards were given to people on the roll for spoilt ones, and have not been used yet. `at_closings` papers were
    counted by stewards in the boxes of their stations.
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
    replacing: int = 0
    paper_batches: tuple[PaperNumbers, ...] = ()
    kiosks: tuple[KioskNumbers, ...] = ()
    at_closings: int = 0

    @property
    def codes_used(self) -> int:
        """Used codes, of batches and of the casting itself."""
        return self.own_codes + sum(batch.used for batch in self.batches)

    @property
    def received(self) -> int:
        """All envelopes that came in, however they were settled."""
        return self.accepted + self.held + self.rejected

    def to_json(self) -> dict[str, Any]:
        """The numbers as plain JSON data; `from_json` reads them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        opened = data["opened"]
        batches = tuple(BatchNumbers(**batch) for batch in data["batches"])
        papers = tuple(PaperNumbers(**batch) for batch in data.get("paper_batches", ()))
        return cls(
            **{
                **data,
                "batches": batches,
                "paper_batches": papers,
                "kiosks": tuple(KioskNumbers(**kiosk) for kiosk in data.get("kiosks", ())),
                "opened": OpenedNumbers(**opened) if opened else None,
            }
        )


@dataclass(frozen=True)
class OpenedNumbers:
    """What the opening found, and what lies in the tables since then; sections by the pot's name.

    `audit_cards` are envelopes that scrutineers put in to look for; they are compared and never counted.
    """

    envelopes: int
    valid: int
    invalid: Mapping[str, int]
    receipts: int
    sections: Mapping[str, int]
    receipts_now: int
    sections_now: Mapping[str, int]
    audit_cards: int = 0


def equations(numbers: BoxNumbers) -> list[Equation]:
    """All equations that can be asked of these numbers, in the order in which a ballot passes them."""
    batches = chain.from_iterable(batch_equations(batch) for batch in numbers.batches)
    papers = paper_equations(numbers.paper_batches, numbers.without_code, numbers.at_closings)
    found = [*batches, *papers, *kiosk_equations(numbers.kiosks), *_envelopes(numbers)]
    return found if numbers.opened is None else [*found, *_opened(numbers, numbers.opened)]


def imbalances(numbers: BoxNumbers) -> list[Equation]:
    """The equations that do not hold; any of them blocks certifying."""
    return [each for each in equations(numbers) if not each.holds]


def _envelopes(numbers: BoxNumbers) -> Iterator[Equation]:
    received = Term(NN_("envelope received", "envelopes received"), numbers.received)
    yield Equation(
        "envelopes",
        N_("Every envelope came with one right to vote, and every right that was used put one envelope in the box."),
        received,
        (
            Term(NN_("code used", "codes used"), numbers.codes_used),
            Term(NN_("paper without a code", "papers without a code"), numbers.without_code),
        ),
    )
    replacing = Term(
        NN_(
            "for a card given in place of a spoilt one and not used yet",
            "for cards given in place of spoilt ones and not used yet",
        ),
        -numbers.replacing,
    )
    sheets = sum(batch.by_sheet for batch in numbers.paper_batches)
    by_sheet = Term(
        NN_(
            "paper with a code whose voter said on a sheet who they are",
            "papers with a code whose voter said on a sheet who they are",
        ),
        sheets,
    )
    yield Equation(
        "people",
        N_("Every envelope belongs to somebody on the roll, or to a code for which nothing else is asked."),
        received,
        (
            Term(NN_("person on the roll", "people on the roll"), numbers.people),
            Term(NN_("code used that asks nothing more", "codes used that ask nothing more"), numbers.code_alone),
            Term(NN_("paper without a code", "papers without a code"), numbers.without_code),
            *([by_sheet] if by_sheet.amount else []),
            *([replacing] if numbers.replacing else []),
        ),
    )


def _opened(numbers: BoxNumbers, opened: OpenedNumbers) -> Iterator[Equation]:
    yield Equation(
        "opened",
        N_("Every envelope that was accepted was opened, and is a valid ballot or counted as invalid."),
        Term(NN_("envelope accepted", "envelopes accepted"), numbers.accepted),
        (
            Term(N_("valid"), opened.valid),
            Term(N_("invalid"), sum(opened.invalid.values())),
            *([Term(NN_("audit card", "audit cards"), opened.audit_cards)] if opened.audit_cards else []),
        ),
    )
    yield Equation(
        "receipts",
        N_("Every valid ballot has one receipt."),
        Term(NN_("receipt", "receipts"), opened.receipts_now),
        (Term(NN_("valid ballot", "valid ballots"), opened.valid),),
    )
    for pot in sorted({*opened.sections, *opened.sections_now}):
        yield Equation(
            "sections",
            N_("Nothing was added to the opened ballots, and nothing taken out."),
            Term(NN_("ballot now, “%(pot)s”", "ballots now, “%(pot)s”"), opened.sections_now.get(pot, 0), {"pot": pot}),
            (Term(NN_("ballot at the opening", "ballots at the opening"), opened.sections.get(pot, 0)),),
        )
