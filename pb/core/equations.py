"""Equations of an account: two sides that must come out even, each number with the words for what it counts."""

from __future__ import annotations

from dataclasses import dataclass, field

from pb.core.errors import NO_PARAMS, Params
from pb.core.words import Counted


def _filled(words: str, params: Params) -> str:
    return words % dict(params) if params else words


@dataclass(frozen=True)
class Term:
    """One number of an equation, and what it counts: an English phrase with %(name)s places for `params`.

    As text it is the name of what is counted, of many; `told` is what stands after the number.
    """

    message: str | Counted
    amount: int
    params: Params = field(default_factory=lambda: NO_PARAMS)

    def __str__(self) -> str:
        return _filled(self.message.many if isinstance(self.message, Counted) else self.message, self.params)

    @property
    def told(self) -> str:
        """What stands after the number, in English: of one, or of any other."""
        if isinstance(self.message, Counted) and abs(self.amount) == 1:
            return _filled(self.message.one, self.params)
        return str(self)


@dataclass(frozen=True)
class Equation:
    """The number on the left must be the sum of the terms on the right; `why` says so in plain words."""

    key: str
    why: str
    left: Term
    right: tuple[Term, ...]

    @property
    def name(self) -> str:
        """What tells this line from every other of the account, such as `envelopes` or `batch:Library`."""
        return ":".join([self.key, *(str(value) for value in self.left.params.values())])

    @property
    def difference(self) -> int:
        """The left less the right: 0 when it holds."""
        return self.left.amount - sum(term.amount for term in self.right)

    @property
    def holds(self) -> bool:
        """Whether both sides are the same."""
        return self.difference == 0
