"""Equations of an account: two sides that must come out even, each number with the words for what it counts."""

from __future__ import annotations

from dataclasses import dataclass, field

from pb.core.errors import NO_PARAMS, Params


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
