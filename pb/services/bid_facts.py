"""A bid as the facts that the rules look at."""

from __future__ import annotations

from sqlalchemy import select

from pb.core.bids import BidFacts
from pb.core.clock import to_london
from pb.core.plain_text import one_line
from pb.core.states import BidState
from pb.extensions import db
from pb.models.bids import Bid
from pb.models.organisations import Organisation

#: Fields that the bid and its facts name alike.
_ALIKE = (
    *("title", "summary", "what", "why", "who", "outcome", "people", "where", "starts_on", "ends_on", "pot_id"),
    *("total_cost", "asked", "workable_minimum", "other_funding", "own_money", "nothing_started", "bank_account"),
    *("governing_document", "has_interest", "interests", "declared_name", "declared_role"),
)


def facts_of(bid: Bid, *, same_group: int = 0) -> BidFacts:
    """The facts of a bid, its group, its round and its pot; `same_group` as `same_group_bids` counts it."""
    pot, the_round, group = bid.pot, bid.round, bid.organisation
    return BidFacts(
        **{name: getattr(bid, name) for name in _ALIKE},
        themes=tuple(bid.themes),
        declarations=tuple(bid.declarations),
        cost_lines=tuple(line.amount for line in bid.cost_lines),
        kind=group.kind.value,
        address=group.address,
        postcode=group.postcode,
        active_in=group.active_in,
        currency=the_round.currency,
        least_grant=the_round.least_grant,
        most_grant=the_round.most_grant,
        pot_least=pot.least_bid if pot else None,
        pot_most=pot.most_bid if pot else None,
        pot_amount=pot.amount if pot else None,
        round_themes=tuple(the_round.themes),
        decided_on=to_london(the_round.decision_by).date() if the_round.decision_by else None,
        same_group=same_group,
    )


def same_group_bids(bid: Bid) -> int:
    """How many other bids of the round were sent by what looks like the same group: same name or same number."""
    others = db.session.scalars(
        select(Organisation)
        .join(Bid, Bid.organisation_id == Organisation.id)
        .where(
            Bid.round_id == bid.round_id,
            Bid.id != bid.id,
            Bid.state.not_in([BidState.DRAFT, BidState.WITHDRAWN, BidState.INELIGIBLE]),
        )
    )
    return sum(_alike(bid.organisation, other) for other in others)


def _alike(one: Organisation, other: Organisation) -> bool:
    numbers = _bare(one.registration), _bare(other.registration)
    return _bare(one.name) == _bare(other.name) or (numbers[0] != "" and numbers[0] == numbers[1])


def _bare(text: str) -> str:
    return "".join(sign for sign in one_line(text).casefold() if sign.isalnum())
