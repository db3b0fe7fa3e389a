"""Opening the box: sealed envelopes become papers, and whatever cannot be counted is counted by its reason."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pb.core import merkle
from pb.core.canonical import canonical, joined
from pb.core.election import Choices
from pb.core.errors import Refusal
from pb.core.papers import PaperRules
from pb.core.receipts import read_receipt
from pb.core.sealing import EnvelopeInvalid, PaperContent, open_envelope, unpack
from pb.core.words import N_

#: Told after every so many envelopes: how many are done, and how many there are.
Progress = Callable[[int, int], None]
_STEP = 200

#: Why an envelope cannot be counted, in words. The keys are what the opening's account holds.
INVALID_REASONS: dict[str, str] = {
    "size": N_("not of this round's size"),
    "seal": N_("altered after it was sealed, or moved from another place"),
    "copied": N_("a copy of another envelope"),
    "padding": N_("not filled as envelopes of this service are"),
    "content": N_("no paper in it that can be read"),
    "version": N_("for another version of the ballot"),
    "receipt": N_("without a receipt of this service"),
    "receipt_twice": N_("with a receipt that another envelope has"),
    "choices": N_("with choices that the ballot does not allow"),
}


@dataclass(frozen=True)
class SealedEnvelope:
    """An envelope as it lies in the box. `slot` is that of its code, absent for paper without one.

    `elsewhere` are the pots of other areas than the one that its code voted in: whoever seals away from the server
    could fill them in all the same.
    """

    id: str
    slot: bytes | None
    version: int
    sealed: bytes
    elsewhere: frozenset[str] = frozenset()

    @property
    def leaf(self) -> bytes:
        """What the sealed root covers of it: id, slot and the digest of the sealed bytes."""
        slot = self.slot.hex() if self.slot else ""
        return joined(self.id, slot, hashlib.sha256(self.sealed).hexdigest())


@dataclass(frozen=True)
class BoxKey:
    """What opens the envelopes of one round: its private key, its number and the one size; and the rules by version."""

    private: bytes = field(repr=False)
    round_id: int
    size: int
    rules: Mapping[int, PaperRules]


@dataclass(frozen=True)
class Contents:
    """What was in the box: papers in the one way to write them, their receipts, and how many were invalid, by reason.

    Papers and receipts are in no order that tells anything only once the caller has shuffled them.
    """

    papers: list[dict[str, Choices]]
    receipts: list[str]
    invalid: dict[str, int]

    @property
    def valid(self) -> int:
        """How many papers can be counted."""
        return len(self.papers)


def sealed_root(envelopes: Iterable[SealedEnvelope]) -> str:
    """The Merkle root over all envelopes, published before the first of them is opened."""
    return merkle.root(each.leaf for each in envelopes)


def ballot_root(ballots: Iterable[tuple[bytes, str, Choices]]) -> str:
    """The Merkle root over opened ballots, each a random key, a pot's key and its choices: `key|pot|choices`.

    Without the random keys nobody can find the choices of a small pot by trying combinations against the root.
    """
    return merkle.root(b"|".join((key, pot.encode(), canonical(dict(choices)))) for key, pot, choices in ballots)


def open_all(key: BoxKey, envelopes: Sequence[SealedEnvelope], progress: Progress | None = None) -> Contents:
    """Open every envelope, in the order of their ids, and check each paper again by the rules of its version.

    Of two envelopes with one receipt the first counts. Never raises for what is in an envelope: an invalid one is
    counted by its reason, a key of INVALID_REASONS.
    """
    copies = _copied(envelopes)
    invalid: Counter[str] = Counter()
    papers: dict[str, dict[str, Choices]] = {}
    for done, envelope in enumerate(sorted(envelopes, key=lambda each: each.id), 1):
        try:
            paper = _open(key, envelope)
            if paper.receipt in papers:
                raise EnvelopeInvalid("receipt_twice")
            papers[paper.receipt] = key.rules[paper.version].normalised(paper.sections)  # type: ignore[arg-type]
        except EnvelopeInvalid as found:
            copied = found.reason == "seal" and envelope.sealed in copies
            invalid["copied" if copied else found.reason] += 1
        if progress and (done % _STEP == 0 or done == len(envelopes)):
            progress(done, len(envelopes))
    return Contents(list(papers.values()), list(papers), dict(sorted(invalid.items())))


def read_envelope(key: BoxKey, envelope: SealedEnvelope) -> dict[str, Choices] | None:
    """The paper in one envelope, in the one way to write it; None where it cannot be opened or counted."""
    try:
        paper = _open(key, envelope)
    except EnvelopeInvalid:
        return None
    return key.rules[paper.version].normalised(paper.sections)  # type: ignore[arg-type]


def sections_of(papers: Iterable[Mapping[str, Choices]]) -> Iterator[tuple[str, Choices]]:
    """Every section of every paper as a ballot of its own: its pot's key and its choices."""
    for paper in papers:
        yield from paper.items()


def _copied(envelopes: Iterable[SealedEnvelope]) -> set[bytes]:
    """The sealed bytes that lie in the box more than once."""
    return {sealed for sealed, times in Counter(each.sealed for each in envelopes).items() if times > 1}


def _open(key: BoxKey, envelope: SealedEnvelope) -> PaperContent:
    content = open_envelope(key.private, key.round_id, envelope.version, envelope.id, envelope.sealed, key.size)
    paper = unpack(content)
    if paper.version != envelope.version or paper.version not in key.rules:
        raise EnvelopeInvalid("version")
    if not _is_receipt(paper.receipt):
        raise EnvelopeInvalid("receipt")
    if key.rules[paper.version].faults(paper.sections) or envelope.elsewhere & paper.sections.keys():
        raise EnvelopeInvalid("choices")
    return paper


def _is_receipt(text: str) -> bool:
    try:
        return read_receipt(text) == text
    except Refusal:
        return False
