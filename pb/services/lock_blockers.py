"""What still stops the ballot of a round from being locked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain

from sqlalchemy import func, select

from pb.core.blockers import Blocker
from pb.core.errors import Fault, Refusal, Refusals
from pb.core.rules import RULES
from pb.core.states import BidState, RoundState
from pb.core.words import N_
from pb.extensions import db, present
from pb.models.bids import Bid
from pb.models.keys import KeyHolder
from pb.models.rounds import KeyMode, Round
from pb.services.boosts import has_boost
from pb.services.elections import ballot_of, method_of, projects_of
from pb.services.frozen import bids_for_ballot
from pb.services.round_blockers import blockers
from pb.services.round_states import round_phase

HOLDERS = 3
BEING_CHECKED = (BidState.SUBMITTED, BidState.IN_REVIEW, BidState.QUERIED)
BIDS_PAGE = "officers_bids.index"
BID_PAGE = "officers_checks.show"


def lock_blockers(the_round: Round) -> list[Blocker]:
    """Everything that still stops the lock, in plain words; empty when it may go ahead."""
    checks = (_state, _bids, _dates, _ballot, _key_holders)
    found = list(chain.from_iterable(check(the_round) for check in checks))
    if the_round.imported_from is None:
        found += blockers(the_round, RoundState.LOCKED)
    return list({str(blocker): blocker for blocker in reversed(found)}.values())[::-1]


def _state(the_round: Round) -> Iterator[Blocker]:
    if round_phase(the_round) != RoundState.CHECKING:
        sentence = N_("The ballot is locked once bidding has closed and the bids are checked.")
        yield Blocker("not_checking", sentence)


def _bids(the_round: Round) -> Iterator[Blocker]:
    found = _bids_by_state(the_round.id)
    checking = sum(found[state] for state in BEING_CHECKED)
    if checking:
        sentence = N_("Bids that are still being checked: %(count)s. Pass or refuse each of them.")
        yield Blocker("bids_being_checked", sentence, {"count": checking}, BIDS_PAGE, {"slug": the_round.slug})
    if found[BidState.APPEALED]:
        sentence = N_("Appeals that are not settled yet: %(count)s. The lock waits for them.")
        yield Blocker("appeals_open", sentence, {"count": found[BidState.APPEALED]})
    bids = bids_for_ballot(the_round.id)
    if not bids and not projects_of(the_round.id):
        yield Blocker("no_bids", N_("No bid has passed its checks, so there is nothing to vote on."))
    for bid in bids:
        if bid.pot is None or not bid.asked:
            sentence = N_("“%(bid)s” has no pot or no amount.")
            yield Blocker("bid_unplaced", sentence, {"bid": bid.title}, BID_PAGE, {"reference": bid.reference})
    if bids and has_boost(the_round) and not any(bid.boost for bid in bids):
        sentence = N_("Voters have an extra vote for marked bids, and no bid is marked. Mark some, or leave it out.")
        yield Blocker("nothing_marked", sentence, {}, BIDS_PAGE, {"slug": the_round.slug})


def _bids_by_state(round_id: int) -> Counter[BidState]:
    query = select(Bid.state, func.count()).where(Bid.round_id == round_id).group_by(Bid.state)
    return Counter({row[0]: row[1] for row in db.session.execute(query)})


def _dates(the_round: Round) -> Iterator[Blocker]:
    opens, closes, now = the_round.voting_opens_at, the_round.voting_closes_at, present.now()
    if opens is None or closes is None:
        return
    if closes <= now:
        yield Blocker("voting_over", N_("The day on which voting was to close has passed. Set new dates."))
    elif opens < now and the_round.imported_from is None:
        yield Blocker("voting_begun", N_("The minute at which voting was to open has passed. Set new dates."))


def _ballot(the_round: Round) -> Iterator[Blocker]:
    """What is silly about ballot, rule and allocation together."""
    try:
        kind, settings = ballot_of(the_round)
        RULES[method_of(the_round).rule].refuse_ballot_type(kind.key)
    except Refusals as refusals:
        yield from (_of_fault(fault) for fault in refusals.faults)
        return
    except Refusal as refusal:
        yield _of_fault(refusal.fault)
        return
    sizes = _sizes(the_round)
    if not sizes:
        return
    faults = {fault.code: fault for fault in settings.faults(max(sizes))}
    must_use_all = getattr(settings, "use_all", False)
    for fault in settings.faults(min(sizes)):
        # A small pot may have fewer projects than a voter has choices, unless all of them must be used.
        if must_use_all or fault.code != "most_over_projects":
            faults.setdefault(fault.code, fault)
    yield from map(_of_fault, faults.values())


def _sizes(the_round: Round) -> list[int]:
    """How many projects each section of the ballot has; pots that nobody bids for have none."""
    pots = [bid.pot_id for bid in bids_for_ballot(the_round.id)]
    pots += [project.pot_id for project in projects_of(the_round.id)]
    return list(Counter(pots).values())


def _of_fault(fault: Fault) -> Blocker:
    return Blocker(fault.code, fault.message, fault.params)


def _key_holders(the_round: Round) -> Iterator[Blocker]:
    if the_round.key_mode == KeyMode.SIMPLE:
        return
    holders = list(db.session.scalars(select(KeyHolder).where(KeyHolder.round_id == the_round.id)))
    page = ("officers_key_holders.index", {"slug": the_round.slug})
    if len(holders) < HOLDERS:
        sentence = N_("Appoint three key holders. There are %(count)s so far.")
        yield Blocker("key_holders_missing", sentence, {"count": len(holders)}, *page)
    waiting = sum(holder.ready_at is None for holder in holders)
    if waiting:
        sentence = N_("Key holders who have not chosen and tested their passphrase: %(count)s.")
        yield Blocker("key_holders_not_ready", sentence, {"count": waiting}, *page)
