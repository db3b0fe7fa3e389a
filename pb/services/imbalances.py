"""Lines of the ballot account that do not come out even, and the reasons that two people gave for them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from pb.core.actors import Actor
from pb.core.canonical import digest
from pb.core.errors import NotAllowed, NotFound, Refusal
from pb.core.permissions import may_confirm_explanation, may_explain
from pb.core.reasons import read_reason
from pb.core.reconciliation import Equation, equations
from pb.core.states import RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.envelopes import Explanation
from pb.models.rounds import Round
from pb.services.ledger import record
from pb.services.reconciliation import numbers_of
from pb.services.round_states import must_be, record_due_arrows
from pb.services.rounds import locked_round
from pb.services.transactions import transaction

#: From the close to the certifying; afterwards the account is on the record as it is.
WHEN = (RoundState.CLOSED, RoundState.OPENED)


@dataclass(frozen=True)
class Line:
    """One line of the ballot account with what explains it where it does not come out even."""

    equation: Equation
    explanation: Explanation | None = None

    @property
    def settled(self) -> bool:
        """Whether it is even, or two people have explained why it is not."""
        return self.equation.holds or (self.explanation is not None and self.explanation.confirmed_by is not None)


def account_of_box(the_round: Round) -> list[Line]:
    """The whole ballot account of a round, line by line, in the order in which a ballot passes it."""
    query = select(Explanation).where(Explanation.round_id == the_round.id)
    found = {(each.equation, each.difference): each for each in db.session.scalars(query)}
    return [Line(each, found.get((each.name, each.difference))) for each in equations(numbers_of(the_round))]


def explain_imbalance(round_id: int, name: str, reason: str, *, by: Actor) -> Explanation:
    """Say why a line (by its `name`) does not come out even; until it is confirmed, another reason takes its place.

    It holds for the difference that there is now. Raises NotFound `no_round`, `no_such_line`; NotAllowed
    `may_not_explain`; Refusal `not_now`, `line_even`, `explained_already`, `reason_missing`, `reason_long`. Event
    `imbalance_explained`.
    """
    if not may_explain(by):
        raise NotAllowed("may_not_explain", N_("Officers and those who count explain the ballot account."))
    missing = N_("Say why the two sides differ. The reason is published.")
    reason = read_reason(reason, missing, lines=True)
    with transaction() as session:
        the_round = locked_round(session, round_id)
        line = _line(the_round, name)
        explanation = line.explanation
        if explanation is None:
            difference = line.equation.difference
            explanation = Explanation(round_id=round_id, equation=name, difference=difference)
            session.add(explanation)
        elif explanation.confirmed_by is not None:
            raise Refusal("explained_already", N_("Two people have explained this line already."))
        explanation.reason, explanation.explained_by, explanation.explained_at = reason, _account(by), present.now()
        _record("imbalance_explained", explanation, by, reason=reason)
    return explanation


def explanation_digest(explanation: Explanation) -> str:
    """The digest of a reason that was given: the second person confirms what they read, and nothing newer."""
    said = {
        name: getattr(explanation, name) for name in ("round_id", "equation", "difference", "explained_by", "reason")
    }
    return digest(said)


def confirm_explanation(round_id: int, name: str, *, sha256: str, by: Actor) -> Explanation:
    """The second person confirms why a line does not come out even.

    `sha256` is the digest of what they read (`explanation_digest`). Raises NotFound `no_round`, `no_such_line`;
    NotAllowed `not_second_person`; Refusal `not_now`, `line_even`, `not_explained`, `explained_already`,
    `explanation_changed`. Event `imbalance_confirmed`.
    """
    with transaction() as session:
        the_round = locked_round(session, round_id)
        explanation = _line(the_round, name).explanation
        if explanation is None:
            sentence = N_("Nobody has explained this difference yet. Give the reason first.")
            raise Refusal("not_explained", sentence)
        if not may_confirm_explanation(by, explanation.explained_by):
            sentence = N_("Somebody else, who did not give the reason, confirms it.")
            raise NotAllowed("not_second_person", sentence)
        if explanation.confirmed_by is not None:
            raise Refusal("explained_already", N_("Two people have explained this line already."))
        if sha256 != explanation_digest(explanation):
            sentence = N_("The reason has changed since you opened this page. Read it as it stands now.")
            raise Refusal("explanation_changed", sentence)
        explanation.confirmed_by, explanation.confirmed_at = by.account_id, present.now()
        _record("imbalance_confirmed", explanation, by)
    return explanation


def find_line(the_round: Round, name: str) -> Line:
    """The line of a round's account with this name. Raises NotFound `no_such_line`."""
    found = next((line for line in account_of_box(the_round) if line.equation.name == name), None)
    if found is None:
        raise NotFound("no_such_line", N_("The ballot account has no such line."))
    return found


def _line(the_round: Round, name: str) -> Line:
    record_due_arrows(the_round)
    must_be(the_round, *WHEN)
    line = find_line(the_round, name)
    if line.equation.holds:
        raise Refusal("line_even", N_("This line comes out even. There is nothing to explain."))
    return line


def _account(by: Actor) -> int:
    if by.account_id is None:
        raise NotAllowed("may_not_explain", N_("Officers and those who count explain the ballot account."))
    return by.account_id


def _record(kind: str, explanation: Explanation, by: Actor, **facts: object) -> None:
    record(
        kind,
        by,
        round_id=explanation.round_id,
        subject=f"round:{explanation.round_id}",
        equation=explanation.equation,
        difference=explanation.difference,
        **facts,
    )
