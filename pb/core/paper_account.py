"""Batches of paper: what was printed, given out, put into the box and counted must come out even."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pb.core.equations import Equation, Term
from pb.core.words import N_, NN_

#: What people type of a batch, in the order in which it happens. Spoilt papers were swapped for others.
TYPED = ("issued", "unused", "missing", "spoilt", "not_returned", "in_box")


@dataclass(frozen=True)
class PaperNumbers:
    """The papers of a batch by what has become of them. What nobody has typed counts as 0; `void` is by reason.

    `valid` papers are in the box; `coded` of them carried the code of a card, and for `by_sheet` of those cards the
    voter declared on the paper's sheet. `void_parts` were left out of papers that count elsewhere. `marks` are people
    on the roll for them, where whoever hands or sends one puts them there; `declared` those whom the sheet of a paper
    put there, and `aside` papers were set aside by theirs, unread. `boxed` papers lie in the boxes of stations and drop
    points, and so many of them were `collected` from drop points.
    """

    name: str
    channel: str
    printed: int
    issued: int = 0
    unused: int = 0
    missing: int = 0
    spoilt: int = 0
    not_returned: int = 0
    in_box: int = 0
    valid: int = 0
    coded: int = 0
    by_sheet: int = 0
    void: Mapping[str, int] = field(default_factory=dict)
    void_parts: Mapping[str, int] = field(default_factory=dict)
    marks: int | None = None
    declared: int | None = None
    aside: int = 0
    boxed: bool = False
    collected: int = 0


def paper_equations(batches: Sequence[PaperNumbers], without_code: int, at_closings: int = 0) -> list[Equation]:
    """What must hold for each batch of paper, and for all of them together; nothing where there is no paper.

    `without_code` is how many envelopes of the box have no code, `at_closings` how many papers stewards counted when
    they closed their stations. The ballot paper account of British elections.
    """
    found = [each for batch in batches for each in _of_batch(batch)]
    return [*found, *_in_boxes(batches, at_closings), *_of_all(batches, without_code)] if batches else []


def void_reasons(batches: Sequence[PaperNumbers], *, parts: bool = False) -> dict[str, int]:
    """How many papers of all batches are void, by reason; with `parts`, how many parts of papers that count."""
    total: Counter[str] = Counter()
    for batch in batches:
        total.update(batch.void_parts if parts else batch.void)
    return dict(sorted(total.items()))


def _of_batch(batch: PaperNumbers) -> Iterator[Equation]:
    named = {"batch": batch.name}
    yield Equation(
        "papers_printed",
        N_("Every paper that was printed was given out, is unused, or is missing."),
        Term(NN_("paper printed for “%(batch)s”", "papers printed for “%(batch)s”"), batch.printed, named),
        (
            Term(N_("given out"), batch.issued),
            Term(N_("unused"), batch.unused),
            Term(N_("missing"), batch.missing),
        ),
    )
    yield Equation(
        "papers_issued",
        N_("Every paper that was given out is in the box, was spoilt and swapped, or did not come back."),
        Term(NN_("paper of “%(batch)s” given out", "papers of “%(batch)s” given out"), batch.issued, named),
        (
            Term(N_("in the box"), batch.in_box),
            Term(N_("spoilt and swapped"), batch.spoilt),
            Term(N_("not returned"), batch.not_returned),
        ),
    )
    yield Equation(
        "papers_in_box",
        N_("Every paper in the box is a valid ballot, or void for a reason that is published."),
        Term(NN_("paper of “%(batch)s” in the box", "papers of “%(batch)s” in the box"), batch.in_box, named),
        (Term(N_("valid"), batch.valid), Term(N_("void"), sum(batch.void.values()))),
    )
    yield from _of_people(batch)


def _of_people(batch: PaperNumbers) -> Iterator[Equation]:
    """Those who are on the roll for the papers of a batch: by whoever gave them out, or by the papers' own sheets."""
    named = {"batch": batch.name}
    if batch.marks is not None:
        yield Equation(
            "papers_stewards",
            N_("Everybody who was put on the roll for a paper has one, and every paper went to one of them."),
            Term(
                NN_("person on the roll for a paper of “%(batch)s”", "people on the roll for a paper of “%(batch)s”"),
                batch.marks,
                named,
            ),
            (Term(N_("given out"), batch.issued), Term(N_("spoilt and swapped"), -batch.spoilt)),
        )
    if batch.declared is not None:
        yield Equation(
            "papers_declared",
            N_("Every paper that may count has somebody on the roll, by the sheet that came with it."),
            Term(
                NN_(
                    "person on the roll by the sheet of a paper of “%(batch)s”",
                    "people on the roll by the sheet of a paper of “%(batch)s”",
                ),
                batch.declared,
                named,
            ),
            (Term(N_("in the box"), batch.in_box), Term(N_("set aside unread"), -batch.aside)),
        )


def _in_boxes(batches: Sequence[PaperNumbers], at_closings: int) -> Iterator[Equation]:
    boxed = [batch for batch in batches if batch.boxed]
    if boxed:
        yield Equation(
            "papers_boxes",
            N_("Every paper in a box was counted there by two stewards, or when it was brought from a drop point."),
            Term(
                NN_("paper in the boxes of places", "papers in the boxes of places"),
                sum(batch.in_box for batch in boxed),
            ),
            (
                Term(N_("counted by two stewards at closings"), at_closings),
                Term(N_("brought from drop points"), sum(batch.collected for batch in boxed)),
            ),
        )


def _of_all(batches: Sequence[PaperNumbers], without_code: int) -> Iterator[Equation]:
    total: Counter[str] = Counter()
    for batch in batches:
        for name in ("printed", "unused", "missing", "spoilt", "not_returned", "valid"):
            total[name] += getattr(batch, name)
        total["void"] += sum(batch.void.values())
    yield Equation(
        "papers",
        N_("Every paper of every batch is accounted for."),
        Term(NN_("paper printed in all", "papers printed in all"), total["printed"]),
        (
            Term(N_("unused"), total["unused"]),
            Term(N_("missing"), total["missing"]),
            Term(N_("spoilt and swapped"), total["spoilt"]),
            Term(N_("not returned"), total["not_returned"]),
            Term(N_("valid"), total["valid"]),
            Term(N_("void"), total["void"]),
        ),
    )
    coded = sum(batch.coded for batch in batches)
    yield Equation(
        "papers_counted",
        N_("Every valid paper without a code put one envelope without a code into the box, and nothing else did."),
        Term(NN_("paper without a code in the box", "papers without a code in the box"), without_code),
        (Term(NN_("valid paper", "valid papers"), total["valid"]), Term(N_("of them with a code"), -coded)),
    )
