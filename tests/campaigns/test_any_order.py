"""People, cards and officers in any order: whatever happens, the box is what a few lines of bookkeeping say it is.

Hypothesis makes up the order: casting online, with a card and at a kiosk, changing, sending again, spoiling, the desk
and a project that is withdrawn; then the close, the freezing and the opening. (At one moment: services/test_one_person.)
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from pb.core.codes import slot
from pb.core.errors import Refusal
from pb.core.receipts import make_nonce
from pb.core.reconciliation import imbalances
from pb.extensions import db, present
from pb.models.codes import Code, CodeState
from pb.models.envelopes import Envelope, EnvelopeState
from pb.models.roll import RollEntry, RollState
from pb.models.rounds import Policy
from pb.services.casting import Marked, cast
from pb.services.duplicates import MOST_CLAIMS, held_claims, settle
from pb.services.reconciliation import numbers_of
from pb.services.rights import Claim
from pb.services.rounds import find_round
from pb.services.spoiling import spoil
from tests.conftest import TurningClock
from tests.factories import make_ballot, owner_of, turn_to
from tests.kiosks import Device, a_device
from tests.services.test_kiosks import opened
from tests.services.test_withdrawals import withdraw
from tests.voters import SAM, a_voting_round, codes_for

pytestmark = pytest.mark.campaign

FULL = os.environ.get("PB_CAMPAIGN") == "full"
ORDERS, STEPS = (60, 40) if FULL else (4, 25)
PEOPLE = [SAM, replace(SAM, name="Kim Vale"), replace(SAM, name="Zoe Wyn", year_of_birth=1990)]
CARDS = 8
PERSON, CARD = st.integers(0, len(PEOPLE) - 1), st.integers(0, CARDS - 1)
IN, HELD, OUT = EnvelopeState.ACCEPTED, EnvelopeState.HELD, EnvelopeState.REJECTED


@dataclass
class Card:
    """A card as the bookkeeping has it: its code's state, its ballot's state, and whether its holder has declared."""

    code: str
    state: CodeState = CodeState.UNUSED
    ballot: EnvelopeState | None = None
    declared: bool = False


class AnyOrder(RuleBasedStateMachine):
    """The service on one side, the bookkeeping on the other: cards, who has voted, and ballots without a card."""

    clock: TurningClock
    begun: datetime

    @initialize()
    def begin(self) -> None:
        """A new round, open; its people and its cards."""
        self.clock.at = self.begun
        self.round = a_voting_round(policy=Policy.DECLARED, vote={"ballot_settings": {"most": 2}, "allow_change": True})
        self.owner = owner_of(self.round)
        self.device: Device = a_device(self.round, declares=True)
        self.cards = [Card(code) for code in codes_for(self.round, CARDS)]
        self.voted: set[int] = set()
        self.online: Counter[EnvelopeState] = Counter()
        self.claims: dict[str, tuple[int, Card | None]] = {}
        self.forms = 0
        self.sent: list[tuple[Marked, Claim, str]] = []
        self.left = False

    def _form(self) -> Marked:
        """A form of its own, of the ballot as it is now."""
        self.forms += 1
        version = find_round(self.round.slug).ballot_version or 1
        nonce = make_nonce(self.forms.to_bytes(24, "big"))
        return Marked(self.round.id, version, make_ballot(self.round, "Bench"), nonce)

    def _cast(self, claim: Claim, *, ask: bool, expected: EnvelopeState | None) -> None:
        """Cast; taken just where the bookkeeping says so, and held just where it says so."""
        form = self._form()
        done, code = tried(lambda: cast(form, claim, ask_check=ask))
        became = None if done is None else HELD if done.held else IN
        assert became == expected, code
        if done is not None:
            self.sent.append((form, claim, done.receipt))

    def _fate(self, who: int, *, ask: bool, gone: bool = False) -> EnvelopeState | None:
        """What becomes of a right that asks who somebody is; whoever is `gone` is not told that too many checks wait."""
        waiting = 0 if gone else [each for each, _card in self.claims.values()].count(who)
        return IN if who not in self.voted else HELD if ask and waiting < MOST_CLAIMS else None

    def _keep(self, who: int, card: Card | None, became: EnvelopeState | None, *, asked: bool = True) -> None:
        """Write it down."""
        if became is None:
            return
        if became == HELD:
            (new,) = [each.id for each in held_claims(self.round.id, by=self.owner) if each.id not in self.claims]
            self.claims[new] = who, card
        elif asked:
            self.voted.add(who)
        if card is None:
            self.online[became] += 1
        else:
            card.state, card.ballot, card.declared = CodeState.USED, became, card.declared or became == IN

    @rule(who=PERSON, ask=st.booleans())
    def votes_online(self, who: int, ask: bool) -> None:
        """Without a card."""
        expected = self._fate(who, ask=ask)
        self._cast(Claim(declaration=PEOPLE[who]), ask=ask, expected=expected)
        self._keep(who, None, expected)

    @rule(who=PERSON, at=CARD, ask=st.booleans())
    def votes_with_a_card(self, who: int, at: int, ask: bool) -> None:
        """On one's own telephone; a card that took the place of a spoilt one asks nothing more."""
        card = self.cards[at]
        asks = not card.declared
        expected = None if card.state != CodeState.UNUSED else self._fate(who, ask=ask) if asks else IN
        self._cast(Claim(card.code, PEOPLE[who]), ask=ask, expected=expected)
        self._keep(who, card, expected, asked=asks)

    @rule(who=PERSON, at=CARD, again=st.booleans())
    def votes_at_a_kiosk(self, who: int, at: int, again: bool) -> None:
        """What a tablet sends asks for a check by itself; it is answered once, and then as a duplicate."""
        card = self.cards[at]
        asks = not card.declared
        expected = None if card.state != CodeState.UNUSED else self._fate(who, ask=True, gone=True) if asks else IN
        self.device.the_round = find_round(self.round.slug)
        item = self.device.cast(card.code, "Bench", said=PEOPLE[who])
        (told,) = self.device.send(item).values()
        assert told.answer == {IN: "stored", HELD: "held", None: "rejected"}[expected], told
        self._keep(who, card, expected, asked=asks)
        if again:
            assert self.device.send(item)[item.id].answer == "duplicate"

    @rule(at=CARD, stale=st.booleans())
    def changes(self, at: int, stale: bool) -> None:
        """With the card alone; whoever was told of another ballot than there is now changes nothing."""
        card = self.cards[at]
        mark = db.session.scalar(select(Envelope.retry_tag).where(Envelope.slot == self._slot(card)))
        db.session.rollback()
        may = card.ballot == IN and not stale
        self._cast(
            Claim(card.code, replaces=b"\1" * 32 if stale or mark is None else mark),
            ask=False,
            expected=IN if may else None,
        )

    @precondition(lambda self: self.sent)
    @rule()
    def sends_again(self) -> None:
        """The newest request, as a browser that got no answer does: the same receipt, and nothing new."""
        form, claim, receipt = self.sent[-1]
        if not claim.code or any(card.code == claim.code and card.ballot for card in self.cards):
            done, code = tried(lambda: cast(form, claim, ask_check=True))
            told = done.receipt if done else code
            assert told in {receipt, "code_rejected", "changed_meanwhile", "already_voted", "code_used"}

    @rule(at=CARD, to=CARD)
    def hands_back(self, at: int, to: int) -> None:
        """A spoilt card for a fresh one; a ballot under it leaves the box."""
        old, new = self.cards[at], self.cards[to]
        # one that was given for another's ballot is in somebody's hand already
        fresh = new is not old and new.state == CodeState.UNUSED and not new.declared
        good = fresh and (old.state == CodeState.UNUSED or old.ballot == IN)
        done, code = tried(lambda: spoil(self.round.id, old.code, replacement=new.code, by=self.owner))
        assert (done is not None) == good, code
        if done is None:
            return
        new.declared = old.declared
        old.state, old.ballot = CodeState.VOID, None

    @precondition(lambda self: self.claims)
    @rule(accepted=st.booleans(), data=st.data())
    def is_settled(self, accepted: bool, data: st.DataObject) -> None:
        """The desk decides on a claim."""
        self._settle(data.draw(st.sampled_from(sorted(self.claims.keys()))), accepted=accepted)

    def _settle(self, claim: str, *, accepted: bool) -> None:
        settle(self.round.id, claim, accepted=accepted, reason="We asked them.", by=self.owner)
        (_who, card), became = self.claims.pop(claim), IN if accepted else OUT
        if card is None:
            self.online[HELD] -= 1
            self.online[became] += 1
        else:
            card.ballot, card.declared = became, accepted

    @precondition(lambda self: not self.left)
    @rule()
    def a_project_leaves(self) -> None:
        """The ballot has a new version; forms of the old one are refused, and their cards stay good."""
        form, self.left = self._form(), True
        withdraw(self.round, "Pond")
        with pytest.raises(Refusal):
            cast(form, Claim(declaration=replace(SAM, name="Nobody Else")))

    def _slot(self, card: Card) -> bytes:
        return slot(present.secrets.code_key, self.round.id, card.code)

    @invariant()
    def the_box_is_what_the_bookkeeping_says(self) -> None:
        """Ballots by state, cards by state, and one place on the roll for whoever has voted."""
        if not hasattr(self, "round"):
            return
        db.session.rollback()
        assert found(Envelope.state, self.round.id) == +(
            Counter(card.ballot for card in self.cards if card.ballot) + self.online
        )
        batch = select(Code.slot, Code.state).where(Code.round_id == self.round.id, Code.batch_id.is_not(None))
        states = {row.slot: row.state for row in db.session.execute(batch)}
        assert states == {self._slot(card): card.state for card in self.cards}
        tags = select(func.count(RollEntry.tag)).where(
            RollEntry.round_id == self.round.id, RollEntry.state == RollState.VOTED
        )
        assert db.session.scalar(tags) == len(self.voted)

    def teardown(self) -> None:
        """The desk settles what is left; then the close, the freezing and the opening, and the account is even."""
        if not hasattr(self, "round"):
            return
        for claim in sorted(self.claims):
            self._settle(claim, accepted=False)
        self.the_box_is_what_the_bookkeeping_says()
        counted = found(Envelope.state, self.round.id)[IN]
        turn_to(self.round.voting_closes_at)
        with pytest.raises(Refusal):
            cast(self._form(), Claim(declaration=replace(SAM, name="Nobody Else")))
        self.clock.turn(hours=1)
        opening = opened(find_round(self.round.slug))
        assert (opening.valid, opening.invalid) == (counted, {})
        wrong = imbalances(numbers_of(find_round(self.round.slug)))
        assert [line.key for line in wrong] == []


Done = TypeVar("Done")


def tried(deed: Callable[[], Done]) -> tuple[Done | None, str]:
    """What came of a deed, or the code of the refusal."""
    try:
        return deed(), ""
    except Refusal as refusal:
        return None, refusal.code


def found(column: Any, round_id: int) -> Counter[Any]:
    """How many envelopes of a round there are by a column."""
    rows = db.session.execute(select(column, func.count()).where(Envelope.round_id == round_id).group_by(column))
    return Counter({row[0]: row[1] for row in rows})


def test_whatever_the_order_each_right_is_one_ballot_and_the_account_is_even(app: Flask, clock: TurningClock) -> None:
    begun = clock.at

    class Here(AnyOrder):
        """In this application."""

    Here.clock, Here.begun = clock, begun
    phases = [Phase.generate, Phase.shrink] if FULL else [Phase.generate]
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=ORDERS, stateful_step_count=STEPS, phases=phases, suppress_health_check=HealthCheck
        ),
    )
