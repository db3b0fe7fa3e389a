"""What happens after the close: the box is opened and counted, members decide, the result is released."""

from __future__ import annotations

from pb.cli.demo.people import PASSPHRASES
from pb.cli.demo.town import Town, round_at
from pb.core.actors import Actor
from pb.core.decisions import Resolution
from pb.extensions import db
from pb.models.bids import Bid
from pb.models.counts import OfferState
from pb.models.rounds import KeyMode
from pb.services.accounts import account_of, actor_of
from pb.services.counts import certify, counts_of, last_count, record_count
from pb.services.decision_desk import Desk, desk_of
from pb.services.decisions import agree_with_the_rest, decide, publish_decisions
from pb.services.interests import declare_interest
from pb.services.lots import Draw, open_tie_of, record_lot
from pb.services.offers import answer_offer, make_offer, offers_of, pending_results
from pb.services.opening import approve_opening, freeze_box, open_box
from pb.services.publication import ask_release, release
from pb.services.questions import ask_question
from pb.services.reveals import answer_in_room, begin_reveal, show_step, stand_of
from pb.services.support import add_support, agree_support, offer_help

#: As many steps a reveal under way has shown.
SHOWN = 3
WITNESSES = ("Cllr Helen Marsh", "Father Michael Dunn, St Mary’s")


def open_the_box(town: Town, slug: str) -> None:
    """The count lead freezes the box and opens it, with two key holders or two officers' approvals."""
    the_round = round_at(slug)
    round_id, mode = the_round.id, the_round.key_mode
    freeze_box(round_id, by=town.actor("count"))
    holders = [(town.accounts[key], words) for key, words in list(PASSPHRASES.items())[:2]]
    if mode == KeyMode.SIMPLE:
        holders = []
        for officer in ("officer", "second"):
            approve_opening(round_id, by=town.actor(officer))
    open_box(round_id, by=town.actor("count"), passphrases=holders, witnesses=WITNESSES)


def count(town: Town, slug: str) -> None:
    """The count lead records a count; a tie that nothing published decides is settled by lot first."""
    round_id = round_at(slug).id
    while tied := open_tie_of(round_at(slug)):
        keys = sorted(project.key for project in tied)
        town.chance.shuffle(keys)
        draw = Draw(keys, "Folded papers out of a hat, in the town hall", *WITNESSES, outsider=True)
        record_lot(round_id, draw, by=town.actor("count"))
    again = last_count(round_id) is not None
    record_count(round_id, by=town.actor("count"), reason="The offers are answered." if again else "")


def offer_the_rest(town: Town, slug: str) -> None:
    """The officer offers each bid that is next in line what is left of its pot."""
    round_id = round_at(slug).id
    for result in pending_results(round_id):
        make_offer(round_id, result.id, by=town.actor("officer"))


def accept_offers(town: Town, slug: str) -> None:
    """Groups take the part that they were offered, and it is counted again, until nothing is left to offer."""
    round_id = round_at(slug).id
    while True:
        found = offers_of(round_id)
        open_offers = [(offer.id, project.bid_id) for offer, project in found if offer.state == OfferState.OPEN]
        for offer_id, bid_id in open_offers:
            answer_offer(offer_id, accepted=True, by=contact_for(bid_id))
        if not open_offers:
            return
        count(town, slug)
        offer_the_rest(town, slug)


def certify_count(town: Town, slug: str) -> None:
    """The second teller certifies the newest count."""
    round_id = round_at(slug).id
    newest = counts_of(round_id)[-1]
    certify(round_id, newest.number, by=town.actor("teller"))


def reveal_some(town: Town, slug: str) -> None:
    """The count lead shows the first steps to the room; a group to whom a part is offered takes it there."""
    round_id, lead = round_at(slug).id, town.actor("count")
    reveal = begin_reveal(round_id, by=lead)
    while reveal.step < SHOWN:
        reveal = show_step(round_id, reveal.step + 1, by=lead)
        stand = stand_of(reveal)
        if stand.asks and stand.now is not None:
            reveal = answer_in_room(round_id, stand.now.project, accepted=True, by=lead)


def contact_for(bid_id: int | None) -> Actor:
    """The contact of the group behind a bid."""
    bid = db.session.get_one(Bid, bid_id)
    return actor_of(account_of(bid.created_by), stepped_up=True)


def desks(slug: str, ward: str) -> list[Desk]:
    """The projects of a ward's pot in the order of the count, as members see them."""
    pots = desk_of(round_at(slug))
    return [desk for pot in pots if pot.pot.name == ward or len(pots) == 1 for desk in pot.projects]


def recommended(slug: str, ward: str) -> list[Desk]:
    """Those of them that are recommended and wait, the first in rank first."""
    return [desk for desk in desks(slug, ward) if desk.waits]


def agree(town: Town, slug: str, ward: str) -> None:
    """A member agrees with what the vote recommends on the rest of their bids."""
    agree_with_the_rest(round_at(slug).id, power="ward_member", by=town.actor(ward))


def differ(town: Town, slug: str, ward: str, reason: str, alternatives: str) -> None:
    """A member gives one bid of their ward the least that it can work with, and says why."""
    desk = next(desk for desk in reversed(recommended(slug, ward)) if _least(desk) < desk.recommended)
    words = {"reason": reason, "alternatives": alternatives, "interests": "None."}
    decide(desk.project.id, Resolution(desk.recommended, _least(desk), "ward_member", **words), by=town.actor(ward))


def _least(desk: Desk) -> int:
    return desk.project.workable_minimum or desk.project.cost


def take_what_is_released(town: Town, slug: str, ward: str) -> None:
    """A member decides on the bids that released money reaches, as the count puts them in line."""
    while waiting := [desk for desk in desks(slug, ward) if desk.waits and desk.in_line]:
        desk = waiting[0]
        decide(desk.project.id, Resolution(desk.recommended, desk.recommended, "ward_member"), by=town.actor(ward))


def declare(town: Town, slug: str, ward: str, nature: str) -> None:
    """A member has an interest in the first bid of their ward, which so goes to the cabinet."""
    declare_interest(recommended(slug, ward)[0].project.id, nature, by=town.actor(ward))


def cabinet_decides(town: Town, slug: str) -> None:
    """The cabinet agrees with the vote on what was referred to it, and publishes."""
    by = town.actor("cabinet")
    agree_with_the_rest(round_at(slug).id, power="cabinet_member", by=by)
    publish_decisions(round_at(slug).id, by=by)


def publish(town: Town, slug: str, ward: str) -> None:
    """A member publishes what they have decided."""
    publish_decisions(round_at(slug).id, by=town.actor(ward))


def release_result(town: Town, slug: str) -> None:
    """The owner asks for the release, an approver reads and releases."""
    round_id = round_at(slug).id
    sha256 = ask_release(round_id, by=town.actor("officer"))
    release(round_id, sha256=sha256, by=town.actor("approver"))


def funded(slug: str, ward: str) -> list[Desk]:
    """The projects of a ward that get money, the first in rank first."""
    return [desk for desk in desks(slug, ward) if desk.decision and desk.decision.amount]


def add_needs(town: Town, slug: str, ward: str, *needs: tuple[str, str]) -> None:
    """A member says what the first funded groups still need, and the groups agree."""
    for desk, (kind, text) in zip(funded(slug, ward), needs, strict=False):
        bid_id = desk.project.bid_id
        support = add_support(desk.project.id, kind, text, by=town.actor(ward))
        agree_support(support.id, by=contact_for(bid_id))


def resident_helps(slug: str, ward: str, name: str, contact: str, message: str) -> None:
    """A resident offers help to the first funded group."""
    offer_help(funded(slug, ward)[0].project.id, name=name, contact=contact, message=message)


def resident_asks(slug: str, route: str, name: str, contact: str, words: str) -> None:
    """A resident asks about the result."""
    ask_question(round_at(slug).id, route=route, name=name, contact=contact, words=words)
